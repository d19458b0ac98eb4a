"""Contributions told, taken back and folded into findings; answers never say who is registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from registry.authorities import Teller
from registry.contributions import domain, events, store
from registry.contributions.domain import Conflict, Contribution, Withdrawal
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status


async def keep(tx: Tx, teller: Teller, rows: Sequence[Contribution]) -> None:
    """Keep what an authority told of registered people, tell it and look for findings."""
    await store.exclude_reversals(tx, teller.office)
    await labour_status.hold(tx, {row.worker_id for row in rows})
    gone = await store.reversed_before(tx, [row.id for row in rows], teller.office)
    made = {row.id: _event(events.CONTRIBUTION_RECORDED, row) for row in rows if row.id not in gone}
    new = await store.add(
        tx,
        [replace(row, told_event=made[row.id].id) if row.id in made else row for row in rows],
        teller.subject,
    )
    await emit(tx, [event for id, event in made.items() if id in new])
    await refold(tx, {row.worker_id for row in rows if row.id in new and row.payer})


async def take_back(tx: Tx, teller: Teller, withdrawals: Sequence[Withdrawal]) -> set[UUID]:
    """Take back contributions of this authority by name, also before they are told. Answers whom
    those that are kept are about."""
    await store.exclude_records(tx, teller.office)
    named = [one.contribution_id for one in withdrawals]
    concerned = {row.worker_id for row in await store.of(tx, named, teller.office)}
    if concerned:
        await labour_status.hold(tx, concerned)
    # Read again under the lock: somebody may just have taken the same back.
    before = await store.of(tx, named, teller.office)
    await store.reverse(tx, withdrawals, teller.office, teller.subject)
    after = {row.id: row for row in await store.of(tx, named, teller.office)}
    undone = [row for row in before if not row.reversed and after[row.id].reversed]
    await emit(tx, [_event(events.CONTRIBUTION_REVERSED, row) for row in undone])
    await refold(tx, {row.worker_id for row in undone if row.payer})
    return concerned


async def paid_by_employers(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, set[date]]:
    """First days of the months in which an employer paid for each of these."""
    return await store.paid_by_employers(tx, workers)


def _event(type: EventType, row: Contribution) -> NewEvent:
    return NewEvent(
        type, row.id, row.month, row.area_code, row.office,
        {
            "worker_id": str(row.worker_id), "month": f"{row.month:%Y-%m}",
            "insurances": list(row.insurances), "payer": row.payer, "base": yuan(row.base_fen),
        },
        reverses=row.told_event,
    )  # fmt: skip


async def refold(tx: Tx, people: Iterable[UUID]) -> None:
    """Find again in which months employers insured these people while they were registered as
    unemployed throughout (4.6). Their records are locked."""
    persons = set((await identities.person_of(tx, people)).values())
    if not persons:
        return
    members = await identities.members_of(tx, persons)
    everyone = [id for ids in members.values() for id in ids]
    paid = await store.paid_by_employers(tx, everyone)
    known = await store.conflicts_of(tx, everyone)
    insured = {
        person: set().union(*(paid.get(id, set()) for id in ids)) for person, ids in members.items()
    }
    insured = {person: months for person, months in insured.items() if months}
    if not insured and not known:
        return
    spells = await labour_status.spells_of(tx, insured)
    found = {
        (person, month)
        for person, months in insured.items()
        for month in domain.contradicting(months, spells[person])
    }
    if gone := known - found:
        await store.remove_conflicts(tx, gone)
    if new := found - known:
        await store.add_conflicts(tx, [(new_id(), *one) for one in sorted(new)])


# --- reading


async def _records_of(tx: Tx, worker_id: UUID) -> list[UUID]:
    persons = await identities.person_of(tx, [worker_id])
    members = await identities.members_of(tx, persons.values())
    return [id for ids in members.values() for id in ids]


async def list_contributions(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    month: date | None,
    after: UUID | None,
    limit: int,
) -> list[Contribution]:
    """Contributions of people whom the caller may see; of one person under all records."""
    async with rt.db.reading() as tx:
        asked = None if worker_id is None else await _records_of(tx, worker_id)
        return await store.page(tx, actor.area_pattern, asked, month, after, limit)


async def list_conflicts(
    rt: Runtime, actor: Actor, month: date | None, after: UUID | None, limit: int
) -> list[Conflict]:
    """The findings of the caller's subtree, with the employers that paid."""
    async with rt.db.reading() as tx:
        found = await store.conflicts(tx, actor.area_pattern, month, after, limit)
        members = await identities.members_of(tx, [one.worker_id for one in found])
        everyone = [id for ids in members.values() for id in ids]
        payers = await store.payers(tx, everyone, sorted({one.month for one in found}))
    return [
        replace(
            one,
            payers=tuple(
                sorted(
                    {p for id in members[one.worker_id] for p in payers.get((id, one.month), ())}
                )
            ),
        )
        for one in found
    ]
