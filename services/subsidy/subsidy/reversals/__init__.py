"""Reversals of payments (支付冲销): a payment is taken back by hand, with all that followed from it."""
