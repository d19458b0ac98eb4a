"""The public list of applications (公示名单)."""
