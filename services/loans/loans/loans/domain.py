"""A guaranteed small loan (小额担保贷款) from application to the last repayment, on dated terms.

Order of steps (L3): the borrower applies, the community recommends, the labour bureau reviews, the
guarantor commits, the bank pays out. The labour review is a decision with a record. Amounts are
fen, rates are per cent per year, terms are months.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from kit.decisions import Condition
from kit.life_facts import KIND_ZH, LifeFact
from kit.refusal import Refusal
from loans.borrowers.domain import Borrower, unable

State = Literal[
    "applied", "recommended", "labour_ok", "committed", "declined",
    "disbursed", "repaying", "repaid",
]  # fmt: skip
#: On the way; paid out and not repaid.
OPEN: tuple[State, ...] = ("applied", "recommended", "labour_ok", "committed")
OWED: tuple[State, ...] = ("disbursed", "repaying")
#: A worker has at most one loan in one of these (4.3: no other live guaranteed loan).
LIVE: tuple[State, ...] = (*OPEN, *OWED)
#: What may be asked of a loan in each state.
ACTIONS: dict[State, tuple[str, ...]] = {
    "applied": ("recommendations", "refusals"),
    "recommended": ("labour-reviews", "refusals"),
    "labour_ok": ("commitments", "refusals"),
    "committed": ("disbursements", "refusals"),
    "declined": (),
    "disbursed": ("repayments",),
    "repaying": ("repayments",),
    "repaid": (),
}
RULE = "loans.small_loan"
RULE_VERSION = "2002"


class WrongState(Refusal):
    """The step does not follow on the state that the loan is in."""

    code = "wrong-state"


class TooEarly(Refusal):
    """A step cannot have happened before the one that it follows on."""

    code = "before-previous-step"


class RateTooHigh(Refusal):
    """The contract's rate is above what the benchmark of its day allows (L7, L27)."""

    code = "rate-above-benchmark"


class OverRepaid(Refusal):
    """More principal than is outstanding (``outstanding`` in fen)."""

    code = "more-than-outstanding"


class NothingRepaid(Refusal):
    """A repayment of neither principal nor interest."""

    code = "nothing-repaid"


class AlreadyBorrowing(Refusal):
    """The worker has another live guaranteed loan."""

    code = "another-live-loan"


class BorrowerUnable(Refusal):
    """On the day of the step the borrower is dead, retired, away or cannot work (4.1, E8; ``kind`` in
    Chinese, ``since``): the application can only be declined."""

    code = "borrower-unable"


class TooOldAtMaturity(Refusal):
    """On the last day of the term the borrower is older than the rule allows (L1)."""

    code = "too-old-at-maturity"


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters of a day (L1, L2, L5, L6). Amounts in fen, ages in years, term in months."""

    age_max: int
    amount_max: int
    term_months_max: int
    registered_unemployed_admitted: bool
    clauses: dict[str, str]


@dataclass(frozen=True, slots=True)
class RateTerms:
    """What the rate of a contract may be: the benchmark of its day and term, plus an uplift."""

    benchmark: Decimal
    uplift: Decimal

    @property
    def rate_max(self) -> Decimal:
        return self.benchmark + self.uplift


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan. ``outstanding`` is principal not repaid; 0 before it is paid out. ``halted``: the borrower
    can begin nothing today (:class:`BorrowerUnable`); no property of the loan, looked for with it."""

    id: UUID
    worker_id: UUID
    principal: int
    term_months: int
    heads: int
    state: State
    applied_on: date
    area_code: str
    office: str
    last_on: date
    fund_id: UUID | None = None
    bank: str | None = None
    annual_rate: Decimal | None = None
    disbursed_on: date | None = None
    due_on: date | None = None
    outstanding: int = 0
    interest_paid: int = 0
    version: int = 1
    halted: bool = False

    @property
    def actions(self) -> tuple[str, ...]:
        """What may be asked of it today."""
        return ("refusals",) if self.halted and self.state in OPEN else ACTIONS[self.state]

    def seen(self, facts: Iterable[LifeFact], today: date) -> Loan:
        """The same loan, with whether its borrower can begin anything today. ``facts``: of the person."""
        return replace(self, halted=unable(facts, today) is not None)

    def _step(self, on: date, to: State, *, after: tuple[State, ...]) -> Loan:
        if self.state not in after:
            raise WrongState(state=self.state)
        if on < self.last_on:
            raise TooEarly(last_on=self.last_on)
        return replace(self, state=to, last_on=on)

    def recommend(self, on: date) -> Loan:
        return self._step(on, "recommended", after=("applied",))

    def review(self, on: date, outcome: tuple[Condition, ...]) -> Loan:
        """``labour_ok`` when every condition holds, else ``declined``."""
        granted = all(one.ok for one in outcome)
        return self._step(on, "labour_ok" if granted else "declined", after=("recommended",))

    def commit(self, on: date) -> Loan:
        """The guarantor promises; the fund's own rule decides whether it can."""
        return self._step(on, "committed", after=("labour_ok",))

    def guaranteed_by(self, fund_id: UUID) -> Loan:
        """The same loan, naming the fund that reserved its principal."""
        return replace(self, fund_id=fund_id)

    def decline(self, on: date) -> Loan:
        """The community, the bureau, the guarantor or the bank says no."""
        return self._step(on, "declined", after=OPEN)

    def disburse(
        self,
        on: date,
        *,
        bank: str,
        annual_rate: Decimal,
        rate: RateTerms,
        born: date,
        age_max: int,
    ) -> Loan:
        """Paid out. The rate is held against the benchmark of the contract's day, the age against
        the day on which the term really ends."""
        after = self._step(on, "disbursed", after=("committed",))
        if annual_rate > rate.rate_max:
            raise RateTooHigh(rate_max=rate.rate_max)
        due_on = maturity(on, self.term_months)
        if age_on(born, due_on) > age_max:
            raise TooOldAtMaturity(age_max=age_max)
        return replace(
            after, bank=bank, annual_rate=annual_rate, disbursed_on=on, due_on=due_on,
            outstanding=self.principal,
        )  # fmt: skip

    def repay(self, on: date, principal: int, interest: int) -> Loan:
        """Principal and interest came in; the loan is settled when nothing is outstanding."""
        if principal + interest == 0:
            raise NothingRepaid
        if principal > self.outstanding and self.state in ("disbursed", "repaying"):
            raise OverRepaid(outstanding=self.outstanding)
        left = self.outstanding - principal
        after = self._step(on, "repaying" if left else "repaid", after=("disbursed", "repaying"))
        return replace(after, outstanding=left, interest_paid=self.interest_paid + interest)


def check_able(facts: Iterable[LifeFact], on: date) -> None:
    """Raises :class:`BorrowerUnable` when nothing can go on for the borrower on that day."""
    fact = unable(facts, on)
    if fact is not None:
        raise BorrowerUnable(kind=KIND_ZH[fact.kind], since=fact.since)


def maturity(start: date, months: int) -> date:
    """The due day: the same day of the month, or the month's last (2004-02-29 for 2004-01-31)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def age_on(born: date, on: date) -> int:
    """Completed years on a day; who is born on 29 February has birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def assess(loan: Loan, borrower: Borrower, terms: Terms, on: date) -> tuple[Condition, ...]:
    """The labour review on day ``on`` (L1, L2, L5, L6): conditions in the order of the rule."""
    due_on = maturity(on, loan.term_months)
    registered = terms.registered_unemployed_admitted and borrower.registered_unemployed
    cap = terms.amount_max * loan.heads
    return (
        Condition(
            "certificate-held", borrower.certificate_valid or registered,
            terms.clauses["borrower"],
            "持有有效的《再就业优惠证》（或按当日政策属登记失业人员）",
            "The borrower holds a valid certificate (or is admitted as registered unemployed)",
        ),
        Condition(
            "age-at-maturity", age_on(borrower.birth_date, due_on) <= terms.age_max,
            terms.clauses["age"],
            f"贷款到期时年龄不超过{terms.age_max}岁",
            f"At maturity the borrower is {terms.age_max} years old at most",
        ),
        Condition(
            "amount-cap", loan.principal <= cap, terms.clauses["amount"],
            f"每人贷款额度不超过{terms.amount_max // 100}元",
            f"At most {terms.amount_max // 100} yuan for each person",
        ),
        Condition(
            "term-cap", loan.term_months <= terms.term_months_max, terms.clauses["term"],
            f"贷款期限不超过{terms.term_months_max}个月",
            f"The term is {terms.term_months_max} months at most",
        ),
    )  # fmt: skip


class ReviewRefused(Refusal):
    """The file says that a loan was promised which the labour review refuses (``clause``)."""

    code = "labour-review-refused"


class BorrowerNotYetKnown(Refusal):
    """The worker's registration has not arrived here yet."""

    code = "not-yet-known"


class StepMissing(Refusal):
    """A later step has a date and an earlier one has none, or bank and rate are missing."""

    code = "step-missing"


@dataclass(frozen=True, slots=True)
class Course:
    """What a file says about one loan: the days of its steps, as far as it has come."""

    loan: Loan
    recommended_on: date | None = None
    reviewed_on: date | None = None
    committed_on: date | None = None
    disbursed_on: date | None = None
    bank: str | None = None
    annual_rate: Decimal | None = None

    @property
    def days(self) -> tuple[date | None, ...]:
        """Of the steps after the application, in their order."""
        return (self.recommended_on, self.reviewed_on, self.committed_on, self.disbursed_on)

    def check(self) -> None:
        """Raises :class:`StepMissing` when a step stands without the one before it."""
        given = [day is not None for day in self.days]
        if given != sorted(given, reverse=True):
            raise StepMissing
        if self.disbursed_on is not None and (self.bank is None or self.annual_rate is None):
            raise StepMissing
