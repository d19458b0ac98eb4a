"""Which findings stand: what of a person's placements should not be, or go on, as is known now.

Registry tells of a death or a retirement after the work was confirmed. Ending a placement is a filing
and voiding one an audit's (policy 4.4), and neither is ever taken back: so nothing is done here but a
finding, which is gone when the office did it or when the fact was not so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from jobs_market.placements import twice
from jobs_market.placements.domain import Placement
from jobs_market.workers.domain import GONE, for_good
from kit.findings import Finding
from kit.life_facts import KIND_ZH, LifeFact, first


def found_in(
    placements: Iterable[Placement], facts: Mapping[UUID, Iterable[LifeFact]]
) -> list[Finding]:
    """Everything wrong with the placements of one person. ``facts`` by record."""
    mine = list(placements)
    found = twice.found_in(mine)
    for one in mine:
        told = list(facts.get(one.worker_id, ()))
        if one.state in ("confirmed", "ended"):
            if (fact := for_good(told, one.started_on)) is not None:
                found.append(_never_began(one, fact))
                continue
        left = first(f for f in told if f.kind in GONE and f.since > one.started_on)
        if one.state == "confirmed" and left is not None:
            found.append(_goes_on(one, left))
    return found


def _never_began(one: Placement, fact: LifeFact) -> Finding:
    return Finding(
        one.id, fact.id, "dead-or-retired", "policy 4.4, 5.1 E8",
        f"就业开始之日本人已{KIND_ZH[fact.kind]}，应核实撤销",
        f"the person was {fact.kind} when the work began: to be voided",
        one.area_code, one.office,
    )  # fmt: skip


def _goes_on(one: Placement, fact: LifeFact) -> Finding:
    return Finding(
        one.id, fact.id, "placement-to-be-ended", "policy 4.4, 5.1 E8",
        f"本人自{fact.since.isoformat()}起{KIND_ZH[fact.kind]}，就业应自该日终止",
        f"the person is {fact.kind} since {fact.since.isoformat()}: the placement ends on that day",
        one.area_code, one.office,
    )  # fmt: skip
