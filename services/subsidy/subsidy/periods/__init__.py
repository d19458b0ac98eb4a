"""Closed periods (结账) of a fund's book."""
