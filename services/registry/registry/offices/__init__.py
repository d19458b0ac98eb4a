"""Offices that administer (机构)."""
