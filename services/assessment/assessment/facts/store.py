"""The table ``fact``: rows come in as sets and are read again in chunks, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson

from assessment.folds.domain import Fact
from kit.db import Tx

ADD = """
insert into fact (id, type, entity_id, sequence, valid_from, recorded_at, area_code, office,
                  worker_id, reverses, data)
select u.*
  from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[], $5::date[], $6::timestamptz[],
              $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::jsonb[]) u,
       pg_advisory_xact_lock_shared($12) as receiving
on conflict (id) do nothing
"""

#: Whoever receives facts holds this shared, a rebuild alone: nothing is folded while tables are
#: swapped. It is taken in the insert itself, which saves a round trip for every run of events.
RECEIVING = 0x61737365737300

CHUNK = """
select id, type, entity_id, sequence, valid_from, recorded_at, area_code, office, worker_id,
       reverses, data
  from fact where $1::uuid is null or id > $1 order by id limit $2
"""


async def add(tx: Tx, facts: Sequence[Fact]) -> int:
    """Keep facts; those that are known already are left as they are. Answers how many are new."""
    columns = list(zip(*facts, strict=True))
    payloads = [orjson.dumps(data).decode() for data in columns[10]]
    return await tx.execute(ADD, *columns[:10], payloads, RECEIVING)


async def stop_receiving(tx: Tx) -> None:
    """Wait for those who receive, and let nobody receive until this transaction ends."""
    await tx.execute("select pg_advisory_xact_lock($1)", RECEIVING)


async def chunk(tx: Tx, after: UUID | None, limit: int) -> list[Fact]:
    """The next facts after one id."""
    rows = await tx.fetch(CHUNK, after, limit)
    return [Fact._make((*tuple(row)[:10], orjson.loads(row["data"]))) for row in rows]
