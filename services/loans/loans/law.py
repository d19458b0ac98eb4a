"""What no room can do without: that there was a rule, and the leverage of the guarantee fund."""

from __future__ import annotations

from datetime import date
from typing import cast

from kit.policy import NoValue, Policies
from kit.refusal import Refusal


class NoRuleInForce(Refusal):
    """On that day there was no rule for guaranteed loans: nothing can be decided by one."""

    code = "no-rule-in-force"


def leverage(policies: Policies, on: date) -> int:
    """How many times its deposit a fund guarantees (L13). Raises :class:`NoRuleInForce`."""
    try:
        return int(cast("int", policies.value("loans.guarantee_leverage", on).value))
    except NoValue:
        raise NoRuleInForce(on=on) from None
