"""Who read whose record (查阅记录)."""
