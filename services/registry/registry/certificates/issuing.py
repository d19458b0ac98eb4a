"""Issuing: the certificate is handed over, and what was granted before is annotated on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.areas import level
from kit.auth import Actor
from kit.db import Tx
from kit.events import Event, NewEvent
from kit.facts import InTheFuture, MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from registry.benefits import recovering
from registry.benefits import usecases as benefits
from registry.benefits.domain import Holder
from registry.benefits.recovering import Restoration, Withdrawal
from registry.certificates import acts, domain, events, folding, reading, store, usecases
from registry.certificates.acts import IN_HAND, LIVE_STATES, Act
from registry.certificates.domain import Certificate, Transition
from registry.certificates.folding import Moved
from registry.certificates.terms import Terms
from registry.contributions import usecases as contributions
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.offices import usecases as offices
from registry.offices.domain import OfficeNotOpen
from registry.workers import usecases as people_of
from registry.workers.domain import Facts


@dataclass(frozen=True, slots=True)
class Issue:
    """Hand over: by certificate, or by the worker whose application is under way. ``past``: it was
    handed over before, whoever confirmed it then."""

    issued_on: date
    certificate_id: UUID | None = None
    worker_id: UUID | None = None
    version: int | None = None
    past: bool = False


async def issue_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Issue]
) -> list[Refusal | None]:
    """Issue certificates as one set; answers per command why not, or None. Where the city confirms
    (R11), they wait for it as ``approved``."""
    return await _all(rt, tx, actor, acts.ISSUE, commands)


async def confirm_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Issue]
) -> list[Refusal | None]:
    """The city confirms what its districts approved: it is issued (R11); answers per command why not,
    or None. Raises ``not-the-city``."""
    if not of_city(actor):
        raise domain.NotTheCity
    return await _all(rt, tx, actor, acts.CONFIRM, commands)


async def _all(
    rt: Runtime, tx: Tx, actor: Actor, act: Act, commands: Sequence[Issue]
) -> list[Refusal | None]:
    ids = [c.certificate_id for c in commands if c.certificate_id is not None]
    by_worker = [c.worker_id for c in commands if c.certificate_id is None and c.worker_id]
    holders = await store.held_by(tx, ids, by_worker)
    await labour_status.hold(tx, holders)
    await folding.overtake(rt, tx, holders)
    found = await store.locked(tx, ids, by_worker)
    by_id = {certificate.id: certificate for certificate in found}
    makers = await store.makers_of(tx, list(by_id))
    people = await people_of.facts_of(tx, {certificate.worker_id for certificate in found})
    live = {c.worker_id: c for c in found if c.state in LIVE_STATES}
    merged = await identities.merged_among(tx, by_worker) if by_worker else {}
    numbers = iter(await store.next_numbers(tx, len(commands)))
    terms, today = Terms(rt), rt.today()
    closed = await offices.not_open(tx, {(actor.office, c.issued_on) for c in commands})
    contradicted = await contributions.contradicted(tx, list(people))
    outcome: list[Refusal | None] = []
    moved: dict[UUID, Certificate] = {}
    told: list[NewEvent] = []
    for command in commands:
        try:
            before = _meant(actor, command, by_id, live, merged)
            if before.id in moved:
                raise domain.WrongState(state=moved[before.id].state)
            if command.issued_on > today:
                raise InTheFuture
            if (actor.office, command.issued_on) in closed:
                raise OfficeNotOpen
            if acts.bars(act, actor.subject, makers[before.id]):
                raise MakerIsChecker
            if act is acts.ISSUE and not command.past:
                domain.not_contradicted(contradicted.get(before.worker_id, ()))
            person = people[before.worker_id]
            after = _decided(rt, terms, actor, act, command, before, person, numbers)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        moved[after.id] = after
        if after.state == "issued":
            told.append(_issued(after))
        outcome.append(None)
    if moved:
        await store.save(tx, list(moved.values()))
        await store.add_transitions(
            tx,
            [Transition(c.id, c.step, c.state, c.state_on, actor.subject) for c in moved.values()],
        )
        await emit(tx, told)
        await annotate(rt, tx, {c.worker_id for c in moved.values() if c.state == "issued"}, {})
    return outcome


def _decided(
    rt: Runtime,
    terms: Terms,
    actor: Actor,
    act: Act,
    command: Issue,
    before: Certificate,
    person: Facts,
    numbers: Iterator[int],
) -> Certificate:
    """Issued; or approved, where the city confirms what is issued that day."""
    on, number = command.issued_on, numbered(rt, command.issued_on, next(numbers))
    valid_until = terms.valid_until(max(on, before.applied_on), person)
    if act is acts.CONFIRM:
        return before.confirm(on=on, number=number, valid_until=valid_until, told_event=new_id())
    days = terms.publicity_days(before.posted_on)
    if terms.city_confirms(on) and not command.past:
        return before.approve(on=on, publicity_days=days, issued_by=actor.office)
    return before.issue(
        on=on, number=number, publicity_days=days, valid_until=valid_until,
        issued_by=actor.office, told_event=new_id(),
    )  # fmt: skip


def _issued(after: Certificate) -> NewEvent:
    """What is told of a certificate that has just been handed over."""
    assert after.valid_until is not None
    data = {"category": after.category, "valid_until": after.valid_until.isoformat()}
    return usecases.told(
        events.CERTIFICATE_ISSUED, after, after.state_on, data, id=after.told_event
    )


def _meant(
    actor: Actor,
    command: Issue,
    by_id: Mapping[UUID, Certificate],
    live: Mapping[UUID, Certificate],
    merged: Mapping[UUID, Refusal],
) -> Certificate:
    """The certificate to hand over, as the caller saw it. Raises ``no-certificate``, 412, and
    ``worker-merged`` for one that is named by a merged record: its own id still names it."""
    if command.certificate_id is not None:
        found = by_id.get(command.certificate_id)
    else:
        found = live.get(command.worker_id) if command.worker_id else None
    if found is None or not actor.may_see(found.area_code):
        raise domain.NoSuchCertificate
    if command.certificate_id is None and found.worker_id in merged:
        raise merged[found.worker_id]
    if command.version is not None and command.version != found.version:
        raise StaleWrite
    return found


def numbered(rt: Runtime, on: date, n: int) -> str:
    """The unified number (R14): city, year, and a count that never comes twice."""
    return f"{rt.settings.city}{on.year}{n:07d}"


async def next_number(rt: Runtime, tx: Tx, on: date) -> str:
    """One fresh number."""
    (n,) = await store.next_numbers(tx, 1)
    return numbered(rt, on, n)


def of_city(actor: Actor) -> bool:
    """Whether somebody acts for an office of the city or above it."""
    return level(actor.area_code) in ("city", "province", "country")


def _holder(
    person: UUID, certificate: Certificate, suspended: Iterable[tuple[date, date | None]]
) -> Holder:
    assert certificate.issued_on is not None
    assert certificate.valid_until is not None
    return Holder(
        person, certificate.id, certificate.area_code, certificate.office, certificate.issued_on,
        certificate.valid_until, certificate.revoked_on, tuple(suspended),
    )  # fmt: skip


async def holders_of(tx: Tx, persons: Iterable[UUID]) -> dict[UUID, Holder]:
    """The certificate that each of these persons holds or held last, with all others. Of two records
    that are one person the one in force counts, and of two in force the earlier (policy 5.3 no. 6)."""
    members = await identities.members_of(tx, persons)
    found = await store.issued_to(tx, [id for ids in members.values() for id in ids])
    of: dict[UUID, list[Certificate]] = {}
    for certificate in found:
        of.setdefault(certificate.worker_id, []).append(certificate)
    suspended = await reading.suspensions_of(tx, [certificate.id for certificate in found])
    holders: dict[UUID, Holder] = {}
    for person, ids in members.items():
        latest = [of[id][0] for id in ids if id in of]
        if latest:
            first = min(latest, key=lambda c: (c.state not in IN_HAND, c.issued_on, c.id))
            held = {
                c.id: _holder(person, c, suspended.get(c.id, ()))
                for id in ids
                for c in of.get(id, ())
            }
            main = held.pop(first.id)
            holders[person] = replace(main, others=tuple(held.values()))
    return holders


async def annotate(
    rt: Runtime, tx: Tx, workers: Iterable[UUID], causes: Mapping[UUID, Event]
) -> None:
    """Fold the benefits of these persons: months, overlaps, and what is written on certificates.
    Their records are locked."""
    persons = set((await identities.person_of(tx, workers)).values())
    holders = await holders_of(tx, persons)
    await benefits.fold(rt, tx, persons, list(holders.values()), causes)


async def settle(
    rt: Runtime,
    tx: Tx,
    workers: Sequence[UUID],
    causes: Mapping[UUID, Event],
    moved: Sequence[Moved],
) -> None:
    """Fold the benefits of these people (locked). Of a revocation that is another one now, the orders
    are lifted; of one that holds, what lies after it is ordered back, and what was found of benefits
    that hang on no certificate (policy 4.1, 4.6, 5.3)."""
    by = folding.BY_FACT
    await recovering.lift_after(
        tx,
        [
            Restoration(one.before.worker_id, one.before.id, by, one.told)
            for one in moved
            if one.before.state == "revoked"
        ],
    )
    await annotate(rt, tx, workers, causes)
    withdrawn = [
        Withdrawal(one.after.worker_id, one.after.id, str(one.after.reason), by, one.told)
        for one in moved
        if one.after.state == "revoked"
    ]
    persons = set((await identities.person_of(tx, workers)).values())
    ordered = await recovering.order_after(tx, withdrawn)
    if await recovering.order_found(rt, tx, persons, causes, by) or ordered:
        await annotate(rt, tx, workers, causes)
