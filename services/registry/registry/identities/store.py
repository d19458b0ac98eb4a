"""Links between records of one person. Sparse: a row stands here only while a merge holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.db import Tx

# A survivor may be merged in turn: links are followed to their end.
_UP = (
    "with recursive up as ("
    " select asked, asked as at from unnest($1::uuid[]) as asked"
    " union all"
    " select up.asked, l.survivor_id from up join identity_link l on l.merged_id = up.at)"
    " select up.asked, up.at from up"
    " where up.asked <> up.at"
    " and not exists (select from identity_link l where l.merged_id = up.at)"
)
_DOWN = (
    "with recursive down as ("
    " select asked as person, asked as member from unnest($1::uuid[]) as asked"
    " union all"
    " select down.person, l.merged_id from down"
    " join identity_link l on l.survivor_id = down.member)"
    " select person, member from down where person <> member order by person, member"
)


async def survivors(tx: Tx, ids: Sequence[UUID], known_at: datetime | None) -> dict[UUID, UUID]:
    """Those of ``ids`` that are merged into another record, with that record."""
    if known_at is None:
        rows = await tx.fetch(_UP, ids)
    else:
        rows = await tx.fetch(_then(_UP), ids, known_at)
    return {row["asked"]: row["at"] for row in rows}


async def merged_into(
    tx: Tx, persons: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, list[UUID]]:
    """The records merged into these, at any depth."""
    found: dict[UUID, list[UUID]] = {}
    if known_at is None:
        rows = await tx.fetch(_DOWN, persons)
    else:
        rows = await tx.fetch(_then(_DOWN), persons, known_at)
    for row in rows:
        found.setdefault(row["person"], []).append(row["member"])
    return found


_LIVE = (
    "with recursive live as (select merged_id, survivor_id from identity_act a where act = 'linked'"
    " and recorded_at <= $2 and not exists (select from identity_act u where u.act = 'unlinked'"
    " and u.merge_id = a.merge_id and u.recorded_at <= $2)),"
)


def _then(sql: str) -> str:
    """The same question of the links as they were known at ``$2``."""
    return sql.replace("with recursive", _LIVE).replace("identity_link", "live")


async def link(tx: Tx, merge_id: UUID, merged_id: UUID, survivor_id: UUID) -> None:
    await tx.execute(
        "insert into identity_link (merged_id, survivor_id, merge_id) values ($1, $2, $3)",
        merged_id,
        survivor_id,
        merge_id,
    )
    await _act(tx, merge_id, "linked")


async def _act(tx: Tx, merge_id: UUID, act: str) -> None:
    """Keep the act itself, so that the past can be read as it was known."""
    await tx.execute(
        "insert into identity_act (merge_id, act, merged_id, survivor_id)"
        " select merge_id, $2, merged_id, survivor_id from identity_link where merge_id = $1",
        merge_id,
        act,
    )


async def unlink(tx: Tx, merge_id: UUID) -> int:
    await _act(tx, merge_id, "unlinked")
    return await tx.execute("delete from identity_link where merge_id = $1", merge_id)
