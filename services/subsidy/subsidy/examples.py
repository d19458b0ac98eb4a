"""Ids that stand in the examples of contracts."""

ARRANGEMENT = "019a9d2c-8f00-7000-8000-0000000000a1"
