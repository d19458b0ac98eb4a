"""Telling a fact in the transaction that makes it true.

One statement counts the sequence, writes the log and the outbox. The row lock on
``event_sequence`` makes a second transaction that tells of the same entity wait, so outbox order is
sequence order for every entity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import orjson

from kit import causality, context, observability
from kit.events import NewEvent

if TYPE_CHECKING:
    from kit.db import Tx

# Entities are locked in a fixed order: two sets that overlap cannot dead-lock each other.
EMIT = """
with told as (
    select ordinality as n, id, type, entity_id, valid_from, area_code, office,
           correlation_id, causation_id, reverses, data,
           row_number() over (partition by entity_id order by ordinality) as nth
      from unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[], $5::text[], $6::text[],
                  $7::uuid[], $8::uuid[], $9::uuid[], $10::text[]) with ordinality
           as t(id, type, entity_id, valid_from, area_code, office,
                correlation_id, causation_id, reverses, data, ordinality)
), counted as (
    insert into event_sequence as s (entity_id, last)
    select entity_id, max(nth) from told group by entity_id order by entity_id
    on conflict (entity_id) do update set last = s.last + excluded.last
    returning entity_id, last
), totals as (
    select entity_id, max(nth) as events from told group by entity_id
), logged as (
    insert into event_log (id, type, entity_id, sequence, valid_from, area_code, office,
                           correlation_id, causation_id, reverses, traceparent, data)
    select told.id, type, told.entity_id, counted.last - totals.events + nth, valid_from, area_code, office,
           correlation_id, causation_id, reverses, $11::text, data
      from told join counted using (entity_id) join totals using (entity_id)
     order by told.n
    returning position, id
)
insert into outbox (position, event_id) select position, id from logged
"""


# The same for the one event of most requests: a third of the planning and executing.
EMIT_ONE = """
with counted as (
    insert into event_sequence as s (entity_id, last) values ($3::uuid, 1)
    on conflict (entity_id) do update set last = s.last + 1
    returning last
), logged as (
    insert into event_log (id, type, entity_id, sequence, valid_from, area_code, office,
                           correlation_id, causation_id, reverses, traceparent, data)
    select $1::uuid, $2::text, $3::uuid, last, $4::date, $5::text, $6::text,
           $7::uuid, $8::uuid, $9::uuid, $11::text, $10::text
      from counted
    returning position, id
)
insert into outbox (position, event_id) select position, id from logged
"""


async def emit(tx: Tx, events: Sequence[NewEvent]) -> None:
    """Write events to the log and the outbox of this transaction, in the order given.

    Nothing leaves before the commit; everything leaves after it, however long the broker is away.
    """
    if not events:
        return
    here = context.current()
    columns = zip(
        *(
            (
                event.id,
                event.type.name,
                event.entity_id,
                event.valid_from,
                event.area_code,
                event.office,
                event.correlation_id or here.correlation_id,
                event.causation_id or here.causation_id,
                event.reverses,
                orjson.dumps(event.data, default=str).decode(),
            )
            for event in events
        ),
        strict=True,
    )
    if len(events) == 1:
        await tx.execute(EMIT_ONE, *(one for (one,) in columns), observability.traceparent())
    else:
        await tx.execute(EMIT, *columns, observability.traceparent())
    causality.note(events[-1].id)
