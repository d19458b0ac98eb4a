"""Lost certificates and their reissue (挂失补发)."""
