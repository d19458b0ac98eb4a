"""Looking at names and numbers in plain (查看明文)."""
