"""Budgets (预算): what a fund may be used for in one fiscal year."""
