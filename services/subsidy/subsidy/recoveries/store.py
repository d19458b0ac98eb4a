"""Recoveries with their lines and steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.recoveries.domain import STANDING, Line, Recovery, State

_NAMES = tuple(field.name for field in fields(Recovery) if field.name != "lines")
_SELECT = f"select {', '.join('r.' + name for name in _NAMES)} from recovery r"  # noqa: S608
_TYPES = (
    "uuid", "uuid", "text", "uuid", "uuid", "date", "uuid", "text", "text", "text", "date", "date",
    "bigint", "bigint", "text", "text", "text", "text", "text", "text", "integer",
)  # fmt: skip
_SAVE = f"""
insert into recovery ({", ".join(_NAMES)})
select * from unnest({", ".join(f"${n}::{type}[]" for n, type in enumerate(_TYPES, 1))})
on conflict (id) do update set state = excluded.state, state_on = excluded.state_on,
    due_on = excluded.due_on, fine = excluded.fine, fine_paid = excluded.fine_paid,
    noticed_by = excluded.noticed_by, approval = excluded.approval, version = excluded.version,
    ordered_by = excluded.ordered_by, court_reference = excluded.court_reference
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Step:
    """One act: when, by whom; of money how much (fen) and by which voucher."""

    recovery_id: UUID
    version: int
    act: str
    on_day: date
    amount: int | None
    reference: str | None
    done_by: str


async def save(tx: Tx, moved: Sequence[tuple[Recovery, Step]]) -> None:
    """Recoveries as their acts left them, with the lines that they have now."""
    if not moved:
        return
    recoveries = [one for one, _ in moved]
    await tx.execute(_SAVE, *([getattr(one, name) for one in recoveries] for name in _NAMES))
    await tx.execute(
        "delete from recovery_line where recovery_id = any($1::uuid[])",
        [one.id for one in recoveries],
    )
    await tx.copy(
        "recovery_line", ("recovery_id", "line_id", "amount", "clause", "back"),
        [
            (one.id, line.line_id, line.amount, line.clause, line.back)
            for one in recoveries
            for line in one.lines
        ],
    )  # fmt: skip
    columns = tuple(field.name for field in fields(Step))
    await tx.copy(
        "recovery_step", columns,
        [tuple(getattr(step, name) for name in columns) for _, step in moved],
    )  # fmt: skip


async def _whole(tx: Tx, rows: Sequence[Any]) -> list[Recovery]:
    lines: dict[UUID, list[Line]] = {row["id"]: [] for row in rows}
    for row in await tx.fetch(
        "select r.recovery_id, r.line_id, r.amount, r.clause, r.back"
        "  from recovery_line r join claim_line l on l.id = r.line_id"
        " where r.recovery_id = any($1::uuid[]) order by l.day, l.number",
        list(lines),
    ):
        lines[row["recovery_id"]].append(
            Line(row["line_id"], row["amount"], row["clause"], row["back"])
        )
    return [Recovery(**dict(row), lines=tuple(lines[row["id"]])) for row in rows]


async def some(
    tx: Tx, ids: Sequence[UUID], area_prefix: str, *, lock: bool = False
) -> list[Recovery]:
    rows = await tx.fetch(
        f"{_SELECT} where r.id = any($1::uuid[]) and r.area_code like $2 || '%' order by r.id"
        + (" for no key update" if lock else ""),
        ids, area_prefix,
    )  # fmt: skip
    return await _whole(tx, rows)


async def standing(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, Recovery]:
    """The recovery of each of these claims that is not over, locked."""
    rows = await tx.fetch(
        f"{_SELECT} where r.claim_id = any($1::uuid[]) and r.state = any($2::text[])"
        " order by r.id for no key update",
        claim_ids, list(STANDING),
    )  # fmt: skip
    return {one.claim_id: one for one in await _whole(tx, rows)}


async def ordered(tx: Tx, claim_ids: Sequence[UUID]) -> list[UUID]:
    rows = await tx.fetch(
        "select id from recovery where claim_id = any($1::uuid[]) and state <> 'withdrawn'"
        "   and (state <> 'open' or reason is not null)",
        claim_ids,
    )
    return [row["id"] for row in rows]


async def dealt_with(tx: Tx, line_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Fen of these lines that recoveries which are over brought back or gave up."""
    rows = await tx.fetch(
        "select l.line_id, sum(l.amount)::bigint as amount from recovery_line l"
        "  join recovery r on r.id = l.recovery_id"
        " where l.line_id = any($1::uuid[]) and r.state in ('closed', 'written_off') group by 1",
        line_ids,
    )
    return {row["line_id"]: row["amount"] for row in rows}


async def to_set_off(tx: Tx, claimant_id: UUID, payee_kind: str, on: date) -> dict[UUID, set[UUID]]:
    """Of what the claimant was told to pay back by ``on``: recoveries with their lines that were paid to
    this kind of payee."""
    found: dict[UUID, set[UUID]] = {}
    for row in await tx.fetch(
        "select r.id, l.line_id from recovery r join recovery_line l on l.recovery_id = r.id"
        "  join claim_line c on c.id = l.line_id"
        " where r.claimant_id = $1 and r.state in ('noticed', 'paying') and r.state_on <= $3"
        "   and c.payee_kind = $2 and l.back < l.amount order by r.id",
        claimant_id, payee_kind, on,
    ):  # fmt: skip
        found.setdefault(row["id"], set()).add(row["line_id"])
    return found


async def paid_to(tx: Tx, recovery_id: UUID, payee_kind: str) -> set[UUID]:
    """The lines of a recovery that were paid to this kind of payee."""
    rows = await tx.fetch(
        "select l.line_id from recovery_line l join claim_line c on c.id = l.line_id"
        " where l.recovery_id = $1 and c.payee_kind = $2",
        recovery_id, payee_kind,
    )  # fmt: skip
    return {row["line_id"] for row in rows}


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from recovery where id = $1)", id))


async def steps(tx: Tx, recovery_id: UUID) -> list[Step]:
    rows = await tx.fetch(
        "select recovery_id, version, act, on_day, amount, reference, done_by from recovery_step"
        " where recovery_id = $1 order by version limit 1000",
        recovery_id,
    )
    return [Step(**dict(row)) for row in rows]


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    claim_id: UUID | None,
    claimant_id: UUID | None,
    state: State | None,
    overdue_on: date | None,
    after: UUID | None,
    limit: int,
) -> list[Recovery]:
    """Recoveries in the order of their ids; ``overdue_on``: to be paid before that day."""
    rows = await tx.fetch(
        f"{_SELECT} where r.area_code like $1 || '%' and r.id > $2"
        " and ($3::uuid is null or r.claim_id = $3) and ($4::uuid is null or r.claimant_id = $4)"
        " and ($5::text is null or r.state = $5) and ($6::date is null or r.due_on < $6)"
        " order by r.id limit $7",
        area_prefix, after or UUID(int=0), claim_id, claimant_id, state, overdue_on, limit,
    )  # fmt: skip
    return await _whole(tx, rows)
