"""Recovery orders, and those that follow by themselves from a certificate that was misused (R17).

Who lent, rented out or transferred the certificate, or forged it, pays back what hung on it from that
day on: the ledger's own findings (``after-revocation``) say which months of which benefits. Benefits
that another service granted, that service recovers: it hears of the revocation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    "forged": "优惠证伪造涂改",
}  # fmt: skip


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


async def order_after_misuse(
    tx: Tx, worker_id: UUID, certificate_id: UUID, reason: str, actor: str, cause: Event
) -> bool:
    """Order back what was written here and lies after the withdrawal of a certificate; answers whether
    anything was. The ledger has been folded with the withdrawal, and the person is locked; the caller
    folds it again."""
    from_month = rules.first_of(cause.valid_from)
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    found = {
        one.benefit_id: one
        for one in await store.overlaps_of(tx, [person])
        if one.standing and one.cause == "after-revocation" and one.months[-1] >= from_month
    }
    grants = {grant.id: grant for grant in await _of(tx, person) if grant.written_by is not None}
    acts = await store.acts_on(tx, list(found)) if found else {}
    made: list[tuple[Act, Grant, Overlap, dict[str, Any]]] = []
    for id, overlap in found.items():
        grant, before = grants.get(id), rules.account(acts.get(id, ()))
        if grant is None or before.recover_from is not None:
            continue  # told by another service, or ordered back already
        months = [month for month in overlap.months if month >= from_month]
        amount = rules.share(grant, months)
        on = max(grant.valid_from, min(months))
        act, body = ordered(grant, on, amount, REASONS[reason], None, actor)
        made.append((replace(act, withdrawn_certificate=certificate_id), grant, overlap, body))
    await store.record_acts(tx, [act for act, *_ in made])
    await emit(
        tx,
        [
            event_of(
                events.BENEFIT_RECOVERY_ORDERED, act, grant, overlap.area_code, overlap.office, body
            ).because_of(cause)
            for act, grant, overlap, body in made
        ],
    )
    return bool(made)


async def lift_after_restoration(
    tx: Tx, worker_id: UUID, certificate_id: UUID, actor: str, cause: Event
) -> bool:
    """The withdrawal was wrong: the orders that followed from it are taken back by name. What was paid
    back meanwhile stands as recovered, beyond what is owed."""
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    grants = {grant.id: grant for grant in await _of(tx, person)}
    acts = await store.acts_on(tx, list(grants)) if grants else {}
    lifted = [
        (order, Act(new_id(), id, "recovery-lifted", order.on, actor=actor, reverses=order.id))
        for id, done in acts.items()
        for order in rules.standing_orders(done)
        if order.withdrawn_certificate == certificate_id
    ]
    await store.record_acts(tx, [lift for _, lift in lifted])
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
            for order, lift in lifted
        ],
    )  # fmt: skip
    return bool(lifted)


async def _of(tx: Tx, person: UUID) -> Sequence[Grant]:
    """Everything granted under the records of a person."""
    members = (await identities.members_of(tx, [person]))[person]
    return await store.grants_of(tx, members)
