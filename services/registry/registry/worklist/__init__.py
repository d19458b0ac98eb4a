"""What waits for a second person, of every noun that asks for one (待审事项)."""
