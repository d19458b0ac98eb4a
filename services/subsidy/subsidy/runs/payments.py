"""What a run pays to each payee, what the bank said of it, and how far that is told line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx

# The id follows from run and payee: what is ordered for it is ordered once.
_PAYMENTS = """
insert into run_payment (id, run_id, payee_id, amount, lines, state)
select md5(run_id::text || payee_id::text)::uuid, run_id, payee_id, sum(coalesce(funded, amount)),
       count(*), 'due'
  from run_line
 where run_id = $1 and verdict = 'granted' and coalesce(funded, amount) > 0
 group by run_id, payee_id
"""


async def add(tx: Tx, run_id: UUID) -> None:
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


async def by_state(tx: Tx, run_id: UUID) -> dict[str, tuple[int, int]]:
    """Of each state of payments how many there are, and their fen."""
    rows = await tx.fetch(
        "select state, count(*) as n, sum(amount)::bigint as fen from run_payment where run_id = $1"
        " group by state",
        run_id,
    )
    return {row["state"]: (row["n"], row["fen"]) for row in rows}


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


async def being_taken_back(tx: Tx, run_id: UUID) -> int:
    """How many payments the bank has sent back whose lines still say, or are about to say, paid."""
    count: int = await tx.fetchval(
        "select count(*) from run_payment where run_id = $1 and state <> 'settled'"
        " and (told or told_enrolment <> $2)",
        run_id, UUID(int=0),
    )  # fmt: skip
    return count


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
