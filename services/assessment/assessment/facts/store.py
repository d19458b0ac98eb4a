"""The table ``fact``: rows come in as sets and are read again in chunks, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson

from assessment.facts.domain import Fact
from kit.db import Tx

ADD = """
insert into fact (id, type, entity_id, sequence, valid_from, recorded_at, area_code, office,
                  worker_id, reverses, data)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::date[], $6::timestamptz[],
                     $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::jsonb[])
on conflict (id) do nothing
"""

CHUNK = """
select id, type, entity_id, sequence, valid_from, recorded_at, area_code, office, worker_id,
       reverses, data
  from fact where $1::uuid is null or id > $1 order by id limit $2
"""


async def add(tx: Tx, facts: Sequence[Fact]) -> int:
    """Keep facts; those that are known already are left as they are. Answers how many are new."""
    columns = list(zip(*facts, strict=True))
    return await tx.execute(
        ADD, *columns[:10], [orjson.dumps(data).decode() for data in columns[10]]
    )


async def chunk(tx: Tx, after: UUID | None, limit: int) -> list[Fact]:
    """The next facts after one id."""
    rows = await tx.fetch(CHUNK, after, limit)
    return [Fact._make((*tuple(row)[:10], orjson.loads(row["data"]))) for row in rows]
