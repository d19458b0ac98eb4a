"""Objections to applications that are publicised (异议)."""
