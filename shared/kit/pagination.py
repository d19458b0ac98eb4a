"""Long lists in pages, by the position of the last row and never by counting from the start.

A cursor is opaque, and bound to the filters and to the caller: with other filters, or from another
caller, it is refused. Nothing that is personal may be a sort value.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from kit.auth import Actor
from kit.problems import Problem, ProblemError

T = TypeVar("T")
Row = TypeVar("Row")

LIMIT_MAX = 100
LIMIT_DEFAULT = 20

BAD_CURSOR = Problem(400, "bad-cursor", "游标无效或不属于此查询", "The cursor is not of this query")


class Page(BaseModel, Generic[T]):
    """One page of a list (一页)."""

    items: list[T]
    next_cursor: str | None = Field(
        default=None, description="下一页的游标；为空即到末页 (null on the last page)"
    )


#: ``limit: Limit = 20``
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="每页条数 Rows per page")]
#: ``cursor: Cursor = None``
Cursor = Annotated[
    str | None, Query(max_length=600, description="上一页给出的游标 The cursor of the last page")
]


def encode(position: Sequence[Any], *, actor: Actor, filters: Mapping[str, Any]) -> str:
    """The cursor after a row whose sort values are ``position`` (text, numbers, dates, ids)."""
    body = orjson.dumps(list(position), default=str)  # the driver's ids are no plain UUIDs
    return urlsafe_b64encode(_seal(body, actor, filters) + body).rstrip(b"=").decode()


def decode(
    cursor: str | None,
    kinds: Sequence[type],
    *,
    actor: Actor,
    filters: Mapping[str, Any],
) -> tuple[Any, ...] | None:
    """The sort values in a cursor, as ``kinds`` (UUID, date, datetime, int, str); None for the first
    page. Raises 400 for anything that :func:`encode` did not make for this caller and query."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        seal, body = raw[:16], raw[16:]
        if seal != _seal(body, actor, filters):
            raise ValueError("sealed for another query")
        values = orjson.loads(body)
        if len(values) != len(kinds):
            raise ValueError("another number of sort values")
        return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError):
        raise ProblemError(BAD_CURSOR) from None


def page(
    rows: Sequence[Row],
    limit: int,
    *,
    position: Callable[[Row], Sequence[Any]],
    item: Callable[[Row], T],
    actor: Actor,
    filters: Mapping[str, Any],
) -> Page[T]:
    """A page of ``limit`` rows out of a query that asked for one more."""
    more = len(rows) > limit
    shown = rows[:limit]
    cursor = encode(position(shown[-1]), actor=actor, filters=filters) if more else None
    return Page(items=[item(row) for row in shown], next_cursor=cursor)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """What was found among rows that are looked at one by one, at most so many in one request:
    ``ended`` names the row at which the looking stopped (None: there are no more)."""

    items: list[T]
    ended: UUID | None = None


def stretch(
    found: Stretch[Row],
    *,
    item: Callable[[Row], T],
    actor: Actor,
    filters: Mapping[str, Any],
) -> Page[T]:
    """A page of what was found. It may hold few or none and still have a next one."""
    ended = found.ended
    cursor = None if ended is None else encode([ended], actor=actor, filters=filters)
    return Page(items=[item(row) for row in found.items], next_cursor=cursor)


def _seal(body: bytes, actor: Actor, filters: Mapping[str, Any]) -> bytes:
    """No secret: it tells one query from another. What may be seen, the row scope decides."""
    bound = [actor.subject, actor.area_code, {key: _plain(value) for key, value in filters.items()}]
    seal = blake2b(body, digest_size=16, person=b"kit.cursor")
    seal.update(orjson.dumps(bound, option=orjson.OPT_SORT_KEYS))
    return seal.digest()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | bool) else str(value)


def _read(value: Any, kind: type) -> Any:
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if type(value) is not kind:
        raise ValueError("another kind of sort value")
    return value
