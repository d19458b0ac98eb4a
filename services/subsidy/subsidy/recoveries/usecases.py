"""Opening recoveries when facts arrive, telling the claimant, taking money back, giving it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Kept:
    """Fen of another payment that were kept for a recovery, and the entry that put them back."""

    recovery_id: UUID
    amount: int
    entry_id: UUID


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
    moved: list[tuple[Recovery, Step]] = []
    for claim, paid, less in found:
        lines = domain.to_come_back(
            [(one.line.id, one.line.amount - one.amount, one.clause) for one in less], dealt
        )
        before = known.get(claim.id)
        if before is not None:
            after = before.follow(lines, paid, today)
            if after is not before:
                act = "withdraw" if after.state == "withdrawn" else "extend"
                moved.append((after, _step(after, act, FACTS)))
        elif lines and claim.arrangement_id is not None:
            opened = Recovery(
                new_id(), claim.id, claim.claimant_kind, claim.claimant_id, claim.arrangement_id,
                today, cause, claim.area_code, claim.office, tuple(lines.values()), state_on=today,
            )  # fmt: skip
            moved.append((opened, _step(opened, "open", FACTS)))
    await store.save(tx, moved)


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
        await store.save(tx, [(made, _step(made, "propose", actor.subject, owed, asked.reference))])
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
        await store.save(tx, [(after, _step(after, act, actor.subject, None, note))])
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
        await store.save(tx, [(after, _step(after, "litigate", actor.subject, owed, reference))])
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
    owing: Sequence[tuple[Recovery, set[UUID]]],
    most: int,
    on: date,
    reference: str,
) -> list[Kept]:
    """``most`` fen of another payment to the claimant are kept for these, or as much as is owed, in their
    order. Booked and told like refunds."""
    kept = domain.set_off(owing, most, on, rt.today())
    sums = [sum(part for _, part in parts) for _, parts in kept]
    await store.save(
        tx,
        [
            (after, _step(after, "offset", actor.subject, amount, reference))
            for (after, _), amount in zip(kept, sums, strict=True)
        ],
    )
    entries = await _back(tx, actor, kept, on)
    return [
        Kept(after.id, amount, entry)
        for (after, _), amount, entry in zip(kept, sums, entries, strict=True)
    ]


async def owe_again(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    id: UUID,
    entry_id: UUID,
    amount: int,
    payee_kind: str,
    on: date,
    reference: str,
) -> UUID:
    """What an offset brought back is owed again: its entry is reversed by name, the lines are paid and told
    again. Answers the claim of the recovery. Raises :class:`domain.RecoveryStands` when the claim has
    another one by now, ``Overdrawn`` when the line holds the money no more, and ``GrantedSince``."""
    found = await store.some(tx, [id], actor.area_prefix, lock=True)
    if not found:
        raise NotFound
    before = found[0]
    if (other := (await store.standing(tx, [before.claim_id])).get(before.claim_id)) is not None:
        if other.id != id:
            raise domain.RecoveryStands
    days = rt.policies.value("subsidy.recovery_days", on).value
    assert isinstance(days, int)
    among = await store.paid_to(tx, id, payee_kind)
    after, parts = before.owe_again(amount, among, on, on + timedelta(days=days), rt.today())
    await store.save(tx, [(after, _step(after, "owe_again", actor.subject, amount, reference))])
    entry = (await journal.some(tx, [entry_id]))[entry_id]
    mirror = journal_domain.reversal(entry, new_id(), on, id)
    await journal.reverse(tx, [mirror], recorded_by=actor.subject)
    await paying.pay_again(tx, after.claim_id, [(one.line_id, part) for one, part in parts], on)
    return after.claim_id


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
        await store.save(
            tx, [(after, _step(after, "notice", actor.subject, before.owed, reference))]
        )
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
        await store.save(tx, [(after, _step(after, kind, actor.subject, amount, reference))])
        await _back(tx, actor, [(after, parts)] if parts else [], on)
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
        await store.save(
            tx, [(after, _step(after, "write_off", actor.subject, before.owed, approval))]
        )
        shown = await _show(tx, after)
        await kept.keep(shown)
    return shown


# --- inside


async def _back(
    tx: Tx, actor: Actor, came: Sequence[tuple[Recovery, list[tuple[Line, int]]]], on: date
) -> list[UUID]:
    """Fen of lines are back: on the arrangement's line, and told line by line. Answers the entries."""
    entries = await _book(
        tx, actor, [(one, sum(part for _, part in parts)) for one, parts in came], on
    )
    told = {one.claim_id: [(line.line_id, part) for line, part in parts] for one, parts in came}
    await paying.take_back(tx, told, on)
    return entries


async def _book(tx: Tx, actor: Actor, came: Sequence[tuple[Recovery, int]], on: date) -> list[UUID]:
    """From what was paid for the use back to the arrangement's line. Raises ``Overdrawn``."""
    lines = await arrangements.known(tx, actor, [one.arrangement_id for one, _ in came])
    if any(one.arrangement_id not in lines for one, _ in came):
        raise NotFound
    keys: list[tuple[journal_domain.Key, journal_domain.Key]] = []
    for one, _ in came:
        line = lines[one.arrangement_id]
        place = (line.fund, line.area_code)
        keys.append(((*place, "paid", line.use_code), (*place, "arranged", str(line.id))))
    accounts = await journal.lock(tx, [key for pair in keys for key in pair])
    by_id = {account.id: account for account in accounts.values()}
    entries = []
    for (one, amount), (paid, arranged) in zip(came, keys, strict=True):
        entry = journal_domain.transfer(
            new_id(), "recovery", on, one.id, place=(paid[1], one.office),
            credit=accounts[paid].id, debit=accounts[arranged].id, amount=amount,
        )  # fmt: skip
        by_id.update(journal_domain.post(by_id, entry))
        entries.append(entry)
    await journal.write(tx, entries, recorded_by=actor.subject)
    return [entry.id for entry in entries]


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
