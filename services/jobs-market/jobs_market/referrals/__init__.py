"""Referral letters 职业介绍."""
