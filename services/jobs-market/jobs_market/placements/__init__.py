"""Placements 就业安置: claimed, confirmed, ended, voided."""
