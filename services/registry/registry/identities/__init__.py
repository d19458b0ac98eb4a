"""Which records are one person (同一人): the links of live merges, read by every fold."""
