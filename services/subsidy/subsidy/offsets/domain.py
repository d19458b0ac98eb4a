"""An offset: fen of a claim's payment that were kept for a recovery of the same claimant.

In the books it is two entries: the payment out of what was promised for the claim, and the recovery that
puts the same amount back on the line which the earlier claim was paid from. The bank pays the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Offset:
    """``amount`` in fen; ``payment_id``: the payment that it is in the books."""

    id: UUID
    recovery_id: UUID
    claim_id: UUID
    due_id: UUID
    payment_id: UUID
    amount: int
    on_day: date
    area_code: str
    done_by: str
