"""Every decision of this service derived again from its record alone, for the command line."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from uuid import UUID

from kit import decisions
from kit.db import Tx
from subsidy.claims import evidence
from subsidy.claims import showing as claims
from subsidy.entitlements import record as entitlements
from subsidy.programmes import record as programmes

#: The rules of all that is decided; those of programmes come last, because they know any code.
RULES = ChainMap(entitlements.RULES, evidence.RULES, programmes.RULES)


async def rederive(tx: Tx, about: UUID | None) -> Mapping[str, object]:
    """All decisions, or those that ``about`` names: a decision, what it is about, or a claim."""
    chosen = None if about is None else [about, *await claims.decided_lines(tx, about)]
    return await decisions.rederive_all(tx, RULES, chosen)
