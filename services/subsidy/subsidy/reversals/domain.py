"""What stands against taking a payment back by hand."""

from __future__ import annotations

from kit.refusal import Refusal

#: Among the bank's reason codes: the order was paid, and the payment taken back by the office.
BY_HAND = "hand"


class RecoveryUnderWay(Refusal):
    """What it paid for is being recovered: the money comes back there, and only once."""

    code = "payment-being-recovered"
