"""Benefit months (补贴月份): which person-month of a kind is granted, across claims and runs; a leaf."""
