"""Every decision of this service derived again from its record alone, for the command line."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kit import decisions
from kit.db import Tx
from registry.certificates.deciding import RULES as CERTIFICATES
from registry.difficulties.record import RULES as DIFFICULTIES
from registry.filings.deciding import RULES as FILINGS

#: The rules of all that is decided, in every version that ever decided.
RULES: Mapping[str, decisions.Rule] = {**CERTIFICATES, **DIFFICULTIES, **FILINGS}


async def rederive(tx: Tx, about: UUID | None) -> Mapping[str, object]:
    """All decisions, or those that ``about`` names: a decision, or what it is about (a certificate, a
    recognition; of unemployment registration the person)."""
    return await decisions.rederive_all(tx, RULES, None if about is None else [about])
