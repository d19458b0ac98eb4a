"""Somebody's own cases stand where he or she is administered (转移)."""
