"""Contributions to the guarantee fund, and the fund for those who promise on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import admit, only
from kit.idempotency import Claim, once
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from loans import events, law
from loans.guarantee_funds import store
from loans.guarantee_funds.domain import Contribution, FundUnknown, GuaranteeFund, Movement, city_of


async def receive_contribution(
    rt: Runtime, actor: Actor, contribution: Contribution, claim: Claim
) -> Contribution:
    """Money came into the fund of the city: its headroom grows by the leverage of the day."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        result = only(await receive(rt, tx, actor, [contribution]))
        await kept.keep(result, location=f"/v1/contributions/{result.id}")
    rt.wake()
    return result


async def receive(
    rt: Runtime, tx: Tx, actor: Actor, facts: Sequence[Contribution]
) -> list[Contribution | Refusal]:
    """The same for a set, in order; a refusal stands in the place of its fact."""
    taken = await store.existing(tx, [fact.id for fact in facts])
    funds: dict[str, GuaranteeFund] = {}
    moved: dict[str, list[Movement]] = {}
    results: list[Contribution | Refusal] = []
    kept: list[tuple[Contribution, UUID, UUID]] = []
    told: list[NewEvent] = []
    today = rt.today()
    for fact in sorted(facts, key=lambda one: city_of(one.area_code)):
        city = city_of(fact.area_code)
        if city not in funds and fact.area_code.startswith(actor.area_prefix):
            await store.open_fund(tx, city, law.leverage(rt.policies, today))
            found = await store.lock(tx, city)
            assert found is not None
            funds[city] = found
    for fact in facts:
        city = city_of(fact.area_code)
        try:
            admit(
                fact.id, fact.area_code, fact.received_on,
                area_prefix=actor.area_prefix, today=today, taken=taken,
            )  # fmt: skip
            leverage = law.leverage(rt.policies, fact.received_on)
        except Refusal as refusal:
            results.append(refusal)
            continue
        funds[city] = funds[city].contribute(fact.amount, leverage)
        moved.setdefault(city, []).append(
            Movement("contribution", fact.received_on, deposit=fact.amount)
        )
        event = _told(fact)
        kept.append((fact, funds[city].id, event.id))
        told.append(event)
        results.append(fact)
    for city, movements in moved.items():
        await store.save(tx, funds[city], movements)
    await store.add(tx, kept, recorded_by=actor.subject)
    await emit(tx, told)
    return results


def _told(fact: Contribution) -> NewEvent:
    return NewEvent(
        events.CONTRIBUTION_RECEIVED,
        entity_id=fact.id,
        valid_from=fact.received_on,
        area_code=fact.area_code,
        office=fact.office,
        data={
            "level": fact.level,
            "amount": yuan(fact.amount),
            "contributor": fact.contributor,
            "document": fact.document,
        },
    )


# --- for those who promise on it, inside their transaction ---------------------------------------


async def lock_for(tx: Tx, area_code: str) -> GuaranteeFund:
    """The fund of an area's city, locked. Raises :class:`FundUnknown`."""
    fund = await store.lock(tx, city_of(area_code))
    if fund is None:
        raise FundUnknown(area_code=city_of(area_code))
    return fund


async def lock(tx: Tx, fund_id: UUID) -> GuaranteeFund:
    """A fund that is known to exist, locked."""
    return await store.lock_by_id(tx, fund_id)


async def save(tx: Tx, fund: GuaranteeFund, movements: Sequence[Movement]) -> None:
    """Keep a fund's new state and what led to it."""
    await store.save(tx, fund, movements)


# --- looking --------------------------------------------------------------------------------------


async def list_funds(rt: Runtime, actor: Actor) -> list[Any]:
    """The funds of the actor's cities."""
    async with rt.db.looking() as tx:
        return await store.funds(tx, actor.area_prefix)


async def get_fund(rt: Runtime, actor: Actor, fund_id: UUID) -> tuple[Any, Any]:
    """A fund as it stands, and as its movements add up."""
    async with rt.db.reading() as tx:
        found = [row for row in await store.funds(tx, actor.area_prefix) if row["id"] == fund_id]
        if not found:
            raise NotFound
        return found[0], await store.derived(tx, fund_id)


async def get_contribution(rt: Runtime, actor: Actor, contribution_id: UUID) -> Any:
    async with rt.db.looking() as tx:
        row = await store.get(tx, contribution_id, actor.area_prefix)
    if row is None:
        raise NotFound
    return row


async def list_contributions(
    rt: Runtime, actor: Actor, *, after: UUID | None, limit: int
) -> list[Any]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, after=after, limit=limit)
