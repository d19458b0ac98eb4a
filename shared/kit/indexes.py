"""A new key for what is found by keyed hashes, while everything goes on being found and written.

The order (see the runbook): the new key is added to every process' keyring; from then on look-ups
ask for the hashes of both. Then :func:`rotate` notes that it began, and from that moment everybody
writes under the new key; what is there is hashed once more, in short transactions, and can be
killed at any moment. At the end the old key is marked as retired: it stays, as the inner one, but
nothing under it alone is looked for any more.

That one value has one hash at any time is what unique constraints and joins rest on. Whoever writes
a hash asks :func:`writing` first: it brings the rows of these values under the new key in the same
transaction, and cannot run at the moment of the beginning.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import structlog

from kit import failpoints
from kit.crypto import Keyring, NoKey
from kit.db import Database, Tx

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("indexes")

BATCH = 500
PAUSE_S = 0.005
#: Rows that others hold are looked for again so many times, this long apart.
PASSES_MAX = 20
PASS_PAUSE_S = 0.5
#: How long the beginning waits for writers, which it may not meet.
BEGIN_S = 600.0
#: The row of ``key_rotation`` that says since when a key is written.
_BEGUN = "keyed hashes"
_LOCK = "hashtext('kit.indexes')"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Hashed:
    """Columns of keyed hashes in one table (primary key: a uuid ``id``). ``shared``: the one whose
    hash stands in other tables for the same value. ``also``: what else is set in a row."""

    table: str
    columns: tuple[str, ...]
    shared: str
    also: str = ""

    def __post_init__(self) -> None:
        # Names enter SQL text: they are written in the code of a service, and look like names.
        if not all(_NAME.fullmatch(name) for name in (self.table, self.shared, *self.columns)):
            raise ValueError(f"{self} are no columns")


def _old(column: str, parameter: str) -> str:
    """SQL: the hash is of an earlier generation than the one in the parameter."""
    return (
        f"({column} is not null and (octet_length({column}) = 32"
        f" or get_byte({column}, 0) < {parameter}::int))"
    )


async def _begun(tx: Tx, keyring: Keyring) -> bool:
    found: bool = await tx.fetchval(
        "select exists (select from key_rotation where name = $1 and key_id = $2)",
        _BEGUN,
        keyring.index_key(keyring.generations[-1]),
    )
    return found


async def writing(
    tx: Tx, keyring: Keyring, tables: Sequence[Hashed], values: Sequence[str], purpose: str
) -> Keyring:
    """The keyring that hashes what this transaction writes of these values. While a key is changed,
    all their rows are under its key when this comes back. Otherwise it asks the database nothing."""
    if len(keyring.generations) <= 1:
        return keyring
    # Not together with the beginning: what it cannot see yet would be under the old key.
    await tx.execute(f"select pg_advisory_xact_lock_shared({_LOCK})")
    if not await _begun(tx, keyring):
        return keyring.at(keyring.generations[0])
    target = keyring.at(keyring.generations[-1])
    new = [target.blind_index(value, purpose) for value in values]
    for generation in keyring.generations[:-1]:
        old = [keyring.at(generation).blind_index(value, purpose) for value in values]
        for one in tables:
            await _move(tx, one, old, new)
    return target


async def _move(tx: Tx, one: Hashed, old: Sequence[bytes], new: Sequence[bytes]) -> None:
    await tx.execute(
        f"update {one.table} t set {one.shared} = n.new"  # noqa: S608
        f" from unnest($1::bytea[], $2::bytea[]) as n (old, new) where t.{one.shared} = n.old",
        old,
        new,
    )


async def begin(db: Database, keyring: Keyring) -> None:
    """From now on everybody writes under the newest key. Waits for writers, but makes nobody wait.
    Raises TimeoutError when some write never ends."""
    for _ in range(int(BEGIN_S / 0.05)):
        async with db.transaction() as tx:
            if await tx.fetchval(f"select pg_try_advisory_xact_lock({_LOCK})"):
                await tx.execute(
                    "insert into key_rotation (name, key_id) values ($1, $2) on conflict do nothing",
                    _BEGUN,
                    keyring.index_key(keyring.generations[-1]),
                )
                return
        await asyncio.sleep(0.05)
    raise TimeoutError("writes that were under way did not end")


async def rotate(
    db: Database,
    keyring: Keyring,
    tables: Sequence[Hashed],
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Hash what is under earlier keys once more; answers how many rows. The first table is the one
    whose rows the others are about. One process does it at a time: another one comes back with 0.
    Raises TimeoutError when rows stay locked by others."""
    if not keyring.generations:
        raise NoKey("no key to find with: set KEYS_FILE")
    await begin(db, keyring)
    async with db.pool.acquire(timeout=5) as connection:
        if not await connection.fetchval("select pg_try_advisory_lock(hashtext('kit.rotation'))"):
            return 0
        try:
            total = 0
            for one in tables:
                others = [other for other in tables if other is not one]
                total += await _table(db, keyring, one, others, progress)
            await connection.execute(
                "update key_rotation set finished_at = clock_timestamp(), done = done + $3"
                " where name = $1 and key_id = $2",
                _BEGUN,
                keyring.index_key(keyring.generations[-1]),
                total,
            )
            return total
        finally:
            await connection.execute("select pg_advisory_unlock(hashtext('kit.rotation'))")


async def go_on(rt: Runtime) -> None:
    """The worker's job: a change that was begun and not finished."""
    if not rt.service.hashed or len(rt.keyring.generations) <= 1:
        return
    async with rt.db.looking() as tx:
        waiting = await tx.fetchval(
            "select exists (select from key_rotation"
            " where name = $1 and key_id = $2 and finished_at is null)",
            _BEGUN,
            rt.keyring.index_key(rt.keyring.generations[-1]),
        )
    if waiting:
        await rotate(rt.db, rt.keyring, rt.service.hashed)


async def remaining(tx: Tx, keyring: Keyring, tables: Sequence[Hashed]) -> dict[str, int]:
    """By table, rows with a hash under an earlier key; reads every row."""
    return {one.table: await _remaining(tx, keyring, one) for one in tables}


async def _remaining(tx: Tx, keyring: Keyring, one: Hashed) -> int:
    old = " or ".join(_old(column, "$1") for column in one.columns)
    count: int = await tx.fetchval(
        f"select count(*) from {one.table} where {old}",  # noqa: S608
        keyring.generations[-1],
    )
    return count


async def _table(
    db: Database,
    keyring: Keyring,
    one: Hashed,
    others: Sequence[Hashed],
    progress: Callable[[str, int, int], None] | None,
) -> int:
    async with db.reading() as tx:
        left = await _remaining(tx, keyring, one)
    total = 0
    for _ in range(PASSES_MAX):
        after: UUID | None = None
        while left:
            try:
                async with db.transaction() as tx:
                    done, after = await _batch(tx, keyring, one, others, after)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                break  # somebody writes these: the next pass
            failpoints.hit("indexes-after-batch")
            total += done
            if progress is not None:
                progress(one.table, total, max(left - total, 0))
            if after is None:
                break
            await asyncio.sleep(PAUSE_S)
        async with db.reading() as tx:
            left = await _remaining(tx, keyring, one)
        if left == 0:
            log.info("indexes.finished", table=one.table, rows=total)
            return total
        await asyncio.sleep(PASS_PAUSE_S)
    raise TimeoutError(f"{left} rows of {one.table} stayed locked or under an old key")


async def _batch(
    tx: Tx, keyring: Keyring, one: Hashed, others: Sequence[Hashed], after: UUID | None
) -> tuple[int, UUID | None]:
    """One transaction: the next rows, and what other tables say of the same values. Answers how many,
    and the row after which the next batch begins; None at the end."""
    newest = keyring.generations[-1]
    old = " or ".join(_old(column, "$2") for column in one.columns)
    rows = await tx.fetch(
        f"select id, {', '.join(one.columns)} from {one.table}"  # noqa: S608
        f" where ($1::uuid is null or id > $1) and ({old})"
        " order by id limit $3 for no key update skip locked",
        after,
        newest,
        BATCH,
    )

    def hashed(value: Any) -> bytes | None:
        return None if value is None else keyring.rehashed(bytes(value), newest)

    arrays = ", ".join(f"${n}::bytea[]" for n, _ in enumerate(one.columns, 2))
    sets = ", ".join(f"{column} = n.{column}" for column in one.columns)
    await tx.execute(
        f"update {one.table} t set {sets}{one.also}"  # noqa: S608
        f" from unnest($1::uuid[], {arrays}) as n (id, {', '.join(one.columns)}) where t.id = n.id",
        [row["id"] for row in rows],
        *([hashed(row[column]) for row in rows] for column in one.columns),
    )
    shared = [bytes(row[one.shared]) for row in rows if row[one.shared] is not None]
    for other in others:
        await _move(tx, other, shared, [keyring.rehashed(value, newest) for value in shared])
    return len(rows), rows[-1]["id"] if len(rows) == BATCH else None
