"""The trial deployment: the same house in containers (deploy/compose.yaml), its secrets and steps."""
