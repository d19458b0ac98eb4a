"""Signatures that were made, and which bit of which status list is whose."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.credentials.domain import LIST_FULL, Credential, Slot

_COLUMNS = (
    "id", "certificate_id", "number", "list", "index", "kid", "hash", "valid_from", "valid_until",
    "signed_by",
)  # fmt: skip


def _credential(row: Record) -> Credential:
    return Credential(*(row[column] for column in _COLUMNS))


def _slot(row: Record) -> Slot:
    return Slot(row["certificate_id"], row["number"], row["list"], row["index"])


async def one_at_a_time(tx: Tx) -> None:
    """Signing is serial: bits are given out without a quarrel, and nothing is signed twice."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('registry.credential'))")


async def slots_of(tx: Tx, certificates: Sequence[UUID]) -> list[Slot]:
    """The bits of these certificates, of former numbers too."""
    rows = await tx.fetch(
        "select * from credential_status where certificate_id = any($1::uuid[])", certificates
    )
    return [_slot(row) for row in rows]


async def open_list(tx: Tx) -> int:
    """The list in which new bits are taken."""
    row = await tx.fetchrow(
        "select list, count(*) as taken from credential_status"
        " where list = (select max(list) from credential_status) group by list"
    )
    if row is None:
        return 1
    list: int = row["list"]
    return list + 1 if row["taken"] >= LIST_FULL else list


async def take(tx: Tx, slots: Sequence[Slot]) -> set[UUID]:
    """Take these bits; answers for which certificates that worked (the others' were taken)."""
    rows = await tx.fetch(
        "insert into credential_status (certificate_id, number, list, index)"
        " select * from unnest($1::uuid[], $2::text[], $3::int2[], $4::int4[])"
        " on conflict (list, index) do nothing returning certificate_id",
        [slot.certificate_id for slot in slots],
        [slot.number for slot in slots],
        [slot.list for slot in slots],
        [slot.index for slot in slots],
    )
    return {row["certificate_id"] for row in rows}


async def latest(tx: Tx, certificates: Sequence[UUID]) -> dict[UUID, Credential]:
    """The last signature for each of these certificates."""
    rows = await tx.fetch(
        "select distinct on (certificate_id) * from credential"
        " where certificate_id = any($1::uuid[]) order by certificate_id, id desc",
        certificates,
    )
    return {row["certificate_id"]: _credential(row) for row in rows}


async def of(
    tx: Tx, certificates: Sequence[UUID], before: UUID | None, limit: int
) -> dict[UUID, list[Credential]]:
    """What was signed for each certificate, the last first, at most ``limit`` of each; with
    ``before`` what was signed before that signature."""
    found: dict[UUID, list[Credential]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        "select s.* from unnest($1::uuid[]) as c (id) cross join lateral ("
        "select * from credential where certificate_id = c.id and ($2::uuid is null or id < $2)"
        " order by id desc limit $3) s order by s.id desc",
        certificates,
        before,
        limit,
    ):
        found[row["certificate_id"]].append(_credential(row))
    return found


async def add(tx: Tx, credentials: Sequence[Credential]) -> None:
    rows = [tuple(getattr(c, column) for column in _COLUMNS) for c in credentials]
    await tx.copy("credential", _COLUMNS, rows)


async def by_hash(tx: Tx, hash: bytes) -> Credential | None:
    row = await tx.fetchrow("select * from credential where hash = $1", hash)
    return _credential(row) if row else None


async def by_number(tx: Tx, number: str) -> list[Credential]:
    """What was signed under a certificate number, newest first."""
    rows = await tx.fetch(
        "select * from credential where number = $1 order by id desc limit 50", number
    )
    return [_credential(row) for row in rows]


async def lists(tx: Tx) -> int:
    """How many lists there are; the first is there before anything is signed."""
    return int(await tx.fetchval("select coalesce(max(list), 1) from credential_status"))


async def slots_in(tx: Tx, list: int) -> list[Slot]:
    rows = await tx.fetch("select * from credential_status where list = $1", list)
    return [_slot(row) for row in rows]
