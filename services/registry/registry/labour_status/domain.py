"""Labour status: a fold over what was declared and which placements hold.

The same facts in any order, once or twice, give the same status. Nothing is edited when a placement
ends or is voided: the status is folded again from the set of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.refusal import Refusal
from registry.life_facts.domain import LifeFact

#: 下岗 / 登记失业 / 关闭破产待安置 / 未登记失业 / 新成长劳动力 / 在业 / 退休 / 死亡 / 参军 / 出境定居 /
#: 服刑 / 完全丧失劳动能力
LabourStatus = Literal[
    "laid_off",
    "unemployed",
    "to_be_placed",
    "jobless",
    "new_entrant",
    "employed",
    "retired",
    "deceased",
    "enlisted",
    "emigrated",
    "imprisoned",
    "incapacitated",
]

#: 下岗失业人员: the population that the re-employment rate looks at. Others are outside of it.
BASE_STATUSES = frozenset({"laid_off", "unemployed", "to_be_placed", "jobless"})
Population = Literal["base", "outside"]


#: Facts about a person that no placement overrides (policy 4.1, E8).
FINAL = frozenset({"retired", "deceased"})

#: Life facts that take a person out of the labour force: the first that holds on a day is the status.
WITHDRAWN: tuple[LabourStatus, ...] = (
    "deceased", "retired", "emigrated", "imprisoned", "enlisted", "incapacitated",
)  # fmt: skip


class StatusUnchanged(Refusal):
    """The status declared is the one that holds on that day."""

    code = "labour-status-unchanged"


class EmployedIsDerived(Refusal):
    """Employment follows from a confirmed placement; it is not declared here."""

    code = "employment-needs-placement"


class FinalStatus(Refusal):
    """Nothing is declared after retirement or death; an error is corrected, not overwritten."""

    code = "labour-status-final"


@dataclass(frozen=True, slots=True)
class Declared:
    """A status declared at a window, from a day on."""

    status: LabourStatus
    since: date


@dataclass(frozen=True, slots=True)
class Placement:
    """A placement as we heard of it: ``ended_on`` is the first day without the job."""

    id: UUID
    started_on: date
    ended_on: date | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """One thing heard of a placement; None where this event says nothing."""

    id: UUID
    worker_id: UUID
    started_on: date | None = None
    ended_on: date | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """A status and the day it holds from; ``placement_id`` names what made it ``employed``."""

    status: LabourStatus
    since: date
    placement_id: UUID | None = None


def population(status: LabourStatus) -> Population:
    """Whether a person registered in this status belongs to 下岗失业人员."""
    return "base" if status in BASE_STATUSES else "outside"


def spells(
    declared: Sequence[Declared], placements: Iterable[Placement], life: Sequence[LifeFact] = ()
) -> list[Spell]:
    """The person's statuses in time, each until the next begins. At least one was declared."""
    facts = sorted(declared, key=lambda fact: fact.since)
    jobs = sorted((p for p in placements if not p.voided), key=lambda p: (p.started_on, p.id))
    days = {fact.since for fact in facts}
    for job in jobs:
        days.add(job.started_on)
        if job.ended_on is not None:
            days.add(job.ended_on)
    for fact in life:
        if fact.kind in WITHDRAWN:
            days.add(fact.on)
            if fact.until is not None:
                days.add(fact.until)
    out: list[Spell] = []
    for day in sorted(days):
        holds = _on(day, facts, jobs, life)
        if holds is None:  # a job from before anything was declared
            continue
        status, placement_id = holds
        if not out or (out[-1].status, out[-1].placement_id) != (status, placement_id):
            out.append(Spell(status, day, placement_id))
    return out


def _on(
    day: date, facts: list[Declared], jobs: list[Placement], life: Sequence[LifeFact]
) -> tuple[LabourStatus, UUID | None] | None:
    known = [fact for fact in facts if fact.since <= day]
    withdrawn: set[str] = {fact.kind for fact in life if fact.holds(day)}
    withdrawn |= {fact.status for fact in known if fact.status in FINAL}
    for status in WITHDRAWN:
        # Death follows retirement; work and declarations follow neither.
        if status in withdrawn:
            return status, None
    live = [j for j in jobs if j.started_on <= day and (j.ended_on is None or j.ended_on > day)]
    if live:
        return "employed", live[0].id
    return (known[-1].status, None) if known else None


def current(
    declared: Sequence[Declared], placements: Iterable[Placement], life: Sequence[LifeFact] = ()
) -> Spell:
    """What holds once all known facts have taken effect (also those dated after today)."""
    return spells(declared, placements, life)[-1]


def on(day: date, history: Sequence[Spell]) -> Spell | None:
    """The spell that holds on a day; None before the first."""
    holding = [spell for spell in history if spell.since <= day]
    return holding[-1] if holding else None


def check_declaration(
    status: LabourStatus, since: date, history: Sequence[Spell], today: date
) -> None:
    """Raises when a window may not declare this now."""
    if since > today:
        raise InTheFuture
    if status == "employed":
        raise EmployedIsDerived
    holding = on(since, history)
    if history[-1].status in FINAL and status != "deceased":
        raise FinalStatus
    if holding is not None and holding.status == status:
        raise StatusUnchanged
