"""The annual inspection of certificates (年检)."""
