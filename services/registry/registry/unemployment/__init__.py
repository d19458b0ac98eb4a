"""Unemployment registration (失业登记): folded from the labour status and from what was filed."""
