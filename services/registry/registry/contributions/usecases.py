"""Contributions told, taken back and folded into findings; answers never say who is registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from registry.authorities import Teller
from registry.contributions import events, folding, store
from registry.contributions.domain import Contribution, Withdrawal
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
    await folding.refold(tx, {row.worker_id for row in rows if row.id in new and row.payer})


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
    await folding.refold(tx, {row.worker_id for row in undone if row.payer})
    return concerned


async def paid_by_employers(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None = None
) -> dict[UUID, set[date]]:
    """First days of the months in which an employer paid for each of these, as known at an instant
    (None: now)."""
    paid = await store.paid_by_employers(tx, workers, known_at)
    return {worker: set(months) for worker, months in paid.items()}


def _event(type: EventType, row: Contribution) -> NewEvent:
    return NewEvent(
        type, row.id, row.month, row.area_code, row.office,
        {
            "worker_id": str(row.worker_id), "month": f"{row.month:%Y-%m}",
            "insurances": list(row.insurances), "payer": row.payer, "base": yuan(row.base_fen),
        },
        reverses=row.told_event,
    )  # fmt: skip


# --- reading


async def contradicted(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, list[date]]:
    """Months in which an employer insured these people, under any of their records, while they were
    without work, and which are neither cleared nor explained (policy 4.6); absent without any."""
    if not workers:
        return {}
    persons = await identities.person_of(tx, workers)
    found = await store.standing_months(tx, list(set(persons.values())))
    return {id: found[person] for id, person in persons.items() if person in found}


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
        asked = None if worker_id is None else await identities.records_of(tx, worker_id)
        return await store.page(tx, actor.area_pattern, asked, month, after, limit)


async def of(tx: Tx, records: Sequence[UUID], limit: int) -> list[Contribution]:
    """What was paid under these records, oldest first."""
    return await store.page(tx, "", records, None, None, limit)
