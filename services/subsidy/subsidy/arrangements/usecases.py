"""Setting money aside for a use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import InTheFuture, MakerIsChecker, admit, only
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


async def reverse_arrangement(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, claim: Claim
) -> Arrangement:
    """One that was wrong is taken back. Raises :class:`ArrangementOfABudget` for a budget's release."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        after = await take_back(rt, tx, actor, id, on, reason)
        if after.budget_line_id is not None:
            raise domain.ArrangementOfABudget
        await kept.keep(after)
    rt.wake()
    return after


async def take_back(
    rt: Runtime, tx: Tx, actor: Actor, id: UUID, on: date, reason: str
) -> Arrangement:
    """The whole arrangement is taken back by an entry that names its own, by another person than who made
    it. Raises ``Overdrawn`` when a part of it is reserved, paid or given back."""
    await store.lock(tx, id)
    found = await store.get(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    before, row = found
    if before.reversed_on is not None:
        raise journal_domain.AlreadyReversed
    if row["recorded_by"] == actor.subject:
        raise MakerIsChecker
    if on > rt.today():
        raise InTheFuture(on=on, today=rt.today())
    original = (await journal.some(tx, [row["entry_id"]]))[row["entry_id"]]
    mirror = journal_domain.reversal(original, new_id(), on, id)
    await journal.reverse(tx, [mirror], recorded_by=actor.subject)
    data = {"fund": before.fund, "use_code": before.use_code, "amount": yuan(before.amount)}
    event = NewEvent(
        events.ARRANGEMENT_REVERSED, id, on, before.area_code, before.office, data,
        reverses=row["event_id"],
    )  # fmt: skip
    await store.add_reversal(tx, id, on, reason, mirror.id, event.id, recorded_by=actor.subject)
    await emit(tx, [event])
    return replace(before, reversed_on=on)


async def give_back(
    tx: Tx, actor: Actor, wanted: Mapping[UUID, int | None], on: date
) -> dict[UUID, int]:
    """Of budget lines, so many fen of what their arrangements hold are unallocated again; None: all of
    it. Answers what came back by line. Raises ``Overdrawn`` when they hold less than is wanted."""
    found = [(one, _keys(one)) for one, _ in await store.of_lines(tx, list(wanted))]
    accounts = await journal.lock(tx, (key for _, keys in found for key in keys))
    left = dict(wanted)
    back: dict[UUID, int] = {}
    entries: list[journal_domain.Entry] = []
    told: list[NewEvent] = []
    for one, (unallocated, line) in found:
        assert one.budget_line_id is not None
        more, held = left[one.budget_line_id], accounts[line].available
        amount = held if more is None else min(held, more)
        if amount == 0:
            continue
        if more is not None:
            left[one.budget_line_id] = more - amount
        back[one.budget_line_id] = back.get(one.budget_line_id, 0) + amount
        entry = journal_domain.transfer(
            new_id(), "withdrawal", on, one.id, place=(one.area_code, one.office),
            credit=accounts[line].id, debit=accounts[unallocated].id, amount=amount,
        )  # fmt: skip
        journal_domain.post({account.id: account for account in accounts.values()}, entry)
        entries.append(entry)
        told.append(_reduced(one, amount, on))
    if missing := sum(more for more in left.values() if more):
        raise journal_domain.Overdrawn(missing=missing)
    await journal.write(tx, entries, recorded_by=actor.subject)
    await emit(tx, told)
    return back


def _reduced(one: Arrangement, amount: int, on: date) -> NewEvent:
    data = {
        "fund": one.fund, "use_code": one.use_code, "amount": yuan(amount),
        "finding": one.finding, "budget_line_id": str(one.budget_line_id),
    }  # fmt: skip
    return NewEvent(events.ARRANGEMENT_REDUCED, one.id, on, one.area_code, one.office, data)


async def of_lines(tx: Tx, line_ids: Sequence[UUID]) -> list[Arrangement]:
    """The arrangements that were released under budget lines."""
    return [one for one, _ in await store.of_lines(tx, line_ids)]


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
