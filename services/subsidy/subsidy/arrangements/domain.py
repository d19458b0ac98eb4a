"""Arrangements (资金安排): unallocated money is set aside for one use.

The uses that the law permits are a dated list (B1, B2). A use outside the list needs the province's
approval (财社[2002]107); without a reference the arrangement is recorded with a finding: it happened,
and hiding or blocking it would make the books wrong (N11). A reference is never made up.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from subsidy.funds.domain import Fund

Finding = Literal["use-outside-permitted-list", "no-use-list-in-force"]


class ArrangedTooMuch(Refusal):
    """More than the fund has unallocated (``missing`` in fen)."""

    code = "more-than-unallocated"


class ArrangementUnknown(Refusal):
    """There is no such arrangement, or not in the actor's area."""

    code = "arrangement-unknown"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Money set aside: fen, for a use code, with the finding that the office's choice deserves."""

    id: UUID
    fund: Fund
    use_code: str
    amount: int
    arranged_on: date
    purpose: str
    approval: str | None
    finding: Finding | None
    area_code: str
    office: str


def finding(
    use_code: str, approval: str | None, permitted: Collection[str] | None
) -> Finding | None:
    """What is to be said about a use. ``permitted`` is the list of the day, None before any list."""
    if permitted is None:
        return "no-use-list-in-force"
    if use_code in permitted or (approval is not None and approval.strip()):
        return None
    return "use-outside-permitted-list"
