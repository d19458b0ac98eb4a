"""Corrections of a person's record (更正): asked for by one, approved by another."""
