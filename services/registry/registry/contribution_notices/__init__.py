"""What other authorities tell of people, and what follows from it at once (部门通报)."""
