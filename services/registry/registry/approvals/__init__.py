"""Approvals of many certificates at once, with control totals (批量审批)."""
