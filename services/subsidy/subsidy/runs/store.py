"""Runs, their population, lines and payments. Where the work is a set, one statement does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit import areas
from kit.db import Tx
from subsidy.programmes.facts import last_of
from subsidy.runs.domain import Priority, Run, State, Totals
from subsidy.runs.lines import Decided, Member

_TOTALS = tuple(field.name for field in fields(Totals))
_PLAIN = tuple(field.name for field in fields(Run) if field.name != "totals")
_NAMES = (*_PLAIN, *_TOTALS)
_SELECT = f"select {', '.join(_NAMES)} from run"  # noqa: S608
_MEMBER = tuple(field.name for field in fields(Member))


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
 where programme = $2 and area_code like $3 || '%' and since <= $5
   and coalesce(least(until, facts_until) >= $4, true)
union
select $1, e.id, c.month, {", ".join("e." + name.strip() for name in _OF_ENROLMENT.split(","))}
  from carried c join enrolment e on e.id = c.enrolment_id
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
        f"select {', '.join(_MEMBER)} from run_member"  # noqa: S608
        " where run_id = $1 and (enrolment_id, month) > ($2, $3)"
        " order by enrolment_id, month limit $4",
        run_id, *after, limit,
    )  # fmt: skip
    return [Member(*row) for row in rows]


_LINE = (
    "id", "run_id", "payee_id", "enrolment_id", "month", "worker_id", "verdict", "amount", "clause",
    "missing", "digest",
)  # fmt: skip


async def add_lines(tx: Tx, run_id: UUID, lines: Sequence[Decided]) -> None:
    await tx.copy(
        "run_line", _LINE,
        [
            (
                one.id, run_id, one.member.payee_id, one.member.enrolment_id, one.member.month,
                one.member.worker_id, one.verdict, one.amount, one.clause, one.missing, one.digest,
            )
            for one in lines
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


# --- money ----------------------------------------------------------------------------------------

_ORDERS: dict[Priority, str] = {
    "longest-enrolled": "m.since, l.enrolment_id, l.month",
    "smallest-amount": "l.amount, l.enrolment_id, l.month",
}
_BY_PRIORITY = """
with placed as (
    select l.id, sum(l.amount) over (order by {order}) as so_far
      from run_line l join run_member m using (run_id, enrolment_id, month)
     where l.run_id = $1 and l.verdict = 'granted')
update run_line l set funded = case when p.so_far <= $2 then l.amount else 0 end
  from placed p where p.id = l.id
"""
# The largest remainders have the fen that rounding down leaves; equal ones in the order of the lines.
_PRO_RATA = """
with part as (
    select id, amount * $2::numeric / $3 as share,
           floor(amount * $2::numeric / $3)::bigint as whole
      from run_line where run_id = $1 and verdict = 'granted'),
placed as (
    select p.id, p.whole, row_number() over (
               order by p.share - p.whole desc, l.enrolment_id, l.month) as place
      from part p join run_line l using (id)),
rest as (select $2 - sum(whole) as fen from part)
update run_line l set funded = p.whole + (p.place <= rest.fen)::int
  from placed p, rest where p.id = l.id
"""
# Who is left without a fen holds no month for it; what is cut stands with the month.
_LET_GO = """
delete from benefit_month m using run_line l
 where l.run_id = $1 and l.funded = 0 and l.verdict = 'granted' and m.id = l.id
"""
_CUT = """
update benefit_month m set amount = l.funded from run_line l
 where l.run_id = $1 and l.funded between 1 and l.amount - 1 and m.id = l.id
"""
_FUNDED = """
select coalesce(sum(coalesce(funded, amount)), 0)::bigint from run_line
 where run_id = $1 and verdict = 'granted'
"""
_HASH = """
select sha256(string_agg(digest || int8send(coalesce(funded, amount)), ''
              order by payee_id, enrolment_id, month))
  from run_line where run_id = $1
"""
# The id follows from run and payee: what is ordered for it is ordered once.
_PAYMENTS = """
insert into run_payment (id, run_id, payee_id, amount, lines, state)
select md5(run_id::text || payee_id::text)::uuid, run_id, payee_id, sum(coalesce(funded, amount)),
       count(*), 'due'
  from run_line
 where run_id = $1 and verdict = 'granted' and coalesce(funded, amount) > 0
 group by run_id, payee_id
"""


async def share(tx: Tx, run: Run, available: int) -> int:
    """What each granted line has of too little money, by the run's policy; answers the fen given."""
    if run.shortage == "pro-rata":
        await tx.execute(_PRO_RATA, run.id, available, run.totals.amount)
    else:
        assert run.priority is not None
        await tx.execute(_BY_PRIORITY.format(order=_ORDERS[run.priority]), run.id, available)
    await tx.execute(_LET_GO, run.id)
    await tx.execute(_CUT, run.id)
    funded: int = await tx.fetchval(_FUNDED, run.id)
    return funded


async def lines_hash(tx: Tx, run_id: UUID) -> bytes:
    """The hash over all lines with what each is paid; in one order, however they were decided."""
    return bytes(await tx.fetchval(_HASH, run_id) or b"")


async def add_payments(tx: Tx, run_id: UUID) -> None:
    await tx.execute(_PAYMENTS, run_id)


async def due(tx: Tx, run_id: UUID, limit: int) -> list[Record]:
    """(id, payee_id, amount) of payments that wait for an order, locked."""
    return await tx.fetch(
        "select id, payee_id, amount from run_payment where run_id = $1 and state = 'due'"
        " order by id limit $2 for update",
        run_id, limit,
    )  # fmt: skip


async def ordered(tx: Tx, ids: Sequence[UUID], batch_id: UUID) -> None:
    await tx.execute(
        "update run_payment set state = 'ordered', batch_id = $2 where id = any($1::uuid[])",
        ids, batch_id,
    )  # fmt: skip


async def open_batches(tx: Tx, run_id: UUID) -> list[UUID]:
    """The batches whose orders the bank has not answered, as far as is known here."""
    rows = await tx.fetch(
        "select distinct batch_id from run_payment where run_id = $1 and state = 'ordered'", run_id
    )
    return [row["batch_id"] for row in rows]


async def due_again(tx: Tx, run_id: UUID, batch_ids: Sequence[UUID]) -> None:
    """What these batches were to pay waits again."""
    await tx.execute(
        "update run_payment set state = 'due', batch_id = null where run_id = $1"
        " and state = 'ordered' and batch_id = any($2::uuid[])",
        run_id, batch_ids,
    )  # fmt: skip


async def answered(
    tx: Tx, ids: Sequence[UUID], states: Sequence[str], days: Sequence[date]
) -> list[UUID]:
    """What the bank said of these payments, for which days; answers the runs, each once."""
    rows = await tx.fetch(
        "update run_payment p set state = u.state, answered_on = u.on_day"
        "  from unnest($1::uuid[], $2::text[], $3::date[]) as u (id, state, on_day)"
        " where p.id = u.id returning p.run_id",
        ids, states, days,
    )  # fmt: skip
    return sorted({row["run_id"] for row in rows})


async def payments(tx: Tx, run_id: UUID) -> dict[str, tuple[int, int]]:
    """Of each state of payments how many there are, and their fen."""
    rows = await tx.fetch(
        "select state, count(*) as n, sum(amount)::bigint as fen from run_payment where run_id = $1"
        " group by state",
        run_id,
    )
    return {row["state"]: (row["n"], row["fen"]) for row in rows}


# --- the end --------------------------------------------------------------------------------------

_CARRY = """
with left_over as (
    select l.id, l.enrolment_id, l.month
      from run_line l left join run_payment p on p.run_id = l.run_id and p.payee_id = l.payee_id
     where l.run_id = $1
       and (l.verdict = 'waiting'
            or (l.verdict = 'granted' and (l.funded = 0 or p.state in ('due', 'unpaid'))))),
free as (delete from benefit_month m using left_over o where m.id = o.id and m.state = 'held')
insert into run_carried (enrolment_id, month, from_run)
select enrolment_id, month, $1 from left_over
on conflict do nothing
"""


async def carry_forward(tx: Tx, run_id: UUID) -> int:
    """What was not paid goes into the next run, and its months are free until then."""
    return await tx.execute(_CARRY, run_id)


async def not_taken_up(tx: Tx, run_id: UUID) -> None:
    """The run is cancelled: what it took from earlier ones waits again."""
    await tx.execute("update run_carried set to_run = null where to_run = $1", run_id)


# --- what the bank said, line by line -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Telling:
    """A payment whose lines are to be told as paid (``back``: as sent back), from a line on."""

    id: UUID
    run_id: UUID
    payee_id: UUID
    on: date
    back: bool
    after: tuple[UUID, date]


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line that a payment pays; ``funded`` in fen."""

    id: UUID
    worker_id: UUID
    enrolment_id: UUID
    month: date
    funded: int


async def to_tell(tx: Tx) -> list[UUID]:
    """Payments of which the lines say something else than the bank did, or only some of them do."""
    rows = await tx.fetch(
        "select id from run_payment where (state = 'settled') <> told order by id limit 1000"
    )
    return [row["id"] for row in rows]


async def lock_telling(tx: Tx, payment_id: UUID) -> Telling | None:
    """What is to be told of a payment now; None when nothing is."""
    row = await tx.fetchrow("select * from run_payment where id = $1 for update", payment_id)
    assert row is not None
    after = (row["told_enrolment"], row["told_month"])
    begun = after[0] != UUID(int=0)
    if not begun and (row["state"] == "settled") == row["told"]:
        return None
    return Telling(
        row["id"], row["run_id"], row["payee_id"], row["answered_on"], row["told"], after
    )


async def paid_lines(tx: Tx, one: Telling, limit: int) -> list[PaidLine]:
    rows = await tx.fetch(
        "select id, worker_id, enrolment_id, month, coalesce(funded, amount) as funded from run_line"
        " where run_id = $1 and payee_id = $2 and (enrolment_id, month) > ($3, $4)"
        "   and verdict = 'granted' and coalesce(funded, amount) > 0"
        " order by enrolment_id, month limit $5",
        one.run_id, one.payee_id, *one.after, limit,
    )  # fmt: skip
    return [PaidLine(*row) for row in rows]


async def told(tx: Tx, one: Telling, last: PaidLine | None) -> None:
    """How far it came; None: all of it is told."""
    if last is None:
        await tx.execute(
            "update run_payment set told = $2, told_enrolment = default, told_month = default"
            " where id = $1",
            one.id, not one.back,
        )  # fmt: skip
    else:
        await tx.execute(
            "update run_payment set told_enrolment = $2, told_month = $3 where id = $1",
            one.id, last.enrolment_id, last.month,
        )  # fmt: skip


async def paid_events(tx: Tx, lines: Sequence[UUID], type: str) -> dict[UUID, UUID]:
    """Of each line the event by which it was last told as paid."""
    rows = await tx.fetch(
        "select distinct on (entity_id) entity_id, id from event_log"
        " where entity_id = any($1::uuid[]) and type = $2 order by entity_id, sequence desc",
        lines, type,
    )  # fmt: skip
    return {row["entity_id"]: row["id"] for row in rows}
