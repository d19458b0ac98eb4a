"""The blacklist (失信申请人): claimants of whom no claim is taken until a day; a leaf."""
