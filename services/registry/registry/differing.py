"""Decisions that today's knowledge would make otherwise: what was told late, or is known by now.

Nothing is changed by looking: somebody decides what to do. A placement that was told after a grant
stands here with the condition that does not hold any more. Both lists (certificates, recognitions)
compare the kept record with the rule asked again, by the law and for the day of then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar
from uuid import UUID

from kit.db import Tx
from kit.decisions import Condition, Decision
from kit.pagination import Stretch
from kit.service import Runtime

#: So many decisions are asked again with one set of statements, and so many in one request.
CHUNK, LOOKED = 500, 2_000


@dataclass(frozen=True, slots=True)
class Differing:
    """``granted``: what was decided; today it would be the contrary. ``conditions``: those that come
    out otherwise today."""

    id: UUID
    worker_id: UUID
    asked_on: date
    area_code: str
    office: str
    granted: bool
    conditions: tuple[Condition, ...]


class Decided(Protocol):
    """What was decided on: a certificate, a recognition."""

    @property
    def id(self) -> UUID: ...
    @property
    def worker_id(self) -> UUID: ...
    @property
    def area_code(self) -> str: ...
    @property
    def office(self) -> str: ...


D = TypeVar("D", bound=Decided)
#: So many of an area after an id, by id.
Read = Callable[[Tx, UUID | None, int], Awaitable[Sequence[D]]]
#: By id, the kept record and the rule asked again; what is not decided yet is absent.
Again = Callable[
    [Runtime, Tx, Sequence[D], date], Awaitable[Mapping[UUID, tuple[Mapping[str, Any], Decision]]]
]


async def among(
    rt: Runtime,
    read: Read[D],
    again: Again[D],
    asked_on: Callable[[D], date],
    after: UUID | None,
    limit: int,
    *,
    looked: int = LOOKED,
) -> Stretch[Differing]:
    """Those of what is read, by id; asked again chunk by chunk in one snapshot, at most ``looked``
    decisions in one request."""
    found: list[Differing] = []
    async with rt.db.reading() as tx:
        today = rt.today()
        while looked > 0:
            wanted = min(CHUNK, looked)
            rows = await read(tx, after, wanted)
            asked = await again(rt, tx, rows, today) if rows else {}
            for row in rows:
                conditions = otherwise(*asked[row.id]) if row.id in asked else None
                if conditions is not None:
                    granted = asked[row.id][0]["granted"]
                    found.append(
                        Differing(
                            row.id, row.worker_id, asked_on(row), row.area_code, row.office,
                            granted, conditions,
                        )
                    )  # fmt: skip
                if len(found) == limit:
                    return Stretch(found, row.id)
            if len(rows) < wanted:
                return Stretch(found)
            after, looked = rows[-1].id, looked - wanted
    return Stretch(found, after)


def otherwise(kept: Mapping[str, Any], now: Decision) -> tuple[Condition, ...] | None:
    """The conditions that come out otherwise today; None while the verdict is the same."""
    if kept["granted"] == now.granted:
        return None
    then = {one["code"]: one["passed"] for one in kept["conditions"]}
    return tuple(one for one in now.conditions if then.get(one.code) != one.ok)
