"""Facts 事实: events as they came, append-only. The only input of every figure."""
