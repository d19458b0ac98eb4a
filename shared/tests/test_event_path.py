"""From a fact told to its effect elsewhere: the outbox, the relay, the inbox, what is parked."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kit import context, outbox, relay
from kit.bus import MemoryBus
from kit.consumers import Consumer, Subscription
from kit.db import Database, Tx
from kit.events import Event, EventType, NewEvent, envelope, parse
from kit.ids import new_id
from kit.inbox import ATTEMPTS_MAX
from kit.observability import Metrics
from kit.testing import wire


class Counted(BaseModel):
    n: int


COUNTED = EventType("alpha.thing.counted.v1", Counted, "计数", "Counted", {"n": 1})


def told(entity: UUID, n: int) -> NewEvent:
    return NewEvent(COUNTED, entity, date(2003, 10, 31), "231102000000", "231102-01", {"n": n})


async def log_of(db: Database) -> list[asyncpg.Record]:
    async with db.looking() as tx:
        return await tx.fetch("select * from event_log order by position")


# --- outbox and relay ---------------------------------------------------------------------------


async def test_sequences_are_gapless_for_each_entity(kit_db: Database) -> None:
    one, two = new_id(), new_id()
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(one, 1), told(two, 1), told(one, 2)])
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(one, 3)])
    rows = await log_of(kit_db)
    assert [(r["entity_id"], r["sequence"]) for r in rows] == [
        (one, 1),
        (two, 1),
        (one, 2),
        (one, 3),
    ]


async def test_a_rollback_tells_nothing_and_leaves_no_gap(kit_db: Database) -> None:
    entity = new_id()

    async def tell_and_fail() -> None:
        async with kit_db.transaction() as tx:
            await outbox.emit(tx, [told(entity, 1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await tell_and_fail()
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(entity, 2)])
    rows = await log_of(kit_db)
    assert [(r["sequence"], r["data"]) for r in rows] == [(1, '{"n":2}')]


async def test_concurrent_tellers_of_one_entity_leave_in_sequence(kit_db: Database) -> None:
    entity = new_id()

    async def tell(n: int) -> None:
        async with kit_db.transaction() as tx:
            await outbox.emit(tx, [told(entity, n)])

    await asyncio.gather(*(tell(n) for n in range(20)))
    bus = bus_of_alpha()
    async with kit_db.looking() as tx:
        await relay_on(kit_db, bus).publish_once(tx)
    assert [parse(m.body).sequence for m in bus.streams["ALPHA"]] == list(range(1, 21))


async def test_the_cause_and_the_conversation_travel(kit_db: Database) -> None:
    conversation, cause = new_id(), new_id()
    with context.bind(correlation_id=conversation, causation_id=cause):
        async with kit_db.transaction() as tx:
            await outbox.emit(tx, [told(new_id(), 1)])
    (row,) = await log_of(kit_db)
    event = parse(envelope(row, city="231100"))
    assert (event.correlation_id, event.causation_id) == (conversation, cause)


async def test_a_broker_that_is_away_loses_nothing(kit_db: Database) -> None:
    bus = bus_of_alpha()
    bus.away = True
    leader = relay_on(kit_db, bus)
    running = asyncio.create_task(leader.run())
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(new_id(), n) for n in range(30)])
    await asyncio.sleep(0.2)
    assert bus.streams["ALPHA"] == []
    bus.away = False
    for _ in range(200):
        if len(bus.streams["ALPHA"]) == 30:
            break
        await asyncio.sleep(0.02)
    leader.stop()
    await running
    assert len(bus.streams["ALPHA"]) == 30
    async with kit_db.looking() as tx:
        assert await tx.fetchval("select count(*) from outbox") == 0


async def test_only_one_relay_leads(kit_db: Database) -> None:
    bus = bus_of_alpha()
    first, second = relay_on(kit_db, bus), relay_on(kit_db, bus)
    runs = [asyncio.create_task(r.run()) for r in (first, second)]
    await asyncio.sleep(0.3)
    async with kit_db.looking() as tx:
        leaders = await tx.fetchval(
            "select count(*) from pg_locks where locktype = 'advisory' and granted "
            "and database = (select oid from pg_database where datname = current_database())"
        )
    for one in (first, second):
        one.stop()
    await asyncio.gather(*runs)
    assert leaders == 1


async def test_republishing_fills_an_empty_stream_again(kit_db: Database) -> None:
    bus = bus_of_alpha()
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(new_id(), n) for n in range(700)])
    leader = relay_on(kit_db, bus)
    await drain(kit_db, leader)
    before = [message.id for message in bus.streams["ALPHA"]]
    lost = bus_of_alpha()
    async with kit_db.transaction() as tx:
        assert await relay.republish(tx) == 700
    await drain(kit_db, relay_on(kit_db, lost))
    assert [message.id for message in lost.streams["ALPHA"]] == before


async def test_the_log_is_append_only_for_the_application(kit_db: Database) -> None:
    async with kit_db.transaction() as tx:
        await outbox.emit(tx, [told(new_id(), 1)])
    for statement in (
        "update event_log set data = '{}'",
        "delete from event_log",
        "delete from inbox",
    ):
        async with kit_db.looking() as tx:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.execute(statement)


def bus_of_alpha() -> MemoryBus:
    bus = MemoryBus()
    bus.add_stream("ALPHA")
    return bus


def relay_on(db: Database, bus: MemoryBus) -> relay.Relay:
    return relay.Relay(db, bus, "231100", Metrics("alpha"))


async def drain(db: Database, leader: relay.Relay) -> None:
    async with db.looking() as tx:
        while await leader.publish_once(tx):
            pass


# --- consumers ----------------------------------------------------------------------------------


@dataclass
class Effect:
    """A consumer whose effect is the list of what it applied, kept in the database."""

    db: Database
    consumer: Consumer
    poison: set[int] = field(default_factory=set)

    async def dead(self) -> dict[str, int]:
        async with self.db.looking() as tx:
            rows = await tx.fetch("select state, count(*) as n from dead_letter group by state")
        return {row["state"]: row["n"] for row in rows}


SEEN: list[tuple[UUID, int]] = []


@pytest.fixture
async def effect(kit_db: Database) -> Effect:
    """Applies events into ``SEEN`` after the commit (what the database rolled back does not count)."""
    SEEN.clear()
    poison: set[int] = set()

    async def count(_runtime: Any, tx: Tx, events: list[Event]) -> None:
        for event in events:
            if event.data["n"] in poison:
                raise ValueError("this one never works")
        # The effect is a row in the same transaction: one entity's running count.
        await tx.execute(
            "insert into event_sequence (entity_id, last) select e, count(*) from unnest($1::uuid[]) e group by e "
            "on conflict (entity_id) do update set last = event_sequence.last + excluded.last",
            [event.entity_id for event in events],
        )
        SEEN.extend((event.entity_id, event.sequence) for event in events)

    subscription = Subscription("alpha", ("thing",), {COUNTED.name: count})
    consumer = Consumer("beta", subscription, kit_db, MemoryBus(), None, Metrics("beta"))  # type: ignore[arg-type]
    return Effect(kit_db, consumer, poison)


def event(entity: UUID, sequence: int, n: int = 0) -> Event:
    return Event(
        id=UUID(int=(entity.int ^ (sequence << 64)) & ((1 << 128) - 1)),
        type=COUNTED.name,
        entity_id=entity,
        sequence=sequence,
        time=datetime.now(UTC),
        valid_from=date(2003, 10, 31),
        area_code="231102000000",
        office="231102-01",
        correlation_id=entity,
        causation_id=None,
        reverses=None,
        data={"n": n},
    )


async def effects(db: Database) -> dict[UUID, int]:
    async with db.looking() as tx:
        return {r["entity_id"]: r["last"] for r in await tx.fetch("select * from event_sequence")}


async def test_a_batch_applies_once_however_often_it_comes(effect: Effect) -> None:
    entity = new_id()
    bodies = [wire(event(entity, n)) for n in (1, 2, 3)]
    await effect.consumer.apply([*bodies, *bodies])
    await effect.consumer.apply(bodies)
    assert await effects(effect.db) == {entity: 3}


async def test_an_early_event_waits_for_the_one_before_it(effect: Effect) -> None:
    entity = new_id()
    await effect.consumer.apply([wire(event(entity, 3)), wire(event(entity, 2))])
    assert await effects(effect.db) == {}
    assert await effect.dead() == {"gap": 2}
    await effect.consumer.apply([wire(event(entity, 1))])
    assert SEEN == [(entity, 1), (entity, 2), (entity, 3)]
    assert await effect.dead() == {}


async def test_poison_is_parked_and_its_neighbours_flow(effect: Effect) -> None:
    sick, well = new_id(), new_id()
    effect.poison.add(13)
    await effect.consumer.apply(
        [wire(event(well, 1)), wire(event(sick, 1, 13)), wire(event(sick, 2)), wire(event(well, 2))]
    )
    assert await effects(effect.db) == {well: 2}
    assert await effect.dead() == {"poison": 1, "behind": 1}
    effect.poison.clear()
    for parked in await effect.consumer.inbox.poison():
        assert await effect.consumer.retry(parked)
    assert await effects(effect.db) == {well: 2, sick: 2}
    assert await effect.dead() == {}


async def test_a_retry_that_fails_counts_and_keeps_it(effect: Effect) -> None:
    entity = new_id()
    effect.poison.add(13)
    await effect.consumer.apply([wire(event(entity, 1, 13))])
    (parked,) = await effect.consumer.inbox.poison()
    for _ in range(ATTEMPTS_MAX):
        assert not await effect.consumer.retry(parked)
    async with effect.db.looking() as tx:
        row = await tx.fetchrow("select attempts, error from dead_letter")
    assert row is not None
    assert row["attempts"] == ATTEMPTS_MAX + 1
    assert row["error"] == "ValueError: this one never works"


async def test_what_is_no_envelope_is_kept_and_stops_nobody(effect: Effect) -> None:
    entity = new_id()
    await effect.consumer.apply([b"{not json", b'{"id": 1}', wire(event(entity, 1))])
    assert await effects(effect.db) == {entity: 1}
    assert await effect.dead() == {"malformed": 2}


async def test_unknown_types_are_passed_over_and_keep_the_sequence_whole(effect: Effect) -> None:
    entity = new_id()
    unknown = event(entity, 1)
    other = Event(
        **{**{f: getattr(unknown, f) for f in unknown.__slots__}, "type": "alpha.thing.renamed.v1"}
    )
    await effect.consumer.apply([wire(other), wire(event(entity, 2))])
    assert await effects(effect.db) == {entity: 1}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
async def test_any_order_and_repetition_gives_the_same_effect(effect: Effect, seed: int) -> None:
    """Three entities, four events each, delivered in batches of any cut, shuffled, repeated."""
    chance = random.Random(seed)
    entities = [UUID(int=chance.getrandbits(128)) for _ in range(3)]
    bodies = [wire(event(e, n)) for e in entities for n in (1, 2, 3, 4)]
    deliveries = bodies + chance.choices(bodies, k=6)
    chance.shuffle(deliveries)
    while deliveries:
        cut = chance.randint(1, 5)
        await effect.consumer.apply(deliveries[:cut])
        deliveries = deliveries[cut:]
    found = await effects(effect.db)
    assert [found[e] for e in entities] == [4, 4, 4]
    for entity in entities:
        order = [sequence for seen, sequence in SEEN if seen == entity]
        assert order == [1, 2, 3, 4]
    assert await effect.dead() == {}
