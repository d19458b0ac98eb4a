"""Figures 指标数值: an indicator for a place, an office and a period, computed when asked."""
