"""Indicators 指标: versioned, cited definitions."""
