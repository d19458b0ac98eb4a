"""Labour status: a fold over what was declared and which placements hold.

The same facts in any order, once or twice, give the same status. Nothing is edited when a placement
ends or is voided: the status is folded again from the set of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.refusal import Refusal
from registry.life_facts.domain import KINDS, LifeFact

#: 下岗 / 登记失业 / 关闭破产待安置 / 未登记失业 / 新成长劳动力 / 在业 / 退休 / 死亡 / 参军 / 出境定居 /
#: 服刑 / 完全丧失劳动能力 / 在学
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
    "schooling",
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


class UnemployedIsRegistered(Refusal):
    """Unemployment is registered with a paper and a decision (4.1); it is not declared here."""

    code = "unemployment-needs-registration"


class LeftByCancellation(Refusal):
    """Whoever is registered as unemployed leaves the register by a cancellation with its reason (R20)."""

    code = "registration-needs-cancellation"


class DocumentNeeded(Refusal):
    """What takes a person out of the labour force rests on a dated document (4.1)."""

    code = "declaration-document"


class NoSuchDeclaration(Refusal):
    """No such declaration of this person stands."""

    code = "unknown-declaration"


class ConfirmedByTwo(Refusal):
    """Two persons said it: somebody who may confirm takes it back, and neither of the two."""

    code = "declaration-confirmed"


class OnlyDeclaration(Refusal):
    """The only declaration of a person: another one must stand before it can be taken back."""

    code = "only-declaration"


class FinalStatus(Refusal):
    """Nothing is declared after retirement or death; an error is corrected, not overwritten."""

    code = "labour-status-final"


@dataclass(frozen=True, slots=True)
class Document:
    """What a declaration rests on: its number, its date, and its kind where kinds are told apart."""

    reference: str
    on: date | None = None
    kind: str | None = None


#: The name of a declaration that nobody keeps.
UNNAMED = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Declared:
    """A status declared at a window, from a day on. ``id`` names the declaration; of two for the
    same day the one that was made later holds (ids are made in time)."""

    status: LabourStatus
    since: date
    id: UUID = UNNAMED


@dataclass(frozen=True, slots=True)
class Placement:
    """A job as we heard of it: ``ended_on`` is the first day without it. ``filed``: only an
    employer's or the person's own filing tells of it, no placement of the labour market.
    ``filed_as``: what filings call it that did not name the placement."""

    id: UUID
    started_on: date
    ended_on: date | None = None
    voided: bool = False
    filed: bool = False
    employer_id: UUID | None = None
    filed_as: UUID | None = None

    def meets(self, other: Placement) -> bool:
        """Whether there was a day of both, or both began on one day."""
        begins, ends = max(self.started_on, other.started_on), (self.ended_on, other.ended_on)
        return self.started_on == other.started_on or all(
            end is None or begins < end for end in ends
        )


#: How far the first days may lie apart that a filing and the labour market tell of one job.
ONE_JOB = timedelta(days=30)


#: Who told of a job: the labour market (就业确认), or a filing (就业备案 / 终止备案).
Source = Literal["jobs-market", "filing"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """One thing told of a job, by the event or filing that told it. ``voided`` says that the job
    never was; ``reversed`` takes back one thing told before (``reverses``)."""

    event_id: UUID
    job_id: UUID
    worker_id: UUID
    act: Literal["began", "ended", "voided", "reversed"]
    on: date | None = None
    source: Source = "jobs-market"
    reverses: UUID | None = None
    employer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A status and the day it holds from; ``placement_id`` names what made it ``employed``."""

    status: LabourStatus
    since: date
    placement_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A declaration that another person has to confirm before it holds. ``declared_on``: the day on
    which it was written down."""

    fact: Declared
    worker_id: UUID
    document: Document | None
    declared_by: str
    area_code: str
    office: str
    declared_on: date


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A time outside of the labour force. ``kind`` is one of :data:`WITHDRAWN`; ``until`` the first
    day after it (None: it lasts); ``id`` names the fact or the declaration."""

    id: UUID
    kind: LabourStatus
    on: date
    until: date | None = None


def population(status: LabourStatus) -> Population:
    """Whether a person registered in this status belongs to 下岗失业人员."""
    return "base" if status in BASE_STATUSES else "outside"


def placements(heard: Iterable[Hearing]) -> list[Placement]:
    """Jobs, folded from everything told of them, in any order and any number of times.

    The labour market's word on the first day goes before a filing's; a job ends on the earliest day
    that anybody told; of two words of one source the later one holds. A job whose beginning nobody
    told yet is not there. A filed job and a placement are one, whichever was told first, when they
    began within :data:`ONE_JOB` of each other and last together, unless their employers differ.
    """
    told = {hearing.event_id: hearing for hearing in heard}
    undone = {hearing.reverses for hearing in told.values() if hearing.act == "reversed"}
    began: dict[UUID, dict[Source, date]] = {}
    ended: dict[UUID, dict[Source, date]] = {}
    voided: set[UUID] = set()
    employers: dict[UUID, UUID] = {}
    for event_id in sorted(told.keys() - undone):
        hearing = told[event_id]
        if hearing.act == "voided":
            voided.add(hearing.job_id)
        elif hearing.on is not None:
            days = began if hearing.act == "began" else ended
            days.setdefault(hearing.job_id, {})[hearing.source] = hearing.on
            if hearing.employer_id is not None:
                employers[hearing.job_id] = hearing.employer_id
    jobs = []
    for id, by_source in began.items():
        market = by_source.get("jobs-market")
        started_on = market or by_source["filing"]
        ended_on = min(ended[id].values()) if id in ended else None
        jobs.append(
            Placement(id, started_on, ended_on, id in voided, market is None, employers.get(id))
        )
    return sorted(_joined(jobs), key=lambda job: (job.started_on, job.id))


def _joined(jobs: Sequence[Placement]) -> Iterable[Placement]:
    """Each filed job as part of the placement that it is, the nearest in days first; a voided one
    takes only what no other can."""
    found = {job.id: job for job in jobs}
    filed, placed = [j for j in jobs if j.filed], [j for j in jobs if not j.filed]
    pairs = [(job, paper) for job in placed for paper in filed if _one_job(job, paper)]
    pairs.sort(
        key=lambda pair: (
            pair[0].voided, abs(pair[0].started_on - pair[1].started_on), pair[0].id, pair[1].id,
        )
    )  # fmt: skip
    for job, paper in pairs:
        if found[job.id].filed_as is None and paper.id in found:
            ends = [end for end in (job.ended_on, paper.ended_on) if end is not None]
            found[job.id] = replace(job, ended_on=min(ends, default=None), filed_as=paper.id)
            del found[paper.id]
    return found.values()


def _one_job(placed: Placement, filed: Placement) -> bool:
    named = {one.employer_id for one in (placed, filed) if one.employer_id is not None}
    near = abs(placed.started_on - filed.started_on) <= ONE_JOB
    return near and len(named) < 2 and placed.meets(filed)


def spells(
    declared: Sequence[Declared], placements: Iterable[Placement], life: Sequence[LifeFact] = ()
) -> list[Spell]:
    """The person's statuses in time, each until the next begins. At least one was declared."""
    facts = sorted(declared, key=lambda fact: (fact.since, fact.id))
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


def withdrawals(declared: Iterable[Declared], life: Iterable[LifeFact]) -> list[Withdrawal]:
    """Every time in which a person stood outside of the labour force, whoever said so: an authority
    (``life``), or a window (``declared``), whose word holds until its next one."""
    found = [
        Withdrawal(fact.id, fact.kind, fact.on, fact.until)
        for fact in life
        if fact.kind in WITHDRAWN
    ]
    facts = sorted(declared, key=lambda fact: (fact.since, fact.id))
    for fact, after in zip_longest(facts, facts[1:]):
        if fact.status in WITHDRAWN:
            until = after.since if after and fact.status not in FINAL else None
            found.append(Withdrawal(fact.id, fact.status, fact.since, until))
    return found


#: Who told it, of what this office itself confirmed.
BUREAU = "employment-bureau"


def as_life_fact(worker_id: UUID, fact: Declared, until: date | None) -> LifeFact:
    """What two persons declared of a worker, as other services hear of it. ``fact`` is one of
    :data:`WITHDRAWN`."""
    kind = next(kind for kind in KINDS if kind == fact.status)
    return LifeFact(fact.id, worker_id, kind, fact.since, until, BUREAU)


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
        placed = next((job for job in live if not job.filed), None)
        return "employed", placed.id if placed else None
    return (known[-1].status, None) if known else None


def job_on(day: date, jobs: Iterable[Placement]) -> Placement | None:
    """A job that began by a day and has not ended by it; the one that began first."""
    live = (j for j in jobs if not j.voided and j.started_on <= day)
    live = (j for j in live if j.ended_on is None or j.ended_on > day)
    return min(live, key=lambda job: (job.started_on, job.id), default=None)


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
    fact: Declared,
    document: Document | None,
    history: Sequence[Spell],
    declared: Iterable[Declared],
    today: date,
) -> None:
    """Raises when a window may not declare this now. ``declared`` is what stands so far."""
    status, since = fact.status, fact.since
    if since > today:
        raise InTheFuture
    if status == "employed":
        raise EmployedIsDerived
    if status == "unemployed":
        raise UnemployedIsRegistered
    if history[-1].status in FINAL and status != "deceased":
        raise FinalStatus
    holding = on(since, history)
    if holding is not None and holding.status == status:
        raise StatusUnchanged
    if status in WITHDRAWN:
        check_document(document, today)
        return
    before = [one for one in declared if one.since <= since]
    last = max(before, key=lambda one: (one.since, one.id), default=None)
    if status != "schooling" and last is not None and last.status == "unemployed":
        raise LeftByCancellation


def check_document(document: Document | None, today: date) -> None:
    """Raises when the document is missing or of the future."""
    if document is None:
        raise DocumentNeeded
    if document.on is not None and document.on > today:
        raise InTheFuture
