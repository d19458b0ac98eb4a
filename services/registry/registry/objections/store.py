"""Objections and findings: append-only, in a table each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.objections.domain import Objection

_OF = (
    "select o.*, f.upheld, f.found_on, f.note as finding, f.actor as found_by"
    " from certificate_objection o"
    " left join certificate_finding f on f.objection_id = o.id"
)


def _objection(row: Record) -> Objection:
    return Objection(
        row["id"], row["certificate_id"], row["filed_on"], row["ground"], row["note"],
        row["actor"], row["upheld"], row["found_on"], row["finding"], row["found_by"],
    )  # fmt: skip


async def add(tx: Tx, one: Objection) -> None:
    await tx.execute(
        "insert into certificate_objection (id, certificate_id, filed_on, ground, note, actor)"
        " values ($1, $2, $3, $4, $5, $6)",
        one.id, one.certificate_id, one.filed_on, one.ground, one.note, one.actor,
    )  # fmt: skip


async def find(tx: Tx, objection_id: UUID, upheld: bool, on: date, note: str, actor: str) -> None:
    await tx.execute(
        "insert into certificate_finding (objection_id, upheld, found_on, note, actor)"
        " values ($1, $2, $3, $4, $5)",
        objection_id, upheld, on, note, actor,
    )  # fmt: skip


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Objection]]:
    """The objections to each certificate, oldest first, at most ``limit`` of each."""
    found: dict[UUID, list[Objection]] = {id: [] for id in certificates}
    for row in await tx.fetch(
        f"select x.* from unnest($1::uuid[]) as c (id) cross join lateral ({_OF}"  # noqa: S608 (a constant)
        " where o.certificate_id = c.id order by o.id limit $2) x order by x.id",
        list(found),
        limit,
    ):
        found[row["certificate_id"]].append(_objection(row))
    return found
