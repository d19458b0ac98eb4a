"""Targets 目标责任: what an issuer asked of a place for a year."""
