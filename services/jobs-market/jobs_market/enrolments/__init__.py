"""Enrolments in training classes 参训人员, their results and what became of them."""
