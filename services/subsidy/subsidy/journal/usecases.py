"""Writing entries inside the transaction of what they book, and deriving the books again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.money import yuan
from kit.service import Runtime
from subsidy.journal import domain, store
from subsidy.journal.domain import Account, Difference, Entry, Key


@dataclass(frozen=True, slots=True)
class Check:
    """What re-deriving found: how much there is, and where the books disagree with themselves."""

    accounts: int
    lines: int
    debit: int
    differences: tuple[Difference, ...]
    unbalanced: tuple[UUID, ...]

    @property
    def holds(self) -> bool:
        return not self.differences and not self.unbalanced


async def lock(tx: Tx, keys: Iterable[Key]) -> dict[Key, Account]:
    """The accounts of these names, opened when new, locked until the transaction ends."""
    return await store.lock(tx, keys)


async def hold_alone(tx: Tx, fund: str, area_code: str) -> date | None:
    """Take a book for a closing, alone. Answers the last day of it that is closed."""
    return await store.hold_alone(tx, fund, area_code)


async def write(tx: Tx, entries: Sequence[Entry], *, recorded_by: str) -> None:
    """Append entries that :func:`subsidy.journal.domain.post` accepted under lock."""
    if entries:
        await store.write(tx, entries, recorded_by=recorded_by)


async def reverse(tx: Tx, mirrors: Sequence[Entry], *, recorded_by: str) -> None:
    """Append mirrors of entries. Raises ``Overdrawn`` when the money is not there any more, and
    ``PeriodClosed`` for a day in a closed period: what was wrong there is reversed in the open one."""
    accounts = await store.lock_of(tx, mirrors)
    for mirror in mirrors:
        accounts.update(domain.post(accounts, mirror))
    await write(tx, mirrors, recorded_by=recorded_by)


async def some(tx: Tx, entry_ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """Entries with their lines, by id."""
    return await store.some(tx, entry_ids)


async def held(tx: Tx, keys: Sequence[Key]) -> int:
    """What accounts of these names hold together (fen); one that nobody opened holds nothing."""
    return await store.held(tx, keys)


async def check(rt: Runtime, actor: Actor) -> Check:
    """Derive every balance of the caller's area from the lines and compare: a look, changing nothing."""
    async with rt.db.reading() as tx:
        return await derive(tx, actor.area_prefix)


async def check_all(tx: Tx) -> dict[str, object]:
    """The same over all areas, for the command line."""
    found = await derive(tx, "")
    return {
        "holds": found.holds, "accounts": found.accounts, "lines": found.lines,
        "debit": yuan(found.debit), "differences": found.differences,
        "unbalanced_entries": found.unbalanced,
    }  # fmt: skip


async def derive(tx: Tx, area_prefix: str) -> Check:
    """Every balance of an area from its lines, in one snapshot, and what differs."""
    rows = await store.derived(tx, area_prefix)
    unbalanced = await store.unbalanced(tx, area_prefix)
    accounts = [
        Account(r["id"], r["fund"], r["area_code"], r["kind"], r["detail"], r["balance"])
        for r in rows
    ]
    derived = {row["id"]: row["derived"] for row in rows}
    return Check(
        accounts=len(rows),
        lines=sum(row["lines"] for row in rows),
        debit=sum(max(amount, 0) for amount in derived.values()),
        differences=tuple(domain.differences(accounts, derived)),
        unbalanced=tuple(unbalanced),
    )


async def entries(
    rt: Runtime, actor: Actor, *, about: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    """One page of the journal in the actor's area."""
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_prefix, about=about, after=after, limit=limit)
