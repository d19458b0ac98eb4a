"""Closing a fund's book through a month, and opening it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import admit
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.funds.domain import Fund
from subsidy.journal import usecases as journal
from subsidy.periods import events, store
from subsidy.periods.domain import Closing
from subsidy.periods.store import Standing


async def close_period(rt: Runtime, actor: Actor, asked: Closing, claim: Claim) -> Standing:
    """Nothing is entered any more through the day; who writes at this moment is waited for."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, asked.area_code, asked.closed_on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=taken,
        )  # fmt: skip
        closed_until = await journal.hold_alone(tx, asked.fund, asked.area_code)
        closing = replace(asked, closed_by=actor.subject).admit(closed_until)
        event = _told(events.PERIOD_CLOSED, closing, closing.closed_on, {"note": closing.note})
        await store.add(tx, closing, event.id)
        await emit(tx, [event])
        made = await _in(tx, actor, closing.id)
        await kept.keep(made, location=f"/v1/periods/{closing.id}")
    rt.wake()
    return made


async def reopen_period(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, approval: str, claim: Claim
) -> Standing:
    """The book's last closing is taken back, by another person, under a reference."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        seen = await _in(tx, actor, id)
        await journal.hold_alone(tx, seen.closing.fund, seen.closing.area_code)
        before = await _in(tx, actor, id)
        closing = before.closing.reopen(
            on, actor.subject, reason, approval,
            closed_until=before.closed_until, today=rt.today(),
        )  # fmt: skip
        data = {"reason": reason, "approval": approval}
        event = _told(events.PERIOD_REOPENED, closing, on, data, reverses=before.event_id)
        await store.add_reopening(tx, closing, event.id)
        await emit(tx, [event])
        made = await _in(tx, actor, id)
        await kept.keep(made)
    rt.wake()
    return made


def _told(
    type: EventType,
    closing: Closing,
    on: date,
    data: dict[str, str],
    reverses: UUID | None = None,
) -> NewEvent:
    about = {"fund": closing.fund, "closed_through": str(closing.closed_through), **data}
    place = (closing.area_code, closing.office)
    return NewEvent(type, closing.id, on, *place, about, reverses=reverses)


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID) -> Standing:
    found = await store.get(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    return found


async def period_of(rt: Runtime, actor: Actor, id: UUID) -> Standing:
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def list_periods(
    rt: Runtime, actor: Actor, *, fund: Fund | None, after: UUID | None, limit: int
) -> list[Standing]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, fund=fund, after=after, limit=limit)
