"""Programmes (补贴项目): what the law pays for, under which conditions, and how much, as dated data."""
