"""A batch of certificates that was checked, posted, issued, or confirmed for the city: with its control
totals (:mod:`registry.control_totals`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from registry.control_totals import Totals

#: 审核 / 公示 / 发证 / 市级确认
BatchAct = Literal["check", "publicise", "issue", "confirm"]
BATCH_ACTS: dict[str, str] = {
    "check": "审核", "publicise": "公示", "issue": "发证", "confirm": "市级确认",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approval:
    """A batch that was checked, posted, issued or confirmed."""

    id: UUID
    act: BatchAct
    approved_on: date
    totals: Totals
    area_code: str
    office: str
    actor: str
