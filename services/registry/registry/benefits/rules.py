"""The ledger as a fold: which months each grant takes, and which of them nobody should have had.

Pure. Everything is a function of the set of grants, acts and life facts, so any order and any
repetition of them gives the same ledger. A month is its first day.

* A grant takes the months of its period (``monthly``), of its first day (``once``) or those that it
  names. An open end takes nothing until its months are told: months cannot be taken for ever.
* An act releases months: all of them when the grant was withdrawn, those from a day on when it was
  stopped. Months to be recovered stay counted until everything ordered has come back (policy 5.3
  no. 3: a month counter is decremented on full recovery only).
* A month that was paid counts whatever became of its grant, until the payment has come back whole;
  then it is free, also inside the period of the grant.
* Of grants of one kind for one month of one record, the first (by first day, then id) holds it. The
  others are facts too, and an overlap with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit import money
from kit.facts import add_months
from registry.benefits.domain import TABLE, Act, Cause, Grant, Holder, Kind, Paid, Payment
from registry.labour_status.domain import Spell


def first_of(day: date) -> date:
    return day.replace(day=1)


def span(start: date, end: date) -> tuple[date, ...]:
    """The months that a period touches, both ends included."""
    months, month = [], first_of(start)
    while month <= end:
        months.append(month)
        month = add_months(month, 1)
    return tuple(months)


def months_of(grant: Grant) -> tuple[date, ...]:
    """The months that a grant takes by itself, whatever happened to it later."""
    takes = TABLE[grant.kind].takes
    if takes == "note":
        return ()
    if grant.months is not None:
        return tuple(sorted(set(grant.months)))
    if takes == "once":
        return (first_of(grant.valid_from),)
    return () if grant.valid_to is None else span(grant.valid_from, grant.valid_to)


def share(grant: Grant, months: Collection[date]) -> int:
    """What a grant's money comes to for some of the months that it takes, in fen, rounded half up:
    each of its months is paid alike."""
    return money.share(grant.amount_fen or 0, len(months), len(months_of(grant)))


def begins(grant: Grant, month: date) -> date:
    """The first day of a month on which the grant gives anything."""
    return max(month, grant.valid_from)


@dataclass(frozen=True, slots=True)
class Account:
    """What was ordered to come back of a grant, and what came. In fen."""

    withdrawn: bool
    confirmed: bool
    stopped_on: date | None
    recover_from: date | None
    ordered_fen: int
    recovered_fen: int

    @property
    def settled(self) -> bool:
        """Everything that was ordered has come back."""
        return self.recover_from is not None and self.recovered_fen >= self.ordered_fen

    @property
    def owed_fen(self) -> int:
        return max(self.ordered_fen - self.recovered_fen, 0)


def standing_orders(acts: Iterable[Act]) -> list[Act]:
    """Recovery orders that were not taken back."""
    unique = {act.id: act for act in acts}.values()
    lifted = {act.reverses for act in unique if act.act == "recovery-lifted"}
    return [act for act in unique if act.act == "recovery-ordered" and act.id not in lifted]


def account(acts: Iterable[Act]) -> Account:
    """The acts on one grant, added up."""
    unique = {act.id: act for act in acts}.values()
    stops = [act.on for act in unique if act.act == "stopped"]
    orders = standing_orders(unique)
    return Account(
        withdrawn=any(act.act == "withdrawn" for act in unique),
        confirmed=any(act.act == "confirmed" for act in unique),
        stopped_on=min(stops, default=None),
        recover_from=min((act.on for act in orders), default=None),
        ordered_fen=sum(act.amount_fen or 0 for act in orders),
        recovered_fen=sum(act.amount_fen or 0 for act in unique if act.act == "recovered"),
    )


def waits(grant: Grant, acts: Iterable[Act]) -> bool:
    """Whether a second person is still to say that what a window wrote is so; until then it is nothing."""
    state = account(acts)
    return grant.waits_since is not None and not (state.confirmed or state.withdrawn)


def latest(grants: Iterable[Grant]) -> dict[UUID, UUID]:
    """By entity, the grant that its payments belong to: of an entitlement its last opening."""
    ordered = sorted(grants, key=lambda grant: grant.source_event)
    return {grant.entity_id: grant.id for grant in ordered}


def months_paid(grant: Grant, payment: Payment) -> tuple[date, ...]:
    """The months that a payment is for; a further part of a once-only benefit takes no month more."""
    if TABLE[grant.kind].takes == "monthly":
        return span(payment.valid_from, payment.valid_to)
    return months_of(grant)


def standing_months(grant: Grant, paid: Iterable[Paid]) -> tuple[date, ...]:
    """The months of which paid money has not come back whole."""
    return tuple(
        sorted({m for one in paid if not one.whole for m in months_paid(grant, one.payment)})
    )


def amount_fen(grant: Grant, paid: Sequence[Paid]) -> int | None:
    """What the person has of it: of what is paid piece by piece, what was paid and has not come back."""
    return sum(one.left_fen for one in paid) if paid else grant.amount_fen


def live_months(
    grant: Grant, acts: Iterable[Act] = (), paid: Sequence[Paid] = ()
) -> tuple[date, ...]:
    """The months that still count for this grant."""
    unpaid = _granted_months(grant, acts)
    if not paid:
        return unpaid
    touched = {month for one in paid for month in months_paid(grant, one.payment)}
    return tuple(sorted({*standing_months(grant, paid), *(set(unpaid) - touched)}))


def _granted_months(grant: Grant, acts: Iterable[Act]) -> tuple[date, ...]:
    """What the acts leave of the months that were granted, whether paid or not."""
    acts = list(acts)
    state = account(acts)
    if state.withdrawn or waits(grant, acts):
        return ()
    cuts = [state.stopped_on, state.recover_from if state.settled else None]
    cut = min((day for day in cuts if day is not None), default=None)
    months = months_of(grant)
    return months if cut is None else tuple(m for m in months if begins(grant, m) < cut)


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a kind a grant may bring a person to. ``until``: the day of retirement age, up
    to which the number does not bind who is near it (policy B9)."""

    count: int
    clause: str
    until: date | None = None

    def gives(self, nth: int, month: date) -> bool:
        return nth <= self.count or (self.until is not None and month < self.until)


#: The limit of a grant by the law of its first day; None where the law of that day has none.
LimitOf = Callable[[Grant], Limit | None]
#: The day of statutory retirement by the law of a day.
RetiresOn = Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Entry:
    """A grant with the months that still count."""

    grant: Grant
    months: tuple[date, ...]

    @property
    def place(self) -> tuple[date, UUID]:
        """Who comes first."""
        return self.grant.valid_from, self.grant.id


@dataclass(frozen=True, slots=True)
class Found:
    """Months of a benefit that nobody should have had; ``clause`` says by what."""

    cause: Cause
    benefit_id: UUID
    other_id: UUID | None
    months: tuple[date, ...]
    clause: str

    @property
    def key(self) -> tuple[Cause, UUID, UUID | None]:
        return self.cause, self.benefit_id, self.other_id


def slots(entries: Iterable[Entry]) -> dict[tuple[UUID, Kind, date], UUID]:
    """Who holds which month: (record, kind, month) to grant. What the database keeps unique."""
    held: dict[tuple[UUID, Kind, date], UUID] = {}
    for entry in sorted(entries, key=lambda one: one.place):
        for month in entry.months:
            held.setdefault((entry.grant.worker_id, entry.grant.kind, month), entry.grant.id)
    return held


def used(entries: Iterable[Entry]) -> dict[Kind, list[date]]:
    """The months of each kind that a person has had: a union, whoever gave them (policy 5.3.6)."""
    months: dict[Kind, set[date]] = {}
    for entry in entries:
        if entry.months:
            months.setdefault(entry.grant.kind, set()).update(entry.months)
    return {kind: sorted(found) for kind, found in months.items()}


def overlaps(
    entries: Sequence[Entry],
    spells: Sequence[Spell],
    holder: Holder | None,
    limit_of: LimitOf,
    retires_on: RetiresOn,
) -> list[Found]:
    """Everything that is wrong with one person's benefits, of all records that are this person."""
    found: dict[tuple[Cause, UUID, UUID | None], tuple[set[date], str]] = {}

    def note(cause: Cause, entry: Entry, other: UUID | None, month: date, clause: str) -> None:
        found.setdefault((cause, entry.grant.id, other), (set(), clause))[0].add(month)

    ordered = sorted((entry for entry in entries if entry.months), key=lambda one: one.place)
    first: dict[tuple[Kind, date], Entry] = {}
    for entry in ordered:
        for month in entry.months:
            holding = first.setdefault((entry.grant.kind, month), entry)
            if holding is not entry:
                same = holding.grant.worker_id == entry.grant.worker_id
                note(
                    "duplicate-grant" if same else "merge", entry, holding.grant.id, month,
                    "policy 4.6 重复享受" if same else "policy 5.3.6",
                )  # fmt: skip
    _without_right(entries, spells, holder, retires_on, note)
    _count(first, limit_of, note)
    return sorted(
        (Found(*key, tuple(sorted(months)), clause) for key, (months, clause) in found.items()),
        key=lambda one: (one.cause, one.benefit_id, one.other_id or one.benefit_id),
    )


def _without_right(
    entries: Iterable[Entry],
    spells: Sequence[Spell],
    holder: Holder | None,
    retires_on: RetiresOn,
    note: Callable[[Cause, Entry, UUID | None, date, str], None],
) -> None:
    """What was given after a fact of life or the age of retirement, or without a certificate in force."""
    for entry in entries:
        kind = TABLE[entry.grant.kind]
        for month, begun in _given(entry):
            ended = _ended(kind.ends_with, spells, begun, retires_on)
            if ended is not None:
                note(ended[0], entry, None, month, ended[1])
            # Whether a relief asks for a certificate, its authority decides by its own law.
            if kind.certificate and not kind.by_money:
                cause = _without_force(holder, month, begun)
                if cause is not None:
                    note(cause, entry, None, month, "policy E4, 4.6")


def _given(entry: Entry) -> list[tuple[date, date]]:
    """The months in which something is given, each with the first day of it; of a relief, its day."""
    if TABLE[entry.grant.kind].by_money:
        return [(first_of(entry.grant.valid_from), entry.grant.valid_from)]
    return [(month, begins(entry.grant, month)) for month in entry.months]


def _ended(
    ends_with: Collection[str], spells: Sequence[Spell], day: date, retires_on: RetiresOn
) -> tuple[Cause, str] | None:
    """Why the person had no right to a kind any more on a day, and by what; None: he or she had."""
    if _status_on(spells, day) in ends_with:
        return "after-life-fact", "policy 4.6, E8"
    if "retired" in ends_with and day >= retires_on(day):
        return "after-retirement-age", "policy 4.6, R17, R18"
    return None


def _count(
    first: Mapping[tuple[Kind, date], Entry],
    limit_of: LimitOf,
    note: Callable[[Cause, Entry, UUID | None, date, str], None],
) -> None:
    """Months beyond the limit, counted in the order of the calendar; each month counts once."""
    counted: dict[tuple[Kind, int | UUID], int] = {}
    grants = {entry.grant.id: entry.grant for entry in first.values()}
    limits = {id: limit_of(grant) for id, grant in grants.items()}
    for (kind, month), entry in sorted(first.items(), key=lambda item: item[0]):
        window = _window(entry, month)
        nth = counted[kind, window] = counted.get((kind, window), 0) + 1
        limit = limits[entry.grant.id]
        if limit is not None and not limit.gives(nth, month):
            note("over-limit", entry, None, month, limit.clause)


def _window(entry: Entry, month: date) -> int | UUID:
    """What is counted together with this month."""
    per = TABLE[entry.grant.kind].per
    return month.year if per == "year" else entry.grant.id if per == "grant" else 0


def _status_on(spells: Sequence[Spell], day: date) -> str | None:
    holding = None
    for spell in spells:
        if spell.since > day:
            break
        holding = spell.status
    return holding


def _without_force(holder: Holder | None, month: date, begun: date) -> Cause | None:
    """Why no certificate of the person had force for a month in which a grant gives from ``begun``
    on; None: one had. The month of issue counts (B6); of several, the one issued last before the
    month says why."""
    reasons: list[tuple[date, Cause]] = []
    for one in holder.certificates if holder is not None else ():
        if first_of(one.issued_on) > month:
            continue
        reason = _lapsed(one, begun)
        if reason is None:
            return None
        reasons.append((one.issued_on, reason))
    return max(reasons)[1] if reasons else "without-certificate"


def _lapsed(certificate: Holder, day: date) -> Cause | None:
    if certificate.revoked_on is not None and day >= certificate.revoked_on:
        return "after-revocation"
    if any(start <= day and (end is None or day < end) for start, end in certificate.suspended):
        return "while-suspended"
    return "after-expiry" if day > certificate.valid_until else None
