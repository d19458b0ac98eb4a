"""What was told of insurance, and what it was folded to.

A fact of the agency is bound to a person by the keyed hash of the ID number, before or after the
registration; an agreement signed at a window names the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from kit.crypto import Keyring
from kit.db import Tx
from registry.subjects import of_workers
from registry.unemployment_insurance.acts import State
from registry.unemployment_insurance.domain import (
    Episode,
    Fact,
    Finding,
    FindingKind,
    Reason,
)

SUBJECT = "worker.id_number"


def subject(keyring: Keyring, number: str) -> bytes:
    """The keyed hash that binds a fact to whoever has this number: that of the worker's row."""
    return keyring.blind_index(number, SUBJECT)


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact to keep: of a number (``subject``) or of a registered person (``fact.worker_id``)."""

    fact: Fact
    subject: bytes | None
    authority: str
    actor: str


async def add_facts(tx: Tx, facts: Sequence[NewFact]) -> None:
    """Keep what was told; a fact told before under its id is not told again."""
    await tx.execute(
        "insert into insurance_fact (id, subject_index, worker_id, what, happened_on, months, years,"
        " reason, reference, reverses, authority, actor)"
        " select * from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::text[], $5::date[],"
        " $6::int[], $7::int[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::text[])"
        " on conflict do nothing",
        [f.fact.id for f in facts],
        [f.subject for f in facts],
        [None if f.subject else f.fact.worker_id for f in facts],
        [f.fact.what for f in facts],
        [f.fact.on for f in facts],
        [f.fact.months for f in facts],
        [f.fact.years for f in facts],
        [f.fact.reason for f in facts],
        [f.fact.reference for f in facts],
        [f.fact.reverses for f in facts],
        [f.authority for f in facts],
        [f.actor for f in facts],
    )


_FACTS = """
select f.id, w.id as worker_id, f.what, f.happened_on, f.months, f.years, f.reason, f.reference,
       f.reverses, f.authority
  from ({workers}) w join insurance_fact f on f.subject_index = w.subject
 where ($2::timestamptz is null or f.recorded_at <= $2)
union all
select id, worker_id, what, happened_on, months, years, reason, reference, reverses, authority
  from insurance_fact
 where worker_id = any($1::uuid[]) and ($2::timestamptz is null or recorded_at <= $2)
"""


async def facts_of(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, list[Fact]]:
    """Everything told of these workers, reversals too, as known at an instant (None: now)."""
    found: dict[UUID, list[Fact]] = {}
    for row in await tx.fetch(_FACTS.format(workers=of_workers(known_at)), workers, known_at):
        found.setdefault(row["worker_id"], []).append(Fact(*row.values()))
    return found


async def subjects_of(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, tuple[bytes | None, UUID | None]]:
    """Whom these facts are about: the number's hash, or the person."""
    rows = await tx.fetch(
        "select id, subject_index, worker_id from insurance_fact where id = any($1::uuid[])", ids
    )
    return {row["id"]: (row["subject_index"], row["worker_id"]) for row in rows}


async def workers_of(tx: Tx, subjects: Iterable[bytes]) -> dict[bytes, UUID]:
    """Who of these is registered."""
    rows = await tx.fetch(
        "select id, id_number_index from worker where id_number_index = any($1::bytea[])",
        list(subjects),
    )
    return {bytes(row["id_number_index"]): row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class Row:
    """The account as it is kept; ``told_event`` told of its state last."""

    id: UUID
    worker_id: UUID
    state: State
    since: date
    reason: Reason | None
    started_on: date | None
    granted: int
    drawn: int
    left: int
    area_code: str
    office: str
    told_event: UUID | None = None
    version: int = 1


_COLUMNS = (
    "id", "worker_id", "state", "since", "reason", "started_on", "months_granted", "months_drawn",
    "months_left", "area_code", "office", "told_event", "version",
)  # fmt: skip
_SAVE = """
update insurance_account a set state = u.state, since = u.since, reason = u.reason,
       started_on = u.started_on, months_granted = u.granted, months_drawn = u.drawn,
       months_left = u.left_over, area_code = u.area_code, office = u.office,
       told_event = u.told_event, version = a.version + 1
  from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::date[], $6::int[], $7::int[],
              $8::int[], $9::text[], $10::text[], $11::uuid[])
       as u (id, state, since, reason, started_on, granted, drawn, left_over, area_code, office,
             told_event)
 where a.id = u.id
"""


def _row(row: Record) -> Row:
    return Row(*(row[column] for column in _COLUMNS))


async def add(tx: Tx, rows: Sequence[Row]) -> None:
    await tx.copy(
        "insurance_account",
        _COLUMNS,
        [
            (r.id, r.worker_id, r.state, r.since, r.reason, r.started_on, r.granted, r.drawn,
             r.left, r.area_code, r.office, r.told_event, r.version)
            for r in rows
        ],
    )  # fmt: skip


async def save(tx: Tx, rows: Sequence[Row]) -> None:
    """What the fold made of them; the people are locked (see ``labour_status.hold``)."""
    await tx.execute(
        _SAVE,
        [r.id for r in rows],
        [r.state for r in rows],
        [r.since for r in rows],
        [r.reason for r in rows],
        [r.started_on for r in rows],
        [r.granted for r in rows],
        [r.drawn for r in rows],
        [r.left for r in rows],
        [r.area_code for r in rows],
        [r.office for r in rows],
        [r.told_event for r in rows],
    )


async def of(tx: Tx, workers: Sequence[UUID]) -> list[Row]:
    rows = await tx.fetch(
        "select * from insurance_account where worker_id = any($1::uuid[])", workers
    )
    return [_row(row) for row in rows]


async def get(tx: Tx, id: UUID) -> Row | None:
    row = await tx.fetchrow("select * from insurance_account where id = $1", id)
    return _row(row) if row else None


async def page(
    tx: Tx,
    pattern: str,
    worker_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    rows = await tx.fetch(
        "select * from insurance_account where area_code ~ $1"
        " and ($2::uuid is null or worker_id = $2) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern, worker_id, state, after, limit,
    )  # fmt: skip
    return [_row(row) for row in rows]


# --- times at work and findings, as they were told


@dataclass(frozen=True, slots=True)
class ToldEpisode:
    """A time at work while drawing, with the events that told of it."""

    account_id: UUID
    episode: Episode
    employed_event: UUID
    deferred_event: UUID | None = None


async def episodes_of(tx: Tx, accounts: Sequence[UUID]) -> dict[UUID, dict[date, ToldEpisode]]:
    found: dict[UUID, dict[date, ToldEpisode]] = {}
    for row in await tx.fetch(
        "select * from insurance_episode where account_id = any($1::uuid[])", accounts
    ):
        one = ToldEpisode(
            row["account_id"], Episode(row["employed_on"], row["deferred_on"]),
            row["employed_event"], row["deferred_event"],
        )  # fmt: skip
        found.setdefault(one.account_id, {})[one.episode.employed_on] = one
    return found


async def save_episodes(tx: Tx, kept: Sequence[ToldEpisode], gone: Sequence[ToldEpisode]) -> None:
    """Those that hold, and those that no longer do."""
    await tx.execute(
        "delete from insurance_episode e using unnest($1::uuid[], $2::date[]) as g (id, day)"
        " where e.account_id = g.id and e.employed_on = g.day",
        [one.account_id for one in gone],
        [one.episode.employed_on for one in gone],
    )
    await tx.execute(
        "insert into insurance_episode as e"
        " (account_id, employed_on, deferred_on, employed_event, deferred_event)"
        " select * from unnest($1::uuid[], $2::date[], $3::date[], $4::uuid[], $5::uuid[])"
        " on conflict (account_id, employed_on) do update set deferred_on = excluded.deferred_on,"
        " deferred_event = excluded.deferred_event",
        [one.account_id for one in kept],
        [one.episode.employed_on for one in kept],
        [one.episode.deferred_on for one in kept],
        [one.employed_event for one in kept],
        [one.deferred_event for one in kept],
    )


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding that holds, with the event that told of it."""

    id: UUID
    account_id: UUID
    worker_id: UUID
    finding: Finding
    told_event: UUID


def _noted(row: Record) -> Noted:
    return Noted(
        row["id"], row["account_id"], row["worker_id"],
        Finding(row["kind"], row["happened_on"], row["told"], row["expected"]), row["told_event"],
    )  # fmt: skip


_FINDINGS = "select f.*, a.worker_id from insurance_finding f join insurance_account a on a.id = f.account_id"


async def findings_of(tx: Tx, accounts: Sequence[UUID]) -> dict[UUID, dict[Finding, Noted]]:
    found: dict[UUID, dict[Finding, Noted]] = {}
    for row in await tx.fetch(f"{_FINDINGS} where account_id = any($1::uuid[])", accounts):
        one = _noted(row)
        found.setdefault(one.account_id, {})[one.finding] = one
    return found


async def save_findings(tx: Tx, noted: Sequence[Noted], lifted: Sequence[Noted]) -> None:
    await tx.execute(
        "delete from insurance_finding where id = any($1::uuid[])", [one.id for one in lifted]
    )
    await tx.copy(
        "insurance_finding",
        ("id", "account_id", "kind", "happened_on", "told", "expected", "told_event"),
        [
            (n.id, n.account_id, n.finding.kind, n.finding.on, n.finding.told, n.finding.expected,
             n.told_event)
            for n in noted
        ],
    )  # fmt: skip


async def findings_page(
    tx: Tx,
    pattern: str,
    kind: FindingKind | None,
    account_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Noted]:
    rows = await tx.fetch(
        f"{_FINDINGS} where a.area_code ~ $1 and ($2::text is null or f.kind = $2)"
        " and ($3::uuid is null or f.account_id = $3) and ($4::uuid is null or f.id > $4)"
        " order by f.id limit $5",
        pattern, kind, account_id, after, limit,
    )  # fmt: skip
    return [_noted(row) for row in rows]
