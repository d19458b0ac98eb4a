"""The embedded run: one command that starts the whole house on one machine."""
