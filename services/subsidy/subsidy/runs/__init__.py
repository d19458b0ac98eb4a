"""Runs (月度发放批次): a month of a programme decided for all who are enrolled, frozen, and paid."""
