"""Entering a claimant by two persons, lifting it, and refusing what she asks for meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit import identity_links
from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite, add_months, admit
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.blacklist import domain, store
from subsidy.blacklist.domain import Blacklisting, Reason, State


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who is to be listed, since when, and why."""

    id: UUID
    claimant_kind: str
    claimant_id: UUID
    reason: Reason
    reference: str
    recovery_id: UUID | None
    since: date
    area_code: str
    office: str


async def propose(rt: Runtime, actor: Actor, asked: Proposal, key: Claim) -> Blacklisting:
    """An entry for the term that the parameter has on its first day. Raises what forbids it."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, asked.area_code, asked.since, area_prefix=actor.area_prefix,
            today=rt.today(), taken=taken,
        )  # fmt: skip
        months = rt.policies.value("subsidy.blacklist_months", asked.since).value
        assert isinstance(months, int)
        made = Blacklisting(
            asked.id, asked.claimant_kind, asked.claimant_id, asked.reason, asked.reference,
            asked.recovery_id, asked.since, add_months(asked.since, months) - timedelta(days=1),
            asked.area_code, asked.office, actor.subject, state_on=asked.since,
        )  # fmt: skip
        named = asked.recovery_id
        if named and not await store.recovered_from(tx, asked.claimant_id, named):
            raise domain.RecoveryUnknown
        if not await store.add(tx, made):
            raise domain.AlreadyProposed
        await kept.keep(made, location=f"/v1/blacklistings/{made.id}")
    return made


async def decide(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, agreed: bool, key: Claim
) -> Blacklisting:
    """Another person enters what was proposed, or declines it."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        after = (await _stepping(tx, actor, id, version)).decide(
            agreed, on, actor.subject, rt.today()
        )
        await store.save(tx, after)
        await kept.keep(after)
    return after


async def lift(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, why: str, key: Claim
) -> Blacklisting:
    """Before its term is over; claims are taken again from the next day."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        after = (await _stepping(tx, actor, id, version)).lift(on, actor.subject, why, rt.today())
        await store.save(tx, after)
        await kept.keep(after)
    return after


async def entries_of(tx: Tx, claimants: Iterable[UUID]) -> dict[UUID, list[Blacklisting]]:
    """What was decided of each of these, under whatever record (policy 4.6)."""
    records = await identity_links.records_of(tx, claimants)
    decided: dict[UUID, list[Blacklisting]] = defaultdict(list)
    for one in await store.of_claimants(tx, [id for ids in records.values() for id in ids]):
        decided[one.claimant_id].append(one)
    return {
        claimant: [entry for record in ids for entry in decided[record]]
        for claimant, ids in records.items()
    }


async def refuse_listed(tx: Tx, claimant_id: UUID, on: date) -> None:
    """Raises :class:`domain.Blacklisted` for a claimant of whom nothing is taken on that day."""
    domain.refuse((await entries_of(tx, [claimant_id]))[claimant_id], on)


async def _stepping(tx: Tx, actor: Actor, id: UUID, version: int) -> Blacklisting:
    before = await store.get(tx, id, actor.area_prefix, lock=True)
    if before is None:
        raise NotFound
    if before.version != version:
        raise StaleWrite
    return before


# --- reading


async def blacklisting_of(rt: Runtime, actor: Actor, id: UUID) -> Blacklisting:
    async with rt.db.looking() as tx:
        found = await store.get(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    return found


async def list_blacklistings(
    rt: Runtime,
    actor: Actor,
    *,
    claimant_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Blacklisting]:
    """Entries of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, claimant_id=claimant_id, state=state, after=after, limit=limit
        )
