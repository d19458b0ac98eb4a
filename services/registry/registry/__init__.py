"""Registry: who lost work, who holds a certificate, what was granted on it."""
