"""From the dated policy files to the terms that the rule of the insurance subsidy takes."""

from __future__ import annotations

from datetime import date
from typing import cast

from kit.policy import NoValue, Parameter, Policies
from subsidy.entitlements.domain import Terms

_MIN, _MAX, _SECTORS = (
    "subsidy.si_contract_months_min",
    "subsidy.si_months_max",
    "subsidy.si_sectors",
)


def insurance_parameters(policies: Policies, on: date) -> tuple[Parameter, ...]:
    """The parameters of the social-insurance subsidy on a day; empty before there was a rule."""
    try:
        return tuple(policies.value(name, on) for name in (_MIN, _MAX, _SECTORS))
    except NoValue:
        return ()


def insurance_terms(parameters: tuple[Parameter, ...]) -> Terms | None:
    """What the rule takes of them."""
    if not parameters:
        return None
    least, most, sectors = parameters
    return Terms(
        contract_months_min=cast("int", least.value),
        contract_months_min_clause=str(least.cite),
        months_max=cast("int", most.value),
        sectors=frozenset(cast("tuple[str, ...]", sectors.value)),
        clause=str(sectors.cite),
    )
