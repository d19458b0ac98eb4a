"""What can happen to one loan, each as one transaction. Files of many: ``loans/files.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from kit import decisions, facts, findings, identity_links, known_life_facts
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from loans import events
from loans.borrowers import usecases as borrowers
from loans.guarantee_funds import usecases as funds
from loans.guarantee_funds.domain import Movement
from loans.loans import domain, record, standing, store, terms
from loans.loans.domain import Loan
from loans.loans.store import Step


@dataclass(frozen=True, slots=True)
class Disbursement:
    """What the bank tells when it pays out. ``annual_rate`` in per cent."""

    disbursed_on: date
    bank: str
    annual_rate: Decimal


@dataclass(frozen=True, slots=True)
class Repayment:
    """What the bank tells when money came back (fen)."""

    repaid_on: date
    principal: int
    interest: int


async def apply_for_loan(rt: Runtime, actor: Actor, loan: Loan, claim: Claim) -> Loan:
    """A worker asks for a loan; one live loan at a time."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        facts.admit(
            loan.id, loan.area_code, loan.applied_on,
            area_prefix=actor.area_prefix, today=rt.today(),
            taken=await store.existing(tx, [loan.id]),
        )  # fmt: skip
        (known,) = await borrowers.known(tx, [(loan.worker_id, loan.applied_on)])
        if known is None:
            raise domain.BorrowerNotYetKnown
        loan = await _able(rt, tx, loan, loan.applied_on)
        records = await identity_links.records_of(tx, [loan.worker_id])
        if await borrowing(tx, records):
            raise domain.AlreadyBorrowing
        step = Step(loan.id, 1, loan.state, loan.applied_on)
        try:
            await store.add(tx, [(loan, None)], [step], recorded_by=actor.subject)
        except asyncpg.UniqueViolationError as clash:
            if clash.constraint_name != "loan_one_live_per_worker":
                raise
            raise domain.AlreadyBorrowing from None  # another one came in between
        await look_at(rt, tx, [loan.worker_id], None)
        await kept.keep(loan, location=f"/v1/loans/{loan.id}")
    return loan


async def recommend_loan(
    rt: Runtime, actor: Actor, loan_id: UUID, on: date, community: str
) -> Loan:
    """The community vouches for the borrower."""
    async with rt.db.transaction() as tx:
        loan = (await _going_on(rt, tx, actor, loan_id, on)).recommend(on)
        await store.save(tx, loan, community, recorded_by=actor.subject)
    return loan


async def review_loan(rt: Runtime, actor: Actor, loan_id: UUID, on: date) -> Loan:
    """The labour bureau decides by the rule of that day, with a record; refused is declined."""
    async with rt.db.transaction() as tx:
        loan = await _going_on(rt, tx, actor, loan_id, on)
        (known,) = await borrowers.known(tx, [(loan.worker_id, on)])
        assert known is not None
        parameters = terms.review_parameters(rt.policies, on)
        rule = terms.review_terms(parameters)
        conditions = domain.assess(loan, known.borrower, rule, on)
        after = loan.review(on, conditions)
        decision = record.decision_of(
            loan, known.borrower, rule, conditions,
            on=on, parameters=parameters, parameter_set=rt.policies.parameter_set_hash,
            decided_on=rt.today(), events=known.events,
        )  # fmt: skip
        await decisions.store(tx, [decision])
        await store.save(
            tx, after, decision.clause, recorded_by=actor.subject, decision_id=decision.id
        )
    return after


async def commit_loan(rt: Runtime, actor: Actor, loan_id: UUID, on: date, claim: Claim) -> Loan:
    """The guarantor promises: the fund reserves the principal, under the lock of its row."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        loan = await _going_on(rt, tx, actor, loan_id, on)
        promised = loan.commit(on)
        fund = await funds.lock_for(tx, loan.area_code)
        after = promised.guaranteed_by(fund.id)
        reserved = fund.reserve(loan.principal)
        moved = Movement("reservation", on, loan.id, reserved=loan.principal)
        await funds.save(tx, reserved, [moved])
        await store.save(tx, after, None, recorded_by=actor.subject)
        await kept.keep(after)
    return after


async def decline_loan(rt: Runtime, actor: Actor, loan_id: UUID, on: date, reason: str) -> Loan:
    """Somebody on the way says no; a reservation is given back."""
    async with rt.db.transaction() as tx:
        loan = await _locked(rt, tx, actor, loan_id, on)
        after = loan.decline(on)
        if loan.state == "committed" and loan.fund_id is not None:
            fund = await funds.lock(tx, loan.fund_id)
            moved = Movement("release", on, loan.id, reserved=-loan.principal)
            await funds.save(tx, fund.release(loan.principal), [moved])
        await store.save(tx, after, reason, recorded_by=actor.subject)
        await look_at(rt, tx, [loan.worker_id], None)
    return after


async def disburse_loan(
    rt: Runtime, actor: Actor, loan_id: UUID, told: Disbursement, claim: Claim
) -> Loan:
    """The bank pays out: the reservation becomes exposure."""
    on = told.disbursed_on
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        loan = await _going_on(rt, tx, actor, loan_id, on)
        (known,) = await borrowers.known(tx, [(loan.worker_id, on)])
        assert known is not None
        rule = terms.review_terms(terms.review_parameters(rt.policies, on))
        after = loan.disburse(
            on, bank=told.bank, annual_rate=told.annual_rate,
            rate=terms.rate_terms(rt.policies, on, loan.term_months),
            born=known.borrower.birth_date, age_max=rule.age_max,
        )  # fmt: skip
        assert after.fund_id is not None
        fund = await funds.lock(tx, after.fund_id)
        moved = Movement(
            "disbursement", on, loan.id, exposure=loan.principal, reserved=-loan.principal
        )
        await funds.save(tx, fund.expose(loan.principal), [moved])
        await store.save(tx, after, told.bank, recorded_by=actor.subject)
        await look_at(rt, tx, [loan.worker_id], None)
        await emit(tx, [disbursed(after)])
        await kept.keep(after)
    rt.wake()
    return after


async def repay_loan(
    rt: Runtime, actor: Actor, loan_id: UUID, told: Repayment, claim: Claim
) -> Loan:
    """Money came back; principal gives the fund its headroom back."""
    on = told.repaid_on
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        loan = await _locked(rt, tx, actor, loan_id, on)
        after = loan.repay(on, told.principal, told.interest)
        if told.principal:
            assert after.fund_id is not None
            fund = await funds.lock(tx, after.fund_id)
            moved = Movement("repayment", on, loan.id, exposure=-told.principal)
            await funds.save(tx, fund.repaid(told.principal), [moved])
        await store.save(tx, after, None, recorded_by=actor.subject)
        happened = [_repaid(after, told)]
        if after.state == "repaid":
            happened.append(_event(events.LOAN_SETTLED, after, {}))
            await look_at(rt, tx, [loan.worker_id], None)
        await store.add_repayment(
            tx, new_id(), after, principal=told.principal, interest=told.interest,
            event_id=happened[0].id, recorded_by=actor.subject,
        )  # fmt: skip
        await emit(tx, happened)
        await kept.keep(after)
    rt.wake()
    return after


# --- one person under several records ---------------------------------------------------------------


async def borrowing(tx: Tx, records: Mapping[UUID, Sequence[UUID]]) -> set[UUID]:
    """All records of those persons who have a live loan under one of them. ``records``: by worker, all
    of the person's."""
    live = await store.borrowing(tx, [id for ids in records.values() for id in ids])
    return {id for ids in records.values() if live.intersection(ids) for id in ids}


async def look_at(rt: Runtime, tx: Tx, workers: Sequence[UUID], cause: UUID | None) -> None:
    """Find what these people were lent twice, or should not be lent or go on owing as is known now.
    ``cause``: the event that told of it."""
    records = await identity_links.records_of(tx, workers)
    everyone = [id for ids in records.values() for id in ids]
    await borrowers.hold(tx, everyone)
    told = await known_life_facts.of(tx, everyone)
    births = await borrowers.births(tx, everyone)

    def found_in(loans: list[Loan]) -> list[findings.Finding]:
        return standing.found_in(loans, told, births, lambda on: terms.age_max(rt.policies, on))

    await findings.look_again(tx, workers, store.of_workers, found_in, cause)


async def _able(rt: Runtime, tx: Tx, loan: Loan, on: date) -> Loan:
    """The loan of a borrower, locked, who can begin something on that day. Raises BorrowerUnable."""
    records = await identity_links.records_of(tx, [loan.worker_id])
    await borrowers.hold(tx, records[loan.worker_id])
    told = await known_life_facts.of(tx, [loan.worker_id])
    domain.check_able(told[loan.worker_id], on)
    return loan.seen(told[loan.worker_id], rt.today())


async def _going_on(rt: Runtime, tx: Tx, actor: Actor, loan_id: UUID, on: date) -> Loan:
    """The loan, locked, for a step forward: of nobody who is dead or gone on that day."""
    loan = await _locked(rt, tx, actor, loan_id, on)
    return await _able(rt, tx, loan, on)


async def _locked(rt: Runtime, tx: Tx, actor: Actor, loan_id: UUID, on: date) -> Loan:
    """The loan, locked; 404 when there is none in the actor's area."""
    if on > rt.today():
        raise facts.InTheFuture(today=rt.today())
    loan = await store.get(tx, loan_id, actor.area_prefix, lock=True)
    if loan is None:
        raise NotFound
    return loan


# --- what is told ----------------------------------------------------------------------------------


def _event(kind: Any, loan: Loan, data: dict[str, Any]) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=loan.id,
        valid_from=loan.last_on,
        area_code=loan.area_code,
        office=loan.office,
        data={"worker_id": str(loan.worker_id), **data},
    )


def disbursed(loan: Loan) -> NewEvent:
    """The event of a loan that was paid out."""
    assert loan.annual_rate is not None
    assert loan.due_on is not None
    return _event(
        events.LOAN_DISBURSED,
        loan,
        {
            "principal": yuan(loan.principal),
            "term_months": loan.term_months,
            "annual_rate": percent(loan.annual_rate),
            "bank": loan.bank,
            "due_on": loan.due_on.isoformat(),
        },
    )


def percent(rate: Decimal) -> str:
    """Per cent as text without idle noughts: ``5.49``."""
    return format(rate.normalize(), "f")


def _repaid(loan: Loan, told: Repayment) -> NewEvent:
    return _event(
        events.LOAN_REPAID,
        loan,
        {
            "principal": yuan(told.principal),
            "interest": yuan(told.interest),
            "outstanding": yuan(loan.outstanding),
        },
    )


# --- looking ---------------------------------------------------------------------------------------


async def _look(rt: Runtime, actor: Actor, loan_id: UUID, more: Callable[[Tx], Any]) -> Any:
    async with rt.db.reading() as tx:
        loan = await store.get(tx, loan_id, actor.area_prefix)
        if loan is None:
            raise NotFound
        told = await known_life_facts.of(tx, [loan.worker_id])
        return loan.seen(told[loan.worker_id], rt.today()), await more(tx)


async def get_loan(rt: Runtime, actor: Actor, loan_id: UUID) -> tuple[Loan, list[Any]]:
    """A loan with its steps."""
    found: tuple[Loan, list[Any]] = await _look(
        rt, actor, loan_id, lambda tx: store.steps(tx, loan_id)
    )
    return found


async def repayments_of(rt: Runtime, actor: Actor, loan_id: UUID) -> list[Any]:
    found: tuple[Loan, list[Any]] = await _look(
        rt, actor, loan_id, lambda tx: store.repayments(tx, loan_id)
    )
    return found[1]


async def decision_of(rt: Runtime, actor: Actor, loan_id: UUID) -> dict[str, Any]:
    """The record of the labour review."""
    found: tuple[Loan, list[dict[str, Any]]] = await _look(
        rt, actor, loan_id, lambda tx: decisions.load_for(tx, loan_id)
    )
    if not found[1]:
        raise NotFound
    return found[1][-1]


async def list_loans(
    rt: Runtime,
    actor: Actor,
    *,
    state: str | None,
    worker_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Loan]:
    async with rt.db.looking() as tx:
        found = await store.page(
            tx, actor.area_prefix, state=state, worker_id=worker_id, after=after, limit=limit
        )
        told = await known_life_facts.of(tx, {loan.worker_id for loan in found})
    return [loan.seen(told[loan.worker_id], rt.today()) for loan in found]
