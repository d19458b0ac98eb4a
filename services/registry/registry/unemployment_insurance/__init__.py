"""Unemployment insurance (失业保险金): a mirror of what the insurance agency decides and pays."""
