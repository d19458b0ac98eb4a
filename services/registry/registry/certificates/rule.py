"""Rule ``certificate_2002``: who is entitled to the certificate (中发[2002]12号, 劳社部发[2002]20号).

Pure. The four categories of R1 with their operational tests R1a, and the exclusions R2. A later law
is another function beside this one, chosen by the day of application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.labour_status.domain import LabourStatus
from registry.workers.domain import Category, Claims

RULE = "certificate_2002"


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


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of the rule: where it stands, what it says, how it is tested."""

    code: str
    clause: str
    zh: str
    en: str
    holds: Callable[[WorkerFacts, Terms, date], bool]


def whole_months(since: date, until: date) -> int:
    """Full calendar months from one day to another; negative when they are reversed."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (1 if until.day < since.day else 0)


def _dibao_jobless(facts: WorkerFacts, terms: Terms, on: date) -> bool:
    since = facts.claims.jobless_since or facts.status_since
    return facts.status == "unemployed" and (
        whole_months(since, on) >= terms.dibao_jobless_months
    )


CATEGORY = Clause(
    "category-claimed", "中发[2002]12号 R1",
    "申报属于四类对象之一", "claims one of the four categories",
    lambda f, t, on: f.claims.category in t.categories,
)  # fmt: skip
NOT_INTERNALLY_RETIRED = Clause(
    "not-internally-retired", "劳社部发[2002]20号 R2",
    "不属于企业内部退养人员", "is not retired internally",
    lambda f, t, on: not f.claims.internally_retired,
)  # fmt: skip
NOT_REEMPLOYED = Clause(
    "not-reemployed", "劳社部发[2002]20号 R1a, R2",
    "申请时尚未再就业", "is not yet employed again on the day of application",
    lambda f, t, on: f.status != "employed",
)  # fmt: skip
NOT_LEFT = Clause(
    "of-the-labour-force", "policy R17",
    "未退休、未死亡", "is neither retired nor deceased",
    lambda f, t, on: f.status not in ("retired", "deceased"),
)  # fmt: skip
STATE_OWNED = Clause(
    "former-enterprise-state-owned", "中发[2002]12号 R1",
    "原单位为国有企业", "worked for a state-owned enterprise",
    lambda f, t, on: f.claims.former_enterprise_kind == "state_owned",
)  # fmt: skip
CENTRE = Clause(
    "centre-agreement", "劳社部发[2002]20号 R1a(1)",
    "与再就业服务中心签订协议（在中心或协议期满）",
    "has an agreement with a re-employment centre (in it, or expired)",
    lambda f, t, on: f.claims.centre_agreement_on is not None and f.claims.centre_agreement_on <= on,
)  # fmt: skip
RELATION_KEPT = Clause(
    "laid-off", "劳社部发[2002]20号 R1a(1)",
    "处于下岗状态（劳动关系未解除）", "is laid off with the labour relation kept",
    lambda f, t, on: f.status == "laid_off",
)  # fmt: skip
REGISTERED = Clause(
    "registered-unemployed", "劳社部发[2002]20号 R1a(2)",
    "已登记失业", "is registered as unemployed",
    lambda f, t, on: f.status == "unemployed",
)  # fmt: skip
DRAWING = Clause(
    "drawing-unemployment-insurance", "劳社部发[2002]20号 R1a(2)",
    "正在领取失业保险金", "draws unemployment insurance",
    lambda f, t, on: f.claims.drawing_unemployment_insurance,
)  # fmt: skip
CLOSED = Clause(
    "enterprise-closed", "劳社部发[2002]20号 R1a(3)",
    "原单位按国家计划关闭破产", "the enterprise was closed under the national plan",
    lambda f, t, on: f.claims.former_enterprise_closed,
)  # fmt: skip
SETTLEMENT = Clause(
    "settlement-received", "劳社部发[2002]20号 R1a(3)",
    "已领取一次性安置费", "took the one-off settlement",
    lambda f, t, on: f.claims.settlement_received,
)  # fmt: skip
DIBAO = Clause(
    "dibao", "劳社部发[2002]20号 R1a(4)",
    "享受城市居民最低生活保障", "receives the minimum living allowance",
    lambda f, t, on: f.claims.dibao,
)  # fmt: skip
DIBAO_JOBLESS = Clause(
    "unemployed-long-enough", "劳社部发[2002]20号 R1a(4)",
    "登记失业满规定期限", "has been registered as unemployed long enough",
    _dibao_jobless,
)  # fmt: skip
WORKED_BEFORE = Clause(
    "employed-before", "劳社部发[2002]20号 R1a(4)",
    "曾经就业", "was employed before",
    lambda f, t, on: f.claims.former_enterprise_kind != "none",
)  # fmt: skip

_EVERYONE = (CATEGORY, NOT_INTERNALLY_RETIRED, NOT_LEFT, NOT_REEMPLOYED)

#: The conditions of each category, in the order in which the first failing one is told.
CLAUSES: dict[Category, tuple[Clause, ...]] = {
    "soe_laid_off": (*_EVERYONE, STATE_OWNED, RELATION_KEPT, CENTRE),
    "soe_unemployed": (*_EVERYONE, STATE_OWNED, REGISTERED, DRAWING),
    "closed_soe_to_be_placed": (*_EVERYONE, STATE_OWNED, CLOSED, SETTLEMENT),
    "dibao_long_term_unemployed": (*_EVERYONE, DIBAO, DIBAO_JOBLESS, WORKED_BEFORE),
    "none": _EVERYONE,
}


def certificate_2002(facts: WorkerFacts, terms: Terms, on: date) -> list[tuple[Clause, bool]]:
    """Every condition of the claimed category with its outcome. All hold: entitled."""
    return [(clause, clause.holds(facts, terms, on)) for clause in CLAUSES[facts.claims.category]]
