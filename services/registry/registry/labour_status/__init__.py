"""Labour status of a worker (劳动状态), folded from what was declared and who is placed."""
