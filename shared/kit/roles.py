"""Which role may do what: data, read by every service and by the table of rights in the tests.

A scope is ``<service>:<noun>:<read|write|approve|import>``. A city's issuer puts roles into tokens;
it never needs to know a scope.
"""

from __future__ import annotations

NOUNS: dict[str, tuple[str, ...]] = {
    "registry": (
        "area", "office", "calendar", "closure", "worker", "identity", "contact", "duplicate", "merge", "correction",
        "life-fact", "contribution", "unemployment", "unemployment-insurance", "labour-status",
        "certificate", "certificate-history", "credential", "difficulty", "benefit", "relief", "pairing", "audit",
        "event",
    ),
    "subsidy": (
        "fund", "budget", "period", "matching-duty", "appropriation", "arrangement", "reservation",
        "payment", "entitlement", "payee", "payee-account", "payment-order", "bank-message",
        "programme", "enrolment", "run", "benefit-month", "claim", "claim-review", "claim-return",
        "recovery", "project", "blacklisting",
        "event",
    ),
    "loans": ("guarantee-fund", "loan", "event"),
    "jobs-market": (
        "employer", "post", "vacancy", "jobseeker", "referral", "placement",
        "public-welfare-post", "training-class", "event",
    ),
    "assessment": ("target", "indicator", "statistic", "figure", "publication", "report", "event"),
}  # fmt: skip

VERBS = ("read", "write", "approve", "import")

#: Every scope there is. A route that asks for another one is a mistake in the code.
SCOPES: frozenset[str] = frozenset(
    f"{service}:{noun}:{verb}"
    for service, nouns in NOUNS.items()
    for noun in nouns
    for verb in VERBS
)


def _of(service: str, *nouns: str, verbs: str) -> frozenset[str]:
    """Scopes of one service's nouns (all of them when none is named)."""
    chosen = nouns or NOUNS[service]
    scopes = frozenset(f"{service}:{noun}:{verb}" for noun in chosen for verb in verbs.split())
    unknown = scopes - SCOPES
    if unknown:
        raise ValueError(f"scopes that no service has: {sorted(unknown)}")
    return scopes


# Who looks at everything looks at masked people: names and numbers in plain have scopes of their own.
_PLAIN = {"registry:identity:read", "registry:contact:read", "subsidy:payee-account:read"}
_READ_ALL = frozenset(scope for scope in SCOPES if scope.endswith(":read")) - _PLAIN
_FEEDS = frozenset(f"{service}:event:read" for service in NOUNS)
_PLACES = _of("registry", "area", "office", "calendar", "closure", verbs="read")

ROLES: dict[str, frozenset[str]] = {
    # 就业局管理员: the tree of areas and offices, published lists, targets, and a look at everything.
    "city_administrator": _READ_ALL
    | _of("registry", "area", "office", "calendar", "closure", verbs="write import")
    | _of("assessment", "target", "indicator", "statistic", "publication", "report", verbs="write"),
    # 登记窗口
    "registry_clerk": _PLACES
    | _of(
        "registry", "worker", "labour-status", "unemployment", "unemployment-insurance",
        "certificate", "difficulty", "benefit", "relief", "pairing", verbs="read write import",
    )
    | _of("registry", "duplicate", "correction", "merge", verbs="read write")
    | _of("registry", "life-fact", "contribution", "credential", "identity", "contact", verbs="read"),
    # 优惠证审批: never the clerk who prepared it.
    "certificate_approver": _PLACES
    | _of("registry", "worker", "labour-status", "unemployment", "benefit", "life-fact", verbs="read")
    | _of("registry", "certificate", "difficulty", verbs="read approve")
    | _of("registry", "credential", verbs="read write"),
    # 登记主管: decides on duplicates, merges and corrections that others ask for, confirms what windows
    # declare; reads who read.
    "registry_supervisor": _PLACES
    | _of(
        "registry", "worker", "labour-status", "unemployment", "certificate", "difficulty",
        "benefit", "life-fact", "contribution", "identity", "contact", verbs="read",
    )
    | _of("registry", "duplicate", "merge", "correction", verbs="read write approve")
    | _of("registry", "labour-status", "benefit", verbs="approve")
    | _of("registry", "unemployment-insurance", verbs="read approve")
    | _of("registry", "audit", verbs="read"),
    # 其他部门的系统 (社保、民政、公安……): tells facts about people, reads nothing about them.
    "authority": _PLACES
    | _of("registry", "life-fact", "contribution", "benefit", "relief", verbs="write import")
    | _of("registry", "unemployment-insurance", verbs="import"),
    # 社区保障站
    "station_clerk": _PLACES
    | _of("registry", "worker", "labour-status", "unemployment", "pairing", verbs="read write")
    | _of("registry", "certificate", "difficulty", "correction", verbs="read write")
    | _of("registry", "unemployment-insurance", "duplicate", "life-fact", "contact", verbs="read")
    | _of("jobs-market", "jobseeker", "public-welfare-post", verbs="read write")
    | _of("jobs-market", "vacancy", "placement", "referral", verbs="read"),
    # 职业介绍
    "jobs_clerk": _PLACES
    | _of("jobs-market", verbs="read")
    | _of(
        "jobs-market", "employer", "post", "vacancy", "jobseeker", "referral", "placement",
        "public-welfare-post", "training-class", verbs="write import approve",
    ),
    # 补贴申报窗口: files what employers, persons and providers bring.
    "subsidy_clerk": _PLACES
    | _of("subsidy", "claim", verbs="read write import")
    | _of("subsidy", "programme", "entitlement", "benefit-month", "project", verbs="read"),
    # 劳动保障部门补贴审核: never who filed it.
    "subsidy_reviewer": _PLACES
    | _of("subsidy", verbs="read")
    | _of("subsidy", "claim-review", "claim-return", "recovery", "blacklisting", verbs="write"),
    # 财政经办
    "finance_officer": _PLACES
    | _of("subsidy", verbs="read")
    | _of(
        "subsidy", "fund", "budget", "appropriation", "arrangement", "payment", "entitlement", "enrolment",
        "matching-duty", verbs="write import",
    )
    | _of("subsidy", "period", "reservation", "payee", verbs="write")
    | _of("subsidy", "payment-order", "bank-message", "run", "project", verbs="write")
    | _of("loans", "guarantee-fund", verbs="read write import"),
    # 财政审批: releases what another one prepared.
    "finance_approver": _PLACES
    | _of("subsidy", verbs="read")
    | _of("subsidy", "appropriation", "arrangement", "payment", "entitlement", verbs="approve")
    | _of("subsidy", "budget", "period", "matching-duty", verbs="approve")
    | _of("subsidy", "reservation", "payee", "payment-order", "bank-message", verbs="approve")
    | _of("subsidy", "claim", "recovery", "run", "blacklisting", verbs="approve")
    | _of("subsidy", "claim-return", verbs="write")
    | _of("loans", "guarantee-fund", verbs="read approve"),
    # 小额贷款经办
    "loans_officer": _PLACES
    | _of("loans", verbs="read")
    | _of("loans", "loan", verbs="write import approve")
    | _of("registry", "worker", "certificate", verbs="read"),
    # 目标考核
    "assessment_officer": _PLACES
    | _of("assessment", verbs="read")
    | _of(
        "assessment", "target", "indicator", "statistic", "figure", "publication", "report",
        verbs="write import approve",
    ),
    # 审计: sees everything, changes nothing.
    "auditor": _READ_ALL,
    # Loads a city through the public interfaces; exists only in the embedded run.
    "loader": SCOPES,
    # 其他市级系统: the feeds of events.
    "municipal_system": _PLACES | _FEEDS,
}  # fmt: skip

#: Roles that a token may carry only where the development issuer runs.
EMBEDDED_ONLY: frozenset[str] = frozenset({"loader"})


def scopes_of(roles: frozenset[str] | tuple[str, ...], *, embedded: bool) -> frozenset[str]:
    """What these roles may do together. Unknown roles give nothing; see ``EMBEDDED_ONLY``."""
    granted: frozenset[str] = frozenset()
    for role in roles:
        if role in EMBEDDED_ONLY and not embedded:
            continue
        granted |= ROLES.get(role, frozenset())
    return granted
