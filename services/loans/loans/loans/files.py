"""Many loans from a file: every step of every row by the same rules, in a handful of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit import decisions, facts, identity_links, known_life_facts
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import NewEvent
from kit.life_facts import LifeFact
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from loans.borrowers import usecases as borrowers
from loans.borrowers.usecases import Known
from loans.guarantee_funds import usecases as funds
from loans.guarantee_funds.domain import FundUnknown, GuaranteeFund, Movement, city_of
from loans.loans import domain, record, store, terms, usecases
from loans.loans.domain import LIVE, Course, Loan
from loans.loans.store import Step


@dataclass(slots=True)
class _Work:
    """What is known before, and what is to be written after, the rows of one set."""

    rt: Runtime
    funds: dict[str, GuaranteeFund]
    records: dict[UUID, list[UUID]]  # by worker, all records of the person
    borrowing: set[UUID]
    facts: dict[UUID, list[LifeFact]]  # by worker, of all records of the person
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
    records = await identity_links.records_of(tx, {row.loan.worker_id for row in rows})
    await borrowers.hold(tx, {id for ids in records.values() for id in ids})
    work = _Work(
        rt, await _funds(tx, actor, rows), records, await usecases.borrowing(tx, records),
        await known_life_facts.of(tx, records),
    )  # fmt: skip
    results: list[Loan | Refusal] = []
    for row, borrower in zip(rows, known, strict=True):
        try:
            last = max(filter(None, (row.loan.applied_on, row.committed_on, row.disbursed_on)))
            facts.admit(
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
    told_of = {loan.worker_id for loan, _ in work.loans if work.facts[loan.worker_id]}
    await usecases.look_at(rt, tx, list(told_of), None)
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


@dataclass(slots=True)
class _Row:
    """One row on its way: nothing of it is noted before the last rule has agreed."""

    loan: Loan
    fund: GuaranteeFund | None = None
    decision: Decision | None = None
    steps: list[Step] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)

    def step(self, after: Loan, note: str | None = None) -> None:
        self.loan = after
        number = len(self.steps) + 1
        self.steps.append(Step(after.id, number, after.state, after.last_on, note))


def _follow(work: _Work, course: Course, known: Known | None) -> Loan:
    """One row through all steps that the file tells of it."""
    course.check()
    if known is None:
        raise domain.BorrowerNotYetKnown
    if course.loan.worker_id in work.borrowing:
        raise domain.AlreadyBorrowing
    for day in filter(None, (course.loan.applied_on, *course.days)):
        domain.check_able(work.facts[course.loan.worker_id], day)
    row = _Row(course.loan)
    row.step(course.loan)
    if course.recommended_on is not None:
        row.step(row.loan.recommend(course.recommended_on))
    if course.reviewed_on is not None:
        _review(work.rt, row, course, known, course.reviewed_on)
    if course.committed_on is not None:
        _commit(work, row, course.committed_on)
    if course.disbursed_on is not None:
        _disburse(work.rt, row, course, known, course.disbursed_on)
    _note(work, row)
    return row.loan


def _review(rt: Runtime, row: _Row, course: Course, known: Known, on: date) -> None:
    parameters = terms.review_parameters(rt.policies, on)
    rule = terms.review_terms(parameters)
    conditions = domain.assess(row.loan, known.borrower, rule, on)
    row.decision = record.decision_of(
        row.loan, known.borrower, rule, conditions,
        on=on, parameters=parameters, parameter_set=rt.policies.parameter_set_hash,
        decided_on=rt.today(), events=known.events,
    )  # fmt: skip
    clause = row.decision.clause
    row.step(row.loan.review(on, conditions), clause)
    if clause is not None and course.committed_on is not None:
        raise domain.ReviewRefused(clause=clause)


def _commit(work: _Work, row: _Row, on: date) -> None:
    city = city_of(row.loan.area_code)
    if city not in work.funds:
        raise FundUnknown(area_code=city)
    principal = row.loan.principal
    row.fund = work.funds[city].reserve(principal)
    row.step(row.loan.commit(on).guaranteed_by(row.fund.id))
    row.movements.append(Movement("reservation", on, row.loan.id, reserved=principal))


def _disburse(rt: Runtime, row: _Row, course: Course, known: Known, on: date) -> None:
    assert course.bank is not None
    assert course.annual_rate is not None
    assert row.fund is not None
    rule = terms.review_terms(terms.review_parameters(rt.policies, on))
    after = row.loan.disburse(
        on, bank=course.bank, annual_rate=course.annual_rate,
        rate=terms.rate_terms(rt.policies, on, row.loan.term_months),
        born=known.borrower.birth_date, age_max=rule.age_max,
    )  # fmt: skip
    row.step(after, course.bank)
    principal = after.principal
    row.fund = row.fund.expose(principal)
    row.movements.append(
        Movement("disbursement", on, after.id, exposure=principal, reserved=-principal)
    )


def _note(work: _Work, row: _Row) -> None:
    """Everything agreed: the row counts, also for the rows after it."""
    if row.fund is not None:
        city = city_of(row.loan.area_code)
        work.funds[city] = row.fund
        work.moved.setdefault(city, []).extend(row.movements)
    if row.decision is not None:
        work.decisions.append(row.decision)
    if row.loan.state in LIVE:
        work.borrowing.update(work.records[row.loan.worker_id])
    if row.loan.state == "disbursed":
        work.told.append(usecases.disbursed(row.loan))
    work.loans.append((row.loan, row.decision.id if row.decision else None))
    work.steps.extend(row.steps)
