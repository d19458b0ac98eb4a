"""The table of life facts, in whoever hears of them: a fact is kept as it was told last, and stands
under every record of the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from kit.events import Event
from kit.life_facts import LifeFact, LifeFactTold

LIFE_FACT_SQL = """
create table known_life_fact (
    id uuid primary key,
    worker_id uuid not null,
    kind text not null,
    since date not null,
    until date,
    reversed boolean not null default false,
    event_id uuid not null
);
create index known_life_fact_worker on known_life_fact (worker_id);
comment on table known_life_fact is 'From registry.life-fact, as last told of each; until: first day without it.';
"""

_NOTE = """
insert into known_life_fact (id, worker_id, kind, since, until, reversed, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::date[], $6::bool[], $7::uuid[])
on conflict (id) do update set worker_id = excluded.worker_id, kind = excluded.kind,
       since = excluded.since, until = excluded.until, reversed = excluded.reversed,
       event_id = excluded.event_id
"""


async def note(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Remember facts, their ends and that they were not so; answers whose they are. What is told last
    of a fact says all of it."""
    told = [(event, LifeFactTold.model_validate(event.data)) for event in events]
    latest = {event.entity_id: (event, one) for event, one in told}
    rows = [
        (id, one.worker_id, one.kind, one.on, one.until, one.what == "fact", event.id)
        for id, (event, one) in latest.items()
    ]
    await tx.execute(_NOTE, *(list(column) for column in zip(*rows, strict=True)))
    # Told of one record after it was told of another: whose it was counts as well.
    return [one.worker_id for _, one in told]


async def of(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, list[LifeFact]]:
    """By record, what stands of the person under any of his or her records."""
    records = await identity_links.records_of(tx, workers)
    found: dict[UUID, list[LifeFact]] = {}
    for row in await tx.fetch(
        "select id, worker_id, kind, since, until from known_life_fact"
        " where worker_id = any($1::uuid[]) and not reversed order by since, id",
        [id for ids in records.values() for id in ids],
    ):
        found.setdefault(row["worker_id"], []).append(LifeFact(*row))
    return {who: [fact for id in ids for fact in found.get(id, ())] for who, ids in records.items()}
