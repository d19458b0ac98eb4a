"""Refused referrals (拒绝推荐): what jobs-market told, counted in one place."""
