"""Corrections of what a worker claimed (更正)."""
