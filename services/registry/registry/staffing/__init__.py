"""Tokens held against the lists of who works where (在岗名单核对)."""
