"""Persons as registry told of them 劳动者 (a slim copy, nothing of our own)."""
