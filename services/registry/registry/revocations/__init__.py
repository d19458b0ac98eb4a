"""Withdrawals of certificates by hand, and those that wait for a second person (注销)."""
