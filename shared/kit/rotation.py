"""A new key for what is encrypted, while everything goes on being read and written.

The order of a rotation (see the runbook): the new key is put into every process' keyring, then made
primary; from then on every write is under it. Then :func:`rotate` encrypts again what is still
under other keys, column by column, in short transactions, and can be killed at any moment: what it
did is committed together with how far it came. At the end no value under an old key remains and
that key may be removed.

A row is replaced only if its ciphertext is still the one that was read, and a row that somebody
holds is left for the next pass: nobody waits for the rotation, and no write is lost.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from kit import failpoints
from kit.crypto import Keyring, NotOpened, place
from kit.db import Database, Tx

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("rotation")

#: Values of one transaction, and how long it rests between two (seconds).
BATCH = 500
PAUSE_S = 0.005
#: Rows that others hold are looked for again so many times, this long apart.
PASSES_MAX = 20
PASS_PAUSE_S = 0.5

ROTATION_SQL = """
create table key_rotation (
    name text not null,
    key_id text not null,
    after uuid,
    done bigint not null default 0,
    passes integer not null default 0,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    primary key (name, key_id)
);
comment on table key_rotation is 'How far each encrypted column has come on its way to a new key.';
"""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of ciphertexts. ``row`` is the uuid column of the same table that stands in the
    associated data: a value's place is ``table.column|row``."""

    table: str
    column: str
    row: str = "id"

    def __post_init__(self) -> None:
        # Names enter SQL text: they are written in the code of a service, and look like names.
        if not all(_NAME.fullmatch(name) for name in (self.table, self.column, self.row)):
            raise ValueError(f"{self} is no column")

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many values of a column are under which key."""

    name: str
    keys: dict[str, int]
    primary: str
    finished_at: datetime | None

    @property
    def remaining(self) -> int:
        return sum(count for key, count in self.keys.items() if key != self.primary)


def _head(key_id: str) -> bytes:
    """What every ciphertext under a key begins with."""
    return bytes((1, len(key_id))) + key_id.encode("ascii")


async def standing(tx: Tx, keyring: Keyring, columns: Sequence[Sealed]) -> list[Standing]:
    """Count what is under which key; reads every row."""
    found = []
    for one in columns:
        rows = await tx.fetch(
            f"select encode(substring({one.column} from 3 for get_byte({one.column}, 1)), 'escape')"  # noqa: S608
            f" as key, count(*) as n from {one.table}"
            f" where {one.column} is not null group by 1 order by 1"
        )
        finished = await tx.fetchval(
            "select finished_at from key_rotation where name = $1 and key_id = $2",
            one.name,
            keyring.primary_id,
        )
        keys = {row["key"]: row["n"] for row in rows}
        found.append(Standing(one.name, keys, keyring.primary_id, finished))
    return found


async def begin(db: Database, keyring: Keyring, columns: Sequence[Sealed]) -> None:
    """Note that these columns are to come under the primary key: the worker's job goes on with it.
    One that is finished already is looked through once more."""
    async with db.transaction() as tx:
        await tx.execute(
            "insert into key_rotation (name, key_id) select unnest($1::text[]), $2"
            " on conflict (name, key_id) do update set finished_at = null, after = null"
            " where key_rotation.finished_at is not null",
            [one.name for one in columns],
            keyring.primary_id,
        )


async def rotate(
    db: Database,
    keyring: Keyring,
    columns: Sequence[Sealed],
    progress: Callable[[str, int, int], None] | None = None,
) -> int:
    """Encrypt again what is under other keys than the primary one; answers how many values.

    Goes on where an earlier run ended. ``progress`` hears column, values done and values left.
    One process does it at a time: another one comes back at once with 0. Raises NotOpened for a
    value that the keyring does not open, and TimeoutError when rows stay locked by others.
    """
    async with db.pool.acquire(timeout=5) as connection:
        lock = "hashtext('kit.rotation')"
        if not await connection.fetchval(f"select pg_try_advisory_lock({lock})"):
            return 0
        try:
            total = 0
            for one in columns:
                total += await _column(db, keyring, one, progress)
            return total
        finally:
            await connection.execute(f"select pg_advisory_unlock({lock})")


async def go_on(rt: Runtime) -> None:
    """The worker's job: columns for which a rotation was begun and not finished."""
    columns = rt.service.sealed
    if not columns:
        return
    async with rt.db.looking() as tx:
        rows = await tx.fetch(
            "select name from key_rotation where finished_at is null and key_id = $1",
            rt.keyring.primary_id,
        )
    begun = {row["name"] for row in rows}
    try:
        await rotate(rt.db, rt.keyring, [one for one in columns if one.name in begun])
    except NotOpened as error:
        log.error("rotation.refused", reason=str(error))


async def _column(
    db: Database,
    keyring: Keyring,
    one: Sealed,
    progress: Callable[[str, int, int], None] | None,
) -> int:
    key_id, total = keyring.primary_id, 0
    async with db.transaction() as tx:
        after = await tx.fetchval(
            "insert into key_rotation (name, key_id) values ($1, $2)"
            " on conflict (name, key_id) do update set finished_at = null"
            " returning after",
            one.name,
            key_id,
        )
        left = await _remaining(tx, one, key_id)
    for _ in range(PASSES_MAX):
        while True:
            async with db.transaction() as tx:
                done, after = await _batch(tx, keyring, one, after)
            failpoints.hit("rotation-after-batch")
            total += done
            left = max(left - done, 0)
            if progress is not None:
                progress(one.name, total, left)
            if after is None:
                break
            await asyncio.sleep(PAUSE_S)
        async with db.transaction() as tx:
            left = await _remaining(tx, one, key_id)
            if left == 0:
                await tx.execute(
                    "update key_rotation set finished_at = clock_timestamp()"
                    " where name = $1 and key_id = $2",
                    one.name,
                    key_id,
                )
                log.info("rotation.finished", column=one.name, key=key_id, values=total)
                return total
        log.info("rotation.again", column=one.name, left=left)
        await asyncio.sleep(PASS_PAUSE_S)
    raise TimeoutError(f"{left} values of {one.name} stayed locked or under an old key")


async def _remaining(tx: Tx, one: Sealed, key_id: str) -> int:
    head = _head(key_id)
    count: int = await tx.fetchval(
        f"select count(*) from {one.table} where substring({one.column} from 1 for $2) <> $1",  # noqa: S608
        head,
        len(head),
    )
    return count


async def _batch(
    tx: Tx, keyring: Keyring, one: Sealed, after: UUID | None
) -> tuple[int, UUID | None]:
    """One transaction: the next values under other keys. Answers how many were replaced, and the row
    after which the next batch begins; None at the end of the table."""
    head = _head(keyring.primary_id)
    rows = await tx.fetch(
        f"select {one.row} as row, {one.column} as old from {one.table}"  # noqa: S608
        f" where substring({one.column} from 1 for $3) <> $2 and ($1::uuid is null or {one.row} > $1)"
        f" order by {one.row} limit $4",
        after,
        head,
        len(head),
        BATCH,
    )
    ids, olds, news = [], [], []
    for row in rows:
        old, where = bytes(row["old"]), place(one.name, row["row"])
        ids.append(row["row"])
        olds.append(old)
        news.append(keyring.encrypt(keyring.decrypt(old, where), where))
    done = 0
    if ids:
        # Held rows are skipped; a value that changed since it was read is not the one we replace.
        done = await tx.execute(
            f"with new as (select * from unnest($1::uuid[], $2::bytea[], $3::bytea[])"  # noqa: S608
            f" as n (row, old, value)),"
            f" free as (select t.{one.row} as row from {one.table} t join new on new.row = t.{one.row}"
            f" order by t.{one.row} for no key update of t skip locked)"
            f" update {one.table} t set {one.column} = new.value from new join free using (row)"
            f" where t.{one.row} = new.row and t.{one.column} = new.old",
            ids,
            olds,
            news,
        )
    last = ids[-1] if len(ids) == BATCH else None
    await tx.execute(
        "update key_rotation set after = $3, done = done + $4,"
        " passes = passes + case when $3::uuid is null then 1 else 0 end"
        " where name = $1 and key_id = $2",
        one.name,
        keyring.primary_id,
        last,
        done,
    )
    return done, last
