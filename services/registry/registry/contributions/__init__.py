"""Monthly social-insurance contributions of registered people, as the agency tells them (社保缴费)."""
