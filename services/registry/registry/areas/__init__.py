"""The tree of areas (区划)."""
