"""Which days are worked, as registry publishes it (工作日历); what procedures count their limits in."""
