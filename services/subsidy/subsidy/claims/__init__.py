"""Claims (补贴申领): a closed quarter's person-months, from filing to payment."""
