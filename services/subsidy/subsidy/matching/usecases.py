"""Recording what a city or county owes beside a grant, and telling when it is late or paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import accepted, admit, only
from kit.idempotency import Claim, once
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy.funds import usecases as funds
from subsidy.funds.domain import Fund
from subsidy.matching import domain, events, store
from subsidy.matching.domain import Duty, Owing, Standing, State
from subsidy.matching.store import Recorded

#: So many duties are told of in one transaction.
CHUNK = 500


async def record_duty(rt: Runtime, actor: Actor, asked: Duty, claim: Claim) -> Standing:
    """A grant asks for matching: an amount, or a ratio of it."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        duty = only(await record(rt, tx, actor, [asked]))
        standing = (await _in(tx, actor, duty.id, rt.today())).standing
        await kept.keep(standing, location=f"/v1/matching-duties/{duty.id}")
    rt.wake()
    return standing


async def record(rt: Runtime, tx: Tx, actor: Actor, asked: Sequence[Duty]) -> list[Duty | Refusal]:
    """The same for a set, in order; a refusal stands in the place of its line."""
    taken = await store.existing(tx, [one.id for one in asked])
    grants = await funds.known(tx, actor, [one.grant_id for one in asked if one.grant_id])
    results: list[Duty | Refusal] = []
    for one in asked:
        try:
            admit(
                one.id, one.area_code, one.stated_on, area_prefix=actor.area_prefix,
                today=rt.today(), taken=taken,
            )  # fmt: skip
            grant = grants.get(one.grant_id) if one.grant_id else None
            results.append(domain.stated(one, grant))
        except Refusal as refusal:
            results.append(refusal)
    made = [(one, _required(one)) for one in accepted(results)]
    await store.add(tx, [(one, event.id) for one, event in made], recorded_by=actor.subject)
    await emit(tx, [event for _, event in made])
    return results


def _required(duty: Duty) -> NewEvent:
    ratio = percent(duty.ratio_percent) if duty.ratio_percent else None
    data = {"amount": yuan(duty.amount), "document": duty.document, "ratio_percent": ratio}
    return _told(events.MATCHING_REQUIRED, duty, duty.stated_on, data)


async def reverse_duty(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, claim: Claim
) -> Standing:
    """The duty was a mistake: what was paid for it pays others of its year."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        await store.lock(tx, id)
        before = await _in(tx, actor, id, rt.today())
        duty = domain.reverse(
            before.standing.duty, on, actor.subject, before.recorded_by, rt.today()
        )
        event = _told(
            events.MATCHING_REVERSED, duty, on, {"amount": yuan(duty.amount)},
            reverses=before.event_id,
        )  # fmt: skip
        await store.add_reversal(tx, id, on, reason, event.id, recorded_by=actor.subject)
        await emit(tx, [event])
        standing = (await _in(tx, actor, id, rt.today())).standing
        await kept.keep(standing)
    rt.wake()
    return standing


async def tell_of_matching(rt: Runtime) -> None:
    """Tell, once, of every duty that is late or paid by today; again only when that changes."""
    today = rt.today()
    told = CHUNK
    while told == CHUNK:
        async with rt.db.transaction() as tx:
            found = [one.standing for one in await store.untold(tx, today, CHUNK)]
            await emit(tx, [_change(one, today) for one in found])
            await store.mark_told(tx, found)
        told = len(found)
    rt.wake()


def _change(one: Standing, today: date) -> NewEvent:
    if one.state == "met":
        return _told(events.MATCHING_MET, one.duty, today, {"amount": yuan(one.duty.amount)})
    data = {
        "amount": yuan(one.duty.amount), "missing": yuan(one.missing),
        "due_on": str(one.duty.due_on), "finding": one.finding,
    }  # fmt: skip
    return _told(events.MATCHING_MISSED, one.duty, today, data)


def _told(
    type: EventType,
    duty: Duty,
    on: date,
    data: Mapping[str, object],
    reverses: UUID | None = None,
) -> NewEvent:
    about = {"fund": duty.fund, "year": duty.year, "owed_by": duty.owed_by, **data}
    place = (duty.area_code, duty.office)
    return NewEvent(type, duty.id, on, *place, about, reverses=reverses)


def percent(ratio: Decimal) -> str:
    """A ratio as text without idle zeros: ``30``, ``12.5``."""
    return f"{ratio.normalize():f}"


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID, as_of: date) -> Recorded:
    found = await store.get(tx, id, actor.area_prefix, as_of)
    if found is None:
        raise NotFound
    return found


async def duty_of(rt: Runtime, actor: Actor, id: UUID, as_of: date | None) -> Standing:
    async with rt.db.looking() as tx:
        return (await _in(tx, actor, id, as_of or rt.today())).standing


async def list_duties(
    rt: Runtime,
    actor: Actor,
    as_of: date | None,
    *,
    fund: Fund | None,
    year: int | None,
    owed_by: Owing | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Standing]:
    """Duties of the caller's area as they stood on a day."""
    async with rt.db.looking() as tx:
        rows = await store.page(
            tx, actor.area_prefix, as_of or rt.today(), fund=fund, year=year, owed_by=owed_by,
            state=state, after=after, limit=limit,
        )  # fmt: skip
    return [one.standing for one in rows]
