"""Reallocations (科目调剂): what an office proposes to move between the lines of a budget."""
