"""What windows wrote of benefits, confirmed in batches with control totals (批量复核待遇)."""
