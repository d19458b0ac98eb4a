"""A batch of benefits that windows wrote and a second person confirms: so many, these very ones, and so
much money (4.6; control totals, :mod:`registry.control_totals`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.money import yuan
from kit.refusal import Refusal
from registry.control_totals import Totals


class NoSuchBenefit(Refusal):
    """One of those that are listed is none of a person whom the caller may see."""

    code = "unknown-benefit"


class AmountDiffers(Refusal):
    """The money that was declared is not that of what is selected."""

    code = "control-amount-differs"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was confirmed on a business day. ``amount_fen``: the sum of its benefits' money."""

    id: UUID
    confirmed_on: date
    totals: Totals
    amount_fen: int
    area_code: str
    office: str
    actor: str


def check_amount(declared_fen: int, selected_fen: int) -> None:
    """Raises :class:`AmountDiffers` with both, in yuan."""
    if declared_fen != selected_fen:
        raise AmountDiffers(declared=yuan(declared_fen), selected=yuan(selected_fen))
