"""Publications 公布数: what a city printed. No code that computes a figure may see it."""
