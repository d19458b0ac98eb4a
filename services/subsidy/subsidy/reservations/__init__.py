"""Reservations (资金预留): money held back for what is about to be promised."""
