"""From the dated policy files to the terms that the rules of a loan take."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from kit.policy import NoValue, Parameter, Policies
from loans.law import NoRuleInForce
from loans.loans.domain import RateTerms, Terms

_AGE, _REGISTERED, _AMOUNT, _TERM = (
    "loans.borrower_age_max",
    "loans.registered_unemployed",
    "loans.loan_amount_max",
    "loans.loan_term_max",
)
_UPLIFT, _SHORT, _LONG = (
    "loans.rate_uplift_max",
    "loans.benchmark_rate_year",
    "loans.benchmark_rate_three_years",
)


def review_parameters(policies: Policies, on: date) -> tuple[Parameter, ...]:
    """The parameters of the labour review on a day. Raises :class:`NoRuleInForce`."""
    try:
        return tuple(policies.value(name, on) for name in (_AGE, _REGISTERED, _AMOUNT, _TERM))
    except NoValue:
        raise NoRuleInForce(on=on) from None


def age_max(policies: Policies, on: date) -> int:
    """Completed years at maturity at most, by the law of a day (L1). Raises :class:`NoRuleInForce`."""
    return review_terms(review_parameters(policies, on)).age_max


def review_terms(parameters: tuple[Parameter, ...]) -> Terms:
    """What the rule takes of them; an amount becomes fen."""
    age, registered, amount, term = parameters
    return Terms(
        age_max=cast("int", age.value),
        amount_max=int(cast("int", amount.value)) * 100,
        term_months_max=cast("int", term.value),
        registered_unemployed_admitted=cast("bool", registered.value),
        clauses={
            "borrower": str(registered.cite),
            "age": str(age.cite),
            "amount": str(amount.cite),
            "term": str(term.cite),
        },
    )


def rate_terms(policies: Policies, on: date, term_months: int) -> RateTerms:
    """Benchmark and uplift of a contract day (L7, L27). Raises :class:`NoRuleInForce`."""
    try:
        benchmark = policies.value(_SHORT if term_months <= 12 else _LONG, on).value
        uplift = policies.value(_UPLIFT, on).value
    except NoValue:
        raise NoRuleInForce(on=on) from None
    return RateTerms(Decimal(str(benchmark)), Decimal(str(uplift)))
