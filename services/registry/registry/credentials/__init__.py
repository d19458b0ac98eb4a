"""The certificate as a thing: signed statement, status lists, printed card, public verification."""
