"""Recovery orders, and those that follow by themselves from a certificate that was withdrawn (4.1, R17).

Who obtained or used the certificate wrongly pays back what hung on it from that day on; of who retired,
died or left (E8), what was given for later comes back, and nobody is blamed for hearing late (policy
5.3.4). The ledger's own findings (``after-revocation``) say which months of which benefits. Benefits that
another service granted, that service recovers: it hears of the revocation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from registry.benefits import events, rules, store
from registry.benefits.domain import Act, Grant, Overlap
from registry.identities import usecases as identities

#: 责令退回 said of the certificate's withdrawal, by its reason.
REASONS: dict[str, str] = {
    "lent": "优惠证出借", "rented": "优惠证出租", "transferred": "优惠证转让",
    "forged": "优惠证伪造涂改", "fraud": "弄虚作假取得优惠证", "retired": "持证人退休",
    "retirement-age": "持证人到达退休年龄", "deceased": "持证人死亡", "emigrated": "持证人出境定居",
    "imprisoned": "持证人服刑", "enlisted": "持证人参军", "incapacitated": "持证人完全丧失劳动能力",
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


async def _of(tx: Tx, persons: Iterable[UUID]) -> dict[UUID, Grant]:
    """Everything granted under the records of these persons, by its id."""
    members = await identities.members_of(tx, persons)
    everyone = [id for ids in members.values() for id in ids]
    return {grant.id: grant for grant in await store.grants_of(tx, everyone)}
