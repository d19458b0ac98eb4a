"""From the dated policy files to the uses that the law permits."""

from __future__ import annotations

from datetime import date
from typing import cast

from kit.policy import NoValue, Policies
from subsidy.funds.domain import Fund


def permitted_uses(policies: Policies, fund: Fund, on: date) -> tuple[str, ...] | None:
    """The use codes that the law permits on a day; None when no list was in force."""
    try:
        return cast("tuple[str, ...]", policies.value(f"subsidy.{fund}_uses", on).value)
    except NoValue:
        return None
