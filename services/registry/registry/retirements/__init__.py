"""Who reaches the age of retirement while something still holds for them (R17, R18, R20)."""
