"""Projects, and the quarters of them that were granted: one of each, by the primary key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from uuid import UUID

from kit.db import Tx
from subsidy.projects.domain import Project

_NAMES = tuple(field.name for field in fields(Project))
_SELECT = f"select {', '.join(_NAMES)} from project"  # noqa: S608


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from project where id = $1)", id))


async def add(tx: Tx, one: Project, *, recorded_by: str) -> bool:
    """Whether the approval is new."""
    columns = ", ".join((*_NAMES, "recorded_by"))
    values = ", ".join(f"${n}" for n in range(1, len(_NAMES) + 2))
    added = await tx.fetchval(
        f"insert into project ({columns}) values ({values})"  # noqa: S608
        " on conflict on constraint project_approved_once do nothing returning id",
        *(getattr(one, name) for name in _NAMES), recorded_by,
    )  # fmt: skip
    return added is not None


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Project]:
    rows = await tx.fetch(
        f"{_SELECT} where id = any($1::uuid[]) and area_code like $2 || '%' order by id",
        ids, area_prefix,
    )  # fmt: skip
    return [Project(**dict(row)) for row in rows]


async def lock(tx: Tx, ids: Sequence[UUID]) -> list[Project]:
    """Projects that are about to be decided on, in one order."""
    rows = await tx.fetch(
        f"{_SELECT} where id = any($1::uuid[]) order by id for no key update", ids
    )
    return [Project(**dict(row)) for row in rows]


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    programme: str | None,
    body_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Project]:
    """Projects in the order of their ids."""
    rows = await tx.fetch(
        f"{_SELECT} where area_code like $1 || '%' and id > $2"
        " and ($3::text is null or programme = $3) and ($4::uuid is null or body_id = $4)"
        " order by id limit $5",
        area_prefix, after or UUID(int=0), programme, body_id, limit,
    )  # fmt: skip
    return [Project(**dict(row)) for row in rows]


async def hold(tx: Tx, quarters: Sequence[tuple[UUID, date, UUID]]) -> Counter[UUID]:
    """How many of these (project, quarter, line) were free, by line."""
    rows = await tx.fetch(
        "insert into project_quarter (project_id, quarter, line_id)"
        " select * from unnest($1::uuid[], $2::date[], $3::uuid[]) on conflict do nothing"
        " returning line_id",
        *([one[n] for one in quarters] for n in range(3)),
    )
    return Counter(row["line_id"] for row in rows)


async def give_up(tx: Tx, line_ids: Sequence[UUID]) -> None:
    await tx.execute("delete from project_quarter where line_id = any($1::uuid[])", line_ids)
