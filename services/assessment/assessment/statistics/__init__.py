"""Statistics 申报统计: values that somebody else counted, with their source."""
