"""Life facts in the database: append-only, found by the keyed hash of the ID number.

The join with ``worker`` is what binds a fact to a person, before or after the registration; a
corrected ID number takes its facts along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit.crypto import Keyring
from kit.db import Tx
from registry.life_facts.domain import (
    End,
    Kind,
    LifeFact,
    NewFact,
    Reversal,
    Step,
    Told,
    What,
    believed,
)
from registry.subjects import of_workers

#: The column whose keyed hash binds a fact to a person.
SUBJECT = "worker.id_number"

# An act that is not taken back, of fact f, as it was known at $2.
_STANDS = (
    " from life_fact_act a where a.fact_id = f.id"
    " and ($2::timestamptz is null or a.recorded_at <= $2)"
)
# Facts that are not reversed; of several ends that stand, the earliest.
_STANDING = (
    "select f.id, w.id as worker_id, f.kind, f.happened_on, f.authority,"  # noqa: S608
    f" (select min(a.happened_on) {_STANDS} and a.act = 'ended' and not exists"
    "   (select from life_fact_act r where r.reverses = a.id and r.fact_id = f.id"
    "    and ($2::timestamptz is null or r.recorded_at <= $2))) as until,"
    " (select t.event_id from life_fact_told t where t.fact_id = f.id"
    "  and t.what = 'recorded' order by t.n desc limit 1) as told_event"
    " from ({workers}) w join life_fact f on f.subject_index = w.subject"
    " where ($2::timestamptz is null or f.recorded_at <= $2)"
    f" and not exists (select {_STANDS} and a.act = 'reversed' and a.reverses is null)"
)
_TOLD = (
    "select fact_id, what, worker_id, event_id, until, n from life_fact_told"
    " where declared = $3 and (fact_id = any($1::uuid[])"
    " or fact_id in (select fact_id from life_fact_told where worker_id = any($2::uuid[])))"
    " order by fact_id, n"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A fact as its authority told it; ``reversed`` when it was taken back."""

    id: UUID
    subject: bytes
    kind: Kind
    on: date
    authority: str


@dataclass(frozen=True, slots=True)
class KnownAct:
    """An end or a reversal that was told."""

    id: UUID
    fact_id: UUID
    act: str
    on: date
    reverses: UUID | None


def subject(keyring: Keyring, number: str) -> bytes:
    """The keyed hash that binds a fact to whoever has this number: that of the worker's row."""
    return keyring.blind_index(number, SUBJECT)


async def of(tx: Tx, workers: Sequence[UUID], known_at: datetime | None) -> list[LifeFact]:
    """The facts of these workers that stand, as they were known at an instant (None: now)."""
    return [
        LifeFact(
            row["id"], row["worker_id"], row["kind"], row["happened_on"], row["until"],
            row["authority"], row["told_event"],
        )
        for row in await tx.fetch(
            _STANDING.format(workers=of_workers(known_at)), workers, known_at
        )
    ]  # fmt: skip


async def workers_of(tx: Tx, keyring: Keyring, subjects: Iterable[bytes]) -> dict[bytes, UUID]:
    """Who of these is registered; a hash may have come under another key since it was read."""
    asked = {later: subject for subject in subjects for later in keyring.later(subject)}
    rows = await tx.fetch(
        "select id, id_number_index from worker where id_number_index = any($1::bytea[])",
        list(asked),
    )
    return {asked[bytes(row["id_number_index"])]: row["id"] for row in rows}


async def watch(tx: Tx, subjects: Iterable[bytes]) -> None:
    """Look again at these when the registrations that are under way have ended."""
    await tx.execute(
        "insert into life_fact_watch (subject_index) select unnest($1::bytea[])", list(subjects)
    )


async def watched(tx: Tx, limit: int) -> list[tuple[int, bytes, bool]]:
    """Those to look at now (locked for this transaction), and whether it is the last look: all
    transactions that were under way at the first one have ended."""
    rows = await tx.fetch(
        "select id, subject_index, horizon is not null as last from life_fact_watch"
        " where horizon is null or horizon <= pg_snapshot_xmin(pg_current_snapshot())"
        " order by id limit $1 for update skip locked",
        limit,
    )
    return [(row["id"], bytes(row["subject_index"]), row["last"]) for row in rows]


async def looked(tx: Tx, ids: Sequence[int], done: Sequence[int]) -> None:
    """After a look: the last ones go, the first ones note how far transactions had come."""
    await tx.execute("delete from life_fact_watch where id = any($1::bigint[])", done)
    await tx.execute(
        "update life_fact_watch set horizon = pg_snapshot_xmax(pg_current_snapshot())"
        " where id = any($1::bigint[]) and horizon is null",
        ids,
    )


async def places(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Area and office of each worker."""
    rows = await tx.fetch(
        "select id, area_code, office from worker where id = any($1::uuid[])", list(workers)
    )
    return {row["id"]: (row["area_code"], row["office"]) for row in rows}


async def known(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Known]:
    rows = await tx.fetch(
        "select id, subject_index, kind, happened_on, authority from life_fact"
        " where id = any($1::uuid[])",
        ids,
    )
    return {
        row["id"]: Known(
            row["id"], bytes(row["subject_index"]), row["kind"], row["happened_on"],
            row["authority"],
        )
        for row in rows
    }  # fmt: skip


async def acts(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, KnownAct]:
    rows = await tx.fetch(
        "select id, fact_id, act, happened_on, reverses from life_fact_act where id = any($1::uuid[])",
        ids,
    )
    return {
        row["id"]: KnownAct(
            row["id"], row["fact_id"], row["act"], row["happened_on"], row["reverses"]
        )
        for row in rows
    }


async def add(tx: Tx, facts: Sequence[NewFact], authority: str, actor: str) -> None:
    """Write new facts in the order of their ids. One whose id was written meanwhile stays."""
    facts = sorted(facts, key=lambda fact: fact.id)
    await tx.execute(
        "insert into life_fact (id, subject_index, kind, happened_on, document, authority, actor)"
        " select *, $6::text, $7::text"
        " from unnest($1::uuid[], $2::bytea[], $3::text[], $4::date[], $5::text[])"
        " on conflict (id) do nothing",
        [fact.id for fact in facts],
        [fact.subject for fact in facts],
        [fact.kind for fact in facts],
        [fact.on for fact in facts],
        [fact.document for fact in facts],
        authority,
        actor,
    )


async def add_ends(tx: Tx, ends: Sequence[End], actor: str) -> None:
    """Write ends in the order of their ids. One whose id was written meanwhile stays."""
    ends = sorted(ends, key=lambda end: end.id)
    await tx.execute(
        "insert into life_fact_act (id, fact_id, happened_on, act, actor)"
        " select *, 'ended', $4::text from unnest($1::uuid[], $2::uuid[], $3::date[])"
        " on conflict (id) do nothing",
        [end.id for end in ends],
        [end.fact_id for end in ends],
        [end.on for end in ends],
        actor,
    )


async def add_reversals(
    tx: Tx, reversals: Sequence[tuple[Reversal, UUID, UUID | None]], on: date, actor: str
) -> None:
    """Write reversals, each with the fact concerned and the end that it takes back, if it is one."""
    rows = sorted(reversals, key=lambda row: row[0].id)
    await tx.execute(
        "insert into life_fact_act (id, fact_id, reverses, reason, act, happened_on, actor)"
        " select *, 'reversed', $5::date, $6::text"
        " from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])"
        " on conflict (id) do nothing",
        [reversal.id for reversal, _, _ in rows],
        [fact_id for _, fact_id, _ in rows],
        [end_id for _, _, end_id in rows],
        [reversal.reason for reversal, _, _ in rows],
        on,
        actor,
    )


# --- what others were told


async def told(
    tx: Tx, facts: Sequence[UUID], workers: Sequence[UUID], declared: bool
) -> dict[UUID, tuple[Told | None, int]]:
    """What others believe of these facts and of all facts told of these workers, by authorities or
    (``declared``) at windows, and how often something was told of each."""
    rows: dict[UUID, list[tuple[What, UUID, UUID, date | None]]] = {}
    for row in await tx.fetch(_TOLD, facts, workers, declared):
        rows.setdefault(row["fact_id"], []).append(
            (row["what"], row["worker_id"], row["event_id"], row["until"])
        )
    return {fact_id: (believed(one), len(one)) for fact_id, one in rows.items()}


async def add_told(tx: Tx, rows: Sequence[tuple[UUID, int, Step, UUID]], declared: bool) -> None:
    """Note what was told: fact, place in its order, step, event."""
    await tx.copy(
        "life_fact_told",
        ("fact_id", "n", "worker_id", "event_id", "what", "until", "declared"),
        [
            (fact_id, n, step.worker_id, event_id, step.what, step.until, declared)
            for fact_id, n, step, event_id in rows
        ],
    )


# --- reading


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it was recorded, with what became of it."""

    id: UUID
    worker_id: UUID
    kind: Kind
    on: date
    until: date | None
    authority: str
    document: str | None
    reversed: bool
    recorded_at: datetime
    area_code: str
    office: str


_PAGE = (
    "select f.id, w.id as worker_id, f.kind, f.happened_on, f.authority, f.document, f.recorded_at,"
    " w.area_code, w.office,"
    " (select min(a.happened_on) from life_fact_act a where a.fact_id = f.id and a.act = 'ended'"
    "  and not exists (select from life_fact_act r where r.fact_id = f.id and r.reverses = a.id))"
    "  as until,"
    " exists (select from life_fact_act a where a.fact_id = f.id and a.act = 'reversed'"
    "  and a.reverses is null) as reversed"
    " from life_fact f join worker w on w.id_number_index = f.subject_index"
    " where w.area_code ~ $1 and ($2::uuid[] is null or w.id = any($2))"
    " and ($3::text is null or f.kind = $3) and ($4::uuid is null or f.id > $4)"
    " order by f.id limit $5"
)


def _entry(row: Record) -> Entry:
    return Entry(
        row["id"], row["worker_id"], row["kind"], row["happened_on"], row["until"],
        row["authority"], row["document"], row["reversed"], row["recorded_at"], row["area_code"],
        row["office"],
    )  # fmt: skip


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    kind: Kind | None,
    after: UUID | None,
    limit: int,
) -> list[Entry]:
    return [_entry(row) for row in await tx.fetch(_PAGE, pattern, workers, kind, after, limit)]


def content(fact: Known | NewFact) -> Mapping[str, Any]:
    """What two facts under one id must agree in."""
    return {"subject": fact.subject, "kind": fact.kind, "on": fact.on}
