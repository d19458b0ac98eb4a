"""Who read whose record: one line per person and read, kept before the answer leaves.

A use case that shows people calls :func:`note` after it has left its transaction. Lines of requests
that run at the same time are written by one statement and one commit: each waits for that commit,
and none is answered without it. While the database is away nothing is read (503).

A row that lies outside of the caller's areas is refused by raising :class:`Denied`: the answer is
the same 404 as for what does not exist, and the edge writes the line.

The lines are append-only by grants, and :mod:`kit.sealing` chains them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import structlog

from kit import context
from kit.auth import Actor
from kit.db import UNAVAILABLE, Database, Tx
from kit.ids import new_id
from kit.problems import UNAVAILABLE as AWAY
from kit.problems import NotFound, ProblemError

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("audit")

#: ``read``: shown. ``denied``: exists, but not for this caller. ``absent``: asked for, does not exist.
Outcome = Literal["read", "denied", "absent"]

#: So many lines may wait for the database; a request that would add more is answered 503.
WAITING_MAX = 20_000
#: So many lines are written by one statement.
BATCH_MAX = 2_000
#: So long (seconds) a statement waits for more lines, where the last one wrote those of several readers.
GATHER_S = 0.003

AUDIT_SQL = """
create table access_log (
    id uuid primary key,
    txid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    service text not null,
    account text not null,
    office text not null,
    operation text not null,
    subject_id uuid,
    fields text[] not null,
    purpose text,
    outcome text not null check (outcome in ('read', 'denied', 'absent')),
    request_id uuid not null
);
create index access_log_subject on access_log (subject_id, id);
create index access_log_account on access_log (account, id);
create index access_log_order on access_log (txid, id);
comment on table access_log is
    'Who read which person, with which fields and why, and who was refused. Append-only, sealed.';

create table audit_seal (
    number bigint primary key check (number > 0),
    previous bytea not null,
    last_txid xid8 not null,
    last_id uuid not null,
    lines integer not null check (lines > 0),
    leaves bytea not null,
    key_id text not null,
    sealed_at timestamptz not null,
    hash bytea not null constraint audit_seal_hash_once unique
);
comment on table audit_seal is
    'Seals over access_log in the order (txid, id), each chained to the one before. Append-only.';
"""
#: What the application may write; when and in which transaction is for the database to say.
WRITTEN = (
    "id", "service", "account", "office", "operation", "subject_id", "fields", "purpose", "outcome",
    "request_id",
)  # fmt: skip

_INSERT = """
insert into access_log (id, service, account, office, operation, subject_id, fields, purpose, outcome,
                        request_id)
select t.id, $1, t.account, t.office, t.operation, t.subject, string_to_array(t.fields, ','), t.purpose,
       t.outcome, t.request
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[],
              $9::text[], $10::uuid[])
    as t (id, account, office, operation, subject, fields, purpose, outcome, request)
"""

#: id, account, office, operation, subject, fields, purpose, outcome, request
_Line = tuple[UUID, str, str, str, UUID | None, str, str | None, Outcome, UUID]


class Denied(NotFound):
    """404 for a thing of a person that exists, but not for this caller; a line is written of it."""

    def __init__(self, subject: UUID) -> None:
        super().__init__()
        self.subject = subject


@dataclass(slots=True)
class _Waiter:
    lines: list[_Line]
    done: asyncio.Future[None]


class Recorder:
    """Writes the lines of one process, on a connection of its own: a request that holds one from
    the pool may wait here without blocking the others."""

    def __init__(self, service: str, url: str, *, waiting_max: int = WAITING_MAX) -> None:
        self.service, self._url, self.waiting_max = service, url, waiting_max
        self._db: Database | None = None
        self._waiting: list[_Waiter] = []
        self._held = 0
        self._task: asyncio.Task[None] | None = None

    async def write(self, lines: list[_Line]) -> None:
        """Come back when the lines are committed. Raises 503 when they cannot be."""
        if self._held + len(lines) > self.waiting_max:
            log.warning("audit.full", waiting=self._held)
            raise ProblemError(AWAY)
        waiter = _Waiter(lines, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._held += len(lines)
        if self._task is None:
            self._task = asyncio.create_task(self._write_all(), name="audit")
        await waiter.done

    async def close(self) -> None:
        if self._task is not None:
            await self._task
        if self._db is not None:
            await self._db.close()

    async def _write_all(self) -> None:
        """One statement after the other, each with everything that came in during the last one. Where
        several readers come at once, a moment is waited for more of them; a single one never waits."""
        try:
            among_others = False
            while self._waiting:
                if among_others:
                    await asyncio.sleep(GATHER_S)
                count = size = 0
                for waiter in self._waiting:
                    size += len(waiter.lines)
                    if count and size > BATCH_MAX:
                        break
                    count += 1
                batch, self._waiting = self._waiting[:count], self._waiting[count:]
                among_others = len(batch) > 1
                await self._settle(batch)
        finally:
            self._task = None

    async def _settle(self, batch: list[_Waiter]) -> None:
        """Write a batch and release who waits for it; a line that cannot be stored fails alone."""
        try:
            await self._insert([line for waiter in batch for line in waiter.lines])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, UNAVAILABLE):
                for waiter in batch:
                    await self._settle([waiter])
                return
            log.error("audit.not-written", error=type(error).__name__, waiters=len(batch))
            for waiter in batch:
                self._release(waiter, error)
        else:
            for waiter in batch:
                self._release(waiter, None)

    def _release(self, waiter: _Waiter, error: Exception | None) -> None:
        self._held -= len(waiter.lines)
        if waiter.done.done():
            return  # the caller went away
        if error is None:
            waiter.done.set_result(None)
        else:
            refusal = ProblemError(AWAY)
            refusal.__cause__ = error
            waiter.done.set_exception(refusal)

    async def _insert(self, lines: list[_Line]) -> None:
        if self._db is None:
            self._db = await Database.connect(self._url, min_size=0, max_size=1)
        async with self._db.looking() as tx:
            await tx.execute(_INSERT, self.service, *map(list, zip(*lines, strict=True)))


async def note(
    rt: Runtime,
    actor: Actor,
    operation: str,
    subjects: Sequence[UUID],
    fields: Sequence[str],
    outcome: Outcome = "read",
    purpose: str | None = None,
) -> None:
    """Write one line per person, committed when this comes back; call it outside of transactions.

    ``operation`` is the operation id, ``fields`` the names of what was shown (no commas, no values),
    ``purpose`` why, where it had to be stated. ``absent`` without subjects writes a line without a
    person (a search that found nobody); any other outcome without subjects writes nothing.
    Raises 503 when the lines cannot be kept: then nothing may be shown.
    """
    people: Sequence[UUID | None] = subjects
    if not people:
        if outcome != "absent":
            return
        people = (None,)
    shown = ",".join(fields)
    request = context.correlation_id() or new_id()
    await rt.audit.write(
        [
            (new_id(), actor.subject, actor.office, operation, person, shown, purpose, outcome,
             request)
            for person in people
        ]
    )  # fmt: skip


# --- reading the lines --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """One line about one person."""

    id: UUID
    at: datetime
    account: str
    office: str
    operation: str
    fields: tuple[str, ...]
    purpose: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PersonRead:
    """What one account did with one person's record: every field it saw, how often, from when to
    when, through which operations; ``denied`` counts refused attempts."""

    subject_id: UUID
    fields: tuple[str, ...]
    operations: tuple[str, ...]
    reads: int
    denied: int
    first_at: datetime
    last_at: datetime


async def readers(
    tx: Tx, subjects: Sequence[UUID], before: UUID | None, limit: int
) -> list[Access]:
    """Lines about a person (all ids under which the person is kept), newest first."""
    rows = await tx.fetch(
        "select id, at, account, office, operation, fields, purpose, outcome from access_log"
        " where subject_id = any($1::uuid[]) and ($2::uuid is null or id < $2)"
        " order by id desc limit $3",
        subjects,
        before,
        limit,
    )
    return [
        Access(
            r["id"], r["at"], r["account"], r["office"], r["operation"], tuple(r["fields"]),
            r["purpose"], r["outcome"],
        )
        for r in rows
    ]  # fmt: skip


# Grouped twice: lines repeat few combinations of fields, and unnesting each line costs the most.
_BREACH = """
with kinds as (
    select subject_id, operation, fields, outcome, count(*) as n, min(at) as first, max(at) as last
      from access_log
     where account = $1 and subject_id is not null
       and ($2::timestamptz is null or at >= $2) and ($3::timestamptz is null or at < $3)
       and ($4::uuid is null or subject_id > $4)
     group by subject_id, operation, fields, outcome),
shown as (
    select subject_id, array_agg(distinct field order by field) as fields
      from kinds cross join unnest(fields) field where outcome = 'read' group by subject_id),
people as (
    select subject_id, array_agg(distinct operation order by operation) as operations,
           coalesce(sum(n) filter (where outcome = 'read'), 0)::bigint as reads,
           coalesce(sum(n) filter (where outcome = 'denied'), 0)::bigint as denied,
           min(first) as first_at, max(last) as last_at
      from kinds group by subject_id)
select p.*, coalesce(s.fields, '{}') as fields
  from people p left join shown s using (subject_id)
 order by p.subject_id limit $5
"""


async def breach(
    tx: Tx,
    account: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[PersonRead]:
    """Whom an account read and which fields, per person in the order of ids."""
    rows = await tx.fetch(_BREACH, account, since, until, after, limit)
    return [
        PersonRead(
            r["subject_id"], tuple(r["fields"]), tuple(r["operations"]), r["reads"], r["denied"],
            r["first_at"], r["last_at"],
        )
        for r in rows
    ]  # fmt: skip
