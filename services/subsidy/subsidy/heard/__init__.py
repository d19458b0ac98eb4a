"""What registry and jobs-market told, as far as programmes ask; a leaf that every noun may read."""
