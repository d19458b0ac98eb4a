"""Links between records of one person. Sparse: a row stands here only while a merge holds."""

from __future__ import annotations

from collections.abc import Sequence
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


async def survivors(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Those of ``ids`` that are merged into another record, with that record."""
    return {row["asked"]: row["at"] for row in await tx.fetch(_UP, ids)}


async def merged_into(tx: Tx, persons: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The records merged into these, at any depth."""
    found: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch(_DOWN, persons):
        found.setdefault(row["person"], []).append(row["member"])
    return found


async def link(tx: Tx, merge_id: UUID, merged_id: UUID, survivor_id: UUID) -> None:
    await tx.execute(
        "insert into identity_link (merged_id, survivor_id, merge_id) values ($1, $2, $3)",
        merged_id,
        survivor_id,
        merge_id,
    )


async def unlink(tx: Tx, merge_id: UUID) -> int:
    return await tx.execute("delete from identity_link where merge_id = $1", merge_id)
