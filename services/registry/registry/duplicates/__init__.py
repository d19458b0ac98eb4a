"""Records that may be one person (疑似重复): found by declared matchers, decided by people."""
