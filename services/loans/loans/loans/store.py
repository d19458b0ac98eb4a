"""Loans, their steps and repayments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID

from kit.db import Tx
from loans.loans.domain import LIVE, Loan

_FIELDS = (
    "id", "worker_id", "principal", "term_months", "heads", "state", "applied_on", "area_code",
    "office", "last_on", "fund_id", "bank", "annual_rate", "disbursed_on", "due_on", "outstanding",
    "interest_paid", "version",
)  # fmt: skip
_VALUES = attrgetter(*_FIELDS)
_SELECT = f"select {', '.join(_FIELDS)} from loan"  # noqa: S608 - the column names are ours


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a loan."""

    loan_id: UUID
    step: int
    state: str
    effective_on: date
    note: str | None = None


async def get(tx: Tx, loan_id: UUID, area_prefix: str, *, lock: bool = False) -> Loan | None:
    row = await tx.fetchrow(
        _SELECT + " where id = $1 and area_code like $2 || '%'" + (" for update" if lock else ""),
        loan_id, area_prefix,
    )  # fmt: skip
    return Loan(**dict(row)) if row else None


async def existing(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from loan where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def borrowing(tx: Tx, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these workers have a live loan."""
    rows = await tx.fetch(
        "select worker_id from loan where worker_id = any($1::uuid[]) and state = any($2::text[])",
        worker_ids, list(LIVE),
    )  # fmt: skip
    return {row["worker_id"] for row in rows}


async def of_workers(tx: Tx, worker_ids: Sequence[UUID]) -> list[Loan]:
    """All loans of these records."""
    rows = await tx.fetch(_SELECT + " where worker_id = any($1::uuid[])", worker_ids)
    return [Loan(**dict(row)) for row in rows]


async def add(
    tx: Tx,
    items: Sequence[tuple[Loan, UUID | None]],
    steps: Sequence[Step],
    *,
    recorded_by: str,
) -> None:
    """COPY new loans (with the decision of their review) and their steps in."""
    await tx.copy(
        "loan", (*_FIELDS, "decision_id"), [(*_VALUES(loan), decision) for loan, decision in items]
    )
    await add_steps(tx, steps, recorded_by=recorded_by)


async def add_steps(tx: Tx, steps: Sequence[Step], *, recorded_by: str) -> None:
    await tx.copy(
        "loan_step",
        ("loan_id", "step", "state", "effective_on", "note", "recorded_by"),
        [(s.loan_id, s.step, s.state, s.effective_on, s.note, recorded_by) for s in steps],
    )


async def save(
    tx: Tx, loan: Loan, note: str | None, *, recorded_by: str, decision_id: UUID | None = None
) -> None:
    """The loan's state after a step (it is locked), and the step."""
    await tx.execute(
        "update loan set state = $2, last_on = $3, fund_id = $4, bank = $5, annual_rate = $6,"
        " disbursed_on = $7, due_on = $8, outstanding = $9, interest_paid = $10,"
        " version = version + 1, decision_id = coalesce($11, decision_id) where id = $1",
        loan.id, loan.state, loan.last_on, loan.fund_id, loan.bank, loan.annual_rate,
        loan.disbursed_on, loan.due_on, loan.outstanding, loan.interest_paid, decision_id,
    )  # fmt: skip
    number = await tx.fetchval(
        "select coalesce(max(step), 0) + 1 from loan_step where loan_id = $1", loan.id
    )
    step = Step(loan.id, number, loan.state, loan.last_on, note)
    await add_steps(tx, [step], recorded_by=recorded_by)


async def add_repayment(
    tx: Tx,
    repayment_id: UUID,
    loan: Loan,
    *,
    principal: int,
    interest: int,
    event_id: UUID,
    recorded_by: str,
) -> None:
    await tx.execute(
        "insert into repayment (id, loan_id, repaid_on, principal, interest, outstanding, event_id,"
        " recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        repayment_id, loan.id, loan.last_on, principal, interest, loan.outstanding, event_id,
        recorded_by,
    )  # fmt: skip


async def steps(tx: Tx, loan_id: UUID) -> list[Any]:
    return await tx.fetch(
        "select state, effective_on, note, recorded_at from loan_step where loan_id = $1"
        " order by step limit 500",
        loan_id,
    )


async def repayments(tx: Tx, loan_id: UUID) -> list[Any]:
    return await tx.fetch(
        "select id, repaid_on, principal, interest, outstanding, recorded_at from repayment"
        " where loan_id = $1 order by id limit 500",
        loan_id,
    )


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    state: str | None,
    worker_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Loan]:
    """Loans in the order of their making; ``limit`` rows at most."""
    rows = await tx.fetch(
        _SELECT + " where area_code like $1 || '%' and id > $2 and ($3::text is null or state = $3)"
        " and ($4::uuid is null or worker_id = $4) order by id limit $5",
        area_prefix, after or UUID(int=0), state, worker_id, limit,
    )  # fmt: skip
    return [Loan(**dict(row)) for row in rows]
