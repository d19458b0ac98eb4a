"""Recovery orders, and those that follow by themselves: from a certificate that was withdrawn (4.1, R17),
and from what was found of a benefit, with a certificate or without one.

Who obtained or used the certificate wrongly pays back what hung on it from that day on; of who retired,
died or left (E8), what was given for later comes back, and nobody is blamed for hearing late (policy
5.3.4). The ledger's own findings (``after-revocation``) say which months of which benefits. Benefits that
another service granted, that service recovers: it hears of the revocation.

What was written here for months after a death or another fact that ends the right to it, or twice for a
month of people who are one, is ordered back as long as that is found (4.6, 5.3 no. 4 and 6): the order
falls with the fact or with the merge. A retirement that an authority told, or an office declared and a
second person confirmed, is such a fact, from its day on.

What lies past the statutory age of retirement alone (``after-retirement-age``) is listed, and the office
orders it back by hand: nobody is retired by a calendar. The age rests on a birth date and on whether a
woman has shown the paper of a cadre (R18: 50 or 55), and who goes on working is not retired at all; of
months between the age and the day of a retirement told later the same is open. Once the retirement is
told from that day on, the order follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from registry.benefits import events, folding, rules, store
from registry.benefits.domain import Act, Cause, Grant, Overlap
from registry.benefits.folding import Book
from registry.benefits.terms import Law
from registry.identities import usecases as identities

#: 责令退回 said of the certificate's withdrawal, by its reason.
REASONS: dict[str, str] = {
    "lent": "优惠证出借", "rented": "优惠证出租", "transferred": "优惠证转让",
    "forged": "优惠证伪造涂改", "fraud": "弄虚作假取得优惠证", "retired": "持证人退休",
    "retirement-age": "持证人到达退休年龄", "deceased": "持证人死亡", "emigrated": "持证人出境定居",
    "imprisoned": "持证人服刑", "enlisted": "持证人参军", "incapacitated": "持证人完全丧失劳动能力",
}  # fmt: skip

#: 责令退回 said of what was found, by its cause; what is not named here is for the office to judge.
FINDINGS: dict[Cause, str] = {
    "after-life-fact": "死亡、退休等之后的待遇", "merge": "同一人同月重复享受",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A certificate that was withdrawn for a reason, from the day of ``cause`` on; ``actor``: by whom."""

    worker_id: UUID
    certificate_id: UUID
    reason: str
    actor: str
    cause: Event


@dataclass(frozen=True, slots=True)
class Restoration:
    """A withdrawal of a certificate that does not hold, or not as it did."""

    worker_id: UUID
    certificate_id: UUID
    actor: str
    cause: Event


def ordered(
    grant: Grant, on: date, amount: int, reason: str, document: str | None, actor: str
) -> tuple[Act, dict[str, Any]]:
    """The act of an order from a day on, and what is told of it. ``amount`` in fen."""
    act = Act(new_id(), grant.id, "recovery-ordered", on, amount, reason, document, actor)
    return act, {"from": on.isoformat(), "amount": yuan(amount), "reason": reason}


def event_of(
    type: EventType, act: Act, grant: Grant, area_code: str, office: str, body: dict[str, Any]
) -> NewEvent:
    """What is told of an act: the event has its id."""
    data = {"worker_id": str(grant.worker_id), "kind": grant.kind, **body}
    return NewEvent(type, grant.id, act.on, area_code, office, data, id=act.id)


async def order_after(tx: Tx, withdrawn: Sequence[Withdrawal]) -> bool:
    """Order back what was written here and lies after the withdrawal of certificates; answers whether
    anything was. The ledger has been folded with them, and the people are locked; the caller folds it
    again. A reason outside of :data:`REASONS` orders nothing."""
    causes = [one for one in withdrawn if one.reason in REASONS]
    if not causes:
        return False
    persons = await identities.person_of(tx, {one.worker_id for one in causes})
    found: dict[UUID, list[Overlap]] = {}
    for overlap in await store.overlaps_of(tx, sorted(set(persons.values()))):
        if overlap.standing and overlap.cause == "after-revocation":
            found.setdefault(overlap.person_id, []).append(overlap)
    if not found:
        return False
    grants = await _of(tx, found)
    acts = await store.acts_on(tx, [one.benefit_id for ones in found.values() for one in ones])
    made: dict[UUID, tuple[Act, NewEvent]] = {}
    for one in causes:
        for overlap in found.get(persons[one.worker_id], ()):
            grant, id = grants.get(overlap.benefit_id), overlap.benefit_id
            if grant is None or grant.written_by is None or id in made:
                continue  # told by another service
            if rules.account(acts.get(id, ())).recover_from is None:
                order = _order(one, overlap, grant)
                if order is not None:
                    made[id] = order
    await store.record_acts(tx, [act for act, _ in made.values()])
    await emit(tx, [event for _, event in made.values()])
    return bool(made)


def _order(of: Withdrawal, overlap: Overlap, grant: Grant) -> tuple[Act, NewEvent] | None:
    """What comes back of one benefit, and what is told of it; None for what lies before."""
    first = rules.first_of(of.cause.valid_from)
    months = [month for month in overlap.months if month >= first]
    if not months:
        return None
    amount, on = rules.share(grant, months), max(grant.valid_from, min(months))
    act, body = ordered(grant, on, amount, REASONS[of.reason], None, of.actor)
    event = event_of(
        events.BENEFIT_RECOVERY_ORDERED, act, grant, overlap.area_code, overlap.office, body
    )
    return replace(act, withdrawn_certificate=of.certificate_id), event.because_of(of.cause)


async def lift_after(tx: Tx, restored: Sequence[Restoration]) -> bool:
    """Withdrawals were wrong: the orders that followed from them are taken back by name. What was paid
    back meanwhile stands as recovered, beyond what is owed."""
    if not restored:
        return False
    of = {one.certificate_id: one for one in restored}
    persons = await identities.person_of(tx, {one.worker_id for one in restored})
    grants = await _of(tx, set(persons.values()))
    acts = await store.acts_on(tx, list(grants)) if grants else {}
    lifted = [
        (
            order,
            Act(
                new_id(), id, "recovery-lifted", order.on,
                actor=of[order.withdrawn_certificate].actor, reverses=order.id,
            ),
            of[order.withdrawn_certificate].cause,
        )
        for id, done in acts.items()
        for order in rules.standing_orders(done)
        if order.withdrawn_certificate in of
    ]  # fmt: skip
    await store.record_acts(tx, [lift for _, lift, _ in lifted])
    await emit(
        tx,
        [
            replace(
                event_of(
                    events.BENEFIT_RECOVERY_LIFTED, lift, grants[lift.benefit_id], cause.area_code,
                    cause.office, {"amount": yuan(order.amount_fen or 0)},
                ),
                reverses=order.id,
            ).because_of(cause)
            for order, lift, cause in lifted
        ],
    )  # fmt: skip
    return bool(lifted)


async def order_found(
    rt: Runtime, tx: Tx, persons: Iterable[UUID], causes: Mapping[UUID, Event], actor: str
) -> bool:
    """Order back what was found of benefits that were written here, and lift what followed from what is
    not found any more; answers whether anything was. The ledger has been folded, and the people
    (surviving records) are locked; the caller folds it again. An order that somebody gave, or that
    followed from a certificate, stands for itself."""
    members = await identities.members_of(tx, persons)
    written = await store.written_to(tx, [id for ids in members.values() for id in ids])
    asked = [person for person, ids in members.items() if not written.isdisjoint(ids)]
    if not asked:
        return False
    law = Law(rt)
    made: list[Act] = []
    told: list[NewEvent] = []
    for book in (await folding.books_of(tx, asked, writing=True)).values():
        for act, event in _follow(book, law, actor):
            cause = causes.get(book.person)
            made.append(act)
            told.append(event.because_of(cause) if cause else event)
    await store.record_acts(tx, made)
    await emit(tx, told)
    return bool(made)


def _follow(book: Book, law: Law, actor: str) -> Iterator[tuple[Act, NewEvent]]:
    """The orders of one person that fall, and those that are due."""
    due: dict[UUID, tuple[Cause, set[date]]] = {}
    for one in book.due(law):
        if one.cause in FINDINGS:
            due.setdefault(one.benefit_id, (one.cause, set()))[1].update(one.months)
    for grant in book.grants:
        if grant.written_by is None or book.facts is None:
            continue  # told by another service
        standing = rules.standing_orders(book.acts.get(grant.id, ()))
        owed = _owed(grant, *due[grant.id]) if grant.id in due else None
        followed = [order for order in standing if order.finding is not None]
        if [(o.finding, o.on, o.amount_fen) for o in followed] == ([owed] if owed else []):
            continue
        place = book.facts.area_code, book.facts.office
        for order in followed:
            lift = Act(
                new_id(), grant.id, "recovery-lifted", order.on, actor=actor, reverses=order.id
            )
            body = {"amount": yuan(order.amount_fen or 0)}
            event = event_of(events.BENEFIT_RECOVERY_LIFTED, lift, grant, *place, body)
            yield lift, replace(event, reverses=order.id)
        if owed is not None and len(standing) == len(followed):
            cause, on, amount = owed
            order, body = ordered(grant, on, amount, FINDINGS[cause], None, actor)
            event = event_of(events.BENEFIT_RECOVERY_ORDERED, order, grant, *place, body)
            yield replace(order, finding=cause), event


def _owed(grant: Grant, cause: Cause, months: set[date]) -> tuple[Cause, date, int]:
    """From which day on how much of a benefit comes back, in fen."""
    return cause, max(grant.valid_from, min(months)), rules.share(grant, months)


async def _of(tx: Tx, persons: Iterable[UUID]) -> dict[UUID, Grant]:
    """Everything granted under the records of these persons, by its id."""
    members = await identities.members_of(tx, persons)
    everyone = [id for ids in members.values() for id in ids]
    return {grant.id: grant for grant in await store.grants_of(tx, everyone)}
