"""Posts opened and lost 就业岗位."""
