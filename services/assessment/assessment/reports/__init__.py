"""Reports 对照报告: the only place where published and computed values meet."""
