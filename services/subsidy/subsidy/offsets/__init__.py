"""Offsets (抵扣): what of a claim's payment was kept for what its claimant owed from an earlier one."""
