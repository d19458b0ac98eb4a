"""Setting money aside for a use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import admit, only
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy import events, law
from subsidy.arrangements import domain, store
from subsidy.arrangements.domain import ArrangedTooMuch, Arrangement, Finding
from subsidy.funds.domain import Fund
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal


async def arrange_money(
    rt: Runtime, actor: Actor, arrangement: Arrangement, claim: Claim
) -> Arrangement:
    """Unallocated money is set aside; refused when there is less of it than asked for."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        result = only(await arrange(rt, tx, actor, [arrangement]))
        await kept.keep(result, location=f"/v1/arrangements/{result.id}")
    rt.wake()
    return result


async def arrange(
    rt: Runtime, tx: Tx, actor: Actor, facts: Sequence[Arrangement]
) -> list[Arrangement | Refusal]:
    """The same for a set, in order; a refusal stands in the place of its fact."""
    taken = await store.existing(tx, [fact.id for fact in facts])
    allowed = [fact for fact in facts if fact.area_code.startswith(actor.area_prefix)]
    accounts = await journal.lock(
        tx, (key for fact in allowed if fact.id not in taken for key in _keys(fact))
    )
    by_id = {account.id: account for account in accounts.values()}
    results: list[Arrangement | Refusal] = []
    entries: list[journal_domain.Entry] = []
    told: list[NewEvent] = []
    kept: list[tuple[Arrangement, UUID, UUID, UUID]] = []
    today = rt.today()
    for fact in facts:
        try:
            admit(
                fact.id, fact.area_code, fact.arranged_on,
                area_prefix=actor.area_prefix, today=today, taken=taken,
            )  # fmt: skip
            unallocated, line = (accounts[key] for key in _keys(fact))
            entry = journal_domain.transfer(
                new_id(), "arrangement", fact.arranged_on, fact.id,
                place=(fact.area_code, fact.office),
                credit=unallocated.id, debit=line.id, amount=fact.amount,
            )  # fmt: skip
            by_id.update(journal_domain.post(by_id, entry))
        except journal_domain.Overdrawn as short:
            results.append(ArrangedTooMuch(**short.params))
            continue
        except Refusal as refusal:
            results.append(refusal)
            continue
        permitted = law.permitted_uses(rt.policies, fact.fund, fact.arranged_on)
        result = replace(fact, finding=domain.finding(fact.use_code, fact.approval, permitted))
        event = _told(result)
        entries.append(entry)
        told.append(event)
        kept.append((result, line.id, entry.id, event.id))
        results.append(result)
    await journal.write(tx, entries, recorded_by=actor.subject)
    await store.add(tx, kept, recorded_by=actor.subject)
    await emit(tx, told)
    return results


def _keys(fact: Arrangement) -> tuple[journal_domain.Key, journal_domain.Key]:
    place = (fact.fund, fact.area_code)
    return (*place, "unallocated", ""), (*place, "arranged", str(fact.id))


def _told(fact: Arrangement) -> NewEvent:
    return NewEvent(
        events.ARRANGEMENT_MADE,
        entity_id=fact.id,
        valid_from=fact.arranged_on,
        area_code=fact.area_code,
        office=fact.office,
        data={
            "fund": fact.fund,
            "use_code": fact.use_code,
            "amount": yuan(fact.amount),
            "purpose": fact.purpose,
            "approval": fact.approval,
            "finding": fact.finding,
            "budget_line_id": str(fact.budget_line_id) if fact.budget_line_id else None,
        },
    )


async def known(tx: Tx, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Arrangement]:
    """Arrangements of the actor's area by id, for whoever pays from them."""
    return await store.find(tx, ids, actor.area_prefix)


async def get_arrangement(rt: Runtime, actor: Actor, arrangement_id: UUID) -> Any:
    """An arrangement with what is left on its line."""
    async with rt.db.looking() as tx:
        row = await store.get(tx, arrangement_id, actor.area_prefix)
    if row is None:
        raise NotFound
    return row


async def list_arrangements(
    rt: Runtime,
    actor: Actor,
    *,
    fund: Fund | None,
    finding: Finding | None,
    budget_line_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Any]:
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, fund=fund, finding=finding, budget_line_id=budget_line_id,
            after=after, limit=limit,
        )  # fmt: skip
