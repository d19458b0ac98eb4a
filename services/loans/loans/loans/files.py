"""Many loans from a file: every step of every row by the same rules, in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import NewEvent
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from loans import law, places
from loans.borrowers import usecases as borrowers
from loans.borrowers.usecases import Known
from loans.guarantee_funds import usecases as funds
from loans.guarantee_funds.domain import FundUnknown, GuaranteeFund, city_of
from loans.guarantee_funds.store import Movement
from loans.loans import domain, record, store, usecases
from loans.loans.domain import LIVE, Course, Loan
from loans.loans.store import Step


@dataclass(slots=True)
class _Work:
    """What is known before, and what is to be written after, the rows of one set."""

    rt: Runtime
    funds: dict[str, GuaranteeFund]
    borrowing: set[UUID]
    loans: list[tuple[Loan, UUID | None]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    moved: dict[str, list[Movement]] = field(default_factory=dict)
    told: list[NewEvent] = field(default_factory=list)


async def record_loans(
    rt: Runtime, tx: Tx, actor: Actor, rows: Sequence[Course]
) -> list[Loan | Refusal]:
    """Loans with all steps that they came through, in order; a refusal stands in a row's place.

    A row that was promised although the labour review refuses it is an error of the file; one that
    came no further than the review is recorded as declined.
    """
    taken = await store.existing(tx, [row.loan.id for row in rows])
    known = await borrowers.known(
        tx, [(row.loan.worker_id, row.reviewed_on or row.loan.applied_on) for row in rows]
    )
    work = _Work(
        rt,
        await _funds(tx, actor, rows),
        await store.borrowing(tx, [row.loan.worker_id for row in rows]),
    )
    results: list[Loan | Refusal] = []
    for row, borrower in zip(rows, known, strict=True):
        try:
            last = max(filter(None, (row.loan.applied_on, row.committed_on, row.disbursed_on)))
            places.admit(
                row.loan.id, row.loan.area_code, last,
                area_prefix=actor.area_prefix, today=rt.today(), taken=taken,
            )  # fmt: skip
            results.append(_follow(work, row, borrower))
        except Refusal as refusal:
            results.append(refusal)
    for city, movements in work.moved.items():
        await funds.save(tx, work.funds[city], movements)
    await decisions.store(tx, work.decisions)
    await store.add(tx, work.loans, work.steps, recorded_by=actor.subject)
    await emit(tx, work.told)
    return results


async def _funds(tx: Tx, actor: Actor, rows: Sequence[Course]) -> dict[str, GuaranteeFund]:
    """The funds that the promised rows need, locked in the order of their areas."""
    cities = sorted(
        {
            city_of(row.loan.area_code)
            for row in rows
            if row.committed_on is not None and row.loan.area_code.startswith(actor.area_prefix)
        }
    )
    found: dict[str, GuaranteeFund] = {}
    for city in cities:
        try:
            found[city] = await funds.lock_for(tx, city)
        except FundUnknown:
            continue  # each of its rows will be refused by name
    return found


def _follow(work: _Work, row: Course, known: Known | None) -> Loan:
    """One row through its steps. Nothing is noted before the last rule has agreed."""
    row.check()
    loan = row.loan
    if known is None:
        raise domain.BorrowerNotYetKnown
    if loan.worker_id in work.borrowing:
        raise domain.AlreadyBorrowing
    steps = [Step(loan.id, 1, loan.state, loan.last_on)]
    decision: Decision | None = None
    fund: GuaranteeFund | None = None
    city = city_of(loan.area_code)
    movements: list[Movement] = []

    def stepped(after: Loan, note: str | None = None) -> Loan:
        steps.append(Step(loan.id, len(steps) + 1, after.state, after.last_on, note))
        return after

    if row.recommended_on is not None:
        loan = stepped(loan.recommend(row.recommended_on))
    if row.reviewed_on is not None:
        loan, decision = _review(work.rt, row, loan, known)
        stepped(loan, decision.clause)
        if row.committed_on is not None and decision.clause is not None:
            raise domain.ReviewRefused(clause=decision.clause)
    if row.committed_on is not None:
        if city not in work.funds:
            raise FundUnknown(area_code=city)
        fund = work.funds[city].reserve(loan.principal)
        loan = stepped(loan.commit(row.committed_on, fund.id))
        movements.append(
            Movement("reservation", row.committed_on, loan.id, reserved=loan.principal)
        )
    if row.disbursed_on is not None and fund is not None:
        loan = stepped(_disburse(work.rt, row, loan, known), row.bank)
        fund = fund.expose(loan.principal)
        movements.append(
            Movement(
                "disbursement", row.disbursed_on, loan.id,
                exposure=loan.principal, reserved=-loan.principal,
            )
        )  # fmt: skip
        work.told.append(usecases.disbursed(loan))
    if fund is not None:
        work.funds[city] = fund
        work.moved.setdefault(city, []).extend(movements)
    if decision is not None:
        work.decisions.append(decision)
    if loan.state in LIVE:
        work.borrowing.add(loan.worker_id)
    work.loans.append((loan, decision.id if decision else None))
    work.steps.extend(steps)
    return loan


def _review(rt: Runtime, row: Course, loan: Loan, known: Known) -> tuple[Loan, Decision]:
    on = row.reviewed_on
    assert on is not None
    parameters = law.review_parameters(rt.policies, on)
    terms = law.review_terms(parameters)
    conditions = domain.assess(loan, known.borrower, terms, on)
    decision = record.decision_of(
        loan, known.borrower, terms, conditions,
        on=on, parameters=parameters, parameter_set=rt.policies.parameter_set_hash,
        decided_on=rt.today(), events=known.events,
    )  # fmt: skip
    return loan.review(on, conditions), decision


def _disburse(rt: Runtime, row: Course, loan: Loan, known: Known) -> Loan:
    on = row.disbursed_on
    assert on is not None
    assert row.bank is not None
    assert row.annual_rate is not None
    terms = law.review_terms(law.review_parameters(rt.policies, on))
    return loan.disburse(
        on, bank=row.bank, annual_rate=row.annual_rate,
        rate=law.rate_terms(rt.policies, on, loan.term_months),
        born=known.borrower.birth_date, age_max=terms.age_max,
    )  # fmt: skip
