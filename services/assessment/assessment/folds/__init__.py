"""Folds 折算规则: what a fact is, and which fact opens, closes or ends which item."""
