"""Tax and fee relief (税费减免)."""
