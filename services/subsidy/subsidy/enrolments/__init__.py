"""Enrolments (享受人员名册): who is paid month by month without a claim."""
