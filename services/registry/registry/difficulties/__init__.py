"""Recognition of persons in difficulty (就业困难对象认定)."""
