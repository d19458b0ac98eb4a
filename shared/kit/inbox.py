"""What one durable has applied, and what waits: the tables ``inbox`` and ``dead_letter``.

The inbox knows entity and sequence, so it tells a duplicate (seen before) from a gap (its
predecessor is on its way). ``dead_letter`` keeps what cannot be applied now, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kit.db import Database, Tx
from kit.events import Event, parse
from kit.ids import new_id

ATTEMPTS_MAX = 5
#: Seconds before an automatic retry of a parked event, by how often it was tried.
BACKOFF_S = (0, 1, 5, 30, 120)

KNOWN = """
select u.n, i.event_id is not null as seen, p.event_id is not null as preceded
  from unnest($2::uuid[], $3::int[]) with ordinality as u(entity_id, sequence, n)
  left join inbox i on i.durable = $1 and i.entity_id = u.entity_id and i.sequence = u.sequence
  left join inbox p on p.durable = $1 and p.entity_id = u.entity_id and p.sequence = u.sequence - 1
 order by u.n
"""

TAKE = """
insert into inbox (durable, entity_id, sequence, event_id)
select $1, * from unnest($2::uuid[], $3::int[], $4::uuid[])
"""

PARK = """
insert into dead_letter as d (durable, event_id, entity_id, sequence, state, error, message)
select $1, * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::bytea[])
on conflict (durable, event_id) do update
   set state = excluded.state, error = excluded.error, attempts = d.attempts + 1, last_at = clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that waits, and why."""

    event: Event
    body: bytes
    state: str
    error: str


@dataclass
class Inbox:
    """One durable's memory in one database."""

    durable: str
    db: Database
    waits: bool = True  # whether dead_letter may hold rows of ours; true until looked

    async def sort_out(
        self, tx: Tx, events: list[tuple[Event, bytes]]
    ) -> tuple[list[Event], list[Parked], list[UUID]]:
        """Split a batch into what may be applied now (in order), what waits, and what was freed."""
        known = await tx.fetch(
            KNOWN,
            self.durable,
            [event.entity_id for event, _ in events],
            [event.sequence for event, _ in events],
        )
        waiting = await self.waiting(tx, {event.entity_id for event, _ in events})
        ready: list[Event] = []
        freed: list[UUID] = []
        done: set[tuple[UUID, int]] = set()
        late: dict[tuple[UUID, int], tuple[Event, bytes]] = {}

        def take(event: Event) -> None:
            """Apply this one, and then whatever waited for just this one."""
            while True:
                ready.append(event)
                done.add((event.entity_id, event.sequence))
                following = (event.entity_id, event.sequence + 1)
                if following in late:
                    event = late.pop(following)[0]
                elif waiting.get(following, ("", None))[0] in ("gap", "behind"):
                    parked_event = waiting.pop(following)[1]
                    assert parked_event is not None
                    event = parked_event
                    freed.append(event.id)
                else:
                    return

        poisoned = {entity for (entity, _), (state, _) in waiting.items() if state == "poison"}
        for (event, body), row in zip(events, known, strict=True):
            key = (event.entity_id, event.sequence)
            if row["seen"] or key in done or key in waiting:
                continue
            if (
                event.sequence == 1
                or row["preceded"]
                or (event.entity_id, event.sequence - 1) in done
            ):
                take(event)
            else:
                late[key] = (event, body)
        parked = [
            Parked(event, body, *_why_waiting(event, poisoned)) for event, body in late.values()
        ]
        return ready, parked, freed

    async def waiting(
        self, tx: Tx, entities: Iterable[UUID]
    ) -> dict[tuple[UUID, int], tuple[str, Event | None]]:
        if not self.waits:
            return {}
        rows = await tx.fetch(
            "select entity_id, sequence, state, message from dead_letter "
            "where durable = $1 and entity_id = any($2::uuid[])",
            self.durable,
            list(entities),
        )
        return {(r["entity_id"], r["sequence"]): (r["state"], parse(r["message"])) for r in rows}

    async def take(self, tx: Tx, ready: Sequence[Event], freed: Sequence[UUID]) -> None:
        """Note what was applied in this transaction, and what need not wait any longer."""
        await tx.execute(
            TAKE,
            self.durable,
            [event.entity_id for event in ready],
            [event.sequence for event in ready],
            [event.id for event in ready],
        )
        if freed:
            await tx.execute(
                "delete from dead_letter where durable = $1 and event_id = any($2::uuid[])",
                self.durable,
                freed,
            )

    async def park(self, tx: Tx, parked: Sequence[Parked]) -> None:
        self.waits = True
        await tx.execute(
            PARK,
            self.durable,
            [p.event.id for p in parked],
            [p.event.entity_id for p in parked],
            [p.event.sequence for p in parked],
            [p.state for p in parked],
            [p.error for p in parked],
            [p.body for p in parked],
        )

    async def park_malformed(self, bodies: Sequence[bytes]) -> None:
        await self.park_unread([(new_id(), "not an envelope", body) for body in bodies])

    async def park_unread(self, rows: Sequence[tuple[UUID, str, bytes]]) -> None:
        """Keep what nobody can apply as it is: a name for it, why, and as much of it as may be kept.
        The same name again is the same message again."""
        async with self.db.transaction() as tx:
            for name, error, body in rows:  # rare by nature: somebody published without our kit
                await tx.execute(
                    "insert into dead_letter (durable, event_id, state, error, attempts, message) "
                    "values ($1, $2, 'malformed', $3, $4, $5)"
                    " on conflict (durable, event_id) do nothing",
                    self.durable,
                    name,
                    error,
                    ATTEMPTS_MAX,
                    body[:65536],
                )

    async def due(self) -> list[UUID]:
        """Poison whose next automatic attempt has come."""
        if not self.waits:
            return []
        async with self.db.looking() as tx:
            rows = await tx.fetch(
                "select event_id, attempts, state,"
                " extract(epoch from clock_timestamp() - last_at)::float8 as age"
                " from dead_letter where durable = $1 order by first_at limit 1000",
                self.durable,
            )
        self.waits = bool(rows)
        return [
            row["event_id"]
            for row in rows
            if row["state"] == "poison"
            and row["attempts"] < ATTEMPTS_MAX
            and row["age"] >= BACKOFF_S[row["attempts"]]
        ]

    async def poison(self, event_id: UUID | None = None) -> list[UUID]:
        """The poison events of this durable, oldest first (or just the one asked for)."""
        async with self.db.looking() as tx:
            rows = await tx.fetch(
                "select event_id from dead_letter where durable = $1 and state = 'poison' "
                "and ($2::uuid is null or event_id = $2) order by first_at limit 10000",
                self.durable,
                event_id,
            )
        return [row["event_id"] for row in rows]

    async def message(self, event_id: UUID) -> bytes | None:
        """The bytes of one parked poison event."""
        async with self.db.looking() as tx:
            message: bytes | None = await tx.fetchval(
                "select message from dead_letter"
                " where durable = $1 and event_id = $2 and state = 'poison'",
                self.durable,
                event_id,
            )
        return message

    async def release(self, tx: Tx, event_id: UUID) -> None:
        """Take it out, to be applied in this same transaction."""
        self.waits = True
        await tx.execute(
            "delete from dead_letter where durable = $1 and event_id = $2", self.durable, event_id
        )

    async def failed_again(self, event_id: UUID, error: str) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(
                "update dead_letter set attempts = attempts + 1, error = $3,"
                " last_at = clock_timestamp() where durable = $1 and event_id = $2",
                self.durable,
                event_id,
                error,
            )


def _why_waiting(event: Event, poisoned: set[UUID]) -> tuple[str, str]:
    if event.entity_id in poisoned:
        return "behind", "an earlier event of the same entity is parked"
    return "gap", f"event {event.sequence - 1} of this entity has not arrived"


async def counts(tx: Tx) -> dict[str, Any]:
    """How much waits: outbox rows, parked events that are retried, dead ones that a person must see."""
    row = await tx.fetchrow(
        "select (select count(*) from outbox) as outbox,"
        " (select coalesce(extract(epoch from clock_timestamp() - min(e.recorded_at)), 0)::float8"
        "    from (select event_id from outbox order by position limit 1) o join event_log e on e.id = o.event_id)"
        "   as outbox_age_s,"
        " count(*) filter (where state in ('gap', 'behind') or attempts < $1) as parked,"
        " count(*) filter (where state in ('poison', 'malformed') and attempts >= $1) as dead"
        " from dead_letter",
        ATTEMPTS_MAX,
    )
    assert row is not None
    return dict(row)
