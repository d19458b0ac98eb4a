"""What waits for a second person: one list over the nouns that have a maker and a checker.

Whoever may decide sees it; whoever made it does not (policy 4.6). A certificate that was revoked, or a
recognition that was ended, waits for nobody: its restoration is not asked for before it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

#: 更正申请 / 状态申报复核 / 发证 / 异议结论 / 合并 / 补发 / 责令退回失业保险金 / 市级确认 / 注销复核 / 待遇登记复核
Kind = Literal[
    "correction", "declaration", "issue", "dismiss-objection", "merge", "reissue",
    "insurance-refund", "confirm", "revocation", "benefit",
]  # fmt: skip

KINDS: dict[str, str] = {
    "correction": "更正申请", "declaration": "状态申报复核", "issue": "公示期满待发证",
    "dismiss-objection": "异议待结论", "merge": "判定同一人待合并", "reissue": "挂失公告期满待补发",
    "insurance-refund": "责令退回失业保险金待复核", "confirm": "已批准待市级确认",
    "revocation": "因死亡、退休待复核注销", "benefit": "窗口登记的待遇待复核",
}  # fmt: skip

#: Which scope decides on each.
DECIDES: Mapping[Kind, str] = {
    "correction": "registry:correction:approve",
    "declaration": "registry:labour-status:approve",
    "issue": "registry:certificate:approve",
    "dismiss-objection": "registry:certificate:approve",
    "merge": "registry:merge:approve",
    "reissue": "registry:certificate:approve",
    "insurance-refund": "registry:unemployment-insurance:approve",
    "confirm": "registry:certificate:approve",
    "revocation": "registry:certificate:approve",
    "benefit": "registry:benefit:approve",
}

#: Where a list begins that goes by day, kind and id.
Place = tuple[date, Kind, UUID]
_FIRST, _LAST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. ``id`` names what is decided on: the request, the declaration, the verdict
    that a merge names, the certificate. ``since``: the day of the maker's step; ``days``: working
    days after it up to today. ``other_id``: the second record of a merge."""

    kind: Kind
    id: UUID
    worker_id: UUID
    other_id: UUID | None
    since: date
    made_by: str
    area_code: str
    office: str
    days: int = 0

    @property
    def place(self) -> Place:
        return self.since, self.kind, self.id


def decides(scopes: frozenset[str], asked: Kind | None) -> list[Kind]:
    """The kinds on which the holder of these scopes decides; only ``asked``, when one is asked for."""
    return [
        kind for kind, scope in DECIDES.items() if scope in scopes and asked in (None, kind)
    ]  # fmt: skip


def within(kind: Kind, after: Place | None) -> tuple[date, UUID]:
    """Behind which day and id a list of one kind goes on, when that of all went up to ``after``."""
    if after is None:
        return date.min, _FIRST
    day, last, id = after
    return day, (id if kind == last else _FIRST if kind > last else _LAST)
