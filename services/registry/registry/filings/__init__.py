"""What people and employers file about work and unemployment (登记、备案与申报)."""
