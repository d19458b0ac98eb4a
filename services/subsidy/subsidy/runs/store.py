"""Runs, their population, lines and payments. Where the work is a set, one statement does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit import areas
from kit.db import Tx
from subsidy.programmes.facts import last_of
from subsidy.runs.domain import Run, State, Totals
from subsidy.runs.lines import Decided, Member

_TOTALS = tuple(field.name for field in fields(Totals))
_PLAIN = tuple(field.name for field in fields(Run) if field.name != "totals")
_NAMES = (*_PLAIN, *_TOTALS)
_SELECT = f"select {', '.join(_NAMES)} from run"  # noqa: S608


def _run(row: Record) -> Run:
    plain = {name: row[name] for name in _PLAIN} | {"rules": tuple(row["rules"])}
    return Run(**plain, totals=Totals(**{name: row[name] for name in _TOTALS}))


def _values(run: Run) -> list[Any]:
    return [getattr(run, name) for name in _PLAIN] + [getattr(run.totals, n) for n in _TOTALS]


# --- the run --------------------------------------------------------------------------------------


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from run where id = $1)", id))


async def add(tx: Tx, run: Run) -> None:
    names = (*_NAMES, "after_enrolment", "after_month")
    await tx.copy("run", names, [(*_values(run), UUID(int=0), date.min)])


async def save(tx: Tx, run: Run) -> None:
    """Everything of it but how far its lines are decided."""
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(_NAMES[1:], 2))
    await tx.execute(f"update run set {sets} where id = $1", *_values(run))  # noqa: S608


async def add_step(tx: Tx, run: Run, act: str, by: str) -> None:
    await tx.execute(
        "insert into run_step (run_id, version, act, on_day, done_by) values ($1, $2, $3, $4, $5)",
        run.id, run.version, act, run.state_on, by,
    )  # fmt: skip


async def get(tx: Tx, id: UUID, area_prefix: str, *, lock: bool = False) -> Run | None:
    row = await tx.fetchrow(
        _SELECT + " where id = $1 and area_code like $2 || '%'" + (" for update" if lock else ""),
        id, area_prefix,
    )  # fmt: skip
    return None if row is None else _run(row)


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    programme: str | None,
    month: date | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Run]:
    """Runs in the order of their ids."""
    rows = await tx.fetch(
        _SELECT + " where area_code like $1 || '%' and id > $2 and ($3::text is null or programme = $3)"
        " and ($4::date is null or month = $4) and ($5::text is null or state = $5)"
        " order by id limit $6",
        area_prefix, after or UUID(int=0), programme, month, state, limit,
    )  # fmt: skip
    return [_run(row) for row in rows]


async def steps(tx: Tx, id: UUID) -> list[Record]:
    """Who did what with it, oldest first."""
    return await tx.fetch(
        "select version, act, on_day, done_by, recorded_at from run_step where run_id = $1"
        " order by version",
        id,
    )


# --- freezing -------------------------------------------------------------------------------------

_OF_ENROLMENT = """worker_id, reference, payee_id, since, approved_on, renewed_until, agreement_until,
       enterprise_pays, recognised_on, area_code, office"""
_THEN = "since <= $5 and coalesce(least(until, facts_until) >= $4, true)"
_POPULATION = f"""
with carried as (
    update run_carried c set to_run = $1
      from enrolment e
     where e.id = c.enrolment_id and e.programme = $2 and e.area_code like $3 || '%'
       and c.to_run is null
    returning c.enrolment_id, c.month)
insert into run_member (run_id, enrolment_id, month, {_OF_ENROLMENT})
select $1, id, $4, {_OF_ENROLMENT}
  from enrolment
 where programme = $2 and area_code like $3 || '%' and {_THEN}
 union all
select $1, e.id, c.month, {", ".join("e." + name.strip() for name in _OF_ENROLMENT.split(","))}
  from (select distinct enrolment_id, month from carried) c
  join enrolment e on e.id = c.enrolment_id
 where c.month <> $4 or not ({_THEN})
"""  # noqa: S608


async def take_population(tx: Tx, run: Run) -> int:
    """Everybody who is enrolled for a day of the month, and the lines that earlier runs left."""
    return await tx.execute(
        _POPULATION, run.id, run.programme, areas.prefix(run.area_code), run.month,
        last_of(run.month),
    )  # fmt: skip


async def freezing(tx: Tx) -> list[UUID]:
    rows = await tx.fetch("select id from run where state = 'freezing' order by id")
    return [row["id"] for row in rows]


async def lock(tx: Tx, id: UUID) -> tuple[Run, tuple[UUID, date]]:
    """A run and how far its lines are decided, locked."""
    row = await tx.fetchrow("select * from run where id = $1 for update", id)
    assert row is not None
    return _run(row), (row["after_enrolment"], row["after_month"])


async def members(tx: Tx, run_id: UUID, after: tuple[UUID, date], limit: int) -> list[Member]:
    """The next of the population, in the order in which they are decided."""
    rows = await tx.fetch(
        f"select {', '.join(Member._fields)} from run_member"  # noqa: S608
        " where run_id = $1 and (enrolment_id, month) > ($2, $3)"
        " order by enrolment_id, month limit $4",
        run_id, *after, limit,
    )  # fmt: skip
    return [Member(*row) for row in rows]


_LINE = (
    "id", "run_id", "payee_id", "enrolment_id", "month", "worker_id", "verdict", "amount", "clause",
    "missing", "digest",
)  # fmt: skip


async def add_lines(
    tx: Tx, run_id: UUID, lines: Sequence[Decided], digests: Sequence[bytes]
) -> None:
    await tx.copy(
        "run_line", _LINE,
        [
            (
                one.id, run_id, one.member.payee_id, one.member.enrolment_id, one.member.month,
                one.member.worker_id, one.verdict, one.amount, one.clause, one.missing, digest,
            )
            for one, digest in zip(lines, digests, strict=True)
        ],
    )  # fmt: skip


async def went_on(tx: Tx, run: Run, after: tuple[UUID, date]) -> None:
    """How far it came, with its totals so far."""
    await tx.execute(
        "update run set after_enrolment = $2, after_month = $3, rules = $4, granted = $5,"
        " refused = $6, waiting = $7, amount = $8 where id = $1",
        run.id, *after, list(run.rules), run.totals.granted, run.totals.refused,
        run.totals.waiting, run.totals.amount,
    )  # fmt: skip


# --- the end --------------------------------------------------------------------------------------

_OF_LEFT_OVER = """
  from run_line l left join run_payment p on p.run_id = l.run_id and p.payee_id = l.payee_id
 where l.run_id = $1
   and (l.verdict = 'waiting'
        or (l.verdict = 'granted' and (l.funded = 0 or p.state in ('due', 'unpaid'))))
"""
#: Lines that are not paid, with nothing: for ``months.cut``.
LEFT_OVER = f"select l.id, 0::bigint as amount {_OF_LEFT_OVER}"
_CARRY = f"""
insert into run_carried (enrolment_id, month, from_run)
select l.enrolment_id, l.month, $1 {_OF_LEFT_OVER}
on conflict do nothing
"""


async def carry_forward(tx: Tx, run_id: UUID) -> None:
    """What was not paid goes into the next run."""
    await tx.execute(_CARRY, run_id)


async def not_taken_up(tx: Tx, run_id: UUID) -> None:
    """The run is cancelled: what it took from earlier ones waits again."""
    await tx.execute("update run_carried set to_run = null where to_run = $1", run_id)
