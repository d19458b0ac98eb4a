"""Contributions 构成事实: which facts a figure was made of, page by page."""
