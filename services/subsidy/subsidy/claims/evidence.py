"""What of a claim's line is asked before its programme: a rule of its own, with a record like any other.

Facts that have not arrived and contributions that contradict each other withhold a line: it is not
decided, holds no month and may be claimed again. Somebody else's worker, and a month that another line
was granted in the same moment, refuse it. Pure.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kit.decisions import Clause, Condition, Rule
from subsidy.claims.domain import Outcome
from subsidy.programmes import record

RULE, VERSION = "subsidy.claim-line", "2002"

_KNOWN = Clause(
    "facts-known", "B16", "该行所据事实均已核实到", "every fact that the line rests on has arrived",
    ("missing",),
)  # fmt: skip
_CONTRADICTS = Clause(
    "no-contradiction", "policy 4.6", "当月缴费记录与失业登记无矛盾",
    "the month's contributions do not contradict the registration as unemployed", ("conflicts",),
)  # fmt: skip
_OF_CLAIMANT = Clause(
    "of-the-claimant", "policy 4.2", "该就业属申请人", "the work is the claimant's", ("of_claimant",)
)  # fmt: skip
_FREE = Clause(
    "not-granted-before", "policy 4.6", "当月（当次）同类补贴未由他行获批准",
    "no other line was granted the same kind for the month (the reference)", ("granted_before",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """``missing``: names of facts that have not arrived; ``conflicts``: events of contradictions that
    stand; ``of_claimant``: whether the work is the claimant's own."""

    missing: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    of_claimant: bool = True
    granted_before: bool = False


def conditions(one: Evidence) -> tuple[Condition, ...]:
    """In order; all hold where the programme may be asked."""
    return (
        _OF_CLAIMANT.outcome(one.of_claimant),
        _KNOWN.outcome(not one.missing),
        _CONTRADICTS.outcome(not one.conflicts),
        _FREE.outcome(not one.granted_before),
    )


def outcome(one: Evidence) -> Outcome | None:
    """What it comes to before the programme is asked; None: ask it."""
    if not one.of_claimant or one.granted_before or "of-another-person" in one.missing:
        return "refused"
    return "withheld" if one.missing or one.conflicts else None


def facts_of(one: Evidence) -> dict[str, Any]:
    """Every value that the rule was given."""
    return {
        "missing": list(one.missing), "conflicts": list(one.conflicts),
        "of_claimant": one.of_claimant, "granted_before": one.granted_before,
    }  # fmt: skip


def _again(
    facts: Mapping[str, Any], parameters: Mapping[str, Any], law_on: date
) -> tuple[Sequence[Condition], Mapping[str, Any]]:
    one = Evidence(
        tuple(facts["missing"]), tuple(facts["conflicts"]), facts["of_claimant"],
        facts["granted_before"],
    )  # fmt: skip
    return conditions(one), {"outcome": outcome(one)}


#: For ``kit.decisions.rederive``.
RULES: dict[str, Rule] = {f"{RULE}@{VERSION}": _again}
#: Those by which a line may have been decided: this one or its programme's, which know any code.
EITHER = ChainMap(RULES, record.RULES)
