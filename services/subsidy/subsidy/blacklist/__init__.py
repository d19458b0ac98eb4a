"""The blacklist (失信申请人): claimants of whom no claim, enrolment or project is taken until a day; a leaf."""
