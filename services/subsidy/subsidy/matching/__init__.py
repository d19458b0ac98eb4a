"""Matching duties (配套资金): what a city or county owes beside a grant of the centre or the province."""
