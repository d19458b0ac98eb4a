"""Benefits annotated on a certificate (优惠证享受记录)."""
