"""How a paper, a registration or a fact of life held, folded from everything told of it.

A telling is kept as it came. From all tellings of one entity follow the days on which it held: the
same tellings in any order, once or twice, give the same days. Every function here is pure. What a run makes a
million of is a named tuple: it costs a fifth of a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from kit import unemployment
from kit.life_facts import WITHDRAWS
from subsidy.programmes.facts import Sex, Spell

Noun = Literal["certificate", "difficulty", "unemployment", "life-fact"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Telling:
    """One event about an entity of a person. ``on``: the day of fact; ``until``: what the event says
    of an end (of a certificate: its last day; of a fact of life: the first day without it);
    ``kind``: of the difficulty or fact, what a reversal takes back, or the state of a restored
    certificate (``on`` then its first day); ``spell``: which spell of
    unemployment began or ended."""

    entity_id: UUID
    sequence: int
    noun: Noun
    fact: str
    worker_id: UUID
    on: date
    event_id: UUID
    until: date | None = None
    kind: str | None = None
    reverses: UUID | None = None
    spell: int = 0


class Held(NamedTuple):
    """From ``since`` to ``until``, both included, something held for a record; None: it goes on.
    ``event_id``: the last telling of it."""

    entity_id: UUID
    noun: Noun
    worker_id: UUID
    since: date
    until: date | None
    event_id: UUID
    kind: str | None = None


#: First and last day; None: it goes on.
Days = tuple[date, date | None]
#: First day of a suspension, and the day of the late inspection that ended it.
Stop = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as its tellings leave it. ``stopped_on``: the first day on which it was revoked,
    or suspended and not reinstated; ``expired_on``: the first day after it had run out."""

    id: UUID
    worker_id: UUID
    event_id: UUID
    issued_on: date | None = None
    valid_until: date | None = None
    stopped_on: date | None = None
    expired_on: date | None = None
    days: tuple[Days, ...] = ()


def certificate(tellings: Iterable[Telling]) -> Certificate:
    """Fold a certificate: issued (again), suspended and reinstated, revoked and restored as if it had
    never been, reissued, expired. ``tellings`` are not empty."""
    issued = until = revoked = expired = None
    stops: list[Stop] = []
    told = _in_order(tellings)
    for one in told:
        match one.fact:
            case "issued":
                issued, until, revoked, expired, stops = one.on, one.until, None, None, []
            case "suspended":
                stops.append((one.on, None))
            case "reinstated":
                stops = _ended(stops, one.on)
                until = one.until or until
            case "reissued":
                until = one.until or until
            case "expired":
                expired = one.on
            case "revoked":
                revoked = one.on
            case "restored":
                revoked, until = None, one.until or until
                expired = expired if one.kind == "expired" else None
                stops = _as_restored(stops, one)
            case _:
                raise ValueError(f"a certificate is never {one.fact}")
    stopped = min(
        [day for day in (revoked, *(off for off, back in stops if back is None)) if day],
        default=None,
    )
    ends = [until, *(day - _DAY for day in (expired, revoked) if day is not None)]
    last = min((day for day in ends if day is not None), default=None)
    days = () if issued is None else tuple(_without((issued, last), stops))
    newest = told[-1]
    return Certificate(
        newest.entity_id, newest.worker_id, newest.event_id, issued, until, stopped, expired, days
    )


def _ended(stops: Sequence[Stop], on: date) -> list[Stop]:
    """Of the stops none goes on from a day on."""
    return [(off, on if back is None else back) for off, back in stops]


def _as_restored(stops: list[Stop], one: Telling) -> list[Stop]:
    """A suspension or a late inspection under the revocation was not told by itself."""
    if one.kind in ("issued", "lost"):
        return _ended(stops, one.on)
    if one.kind == "suspended" and all(back is not None for _, back in stops):
        return [*stops, (one.on, None)]
    return stops


def _without(days: Days, stops: Sequence[Stop]) -> Iterable[Days]:
    """What of some days is left outside stops; a stop ends before the day of its return."""
    since, last = days
    for off, back in sorted(stops, key=lambda stop: stop[0]):
        if off > since and (last is None or since <= min(off - _DAY, last)):
            yield since, off - _DAY if last is None else min(off - _DAY, last)
        if back is None:
            return
        since = max(since, back)
    if last is None or since <= last:
        yield since, last


def _difficulty(tellings: Sequence[Telling]) -> tuple[Days, ...]:
    """Recognised, exited (from that day on; one that reverses: never held), reinstated."""
    since = until = None
    for one in tellings:
        if one.fact in ("recognised", "reinstated"):
            since, until = one.on, None
        elif one.reverses is not None:
            since = None
        else:
            until = one.on - _DAY
    return _held(since, until)


def _life_fact(tellings: Sequence[Telling]) -> tuple[Days, ...]:
    """Recorded, ended, and either of them reversed."""
    since = until = None
    for one in tellings:
        if one.kind not in WITHDRAWS and one.fact != "reversed":
            return ()
        if one.fact == "recorded":
            since, until = one.on, one.until
        elif one.fact == "ended":
            until = one.until
        elif one.kind == "end":
            until = None
        else:
            since = None
    return _held(since, None if until is None else until - _DAY)


def _held(since: date | None, until: date | None) -> tuple[Days, ...]:
    if since is None or (until is not None and until < since):
        return ()
    return ((since, until),)


_FOLDS: dict[Noun, Callable[[Sequence[Telling]], tuple[Days, ...]]] = {
    "certificate": lambda tellings: certificate(tellings).days,
    "difficulty": _difficulty,
    "unemployment": unemployment.spells,
    "life-fact": _life_fact,
}


def held(tellings: Iterable[Telling]) -> list[Held]:
    """The days on which one entity held. ``tellings`` are all of it, each once, and not empty."""
    told = _in_order(tellings)
    newest = told[-1]
    kind = next((one.kind for one in told if one.noun != "certificate"), None)
    return [
        Held(
            newest.entity_id, newest.noun, newest.worker_id, since, until, newest.event_id, kind
        )
        for since, until in _FOLDS[newest.noun](told)
    ]  # fmt: skip


def _in_order(tellings: Iterable[Telling]) -> list[Telling]:
    return sorted(tellings, key=lambda one: one.sequence)


# --- employers ------------------------------------------------------------------------------------


def payer_code(code: str | None) -> str | None:
    """How the insurance agency's code of a payer and an employer's code are compared: the nine
    characters of the organisation code (GB 11714), which a credit code of 18 (GB 32100) contains."""
    if code is None:
        return None
    plain = code.replace("-", "").strip().upper()
    return plain[8:17] if len(plain) == 18 else plain


# --- posts ----------------------------------------------------------------------------------------


class Occupancy(NamedTuple):
    """One placement holds a public-welfare post; ``vacated_on`` is the first day without it."""

    placement_id: UUID
    post_id: UUID
    occupied_on: date
    vacated_on: date | None
    area_code: str
    office: str

    def shared_with(self, other: Occupancy) -> Days | None:
        """The days (both included) on which both hold the post; None: not on any."""
        since = max(self.occupied_on, other.occupied_on)
        ends = [one - _DAY for one in (self.vacated_on, other.vacated_on) if one is not None]
        last = min(ends, default=None)
        return (since, last) if last is None or since <= last else None


# --- what was heard -------------------------------------------------------------------------------


class Worker(NamedTuple):
    sex: Sex
    birth_date: date
    cadre: bool
    centre_agreement_on: date | None
    event_id: UUID


class Paid(NamedTuple):
    """A contribution; ``payer``: the code of an employer, None: the person."""

    id: UUID
    insurances: tuple[str, ...]
    base: int
    payer: str | None
    event_id: UUID


class Placement(NamedTuple):
    """A placement beside its employer, and its post where it holds a public-welfare one."""

    id: UUID
    worker_id: UUID
    employer_id: UUID | None
    started_on: date
    contract_months: int | None
    wage: int | None
    new_post: bool
    sector: str | None
    ended_on: date | None
    voided: bool
    event_id: UUID
    employer_sector: str | None
    employer_code: str | None
    employer_event: UUID | None
    on_public_welfare_post: bool
    occupancy: Occupancy | None
    occupancy_voided: bool
    occupancy_event: UUID | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment beside its class (``opened_on`` None: the class has not been told of).
    ``employed``: of the passed ones of the class who found work: when, who (enrolment), by which event."""

    worker_id: UUID
    result: str | None
    employed_on: date | None
    event_id: UUID
    opened_on: date | None
    ends_on: date | None
    completed_on: date | None
    passed: int | None
    failed: int | None
    class_event: UUID | None
    employed: tuple[tuple[date, UUID, UUID], ...]


@dataclass(frozen=True, slots=True)
class Referral:
    """A resolved introduction; ``placement_id``: of the work that named its letter."""

    worker_id: UUID
    event_id: UUID
    placement_id: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """Everything heard of some lines. ``records``: of each record asked for, all of its person."""

    records: Mapping[UUID, Sequence[UUID]]
    workers: Mapping[UUID, Worker]
    held: Mapping[UUID, Sequence[Held]]
    paid: Mapping[tuple[UUID, date], Sequence[Paid]]
    conflicts: Mapping[tuple[UUID, date], Sequence[UUID]]
    placements: Mapping[UUID, Placement]
    sharing: Mapping[UUID, Sequence[tuple[Occupancy, UUID]]]
    working: Mapping[UUID, Sequence[tuple[Spell, UUID, UUID]]]
    enrolments: Mapping[UUID, Enrolment]
    referrals: Mapping[UUID, Referral]
