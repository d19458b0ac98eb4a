"""Which months of one person stand under two of her records (重复享受, policy 4.6): shown, never undone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kit.findings import Finding
from subsidy.months.domain import BenefitMonth


def granted_twice(months: Iterable[BenefitMonth]) -> list[Finding]:
    """Of all that the records of one person hold: which kind of a month stands under two of them. The
    one that was granted later is found."""
    found: list[Finding] = []
    first: dict[tuple[str, date], BenefitMonth] = {}
    for one in sorted(months, key=lambda one: one.id):
        earlier = first.setdefault((one.kind, one.month), one)
        if earlier is not one:
            found.append(
                Finding(
                    one.id, earlier.id, "same-benefit-month",
                    "重复享受 (policy 4.6)",
                    "同一人以另一登记身份已享受当月同类补贴",
                    "the person was granted the same kind for the month under another record",
                    one.area_code, one.office, (one.month,),
                )
            )  # fmt: skip
    return found
