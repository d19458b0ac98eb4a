"""Merges (重复登记合并): two records found to be one person, as one; and taken apart again."""
