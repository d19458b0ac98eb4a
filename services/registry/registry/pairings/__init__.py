"""Pairing of a worker with a helping office (结对帮扶)."""
