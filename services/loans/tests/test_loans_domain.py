"""Terms of the law on golden cases, the steps of a loan, and the algebra of the guarantee fund."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.decisions import rederive
from kit.money import fen
from kit.policy import Policies
from loans import law
from loans.borrowers.domain import Borrower
from loans.guarantee_funds.domain import GuaranteeFund, NoHeadroom, city_of
from loans.loans import domain, record, terms
from loans.loans.domain import Course, Loan, RateTerms

HERE = Path(__file__).parent
POLICIES = Policies.load(HERE.parent / "policies")
GOLDEN = tomllib.loads((HERE / "golden" / "labour_review.toml").read_text("utf-8"))["case"]
DAY = date(2003, 6, 2)


def loan(**fields: Any) -> Loan:
    made = Loan(uuid4(), uuid4(), 1_200_000, 24, 1, "applied", DAY, "231102000000", "x", DAY)
    return replace(made, **fields)


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: one["title"])
def test_golden(golden: dict[str, Any]) -> None:
    on = golden["reviewed_on"]
    asked = loan(
        principal=fen(golden.get("principal", "12000.00")),
        term_months=golden.get("term_months", 24),
        heads=golden.get("heads", 1),
    )
    borrower = Borrower(
        asked.worker_id, golden.get("birth_date", date(1960, 5, 1)),
        golden.get("registered_unemployed", False), golden.get("certificate", True),
    )  # fmt: skip
    parameters = terms.review_parameters(POLICIES, on)
    rule = terms.review_terms(parameters)
    conditions = domain.assess(asked, borrower, rule, on)
    decision = record.decision_of(
        asked, borrower, rule, conditions,
        on=on, parameters=parameters, parameter_set="x", decided_on=on, events={},
    )  # fmt: skip
    assert ("granted" if decision.granted else "refused") == golden["decision"]
    assert decision.clause == golden.get("clause")
    assert rederive(decision.record(), record.RULES).differences == ()


def test_before_the_first_rule_nothing_is_decided() -> None:
    with pytest.raises(law.NoRuleInForce):
        terms.review_parameters(POLICIES, date(2002, 12, 23))


@pytest.mark.parametrize(
    ("on", "months", "rate_max"),
    [
        (date(2003, 6, 20), 12, "5.31"),
        (date(2003, 6, 20), 13, "5.49"),
        (date(2004, 10, 28), 24, "5.49"),
        (date(2004, 10, 29), 24, "5.76"),
        (date(2007, 12, 31), 12, "7.47"),
        (date(2008, 1, 1), 12, "10.47"),
        (date(2008, 12, 23), 24, "8.40"),
    ],
)
def test_the_rate_follows_the_benchmark_of_the_contract_day(
    on: date, months: int, rate_max: str
) -> None:
    """L7, L27."""
    assert terms.rate_terms(POLICIES, on, months).rate_max == Decimal(rate_max)


RATE = RateTerms(Decimal("5.49"), Decimal(0))


def disbursed() -> Loan:
    one = loan(state="committed", fund_id=uuid4())
    return one.disburse(
        DAY, bank="x", annual_rate=Decimal("5.49"), rate=RATE, born=date(1960, 1, 1), age_max=60
    )


def test_the_way_of_a_loan() -> None:
    one = disbursed()
    assert (one.state, one.outstanding, one.due_on) == ("disbursed", 1_200_000, date(2005, 6, 2))
    one = one.repay(date(2003, 9, 1), 200_000, 5_000)
    assert (one.state, one.outstanding, one.interest_paid) == ("repaying", 1_000_000, 5_000)
    with pytest.raises(domain.OverRepaid):
        one.repay(date(2003, 9, 2), 1_000_001, 0)
    with pytest.raises(domain.NothingRepaid):
        one.repay(date(2003, 9, 2), 0, 0)
    with pytest.raises(domain.TooEarly):
        one.repay(date(2003, 8, 31), 1, 0)
    one = one.repay(date(2003, 9, 2), 1_000_000, 0)
    assert (one.state, one.outstanding, one.actions) == ("repaid", 0, ())


def test_steps_come_in_their_order() -> None:
    with pytest.raises(domain.WrongState):
        loan().review(DAY, ())
    with pytest.raises(domain.WrongState):
        loan().commit(DAY)
    with pytest.raises(domain.WrongState):
        loan(state="repaid").decline(DAY)
    with pytest.raises(domain.TooEarly):
        loan().recommend(date(2003, 6, 1))


@pytest.mark.parametrize(("rate", "born", "refusal"), [
    ("5.50", date(1960, 1, 1), domain.RateTooHigh),
    ("5.49", date(1944, 6, 2), domain.TooOldAtMaturity),
])  # fmt: skip
def test_the_bank_keeps_the_terms_too(rate: str, born: date, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        loan(state="committed").disburse(
            DAY, bank="x", annual_rate=Decimal(rate), rate=RATE, born=born, age_max=60
        )


def test_a_file_cannot_skip_a_step() -> None:
    with pytest.raises(domain.StepMissing):
        Course(loan(), committed_on=DAY).check()
    with pytest.raises(domain.StepMissing):
        Course(loan(), DAY, DAY, DAY, DAY, bank="x").check()
    Course(loan(), DAY, DAY, DAY, DAY, "x", Decimal("5.49")).check()


def test_maturity_and_age_at_the_edges() -> None:
    assert domain.maturity(date(2003, 1, 31), 1) == date(2003, 2, 28)
    assert domain.maturity(date(2004, 2, 29), 24) == date(2006, 2, 28)
    assert domain.age_on(date(1944, 2, 29), date(2004, 2, 28)) == 59
    assert domain.age_on(date(1944, 2, 29), date(2004, 2, 29)) == 60


def test_the_fund_of_heihe() -> None:
    """Y20: 325 wan carry 1,625; 209.7 lent."""
    wan = 1_000_000
    fund = GuaranteeFund(uuid4(), "231100000000", 5).contribute(180 * wan, 5)
    fund = fund.contribute(145 * wan, 5)
    assert fund.capacity == 1625 * wan
    fund = fund.reserve(2_097 * wan // 10).expose(2_097 * wan // 10)
    assert fund.headroom == 1625 * wan - 2_097 * wan // 10
    assert city_of("231102001001") == "231100000000"


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["contribute", "reserve", "release", "expose", "repaid"]),
        st.integers(1, 1000),
    ),
    max_size=60,
)


@given(MOVES)
def test_headroom_is_never_negative(moves: list[tuple[str, int]]) -> None:
    """Against a model: what was promised and lent, each loan by itself."""
    fund = GuaranteeFund(uuid4(), "231100000000", 5)
    reserved: list[int] = []
    lent: list[int] = []
    deposit = 0
    for kind, amount in moves:
        if kind == "contribute":
            fund, deposit = fund.contribute(amount, 5), deposit + amount
        elif kind == "reserve":
            if amount > 5 * deposit - sum(reserved) - sum(lent):
                with pytest.raises(NoHeadroom):
                    fund.reserve(amount)
                continue
            fund = fund.reserve(amount)
            reserved.append(amount)
        elif kind in ("release", "expose") and reserved:
            one = reserved.pop()
            fund = fund.release(one) if kind == "release" else fund.expose(one)
            if kind == "expose":
                lent.append(one)
        elif kind == "repaid" and lent:
            fund = fund.repaid(lent.pop())
        assert fund.headroom == 5 * deposit - sum(reserved) - sum(lent)
        assert min(fund.headroom, fund.exposure, fund.reserved) >= 0


@pytest.mark.parametrize(
    ("area", "city"),
    [
        ("231102001001", "231100000000"),
        ("231100000000", "231100000000"),
        ("500106000000", "500000000000"),
        ("310101000000", "310000000000"),
    ],
)
def test_the_fund_of_an_area_is_its_citys(area: str, city: str) -> None:
    assert city_of(area) == city


def test_a_decision_of_before_derives_again_from_the_status_that_it_names() -> None:
    """A record that says with which labour status the borrower was registered, as records did (L2)."""
    on = date(2006, 1, 1)
    parameters = terms.review_parameters(POLICIES, on)
    rule = terms.review_terms(parameters)
    asked = loan()
    borrower = Borrower(asked.worker_id, date(1960, 5, 1), True, False)
    kept = record.decision_of(
        asked, borrower, rule, domain.assess(asked, borrower, rule, on),
        on=on, parameters=parameters, parameter_set="x", decided_on=on, events={},
    ).record()  # fmt: skip
    assert kept["facts"].pop("registered_unemployed")
    kept["facts"]["labour_status"] = "unemployed"
    assert rederive(kept, record.RULES).differences == ()
    kept["facts"]["labour_status"] = "jobless"
    assert rederive(kept, record.RULES).differences != ()
