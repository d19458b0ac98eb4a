"""The platform kit: mechanisms that every service shares, and never a noun of any of them."""
