"""Who keeps the certificate, and that a void one is taken in (保管与收回)."""
