"""Who is recognised as a person in difficulty (就业困难对象), by the law of the day. Pure.

Three laws side by side: 2002 (中发[2002]12号: 4050 only, R4), 2006 (国发[2005]36号, R5: 4050 of
state-owned and collective enterprises; the poor who are jobless for a year and really in difficulty)
and 2008 (就业促进法, R6: health, skill, family, lost land, long without work; the province fixes the
scope). The day chooses (``registry.difficulty_law``). Nobody is recognised who has reached the
statutory age of retirement (R17, R18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from kit.crypto import Sex
from kit.decisions import Clause, Condition
from kit.facts import add_months
from registry.closures.domain import ClosureOnDay
from registry.labour_status.domain import BASE_STATUSES, LabourStatus
from registry.retirement_ages import FEMALE, FEMALE_CADRE, MALE, RetirementAges

RULE = "registry.difficulty"
LAW = "registry.difficulty_law"
KINDS_PARAMETER = "registry.difficulty_kinds"
MALE_PARAMETER = "registry.difficulty_age_male"
FEMALE_PARAMETER = "registry.difficulty_age_female"
REFERENCE_PARAMETER = "registry.difficulty_age_reference"
JOBLESS_PARAMETER = "registry.difficulty_jobless_months"
LONG_TERM_PARAMETER = "registry.difficulty_long_term_months"

#: 4050 / 残疾 / 身体状况 / 技能水平低 / 家庭因素（零就业家庭）/ 低保 / 失去土地 / 长期失业
Kind = Literal[
    "4050", "disabled", "health", "low_skill", "family", "dibao", "land_loss", "long_term_jobless"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: What a person brings: 残疾人证 / 健康证明 / 技能证明 / 零就业家庭认定 / 低保证 / 特困证明 / 失地证明
Evidence = Literal[
    "disability-certificate", "medical-proof", "skill-proof", "zero-employment-household",
    "dibao-certificate", "hardship-proof", "land-loss-proof",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, on the day of recognition. ``jobless_since``: the first day of the
    present time without work. ``evidence``: the kinds of proof that were shown by that day.
    ``closure``: what the list of closed enterprises says of the former one on that day; None where
    there is no list, so that the claim stands, and of enterprises that it is not asked about."""

    sex: Sex
    birth_date: date
    category: str
    status: LabourStatus
    former_enterprise_kind: str = "none"
    former_enterprise_closed: bool = False
    jobless_since: date | None = None
    dibao: bool = False
    zero_employment_household: bool = False
    wishes_work: bool = True
    evidence: frozenset[Evidence] = frozenset()
    cadre: bool = False
    closure: ClosureOnDay | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Parameters in force on the day of recognition (``policies/difficulty_*.toml``).

    ``age_reference``: ``day``, ``year-end`` or a day written out. Months are whole months; None
    where the law of the day knows no such number. ``retirement``: the statutory ages (R18); None in
    the shapes that did not ask for them."""

    kinds: frozenset[str]
    male_age: int
    female_age: int
    age_reference: str = "day"
    jobless_months: int | None = None
    long_term_months: int | None = None
    retirement: RetirementAges | None = None


#: The version of the rule that decides by the law of that name.
IN_USE = {"2002": "2002-2", "2006": "2006-3", "2008": "2008-2"}
_EVERY_LAW = (
    KINDS_PARAMETER, MALE_PARAMETER, FEMALE_PARAMETER, REFERENCE_PARAMETER, MALE, FEMALE, FEMALE_CADRE,
)  # fmt: skip
#: The parameters that each version in use asks, in the order of a decision's record.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "2002-2": _EVERY_LAW,
    "2006-3": (*_EVERY_LAW, JOBLESS_PARAMETER),
    "2008-2": (*_EVERY_LAW, LONG_TERM_PARAMETER),
}


def terms_of(values: Mapping[str, Any]) -> Terms:
    """Terms out of parameters, fresh or as a decision's record keeps them."""
    jobless, long_term = values.get(JOBLESS_PARAMETER), values.get(LONG_TERM_PARAMETER)
    ages = [int(values[name]) for name in (MALE, FEMALE, FEMALE_CADRE) if name in values]
    return Terms(
        frozenset(values[KINDS_PARAMETER]),
        int(values[MALE_PARAMETER]),
        int(values[FEMALE_PARAMETER]),
        str(values[REFERENCE_PARAMETER]),
        None if jobless is None else int(jobless),
        None if long_term is None else int(long_term),
        RetirementAges(*ages) if ages else None,
    )


def age(born: date, on: date) -> int:
    """Full years on a day; someone born on 29 February ages on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_day(terms: Terms, on: date) -> date:
    """The day on which the age counts (R4a)."""
    if terms.age_reference == "day":
        return on
    if terms.age_reference == "year-end":
        return date(on.year, 12, 31)
    return date.fromisoformat(terms.age_reference)


def born_by(years: int, on: date) -> date:
    """The last birth date of somebody who is so many years old on a day."""
    return add_months(on, -12 * years)


def _old_enough(facts: Facts, terms: Terms, on: date) -> bool:
    needed = terms.male_age if facts.sex == "male" else terms.female_age
    return age(facts.birth_date, age_day(terms, on)) >= needed


def _below_retirement(facts: Facts, terms: Terms, on: date) -> bool:
    assert terms.retirement is not None
    return on < terms.retirement.day(facts.sex, facts.birth_date, cadre=facts.cadre)


def _jobless_for(facts: Facts, months: int | None, on: date) -> bool:
    since = facts.jobless_since
    return months is not None and since is not None and since <= add_months(on, -months)


def _closed(facts: Facts) -> bool:
    """The list's word goes before the claim."""
    if facts.closure is None:
        return facts.former_enterprise_closed
    return facts.closure == "listed"


#: Enterprises whose people R5 means: state-owned and collective ones.
SOE_AND_COLLECTIVE = frozenset({"state_owned", "collective", "soe_run_collective"})

_KIND_2002 = Clause(
    "kind-in-law", "中发[2002]12号 R4",
    "该类别属于当时规定的认定范围", "is of a kind that the law of that day recognises", (),
)  # fmt: skip
_KIND_2006 = Clause(
    "kind-in-law", "国发[2005]36号 R5",
    "该类别属于当时规定的认定范围", "is of a kind that the law of that day recognises", (),
)  # fmt: skip
_KIND_2008 = Clause(
    "kind-in-law", "就业促进法 R6",
    "该类别属于省级规定的认定范围", "is of a kind within the scope that the province fixed", (),
)  # fmt: skip
_WISH = Clause(
    "wishes-work", "中发[2002]12号 R4",
    "有劳动能力和就业愿望", "is able and wishes to work",
    ("wishes_work",),
)  # fmt: skip
_WISH_2008 = Clause(
    "wishes-work", "就业促进法 R6",
    "有劳动能力和就业愿望", "is able and wishes to work",
    ("wishes_work",),
)  # fmt: skip
TARGET_GROUP = Clause(
    "target-group", "中发[2002]12号 R1",
    "属于下岗失业人员且为四类对象之一", "is of the base population and of one of the four categories",
    ("category", "labour_status"),
)  # fmt: skip
AGE = Clause(
    "age-4050", "中发[2002]12号 R4",
    "男满五十周岁、女满四十周岁", "is a man of 50 or a woman of 40 or more",
    ("sex", "birth_date"),
)  # fmt: skip
_BELOW_RETIREMENT = Clause(
    "below-retirement-age", "policy R17, R18",
    "未达到法定退休年龄（女干部为五十五周岁）",
    "is below the statutory age of retirement (a woman who is a cadre: 55)",
    ("sex", "birth_date", "cadre"),
)  # fmt: skip
_WITHOUT_WORK = Clause(
    "without-work", "国发[2005]36号 R5",
    "下岗失业尚未再就业", "is without work",
    ("labour_status",),
)  # fmt: skip
_SOE = Clause(
    "soe-or-collective", "国发[2005]36号 R5",
    "国有、集体企业下岗失业人员或关闭破产企业需安置人员（关闭破产企业名单先于本人申报）",
    "was laid off by a state-owned or collective enterprise, or by one that was closed (the list of"
    " those goes before the claim)",
    ("former_enterprise_kind", "former_enterprise_closed", "closure_list"),
)  # fmt: skip
#: As it was asked before there was a list.
_SOE_CLAIMED = Clause(
    "soe-or-collective", "国发[2005]36号 R5",
    "国有、集体企业下岗失业人员或关闭破产企业需安置人员",
    "was laid off by a state-owned or collective enterprise, or by one that was closed",
    ("former_enterprise_kind", "former_enterprise_closed"),
)  # fmt: skip
_AGE_2006 = Clause(
    "age-4050", "国发[2005]36号 R5, R4a",
    "男满五十周岁、女满四十周岁（按规定的基准日）",
    "is a man of 50 or a woman of 40 or more on the reference day",
    ("sex", "birth_date"),
)  # fmt: skip
_DIBAO = Clause(
    "dibao", "国发[2005]36号 R5",
    "享受城市居民最低生活保障", "receives the minimum living allowance",
    ("dibao",),
)  # fmt: skip
_HARDSHIP = Clause(
    "really-in-difficulty", "国发[2005]36号 R5",
    "就业确有困难（街道证明）", "is really in difficulty (proof of the street)",
    ("evidence",),
)  # fmt: skip
_JOBLESS_A_YEAR = Clause(
    "jobless-long-enough", "国发[2005]36号 R5",
    "失业满规定期限", "has been without work long enough",
    ("jobless_since",),
)  # fmt: skip
_JOBLESS_2008 = Clause(
    "without-work", "就业促进法 R6",
    "处于失业状态", "is without work",
    ("labour_status",),
)  # fmt: skip
_AGE_2008 = Clause(
    "age-4050", "就业促进法 R6, R4",
    "男满五十周岁、女满四十周岁（大龄）", "is a man of 50 or a woman of 40 or more",
    ("sex", "birth_date"),
)  # fmt: skip
_DISABLED = Clause(
    "disability-certificate", "就业促进法 R6",
    "持有残疾人证", "has a certificate of disability",
    ("evidence",),
)  # fmt: skip
_HEALTH = Clause(
    "health", "就业促进法 R6",
    "因身体状况难以就业（有证明）", "finds no work for reasons of health (proved)",
    ("evidence",),
)  # fmt: skip
_SKILL = Clause(
    "skill", "就业促进法 R6",
    "因技能水平难以就业（有证明）", "finds no work for want of skill (proved)",
    ("evidence",),
)  # fmt: skip
_FAMILY = Clause(
    "family", "就业促进法 R6, R7",
    "因家庭因素难以就业（零就业家庭成员）", "is of a household in which nobody works",
    ("zero_employment_household", "evidence"),
)  # fmt: skip
_DIBAO_2008 = Clause(
    "dibao", "就业促进法 R6",
    "享受城市居民最低生活保障", "receives the minimum living allowance",
    ("dibao",),
)  # fmt: skip
_LAND = Clause(
    "land-loss", "就业促进法 R6",
    "因失去土地难以就业（有证明）", "lost the land (proved)",
    ("evidence",),
)  # fmt: skip
_LONG_TERM = Clause(
    "jobless-continuously", "就业促进法 R6",
    "连续失业满规定期限", "has been without work for the set time without a break",
    ("jobless_since",),
)  # fmt: skip

Test = Callable[[Facts, Terms, date], bool]


def _shown(proof: Evidence) -> Test:
    return lambda f, t, on: proof in f.evidence


TESTS: dict[Clause, Test] = {
    _WISH: lambda f, t, on: f.wishes_work,
    _WISH_2008: lambda f, t, on: f.wishes_work,
    TARGET_GROUP: lambda f, t, on: f.category != "none" and f.status in BASE_STATUSES,
    AGE: _old_enough,
    _BELOW_RETIREMENT: _below_retirement,
    _WITHOUT_WORK: lambda f, t, on: f.status in BASE_STATUSES,
    _SOE: lambda f, t, on: _closed(f) or f.former_enterprise_kind in SOE_AND_COLLECTIVE,
    _SOE_CLAIMED: lambda f, t, on: (
        f.former_enterprise_closed or f.former_enterprise_kind in SOE_AND_COLLECTIVE
    ),
    _AGE_2006: _old_enough,
    _DIBAO: lambda f, t, on: f.dibao,
    _HARDSHIP: _shown("hardship-proof"),
    _JOBLESS_A_YEAR: lambda f, t, on: _jobless_for(f, t.jobless_months, on),
    _JOBLESS_2008: lambda f, t, on: f.status in BASE_STATUSES,
    _AGE_2008: _old_enough,
    _DISABLED: _shown("disability-certificate"),
    _HEALTH: _shown("medical-proof"),
    _SKILL: _shown("skill-proof"),
    _FAMILY: lambda f, t, on: (
        f.zero_employment_household or "zero-employment-household" in f.evidence
    ),
    _DIBAO_2008: lambda f, t, on: f.dibao,
    _LAND: _shown("land-loss-proof"),
    _LONG_TERM: lambda f, t, on: _jobless_for(f, t.long_term_months, on),
}  # fmt: skip
#: Clauses that only papers can prove: no register tells who has them.
PROVED: frozenset[Clause] = frozenset({_HARDSHIP, _DISABLED, _HEALTH, _SKILL, _LAND})

_KIND_CLAUSE = {"2002": _KIND_2002, "2006": _KIND_2006, "2008": _KIND_2008}
_ALL_2008 = (_KIND_2008, _WISH_2008, _BELOW_RETIREMENT, _JOBLESS_2008)

#: The clauses of each law for each kind that it may recognise, in the order in which the first
#: failing one is told.
CLAUSES: dict[str, dict[Kind, tuple[Clause, ...]]] = {
    "2002-2": {"4050": (_KIND_2002, _WISH, _BELOW_RETIREMENT, TARGET_GROUP, AGE)},
    "2006-3": {
        "4050": (_KIND_2006, _WISH, _BELOW_RETIREMENT, _WITHOUT_WORK, _SOE, _AGE_2006),
        "dibao": (
            _KIND_2006,
            _WISH,
            _BELOW_RETIREMENT,
            _WITHOUT_WORK,
            _DIBAO,
            _JOBLESS_A_YEAR,
            _HARDSHIP,
        ),
    },
    "2008-2": {
        "4050": (*_ALL_2008, _AGE_2008),
        "disabled": (*_ALL_2008, _DISABLED),
        "health": (*_ALL_2008, _HEALTH),
        "low_skill": (*_ALL_2008, _SKILL),
        "family": (*_ALL_2008, _FAMILY),
        "dibao": (*_ALL_2008, _DIBAO_2008),
        "land_loss": (*_ALL_2008, _LAND),
        "long_term_jobless": (*_ALL_2008, _LONG_TERM),
    },
}


#: Earlier shapes: decisions that were made by them are derived by them. That of 2006 believed the claim
#: that an enterprise was closed.
_CLAIMED_CLOSED: dict[Kind, tuple[Clause, ...]] = {
    kind: tuple(_SOE_CLAIMED if clause is _SOE else clause for clause in clauses)
    for kind, clauses in CLAUSES["2006-3"].items()
}
#: The first ones asked for no age above which nobody is recognised.
_BEFORE_AGE: dict[str, dict[Kind, tuple[Clause, ...]]] = {
    law: {
        kind: tuple(clause for clause in clauses if clause is not _BELOW_RETIREMENT)
        for kind, clauses in shape.items()
    }
    for law, shape in (
        ("2002", CLAUSES["2002-2"]), ("2006", _CLAIMED_CLOSED), ("2008", CLAUSES["2008-2"]),
    )
}  # fmt: skip
_SHAPES = {**CLAUSES, "2006-2": _CLAIMED_CLOSED, **_BEFORE_AGE}


def clauses_of(version: str, kind: Kind) -> tuple[Clause, ...]:
    """The clauses of a kind; of one that the law does not know only that it does not."""
    law, _, _ = version.partition("-")
    return _SHAPES[version].get(kind, (_KIND_CLAUSE[law],))


def conditions(
    version: str, kind: Kind, facts: Facts, terms: Terms, on: date
) -> tuple[Condition, ...]:
    """Every condition of this kind under this law with its outcome. All hold: recognised."""
    in_law = kind in terms.kinds and kind in _SHAPES[version]
    return tuple(
        clause.outcome(TESTS[clause](facts, terms, on) if clause in TESTS else in_law)
        for clause in clauses_of(version, kind)
    )


Law = Callable[[Kind, Facts, Terms, date], tuple[Condition, ...]]


def _law(version: str) -> Law:
    def run(kind: Kind, facts: Facts, terms: Terms, on: date) -> tuple[Condition, ...]:
        return conditions(version, kind, facts, terms, on)

    return run


#: Every shape of every law.
LAWS: dict[str, Law] = {version: _law(version) for version in _SHAPES}


def may_qualify(kind: Kind, version: str, facts: Facts, terms: Terms, on: date) -> bool:
    """Whether everything that registers know speaks for it; what papers prove is left to be asked."""
    return all(
        condition.ok
        for clause, condition in zip(
            clauses_of(version, kind), LAWS[version](kind, facts, terms, on), strict=True
        )
        if clause not in PROVED
    )


def census_kinds(version: str, kinds: Iterable[str]) -> list[Kind]:
    """The kinds of a law whose people registers can name: not those that only a paper proves."""
    common = {*_ALL_2008, _KIND_2006, _WISH, _WITHOUT_WORK, _KIND_2002}
    allowed = set(kinds)
    return [
        kind
        for kind, clauses in CLAUSES[version].items()
        if kind in allowed and set(clauses) - common - PROVED
    ]
