"""From what was heard to what a programme is told: the facts of one line, with the events that say so.

Pure: :class:`Known` is everything heard that a set of lines may need, and each line is put together
from it alone. What only the claim itself can say, and what counters and earlier grants say, is given
with the line. A line whose facts have not all arrived names what is missing instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple, get_args
from uuid import UUID

from subsidy.heard.domain import Known, Noun, Occupancy, Placement
from subsidy.programmes.facts import (
    AllowanceFacts,
    Contribution,
    Facts,
    IntroductionFacts,
    MonthFacts,
    Part,
    Payer,
    Person,
    Recognition,
    Spell,
    TrainingFacts,
    Work,
    last_of,
)  # fmt: skip

#: The kinds of facts that are heard; a project is its own paper.
Of = Literal["month", "allowance", "training", "introduction"]
OF: tuple[Of, ...] = get_args(Of)
#: What has not arrived (yet): 劳动者 / 就业 / 单位 / 单位代码 / 上岗 / 进中心协议 / 参训 / 培训班 / 结业 /
#: 介绍结果 / 月份 / 项目. ``of-another-person`` does not arrive: what the line names is somebody else's; ``month``:
#: somebody else takes it just now.
Missing = Literal[
    "worker", "placement", "employer", "employer-code", "occupancy", "agreement", "enrolment",
    "class", "class-completed", "result", "referral", "of-another-person", "month", "project",
]  # fmt: skip
_DAY = timedelta(days=1)


class Given(NamedTuple):
    """What no event tells. ``used`` and ``taken``: counters before the line, and kinds of benefit
    granted for its month; the rest as in :mod:`subsidy.programmes.facts`. ``agreement_until``: the
    last day in the centre."""

    used: Mapping[str, int] = {}
    taken: tuple[str, ...] = ()
    approved_on: date | None = None
    renewed_until: date | None = None
    agreement_until: date | None = None
    enterprise_pays: int = 0
    recognised_on: date | None = None
    provider_qualified: bool = False
    part: Part = "whole"
    first_part_paid: bool = False
    free_of_charge: bool = False
    group: str = ""


NOTHING_GIVEN = Given()


class Line(NamedTuple):
    """What is asked about: ``of`` as the programme's version has it (``Version.facts``).
    ``reference``: the placement of a month (of a public-welfare post: the occupant's placement), the
    enrolment, the referral; none of an allowance. ``day``: some day of the month, else the day of
    the claim."""

    of: Of
    worker_id: UUID
    day: date
    reference: UUID | None = None
    given: Given = NOTHING_GIVEN


class Answer(NamedTuple):
    """``facts`` None: something is ``missing``. ``events`` names the events behind the facts.
    ``conflicts``: tellings of contradictions that stand in the month (it is to be held)."""

    facts: Facts | None
    events: Mapping[str, UUID]
    missing: tuple[Missing, ...] = ()
    conflicts: tuple[UUID, ...] = ()


# --- putting together -----------------------------------------------------------------------------


def answers(lines: Iterable[Line], known: Known) -> list[Answer]:
    """What each line is told, in their order."""
    people = _People(known)
    return [_PUT_TOGETHER[line.of](line, known, people) for line in lines]


def _not_yet(*missing: Missing | None) -> Answer | None:
    """Nothing but what is missing; None: nothing is."""
    names = tuple(name for name in missing if name is not None)
    return Answer(None, {}, names) if names else None


_SINCE = attrgetter("since", "entity_id")


class _People:
    """Persons, put together once for all of their lines."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._done: dict[UUID, tuple[Person, dict[str, UUID], list[Spell]] | None] = {}

    def of(self, worker_id: UUID, on: date) -> tuple[Person, dict[str, UUID]] | None:
        """The person as a line of that first day needs it. None: registry has not told of it."""
        if worker_id not in self._done:
            self._done[worker_id] = self._person(worker_id)
        done = self._done[worker_id]
        if done is None:
            return None
        person, events, gone = done
        if not gone:
            return person, events
        # Whoever came back before the line begins had not left.
        left = min((s.since for s in gone if s.until is None or s.until >= on), default=None)
        return (person if left is None else replace(person, left_on=left)), events

    def same(self, worker_id: UUID, other: UUID) -> bool:
        """Whether two records are one person's."""
        return other in self._known.records[worker_id]

    def _person(self, worker_id: UUID) -> tuple[Person, dict[str, UUID], list[Spell]] | None:
        worker = self._known.workers.get(worker_id)
        if worker is None:
            return None
        mine = [
            one for id in self._known.records[worker_id] for one in self._known.held.get(id, ())
        ]
        mine.sort(key=_SINCE)
        events = {"worker": worker.event_id}
        spells: dict[Noun, list[Spell]] = {}
        recognitions = []
        for one in mine:
            events[f"{one.noun}:{one.entity_id}"] = one.event_id
            if one.noun == "difficulty":
                recognitions.append(Recognition(one.kind or "", one.since, one.until))
            else:
                spells.setdefault(one.noun, []).append(Spell(one.since, one.until))
        person = Person(
            worker.sex, worker.birth_date, worker.cadre,
            certificates=tuple(spells.get("certificate", ())),
            recognitions=tuple(recognitions),
            unemployed=tuple(spells.get("unemployment", ())),
        )  # fmt: skip
        return person, events, spells.get("life-fact", [])


def _month(line: Line, known: Known, people: _People) -> Answer:
    placement = None if line.reference is None else known.placements.get(line.reference)
    month = line.day.replace(day=1)
    found = _work(line, placement, people, month, known)
    if isinstance(found, Answer):
        return found
    work, events = found
    assert placement is not None
    someone = people.of(line.worker_id, max(month, work.started_on))
    paid = _contributions(line, known, month, placement)
    if someone is None or paid is None:
        missing = _not_yet(
            "worker" if someone is None else None, "employer-code" if paid is None else None
        )
        assert missing is not None
        return missing
    person, about = someone
    contributions, payments = paid
    conflicts: tuple[UUID, ...] = ()
    if known.conflicts:
        own = known.records[line.worker_id]
        conflicts = tuple(c for id in own for c in known.conflicts.get((id, month), ()))
    return Answer(
        MonthFacts(month, person, work, contributions, line.given.used, line.given.taken),
        {**about, **events, **payments},
        conflicts=conflicts,
    )


def _work(
    line: Line, placement: Placement | None, people: _People, month: date, known: Known
) -> tuple[Work, dict[str, UUID]] | Answer:
    """The work of a placement as it stands in a month, with its events; or what is missing."""
    if placement is None:
        return Answer(None, {}, ("placement",))
    if not people.same(line.worker_id, placement.worker_id):
        return Answer(None, {}, ("of-another-person",))
    post = placement.occupancy
    missing = _not_yet(
        "employer" if placement.employer_id and not placement.employer_event else None,
        "occupancy" if placement.on_public_welfare_post and post is None else None,
    )
    if missing is not None:
        return missing
    events = {"placement": placement.event_id}
    if placement.employer_event is not None:
        events["employer"] = placement.employer_event
    started, ended, voided = placement.started_on, placement.ended_on, placement.voided
    others: Sequence[tuple[Occupancy, UUID]] = ()
    if post is not None and placement.occupancy_event is not None:
        others = _sharing(post, known, month)
        events["occupancy"] = placement.occupancy_event
        events |= {f"occupancy:{other.placement_id}": event for other, event in others}
        started = post.occupied_on
        ended = None if post.vacated_on is None else post.vacated_on - _DAY
        voided = voided or placement.occupancy_voided
    work = Work(
        started, placement.contract_months, placement.wage or 0,
        placement.sector or placement.employer_sector, placement.new_post, ended, voided,
        line.given.approved_on, line.given.renewed_until, sole_occupant=not others,
    )  # fmt: skip
    return work, events


def _sharing(post: Occupancy, known: Known, month: date) -> list[tuple[Occupancy, UUID]]:
    """Who else holds the post on a day of the month on which this one does."""
    found = []
    for other, event in known.sharing.get(post.placement_id, ()):
        days = post.shared_with(other)
        if days is not None and Spell(*days).meets(month, last_of(month)):
            found.append((other, event))
    return found


def _contributions(
    line: Line, known: Known, month: date, placement: Placement
) -> tuple[tuple[Contribution, ...], dict[str, UUID]] | None:
    """What was paid for the month, with the events of it. None: some payer cannot be told from the
    line's employer, whose code nobody told."""
    found: set[tuple[str, Payer, int]] = set()
    events: dict[str, UUID] = {}
    for record in known.records[line.worker_id]:
        for one in known.paid.get((record, month), ()):
            if one.payer is not None and placement.employer_id and not placement.employer_code:
                return None
            payer: Payer = "other"
            if one.payer is None:
                payer = "self"
            elif one.payer == placement.employer_code:
                payer = "employer"
            if one.insurances:
                events[f"contribution:{one.id}"] = one.event_id
                found.update((name, payer, one.base) for name in one.insurances)
    return tuple(Contribution(name, base, payer) for name, payer, base in sorted(found)), events


def _allowance(line: Line, known: Known, people: _People) -> Answer:
    month = line.day.replace(day=1)
    someone = people.of(line.worker_id, month)
    if someone is None:
        return Answer(None, {}, ("worker",))
    person, events = someone
    since = known.workers[line.worker_id].centre_agreement_on
    if since is None:
        return Answer(None, {}, ("agreement",))
    given = line.given
    working = [one for id in known.records[line.worker_id] for one in known.working.get(id, ())]
    working.sort(key=lambda one: (one[0].since, one[1]))
    return Answer(
        AllowanceFacts(
            month, person, Spell(since, given.agreement_until),
            tuple(spell for spell, _, _ in working), given.enterprise_pays, given.recognised_on,
            given.used, given.taken,
        ),
        {**events, **{f"placement:{id}": event for _, id, event in working}},
    )  # fmt: skip


def _training(line: Line, known: Known, people: _People) -> Answer:
    one = None if line.reference is None else known.enrolments.get(line.reference)
    if one is None:
        return Answer(None, {}, ("enrolment",))
    if not people.same(line.worker_id, one.worker_id):
        return Answer(None, {}, ("of-another-person",))
    if one.opened_on is None or one.class_event is None:
        return Answer(None, {}, ("class",))
    someone = people.of(line.worker_id, one.opened_on)
    missing = _not_yet(
        "worker" if someone is None else None,
        "class-completed" if one.completed_on is None else None,
        "result" if one.result is None else None,
    )
    if missing is not None or someone is None or one.completed_on is None:
        return missing or Answer(None, {}, ("class-completed",))
    given, (person, events) = line.given, someone
    passed = one.passed or 0
    at_work = {f"employed:{id}": event for on, id, event in one.employed if on <= line.day}
    return Answer(
        TrainingFacts(
            person, one.opened_on, one.ends_on or one.completed_on, line.day,
            given.provider_qualified, passed + (one.failed or 0), passed,
            len(at_work), one.result == "passed",
            _by(one.employed_on, line.day), given.part, given.first_part_paid, given.used,
        ),
        {**events, **at_work, "enrolment": one.event_id, "class": one.class_event},
    )  # fmt: skip


def _by(day: date | None, claimed_on: date) -> date | None:
    """What had happened by the claim."""
    return day if day is not None and day <= claimed_on else None


def _introduction(line: Line, known: Known, people: _People) -> Answer:
    referral = None if line.reference is None else known.referrals.get(line.reference)
    if referral is None:
        return Answer(None, {}, ("referral",))
    if not people.same(line.worker_id, referral.worker_id):
        return Answer(None, {}, ("of-another-person",))
    placement = None
    if referral.placement_id is not None:
        placement = known.placements.get(referral.placement_id)
    found = _work(line, placement, people, line.day.replace(day=1), known)
    if isinstance(found, Answer):
        return found
    work, events = found
    someone = people.of(line.worker_id, work.started_on - _DAY)
    if someone is None:
        return Answer(None, {}, ("worker",))
    person, about = someone
    return Answer(
        IntroductionFacts(
            person, work, line.day, line.given.free_of_charge, line.given.group, line.given.used
        ),
        {**about, **events, "referral": referral.event_id},
    )


_PUT_TOGETHER: dict[Of, Callable[[Line, Known, _People], Answer]] = {
    "month": _month,
    "allowance": _allowance,
    "training": _training,
    "introduction": _introduction,
}
