"""Opening recoveries when facts arrive, telling the claimant, taking money back, giving it up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite, admit
from kit.idempotency import Claim as Key
from kit.idempotency import once
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.arrangements import usecases as arrangements
from subsidy.claims import paying, recovering
from subsidy.journal import domain as journal_domain
from subsidy.journal import usecases as journal
from subsidy.recoveries import domain, store
from subsidy.recoveries.domain import Line, Money, Reason, Recovery, State
from subsidy.recoveries.store import Step

#: Who opens a case: the facts that arrived.
FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What of a claim is to come back by hand: fen by line, why, and under which reference."""

    id: UUID
    claim_id: UUID
    on: date
    reason: Reason
    reference: str
    lines: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Shown:
    """A recovery and (of one) its steps."""

    recovery: Recovery
    steps: tuple[Step, ...] = ()


async def look_again(
    rt: Runtime,
    tx: Tx,
    cause: UUID | None,
    *,
    workers: Sequence[UUID] = (),
    references: Sequence[UUID] = (),
    claims: Sequence[UUID] = (),
) -> None:
    """Facts arrived about these people or works, or the bank paid these claims or sent their money back:
    what was paid and does not hold any more is to come back, and nothing else."""
    found = await recovering.paid_too_much(
        rt, tx, workers=workers, references=references, claims=claims
    )
    known = await store.standing(tx, [claim.id for claim, _, _ in found])
    dealt = await store.dealt_with(tx, [one.line.id for _, _, less in found for one in less])
    today = rt.today()
    for claim, paid, less in found:
        lines = domain.to_come_back(
            [(one.line.id, one.line.amount - one.amount, one.clause) for one in less], dealt
        )
        before = known.get(claim.id)
        if before is not None:
            after = before.follow(lines, paid, today)
            if after is not before:
                act = "withdraw" if after.state == "withdrawn" else "extend"
                await store.save(tx, after, _step(after, act, FACTS))
        elif lines and claim.arrangement_id is not None:
            opened = Recovery(
                new_id(), claim.id, claim.claimant_kind, claim.claimant_id, claim.arrangement_id,
                today, cause, claim.area_code, claim.office, tuple(lines.values()), state_on=today,
            )  # fmt: skip
            await store.save(tx, opened, _step(opened, "open", FACTS))


async def propose_recovery(rt: Runtime, actor: Actor, asked: Proposal, key: Key) -> Shown:
    """Somebody finds that paid lines of a claim are to come back. Raises what forbids it; another person
    orders it."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        found = await recovering.paid_lines(tx, asked.claim_id, actor.area_prefix)
        if found is None:
            raise NotFound
        claim, paid = found
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, claim.area_code, asked.on, area_prefix=actor.area_prefix, today=rt.today(),
            taken=taken,
        )  # fmt: skip
        if await store.standing(tx, [claim.id]):
            raise domain.RecoveryStands
        dealt = await store.dealt_with(tx, list(paid))
        lines = domain.proposed(asked.lines, paid, dealt, asked.reason)
        assert claim.arrangement_id is not None
        made = Recovery(
            asked.id, claim.id, claim.claimant_kind, claim.claimant_id, claim.arrangement_id,
            asked.on, None, claim.area_code, claim.office, lines, "proposed", asked.on,
            reason=asked.reason, proposed_by=actor.subject,
        )  # fmt: skip
        owed = made.owed
        await store.save(tx, made, _step(made, "propose", actor.subject, owed, asked.reference))
        shown = await _show(tx, made)
        await kept.keep(shown, location=f"/v1/recoveries/{made.id}")
    return shown


async def decide_recovery(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, agreed: bool, note: str, key: Key
) -> Shown:
    """Another person orders what was proposed, or declines it."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await _stepping(tx, actor, id, version)
        after = before.decide(agreed, on, actor.subject, rt.today())
        act = "order" if agreed else "decline"
        await store.save(tx, after, _step(after, act, actor.subject, None, note))
        shown = await _show(tx, after)
        await kept.keep(shown)
    return shown


async def litigate(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, reference: str, key: Key
) -> Shown:
    """The claimant does not pay: the case is before a court."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await _stepping(tx, actor, id, version)
        after = before.litigate(on, reference, rt.today())
        owed = before.owed
        await store.save(tx, after, _step(after, "litigate", actor.subject, owed, reference))
        shown = await _show(tx, after)
        await kept.keep(shown)
    return shown


async def to_set_off(
    tx: Tx, actor: Actor, claimant_id: UUID, payee_kind: str, on: date
) -> list[tuple[Recovery, set[UUID]]]:
    """What the claimant was told to pay back of payments to this kind of payee, locked: each recovery with
    those of its lines."""
    among = await store.to_set_off(tx, claimant_id, payee_kind, on)
    found = await store.some(tx, list(among), actor.area_prefix, lock=True)
    return [(one, among[one.id]) for one in found if one.state in ("noticed", "paying")]


async def set_off(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    recovery: Recovery,
    among: Collection[UUID],
    most: int,
    on: date,
    reference: str,
) -> int:
    """``most`` fen of another payment to the claimant are kept for it, or as much as is owed. Booked and
    told like a refund. Answers how much was kept."""
    after, parts = recovery.set_off(most, among, on, rt.today())
    amount = sum(part for _, part in parts)
    await store.save(tx, after, _step(after, "offset", actor.subject, amount, reference))
    await _back(tx, actor, after, parts, on)
    return amount


async def ordered(tx: Tx, claim_ids: Sequence[UUID]) -> list[UUID]:
    """Recoveries of these claims of which the claimant was told, and those that brought something back."""
    return await store.ordered(tx, claim_ids)


async def give_notice(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, fine: int, reference: str, key: Key
) -> Shown:
    """The claimant is told what is to come back and by when; the fine stands apart."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await _stepping(tx, actor, id, version)
        days = rt.policies.value("subsidy.recovery_days", on).value
        assert isinstance(days, int)
        after = before.notice(on, actor.subject, fine, on + timedelta(days=days), rt.today())
        await store.save(tx, after, _step(after, "notice", actor.subject, before.owed, reference))
        shown = await _show(tx, after)
        await kept.keep(shown)
    return shown


async def receive_money(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    kind: Money,
    amount: int,
    on: date,
    reference: str,
    key: Key,
) -> Shown:
    """Money came in. A refund is on the arrangement's line again and told line by line; a month that came
    back whole is free. A fine goes elsewhere and moves nothing in the fund's books."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await _stepping(tx, actor, id, version)
        after, parts = before.receive(kind, amount, on, rt.today())
        await store.save(tx, after, _step(after, kind, actor.subject, amount, reference))
        await _back(tx, actor, after, parts, on)
        shown = await _show(tx, after)
        await kept.keep(shown)
    rt.wake()
    return shown


async def write_off(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, approval: str, key: Key
) -> Shown:
    """What is left is given up by another person under a reference; its months stay used."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await _stepping(tx, actor, id, version)
        after = before.write_off(on, actor.subject, approval, rt.today())
        await store.save(tx, after, _step(after, "write_off", actor.subject, before.owed, approval))
        shown = await _show(tx, after)
        await kept.keep(shown)
    return shown


# --- inside


async def _back(
    tx: Tx, actor: Actor, recovery: Recovery, parts: Sequence[tuple[Line, int]], on: date
) -> None:
    """Fen of lines are back: on the arrangement's line, and told line by line."""
    if parts:
        await _book(tx, actor, recovery, sum(part for _, part in parts), on)
        told = [(line.line_id, part) for line, part in parts]
        await paying.take_back(tx, recovery.claim_id, told, on)


async def _book(tx: Tx, actor: Actor, recovery: Recovery, amount: int, on: date) -> None:
    """From what was paid for the use back to the arrangement's line. Raises ``Overdrawn``."""
    id = recovery.arrangement_id
    line = (await arrangements.known(tx, actor, [id])).get(id)
    if line is None:
        raise NotFound
    place = (line.fund, line.area_code)
    paid: journal_domain.Key = (*place, "paid", line.use_code)
    arranged: journal_domain.Key = (*place, "arranged", str(id))
    accounts = await journal.lock(tx, [paid, arranged])
    entry = journal_domain.transfer(
        new_id(), "recovery", on, recovery.id, place=(line.area_code, recovery.office),
        credit=accounts[paid].id, debit=accounts[arranged].id, amount=amount,
    )  # fmt: skip
    journal_domain.post({account.id: account for account in accounts.values()}, entry)
    await journal.write(tx, [entry], recorded_by=actor.subject)


async def _stepping(tx: Tx, actor: Actor, id: UUID, version: int) -> Recovery:
    found = await store.some(tx, [id], actor.area_prefix, lock=True)
    if not found:
        raise NotFound
    if found[0].version != version:
        raise StaleWrite
    return found[0]


def _step(
    one: Recovery, act: str, by: str, amount: int | None = None, reference: str | None = None
) -> Step:
    return Step(one.id, one.version, act, one.state_on, amount, reference, by)


async def _show(tx: Tx, recovery: Recovery) -> Shown:
    return Shown(recovery, tuple(await store.steps(tx, recovery.id)))


# --- reading


async def recovery_of(rt: Runtime, actor: Actor, id: UUID) -> Shown:
    """One recovery of the caller's area, and how it came so far."""
    async with rt.db.reading() as tx:
        found = await store.some(tx, [id], actor.area_prefix)
        if not found:
            raise NotFound
        return await _show(tx, found[0])


async def list_recoveries(
    rt: Runtime,
    actor: Actor,
    *,
    claim_id: UUID | None,
    claimant_id: UUID | None,
    state: State | None,
    overdue: bool,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    """Recoveries of the caller's area; ``overdue``: not paid back in time."""
    async with rt.db.reading() as tx:
        found = await store.page(
            tx, actor.area_prefix, claim_id=claim_id, claimant_id=claimant_id, state=state,
            overdue_on=rt.today() if overdue else None, after=after, limit=limit,
        )  # fmt: skip
    return [Shown(one) for one in found]
