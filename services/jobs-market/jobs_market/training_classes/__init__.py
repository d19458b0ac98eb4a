"""Training classes 培训班."""
