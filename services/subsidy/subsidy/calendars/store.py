"""The years that registry told of: of each the list that was told last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import orjson

from kit.db import Tx

_NOTE = """
insert into known_calendar_year as t (year, sequence, days, event_id)
select * from unnest($1::int[], $2::int[], $3::jsonb[], $4::uuid[])
on conflict (year) do update set sequence = excluded.sequence, days = excluded.days,
       event_id = excluded.event_id
 where excluded.sequence > t.sequence
"""


async def note(tx: Tx, years: Sequence[tuple[int, int, Mapping[date, bool], UUID]]) -> None:
    """(year, sequence, whether each listed day is worked, event), each year once. What is known of a later
    event stays."""
    rows = [
        (year, at, orjson.dumps(days, option=orjson.OPT_NON_STR_KEYS).decode(), event)
        for year, at, days, event in years
    ]
    await tx.execute(_NOTE, *zip(*rows, strict=True))


async def published(tx: Tx) -> tuple[tuple[date, bool], ...]:
    """(day, worked) of every list, in the order of days."""
    rows = await tx.fetch(
        "select key::date as day, value::boolean as worked"
        " from known_calendar_year, jsonb_each_text(days) order by day"
    )
    return tuple((row["day"], row["worked"]) for row in rows)
