"""Workers (劳动者)."""
