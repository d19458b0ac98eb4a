"""Recoveries (补贴追回): what of a paid claim is to come back, line by line."""
