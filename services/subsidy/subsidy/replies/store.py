"""Messages of the bank and their lines. The message itself is sealed: it holds names and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.orders.domain import Doubt
from subsidy.replies.domain import Line, Message, Outcome, Resolution

_MESSAGE = tuple(field.name for field in fields(Message))
_LINE = tuple(field.name for field in fields(Line))
_MESSAGES = f"select {', '.join(_MESSAGE)} from bank_message"  # noqa: S608
_LINES = f"select {', '.join(_LINE)} from bank_message_line"  # noqa: S608


async def lock(tx: Tx, kind: str, message_id: str) -> None:
    """One taking of a message at a time."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 2))", f"{kind} {message_id}"
    )


async def same(tx: Tx, message: Message) -> Message | None:
    """The message that was taken under this id of the bank."""
    row = await tx.fetchrow(
        _MESSAGES + " where area_code = $1 and kind = $2 and message_id = $3",
        message.area_code, message.kind, message.message_id,
    )  # fmt: skip
    return None if row is None else Message(**dict(row))


async def add(tx: Tx, message: Message, content: bytes) -> None:
    values = (*(getattr(message, name) for name in _MESSAGE), content)
    await tx.copy("bank_message", (*_MESSAGE, "content"), [values])


async def add_lines(tx: Tx, lines: Sequence[Line]) -> None:
    await tx.copy(
        "bank_message_line", _LINE, [tuple(getattr(one, name) for name in _LINE) for one in lines]
    )


async def save_lines(tx: Tx, lines: Sequence[Line]) -> None:
    """What became of lines."""
    await tx.execute(
        "update bank_message_line l set outcome = t.outcome, doubt = t.doubt, order_id = t.order_id,"
        " end_to_end_id = t.end_to_end_id"
        "  from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[])"
        "    as t (id, outcome, doubt, order_id, end_to_end_id) where l.id = t.id",
        [one.id for one in lines], [one.outcome for one in lines],
        [one.doubt for one in lines], [one.order_id for one in lines],
        [one.end_to_end_id for one in lines],
    )  # fmt: skip


async def booked(tx: Tx, end_to_end_ids: Sequence[str]) -> dict[tuple[UUID, str], str]:
    """The bank's marks of bookings that were applied, at once or by a decision, by order and kind."""
    rows = await tx.fetch(
        "select l.order_id, l.kind, coalesce(l.bank_ref, '') as mark from bank_message_line l"
        "  left join bank_line_resolution r on r.line_id = l.id"
        " where l.end_to_end_id = any($1::text[])"
        "   and (l.outcome = 'applied' or r.order_id is not null)",
        end_to_end_ids,
    )
    return {(row["order_id"], row["kind"]): row["mark"] for row in rows}


async def waiting(
    tx: Tx, end_to_end_ids: Sequence[str], doubts: Sequence[Doubt], area_prefix: str
) -> list[Line]:
    """Lines in such doubts about these orders, locked."""
    rows = await tx.fetch(
        _LINES + " where end_to_end_id = any($1::text[]) and outcome = 'doubt'"
        " and doubt = any($2::text[]) and area_code like $3 || '%' order by id for update",
        end_to_end_ids, doubts, area_prefix,
    )  # fmt: skip
    return [Line(**dict(row)) for row in rows]


async def line(tx: Tx, line_id: UUID, area_prefix: str) -> Line | None:
    """One line of the actor's area, locked."""
    row = await tx.fetchrow(
        _LINES + " where id = $1 and area_code like $2 || '%' for update", line_id, area_prefix
    )
    return None if row is None else Line(**dict(row))


async def add_resolution(
    tx: Tx,
    line_id: UUID,
    resolution: Resolution,
    order_id: UUID | None,
    on: date,
    note: str,
    by: str,
) -> None:
    await tx.execute(
        "insert into bank_line_resolution (line_id, resolution, order_id, resolved_on, note,"
        " resolved_by) values ($1, $2, $3, $4, $5, $6)",
        line_id, resolution, order_id, on, note, by,
    )  # fmt: skip


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Message]:
    rows = await tx.fetch(
        _MESSAGES + " where id = any($1::uuid[]) and area_code like $2 || '%'", ids, area_prefix
    )
    return [Message(**dict(row)) for row in rows]


async def page(tx: Tx, area_prefix: str, after: UUID | None, limit: int) -> list[Message]:
    """Messages in the order in which they were taken; ``limit`` rows at most."""
    rows = await tx.fetch(
        _MESSAGES + " where area_code like $1 || '%' and id > $2 order by id limit $3",
        area_prefix, after or UUID(int=0), limit,
    )  # fmt: skip
    return [Message(**dict(row)) for row in rows]


async def counts(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many lines of each message came to which outcome."""
    rows = await tx.fetch(
        "select reply_id, outcome, count(*) as lines from bank_message_line"
        " where reply_id = any($1::uuid[]) group by 1, 2",
        ids,
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["reply_id"], {})[row["outcome"]] = row["lines"]
    return found


async def lines(
    tx: Tx,
    area_prefix: str,
    *,
    reply_id: UUID | None,
    outcome: Outcome | None,
    after: UUID | None,
    limit: int,
) -> list[tuple[Line, Any]]:
    """Lines in the order of their ids, each with what was decided on it, if anything was."""
    names = ", ".join("l." + name for name in _LINE)
    rows = await tx.fetch(
        f"select {names}, r.resolution, r.resolved_on, r.note, r.resolved_by"  # noqa: S608
        " from bank_message_line l left join bank_line_resolution r on r.line_id = l.id"
        " where l.area_code like $1 || '%' and l.id > $2 and ($3::uuid is null or l.reply_id = $3)"
        " and ($4::text is null or l.outcome = $4) order by l.id limit $5",
        area_prefix, after or UUID(int=0), reply_id, outcome, limit,
    )  # fmt: skip
    return [(Line(**{name: row[name] for name in _LINE}), row) for row in rows]
