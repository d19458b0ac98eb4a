"""What stands against taking a payment back by hand."""

from __future__ import annotations

from kit.refusal import Refusal

#: Among the bank's reason codes: the order was paid, and the payment taken back by the office.
BY_HAND = "hand"


class KeptForARecovery(Refusal):
    """The payment was never made to the bank: it was kept for what the payee's claimant owed."""

    code = "payment-of-an-offset"


class RecoveryUnderWay(Refusal):
    """What it paid for is being recovered: the money comes back there, and only once."""

    code = "payment-being-recovered"
