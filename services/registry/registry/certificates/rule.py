"""Who is entitled to the certificate: by the law of 2002 and that of 2006, side by side.

Pure. 2002 (中发[2002]12号, 劳社部发[2002]20号): the four categories of R1 with their tests R1a and the
exclusions R2. 2006 (国发[2005]36号, 2006-01-01 to 2008-12-31): the laid-off of enterprises that SOEs
run (厂办大集体) come in, the centres are gone, and R2 looks at another day; cities may add categories.
Which of them holds on the day of application, a parameter says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kit.crypto import Sex
from kit.decisions import Clause, Condition
from registry.certificates.clauses import (
    ANY_COLLECTIVE,
    BELOW_RETIREMENT,
    BELOW_RETIREMENT_OF_WORKERS,
    CATEGORY,
    CATEGORY_2006,
    CENTRE,
    CLOSED,
    CLOSED_CLAIMED,
    DIBAO,
    DIBAO_CLAIMED,
    DIBAO_JOBLESS,
    DRAWING,
    DRAWING_CLAIMED,
    LAID_OFF_2006,
    NOT_INTERNALLY_RETIRED,
    NOT_LEFT,
    NOT_REEMPLOYED,
    NOT_SETTLED,
    NOT_SETTLED_2006,
    REGISTERED,
    REGISTERED_2006,
    RELATION_KEPT,
    SETTLEMENT,
    SOE_COLLECTIVE,
    STATE_OWNED,
    WORKED_BEFORE,
    ZERO_EMPLOYMENT,
)
from registry.closures.domain import ClosureOnDay
from registry.labour_status.domain import WITHDRAWN, LabourStatus
from registry.life_facts.domain import DibaoOnDay
from registry.retirement_ages import FEMALE, FEMALE_CADRE, MALE, RetirementAges
from registry.unemployment_insurance.domain import OnDay
from registry.workers.domain import CATEGORIES, Category, Claims

RULE = "registry.certificate"
#: Which law holds: the code is a key of :data:`IN_USE`.
LAW_PARAMETER = "registry.certificate_law"
CATEGORIES_PARAMETER = "registry.certificate_categories"
MONTHS_PARAMETER = "registry.certificate_dibao_jobless_months"
EXHAUSTED_PARAMETER = "registry.certificate_exhausted_insurance"
SETTLED_PARAMETER = "registry.certificate_settled_before"


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What the rule looks at: the claims, and the labour status on the day of application.

    ``insurance``: what the agency's mirror says of that day; None where it knows nothing of the
    person, so that the claim stands, and for categories that it is not asked about. ``dibao``: the
    same of the civil affairs office's list, ``closure`` of the list of closed enterprises."""

    claims: Claims
    status: LabourStatus
    status_since: date
    sex: Sex
    birth_date: date
    insurance: OnDay | None = None
    dibao: DibaoOnDay | None = None
    closure: ClosureOnDay | None = None


#: Of the earlier shapes that asked for no age.
_NOT_ASKED = RetirementAges(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Parameters in force on the day of application (``policies/certificate_*.toml``).

    ``dibao_jobless_months``: whole months without work that category 4 asks for.
    ``settled_before``: who had a trade or a stable income before that day is excluded (R2).
    ``retirement``: the ages of statutory retirement (R18).
    ``exhausted_counts``: whoever has drawn all months is like one who draws (local, R1a(2)).
    """

    categories: frozenset[str]
    dibao_jobless_months: int
    settled_before: date
    retirement: RetirementAges = _NOT_ASKED
    exhausted_counts: bool = False


def whole_months(since: date, until: date) -> int:
    """Full calendar months from one day to another; negative when they are reversed."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (1 if until.day < since.day else 0)


def _dibao_jobless(facts: WorkerFacts, terms: Terms, on: date) -> bool:
    since = facts.claims.jobless_since or facts.status_since
    return facts.status == "unemployed" and (whole_months(since, on) >= terms.dibao_jobless_months)


def _settled(facts: WorkerFacts, terms: Terms) -> bool:
    """Had a trade or a stable income before the day that the law names."""
    trade, income = facts.claims.self_employed_since, facts.claims.stable_income_since
    border = terms.settled_before
    return (trade is not None and trade < border) or (income is not None and income < border)


def _drawing(facts: WorkerFacts, terms: Terms) -> bool:
    """The agency's word goes before the claim."""
    if facts.insurance is None:
        return facts.claims.drawing_unemployment_insurance
    exhausted = terms.exhausted_counts and facts.insurance == "exhausted"
    return facts.insurance == "drawing" or exhausted


def _dibao(facts: WorkerFacts, terms: Terms) -> bool:
    """The civil affairs office's word goes before the claim."""
    return facts.claims.dibao if facts.dibao is None else facts.dibao == "receives"


def _closed(facts: WorkerFacts, terms: Terms) -> bool:
    """The list's word goes before the claim."""
    if facts.closure is None:
        return facts.claims.former_enterprise_closed
    return facts.closure == "listed"


def _below_retirement(facts: WorkerFacts, terms: Terms, on: date) -> bool:
    cadre = facts.claims.cadre
    return on < terms.retirement.day(facts.sex, facts.birth_date, cadre=cadre)


Test = Callable[[WorkerFacts, Terms, date], bool]
_TESTS: dict[Clause, Test] = {
    CATEGORY: lambda f, t, on: f.claims.category in t.categories,
    NOT_INTERNALLY_RETIRED: lambda f, t, on: not f.claims.internally_retired,
    NOT_SETTLED: lambda f, t, on: not _settled(f, t),
    NOT_REEMPLOYED: lambda f, t, on: f.status != "employed",
    NOT_LEFT: lambda f, t, on: f.status not in WITHDRAWN,
    STATE_OWNED: lambda f, t, on: f.claims.former_enterprise_kind == "state_owned",
    CENTRE: lambda f, t, on: (
        f.claims.centre_agreement_on is not None and f.claims.centre_agreement_on <= on
    ),
    RELATION_KEPT: lambda f, t, on: f.status == "laid_off",
    REGISTERED: lambda f, t, on: f.status == "unemployed",
    DRAWING: lambda f, t, on: _drawing(f, t),
    DRAWING_CLAIMED: lambda f, t, on: f.claims.drawing_unemployment_insurance,
    CLOSED: lambda f, t, on: _closed(f, t),
    CLOSED_CLAIMED: lambda f, t, on: f.claims.former_enterprise_closed,
    SETTLEMENT: lambda f, t, on: f.claims.settlement_received,
    DIBAO: lambda f, t, on: _dibao(f, t),
    DIBAO_CLAIMED: lambda f, t, on: f.claims.dibao,
    DIBAO_JOBLESS: _dibao_jobless,
    WORKED_BEFORE: lambda f, t, on: f.claims.former_enterprise_kind != "none",
    BELOW_RETIREMENT: _below_retirement,
    BELOW_RETIREMENT_OF_WORKERS: _below_retirement,
    SOE_COLLECTIVE: lambda f, t, on: f.claims.former_enterprise_kind == "soe_run_collective",
    ANY_COLLECTIVE: lambda f, t, on: (
        f.claims.former_enterprise_kind in ("soe_run_collective", "collective")
    ),
    ZERO_EMPLOYMENT: lambda f, t, on: f.claims.zero_employment_household,
}
_TESTS[CATEGORY_2006] = _TESTS[CATEGORY]
_TESTS[NOT_SETTLED_2006] = _TESTS[NOT_SETTLED]
_TESTS[LAID_OFF_2006] = _TESTS[RELATION_KEPT]
_TESTS[REGISTERED_2006] = _TESTS[REGISTERED]

_EVERYONE_2002 = (
    CATEGORY, NOT_INTERNALLY_RETIRED, NOT_SETTLED, BELOW_RETIREMENT, NOT_LEFT, NOT_REEMPLOYED,
)  # fmt: skip
_EVERYONE_2006 = (
    CATEGORY_2006, NOT_INTERNALLY_RETIRED, NOT_SETTLED_2006, BELOW_RETIREMENT, NOT_LEFT,
    NOT_REEMPLOYED,
)  # fmt: skip
Clauses = Mapping[Category, tuple[Clause, ...]]

#: The version of the rule that decides by the law of that name.
IN_USE = {"2002": "2002-5", "2006": "2006-4"}
#: By version in use: the conditions of each category, in the order in which the first failing one is told.
#: A category that the law does not know has those of everyone, of which the first then fails.
CLAUSES: dict[str, Clauses] = {
    "2002-5": {
        "soe_laid_off": (*_EVERYONE_2002, STATE_OWNED, RELATION_KEPT, CENTRE),
        "soe_unemployed": (*_EVERYONE_2002, STATE_OWNED, REGISTERED, DRAWING),
        "closed_soe_to_be_placed": (*_EVERYONE_2002, STATE_OWNED, CLOSED, SETTLEMENT),
        "dibao_long_term_unemployed": (*_EVERYONE_2002, DIBAO, DIBAO_JOBLESS, WORKED_BEFORE),
    },
    "2006-4": {
        "soe_laid_off": (*_EVERYONE_2006, STATE_OWNED, LAID_OFF_2006),
        "soe_unemployed": (*_EVERYONE_2006, STATE_OWNED, REGISTERED_2006),
        "closed_soe_to_be_placed": (*_EVERYONE_2006, STATE_OWNED, CLOSED, SETTLEMENT),
        "soe_collective_laid_off": (*_EVERYONE_2006, SOE_COLLECTIVE, LAID_OFF_2006),
        "dibao_long_term_unemployed": (*_EVERYONE_2006, DIBAO, DIBAO_JOBLESS, WORKED_BEFORE),
        "urban_collective_laid_off": (*_EVERYONE_2006, ANY_COLLECTIVE, LAID_OFF_2006),
        "zero_employment_household_member": (*_EVERYONE_2006, REGISTERED_2006, ZERO_EMPLOYMENT),
    },
}
#: Earlier shapes: decisions that were made by them are derived by them.
#: Nobody was asked for an age by the law of 2002, only whether he or she had retired.
_EVERYONE_BEFORE_AGE = tuple(clause for clause in _EVERYONE_2002 if clause is not BELOW_RETIREMENT)
_BEFORE_AGE_2002: Clauses = {
    category: (*_EVERYONE_BEFORE_AGE, *clauses[len(_EVERYONE_2002) :])
    for category, clauses in CLAUSES["2002-5"].items()
}
_CLAIMED_CLOSED_2002: Clauses = {
    **_BEFORE_AGE_2002,
    "closed_soe_to_be_placed": (*_EVERYONE_BEFORE_AGE, STATE_OWNED, CLOSED_CLAIMED, SETTLEMENT),
}
_BEFORE_LIST_2002: Clauses = {
    **_CLAIMED_CLOSED_2002,
    "dibao_long_term_unemployed": (
        *_EVERYONE_BEFORE_AGE,
        DIBAO_CLAIMED,
        DIBAO_JOBLESS,
        WORKED_BEFORE,
    ),
}
_FIRST_2002: Clauses = {
    **_BEFORE_LIST_2002,
    "soe_unemployed": (*_EVERYONE_BEFORE_AGE, STATE_OWNED, REGISTERED, DRAWING_CLAIMED),
}
_CLAIMED_CLOSED_2006: Clauses = {
    **CLAUSES["2006-4"],
    "closed_soe_to_be_placed": (*_EVERYONE_2006, STATE_OWNED, CLOSED_CLAIMED, SETTLEMENT),
}
#: Nobody was known as a cadre then: the same test, of which the clause names less.
_EVERYONE_BEFORE_CADRES = tuple(
    BELOW_RETIREMENT_OF_WORKERS if clause is BELOW_RETIREMENT else clause
    for clause in _EVERYONE_2006
)
_BEFORE_CADRES: Clauses = {
    category: (*_EVERYONE_BEFORE_CADRES, *clauses[len(_EVERYONE_2006) :])
    for category, clauses in _CLAIMED_CLOSED_2006.items()
}
_BEFORE_LIST_2006: Clauses = {
    **_BEFORE_CADRES,
    "dibao_long_term_unemployed": (
        *_EVERYONE_BEFORE_CADRES, DIBAO_CLAIMED, DIBAO_JOBLESS, WORKED_BEFORE,
    ),
}  # fmt: skip
_EARLIER = {
    "2002": _FIRST_2002, "2002-2": _BEFORE_LIST_2002, "2002-3": _CLAIMED_CLOSED_2002,
    "2002-4": _BEFORE_AGE_2002,
    "2006": _BEFORE_LIST_2006, "2006-2": _BEFORE_CADRES, "2006-3": _CLAIMED_CLOSED_2006,
}  # fmt: skip


def _asking(clause: Clause) -> frozenset[Category]:
    return frozenset(
        category
        for by_category in CLAUSES.values()
        for category, clauses in by_category.items()
        if clause in clauses
    )


#: Categories of which a law asks the mirror of unemployment insurance, and the lists.
ASKS_INSURANCE = _asking(DRAWING)
ASKS_DIBAO = _asking(DIBAO)
ASKS_CLOSURES = _asking(CLOSED)


def _common(version: str) -> tuple[Clause, ...]:
    if version.startswith("2002"):
        return _EVERYONE_2002 if version == "2002-5" else _EVERYONE_BEFORE_AGE
    return _EVERYONE_BEFORE_CADRES if version in ("2006", "2006-2") else _EVERYONE_2006


_Plan = dict[Category, tuple[tuple[Clause, Test], ...]]
_PLANS: dict[str, _Plan] = {
    version: {
        category: tuple(
            (clause, _TESTS[clause]) for clause in by_category.get(category, _common(version))
        )
        for category in CATEGORIES
    }
    for version, by_category in {**CLAUSES, **_EARLIER}.items()
}


def _outcome(plan: _Plan, facts: WorkerFacts, terms: Terms, on: date) -> tuple[Condition, ...]:
    return tuple(
        clause.outcome(test(facts, terms, on)) for clause, test in plan[facts.claims.category]
    )


Rule = Callable[[WorkerFacts, Terms, date], tuple[Condition, ...]]


def _rule(version: str) -> Rule:
    def run(facts: WorkerFacts, terms: Terms, on: date) -> tuple[Condition, ...]:
        return _outcome(_PLANS[version], facts, terms, on)

    return run


#: Every shape of every law: each answers all conditions of the claimed category with their outcomes.
#: All hold: entitled.
RULES: dict[str, Rule] = {version: _rule(version) for version in _PLANS}


def parameters_of(version: str) -> tuple[str, ...]:
    """Which parameters that version in use needs, beside the one that names its law."""
    own = {"2002-5": (EXHAUSTED_PARAMETER,), "2006-4": ()}
    ages = (MALE, FEMALE, FEMALE_CADRE)
    return (CATEGORIES_PARAMETER, MONTHS_PARAMETER, SETTLED_PARAMETER, *ages, *own[version])


def terms_of(values: Mapping[str, Any]) -> Terms:
    """Terms out of the values of :func:`parameters_of`, from a policy file or from a record."""
    settled = values[SETTLED_PARAMETER]
    male, female = int(values.get(MALE, 0)), int(values.get(FEMALE, 0))
    return Terms(
        frozenset(values[CATEGORIES_PARAMETER]),
        int(values[MONTHS_PARAMETER]),
        settled if isinstance(settled, date) else date.fromisoformat(settled),
        RetirementAges(male, female, int(values.get(FEMALE_CADRE, female))),
        bool(values.get(EXHAUSTED_PARAMETER, False)),
    )
