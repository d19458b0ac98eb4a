"""Rule ``certificate_2002``: who is entitled to the certificate (中发[2002]12号, 劳社部发[2002]20号).

Pure. The four categories of R1 with their operational tests R1a, and the exclusions R2. A later law
is another function beside this one, chosen by the day of application.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kit.decisions import Condition
from registry.labour_status.domain import LabourStatus
from registry.rules import Clause
from registry.workers.domain import Category, Claims

RULE = "registry.certificate"
VERSION = "2002"
CATEGORIES_PARAMETER = "registry.certificate_categories"
MONTHS_PARAMETER = "registry.certificate_dibao_jobless_months"


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What the rule looks at: the claims, and the labour status on the day of application."""

    claims: Claims
    status: LabourStatus
    status_since: date


@dataclass(frozen=True, slots=True)
class Terms:
    """Parameters in force on the day of application (``policies/certificate.toml``).

    ``dibao_jobless_months``: whole months without work that category 4 asks for.
    """

    categories: frozenset[str]
    dibao_jobless_months: int


def whole_months(since: date, until: date) -> int:
    """Full calendar months from one day to another; negative when they are reversed."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (1 if until.day < since.day else 0)


def _dibao_jobless(facts: WorkerFacts, terms: Terms, on: date) -> bool:
    since = facts.claims.jobless_since or facts.status_since
    return facts.status == "unemployed" and (whole_months(since, on) >= terms.dibao_jobless_months)


CATEGORY = Clause(
    "category-claimed", "中发[2002]12号 R1",
    "申报属于四类对象之一", "claims one of the four categories",
    ("category",),
)  # fmt: skip
NOT_INTERNALLY_RETIRED = Clause(
    "not-internally-retired", "劳社部发[2002]20号 R2",
    "不属于企业内部退养人员", "is not retired internally",
    ("internally_retired",),
)  # fmt: skip
NOT_REEMPLOYED = Clause(
    "not-reemployed", "劳社部发[2002]20号 R1a, R2",
    "申请时尚未再就业", "is not yet employed again on the day of application",
    ("labour_status",),
)  # fmt: skip
NOT_LEFT = Clause(
    "of-the-labour-force", "policy R17",
    "未退休、未死亡", "is neither retired nor deceased",
    ("labour_status",),
)  # fmt: skip
STATE_OWNED = Clause(
    "former-enterprise-state-owned", "中发[2002]12号 R1",
    "原单位为国有企业", "worked for a state-owned enterprise",
    ("former_enterprise_kind",),
)  # fmt: skip
CENTRE = Clause(
    "centre-agreement", "劳社部发[2002]20号 R1a(1)",
    "与再就业服务中心签订协议（在中心或协议期满）",
    "has an agreement with a re-employment centre (in it, or expired)",
    ("centre_agreement_on",),
)  # fmt: skip
RELATION_KEPT = Clause(
    "laid-off", "劳社部发[2002]20号 R1a(1)",
    "处于下岗状态（劳动关系未解除）", "is laid off with the labour relation kept",
    ("labour_status",),
)  # fmt: skip
REGISTERED = Clause(
    "registered-unemployed", "劳社部发[2002]20号 R1a(2)",
    "已登记失业", "is registered as unemployed",
    ("labour_status",),
)  # fmt: skip
DRAWING = Clause(
    "drawing-unemployment-insurance", "劳社部发[2002]20号 R1a(2)",
    "正在领取失业保险金", "draws unemployment insurance",
    ("drawing_unemployment_insurance",),
)  # fmt: skip
CLOSED = Clause(
    "enterprise-closed", "劳社部发[2002]20号 R1a(3)",
    "原单位按国家计划关闭破产", "the enterprise was closed under the national plan",
    ("former_enterprise_closed",),
)  # fmt: skip
SETTLEMENT = Clause(
    "settlement-received", "劳社部发[2002]20号 R1a(3)",
    "已领取一次性安置费", "took the one-off settlement",
    ("settlement_received",),
)  # fmt: skip
DIBAO = Clause(
    "dibao", "劳社部发[2002]20号 R1a(4)",
    "享受城市居民最低生活保障", "receives the minimum living allowance",
    ("dibao",),
)  # fmt: skip
DIBAO_JOBLESS = Clause(
    "unemployed-long-enough", "劳社部发[2002]20号 R1a(4)",
    "登记失业满规定期限", "has been registered as unemployed long enough",
    ("labour_status", "jobless_since", "status_since"),
)  # fmt: skip
WORKED_BEFORE = Clause(
    "employed-before", "劳社部发[2002]20号 R1a(4)",
    "曾经就业", "was employed before",
    ("former_enterprise_kind",),
)  # fmt: skip

Test = Callable[[WorkerFacts, Terms, date], bool]
_TESTS: dict[Clause, Test] = {
    CATEGORY: lambda f, t, on: f.claims.category in t.categories,
    NOT_INTERNALLY_RETIRED: lambda f, t, on: not f.claims.internally_retired,
    NOT_REEMPLOYED: lambda f, t, on: f.status != "employed",
    NOT_LEFT: lambda f, t, on: f.status not in ("retired", "deceased"),
    STATE_OWNED: lambda f, t, on: f.claims.former_enterprise_kind == "state_owned",
    CENTRE: lambda f, t, on: (
        f.claims.centre_agreement_on is not None and f.claims.centre_agreement_on <= on
    ),
    RELATION_KEPT: lambda f, t, on: f.status == "laid_off",
    REGISTERED: lambda f, t, on: f.status == "unemployed",
    DRAWING: lambda f, t, on: f.claims.drawing_unemployment_insurance,
    CLOSED: lambda f, t, on: f.claims.former_enterprise_closed,
    SETTLEMENT: lambda f, t, on: f.claims.settlement_received,
    DIBAO: lambda f, t, on: f.claims.dibao,
    DIBAO_JOBLESS: _dibao_jobless,
    WORKED_BEFORE: lambda f, t, on: f.claims.former_enterprise_kind != "none",
}

_EVERYONE = (CATEGORY, NOT_INTERNALLY_RETIRED, NOT_LEFT, NOT_REEMPLOYED)

#: The conditions of each category, in the order in which the first failing one is told.
CLAUSES: dict[Category, tuple[Clause, ...]] = {
    "soe_laid_off": (*_EVERYONE, STATE_OWNED, RELATION_KEPT, CENTRE),
    "soe_unemployed": (*_EVERYONE, STATE_OWNED, REGISTERED, DRAWING),
    "closed_soe_to_be_placed": (*_EVERYONE, STATE_OWNED, CLOSED, SETTLEMENT),
    "dibao_long_term_unemployed": (*_EVERYONE, DIBAO, DIBAO_JOBLESS, WORKED_BEFORE),
    "none": _EVERYONE,
}
_PLAN = {
    category: tuple((clause, _TESTS[clause]) for clause in clauses)
    for category, clauses in CLAUSES.items()
}


def certificate_2002(facts: WorkerFacts, terms: Terms, on: date) -> tuple[Condition, ...]:
    """Every condition of the claimed category with its outcome. All hold: entitled."""
    return tuple(
        clause.outcome(test(facts, terms, on)) for clause, test in _PLAN[facts.claims.category]
    )


def record(facts: WorkerFacts) -> dict[str, Any]:
    """The facts as a decision keeps them."""
    claims = facts.claims
    return {
        "category": claims.category,
        "former_enterprise_kind": claims.former_enterprise_kind,
        "former_enterprise_closed": claims.former_enterprise_closed,
        "settlement_received": claims.settlement_received,
        "drawing_unemployment_insurance": claims.drawing_unemployment_insurance,
        "dibao": claims.dibao,
        "jobless_since": claims.jobless_since,
        "internally_retired": claims.internally_retired,
        "centre_agreement_on": claims.centre_agreement_on,
        "labour_status": facts.status,
        "status_since": facts.status_since,
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[tuple[Condition, ...], dict[str, Any]]:
    """The rule run on nothing but a decision's record (see ``kit.decisions.rederive``)."""
    told = {**facts}
    status, since = told.pop("labour_status"), date.fromisoformat(told.pop("status_since"))
    for name in ("jobless_since", "centre_agreement_on"):
        told[name] = _day(told[name])
    terms = Terms(frozenset(parameters[CATEGORIES_PARAMETER]), int(parameters[MONTHS_PARAMETER]))
    return certificate_2002(WorkerFacts(Claims(**told), status, since), terms, law_on), {}
