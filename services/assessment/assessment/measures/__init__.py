"""Measures 计量: counts and sums over items and persons, the raw numbers of every figure."""
