"""Writing into the benefit ledger (待遇登记): what authorities grant, stop and take back."""
