"""A programme as the law of a day has it, and what one line of it comes to: pure.

A programme is data (``policies/programmes/*.toml``): its dated versions name conditions and a formula of
the catalogues (``clauses``, ``amounts``) and bind their roles to parameters. Here that data is read into
a value, and :func:`assess` asks all conditions in order; the first that does not hold refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from kit.decisions import Clause, Condition
from kit.money import fen
from kit.policy import PolicyError
from kit.refusal import Refusal
from subsidy.funds.domain import Fund
from subsidy.payees.domain import Kind
from subsidy.programmes import durations
from subsidy.programmes.amounts import FORMULAS, Formula, Step
from subsidy.programmes.clauses import CATALOGUE, Test
from subsidy.programmes.facts import Facts, MonthFacts, TrainingFacts

Version = Literal["1998", "2002", "2003", "2006", "2008"]
Claimant = Literal["employer", "person", "provider", "body"]
Payee = Literal["insurance_agency", "employer_account", "provider", "person", "body"]
Period = Literal["month", "once"]
#: What of a person's month a kind takes up: the one benefit for insurance, the one for a post. Kinds that
#: exclude each other share a place, so that no two of them can be granted, whoever decides at the moment.
Place = Literal["insurance", "post"]
#: How often a once-benefit may be had: once a calendar year / once for all.
Frequency = Literal["year", "life"]
#: How a month is paid: to who claims it for a quarter / to the person by a run (申领 / 按月发放).
Way = Literal["claim", "run"]
#: Who is paid by the rule of a programme, in the words of payees.
PAID_TO: dict[Payee, Kind] = {
    "insurance_agency": "insurance_agency", "employer_account": "employer", "provider": "provider",
    "person": "person", "body": "body",
}  # fmt: skip
#: What a day without a programme in force is called in the rule of a decision.
NOT_IN_FORCE = "none"


class OtherFacts(Refusal):
    """The facts are of another kind than the programme decides on."""

    code = "other-facts"


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition of a version. ``part``: it is asked of that part of the payment only."""

    clause: Clause
    test: Test
    part: str | None = None


class PaidAnotherWay(Refusal):
    """The city pays the programme in the other :data:`Way` (``way``)."""

    code = "programme-paid-another-way"


@dataclass(frozen=True, slots=True)
class Rules:
    """The conditions that one part is asked, apart in clauses and tests; ``met``: all of them held.
    Made once: a run asks them a million times."""

    clauses: tuple[Clause, ...]
    tests: tuple[Test, ...]
    met: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of a programme. ``counter``: whose months (times) it uses, with other programmes of
    that counter; ``frequency``: how often, where not by months. ``window``: id of the parameter of the
    time within which it is claimed. ``law`` and ``month`` bind roles to parameter ids: looked up on the
    day whose law holds, and on the first day at work in the month that is paid for. ``own``: what
    conditions and formula read of the version itself."""

    code: str
    version: Version
    claimant: Claimant
    payee: Payee
    use: str
    fund: Fund
    period: Period
    facts: str
    kind: str
    excludes: frozenset[str]
    occupies: frozenset[Place]
    counter: str | None
    frequency: Frequency | None
    window: str | None
    way: str | None
    formula: str
    rules: tuple[Rule, ...]
    law: Mapping[str, str]
    month: Mapping[str, str]
    own: Mapping[str, Any]
    by_part: Mapping[str | None, Rules]

    def rules_of(self, part: str | None) -> Rules:
        """The conditions of a part; of no part, or of one that has none of its own, the common ones."""
        return self.by_part.get(part) or self.by_part[None]

    @property
    def computes(self) -> Formula:
        return FORMULAS[self.facts][self.formula].formula


@dataclass(frozen=True, slots=True)
class Terms:
    """A version with the values of its parameters, under their roles. ``programme`` None: none is in
    force. ``missing``: ids of parameters that have no value, which the city must set."""

    programme: Programme | None
    values: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one line comes to. ``months``: 1 for a granted month, 0 for anything else. ``local_only``:
    the law lets only local money pay it (B8). Refused: no steps, nothing."""

    conditions: tuple[Condition, ...]
    steps: tuple[Step, ...] = ()
    amount: int = 0
    months: int = 0
    local_only: bool = False

    @property
    def granted(self) -> bool:
        return self.first_failing is None

    @property
    def first_failing(self) -> Condition | None:
        for one in self.conditions:  # a loop: it is asked of every line of a run
            if not one.ok:
                return one
        return None

    def borne_by(self, bearer: str) -> int:
        """Fen of the amount that one of several bearers pays (B25); 0 where nobody shares."""
        return sum(one.fen for one in self.steps if one.operands == (("bearer", bearer),))

    @property
    def clause(self) -> str | None:
        """Clause and code of the first failing condition; None when granted."""
        failing = self.first_failing
        return f"{failing.clause}/{failing.code}" if failing else None


_IN_FORCE = Clause(
    "programme-in-force", "programme",
    "该日补贴项目已施行且未终止", "the programme is in force on the day",
)  # fmt: skip


def not_set(parameter_id: str) -> Condition:
    """Refuses until the city has set the parameter: nothing is decided on a value that nobody gave."""
    return Condition(
        "parameter-set", False, parameter_id,
        f"参数 {parameter_id} 已由本市设定", f"the city has set the parameter {parameter_id}",
    )  # fmt: skip


def assess(facts: Facts, terms: Terms) -> Assessment:
    """Decide one line and compute its amount. Raises :class:`OtherFacts`."""
    programme = terms.programme
    if programme is None:
        return Assessment((_IN_FORCE.failed,))
    if facts.of != programme.facts:
        raise OtherFacts
    if terms.missing:
        return Assessment(tuple(not_set(one) for one in terms.missing))
    values = terms.values
    rules = programme.rules_of(facts.part if isinstance(facts, TrainingFacts) else None)
    met = [test(facts, values) for test in rules.tests]
    if not all(met):
        return Assessment(
            tuple([clause.outcome(ok) for clause, ok in zip(rules.clauses, met, strict=True)])
        )
    steps = programme.computes(facts, values)
    return Assessment(
        rules.met, steps, steps[-1].fen, int(programme.period == "month"),
        _local_only(facts, terms),
    )  # fmt: skip


def _local_only(facts: Facts, terms: Terms) -> bool:
    if not isinstance(facts, MonthFacts) or "renewable" not in terms.values:
        return False
    return durations.beyond(facts, facts.used.get(terms.values["counter"], 0), terms.values)


# --- reading a version ---------------------------------------------------------------------------


def _table(read: Callable[[Any], Any], *needed: str) -> Callable[[Any], Any]:
    """Reads a table; raises ``KeyError`` for a key that is needed and not there."""

    def table(values: Any) -> Any:
        found = {key: read(value) for key, value in values.items()}
        for key in needed:
            found[key]
        return found

    return table


def _reference(value: str) -> str:
    """``day``, ``year-end`` or a day; raises ``ValueError``."""
    if value not in ("day", "year-end"):
        date.fromisoformat(value)
    return value


def _choice(*known: str) -> Callable[[Any], Any]:
    def choice(value: str) -> str:
        if value not in known:
            raise ValueError(value)
        return value

    return choice


def _percent(value: Any) -> Decimal:
    return Decimal(str(value))


def _fen(value: Any) -> int:
    return fen(Decimal(str(value)))


#: By role: how a parameter's value is read, from a policy file or as text from a record.
ROLES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("kinds", "sectors", "insurances", "uses"), frozenset),
    **dict.fromkeys(
        ("contract_months_min", "months_max", "until_retirement_years", "performed_months_min",
         "claim_window_months", "employment_window_months"), int,
    ),
    "difficult_ages": _table(int, "male", "female"),
    "retirement_ages": _table(int, "male", "female", "female_cadre"),
    "shares": _table(int, "enterprise", "society", "finance"),
    "ratio": _table(int, "numerator", "denominator"),
    **dict.fromkeys(("rates", "percents"), _table(_percent)),
    **dict.fromkeys(
        ("base_max_percent", "cap_percent", "pass_rate_min", "employment_rate_min",
         "first_part_percent"), _percent,
    ),
    **dict.fromkeys(("minimum_wage", "standard", "average_wage"), _fen),
    "amounts": _table(_fen),
    "renewable": bool,
    "partial_month": _choice("by-days", "whole"),
    "age_reference": _reference,
}  # fmt: skip

_NEEDED = (
    "version",
    "claimant",
    "payee",
    "use",
    "fund",
    "period",
    "facts",
    "kind",
    "amount",
    "clauses",
)
_OWN = ("use", "counter", "payer", "parts", "excludes")


def programme_of(code: str, raw: Mapping[str, Any]) -> Programme:
    """A version out of its data. Raises :class:`kit.policy.PolicyError` where it names what no
    catalogue has, or binds no parameter to a role that is needed."""
    lacking = [key for key in _NEEDED if key not in raw]
    if lacking:
        raise PolicyError(f"programme {code} lacks {', '.join(lacking)}")
    _one_of(code, raw["version"], get_args(Version))
    _one_of(code, raw["claimant"], get_args(Claimant))
    _one_of(code, raw["payee"], get_args(Payee))
    _one_of(code, raw["period"], get_args(Period))
    _one_of(code, raw["fund"], get_args(Fund))
    _one_of(code, raw["facts"], tuple(CATALOGUE))
    _one_of(code, raw.get("frequency"), (None, *get_args(Frequency)))
    for place in raw.get("occupies", ()):
        _one_of(code, place, get_args(Place))
    entries, formulas = CATALOGUE[raw["facts"]], FORMULAS[raw["facts"]]
    _one_of(code, raw["amount"]["formula"], tuple(formulas))
    known = formulas[raw["amount"]["formula"]]
    rules, needs = [], {*known.needs}
    for one in raw["clauses"]:
        _one_of(code, one["code"], tuple(entries))
        entry = entries[one["code"]]
        needs |= {*entry.needs}
        clause = Clause(one["code"], one["cite"], entry.zh, entry.en, entry.facts)
        rules.append(Rule(clause, entry.test, one.get("part")))
    law, month = _ids(raw.get("law", {})), _ids(raw.get("month", {}))
    unbound = sorted(needs - {*law, *month})
    unmet = sorted({*known.after} - {rule.clause.code for rule in rules})
    twice = sorted({*law.values()} & {*month.values()} | {*law} & {*month})
    for wrong, why in (
        (unbound, "binds nothing to"),
        (unmet, "needs the clause"),
        (twice, "binds twice"),
    ):
        if wrong:
            raise PolicyError(
                f"programme {code}, version {raw['version']}, {why} {', '.join(wrong)}"
            )
    own = {key: raw[key] for key in _OWN if key in raw}
    window, way = (
        None if raw.get(key) is None else f"subsidy.{raw[key]}" for key in ("window", "way")
    )
    own["excludes"] = frozenset(raw.get("excludes", ()))
    return Programme(
        code, raw["version"], raw["claimant"], raw["payee"], raw["use"], raw["fund"], raw["period"],
        raw["facts"], raw["kind"], own["excludes"], frozenset(raw.get("occupies", ())),
        raw.get("counter"), raw.get("frequency"),
        window, way,
        raw["amount"]["formula"], tuple(rules), law, month, own, _by_part(rules),
    )  # fmt: skip


def _by_part(rules: Sequence[Rule]) -> dict[str | None, Rules]:
    found: dict[str | None, Rules] = {}
    for part in (None, *(rule.part for rule in rules)):
        asked = [rule for rule in rules if rule.part in (None, part)]
        clauses = tuple(rule.clause for rule in asked)
        found[part] = Rules(
            clauses, tuple(rule.test for rule in asked), tuple(one.met for one in clauses)
        )
    return found


def _one_of(code: str, value: Any, known: tuple[str | None, ...]) -> None:
    if value not in known:
        raise PolicyError(f"programme {code}: {value!r} is not one of {', '.join(map(str, known))}")


def _ids(bound: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted({*bound} - {*ROLES})
    if unknown:
        raise PolicyError(f"no condition and no amount reads {', '.join(unknown)}")
    # A record keeps no order of keys: the order in which missing parameters are told must not need it.
    return {role: f"subsidy.{bound[role]}" for role in sorted(bound)}


def terms_of(programme: Programme | None, values: Mapping[str, Any]) -> Terms:
    """Terms out of the values of parameters by id; an id without a value is missing."""
    if programme is None:
        return Terms(None)
    bound = {**programme.law, **programme.month}
    missing = tuple(dict.fromkeys(one for one in bound.values() if one not in values))
    read = {
        role: ROLES[role](values[name]) for role, name in bound.items() if name in values
    }  # fmt: skip
    return Terms(programme, {**read, **programme.own}, missing)
