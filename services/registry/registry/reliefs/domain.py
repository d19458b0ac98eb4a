"""Tax and fee relief (税费减免): postings by the authorities, and the totals that they state.

A stated total is kept beside the postings and never made to agree with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

#: 收费减免 / 税收减免 / 其他
Kind = Literal["fee", "tax", "other"]
#: 登记类 / 个体管理费 / 市场管理费 / 其他部门收费 / 营业税 / 城建税 / 教育费附加 / 所得税
Item = Literal[
    "registration", "self_employed_management", "market_management", "other_departments",
    "business_tax", "urban_construction_tax", "education_surcharge", "income_tax",
]  # fmt: skip
BeneficiaryUnit = Literal["person", "household"]

ITEMS: dict[Kind, frozenset[str]] = {
    "fee": frozenset(
        {"registration", "self_employed_management", "market_management", "other_departments"}
    ),
    "tax": frozenset(
        {"business_tax", "urban_construction_tax", "education_surcharge", "income_tax"}
    ),
    "other": frozenset({"other_departments"}),
}


class ItemOfOtherKind(Refusal):
    """A tax posted as a fee, or the reverse."""

    code = "relief-item-kind"


class ReliefNotInForce(Refusal):
    """Posted for a day on which no relief of this kind was in force (R24, R25)."""

    code = "relief-not-in-force"


class PeriodReversed(Refusal):
    """A stated total whose period ends before it begins."""

    code = "period-reversed"


class PersonNeedsWorker(Refusal):
    """The relief of a person names another worker than the beneficiary."""

    code = "beneficiary-differs"


@dataclass(frozen=True, slots=True)
class Posting:
    """One relief as the authority posted it. ``beneficiary_id``: the worker, or the household."""

    id: UUID
    kind: Kind
    item: Item
    authority: str
    beneficiary_unit: BeneficiaryUnit
    beneficiary_id: UUID
    worker_id: UUID | None
    amount_fen: int
    posted_on: date
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """What an authority says that its reliefs of a period add up to."""

    id: UUID
    kind: Kind
    authority: str
    amount_fen: int
    period_from: date
    period_to: date
    document: str | None
    area_code: str
    office: str


def check_posting(posting: Posting, *, in_force: bool) -> None:
    """Raises when item and kind, person and worker, or day and law do not go together."""
    if posting.item not in ITEMS[posting.kind]:
        raise ItemOfOtherKind
    if (
        posting.beneficiary_unit == "person"
        and posting.worker_id is not None
        and posting.worker_id != posting.beneficiary_id
    ):
        raise PersonNeedsWorker
    if not in_force:
        raise ReliefNotInForce


def check_total(total: StatedTotal) -> None:
    """Raises :class:`PeriodReversed`."""
    if total.period_to < total.period_from:
        raise PeriodReversed
