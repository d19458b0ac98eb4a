"""Benefits written on a certificate: a fold of what was granted and of who holds a certificate.

A *grant* is what another noun or service did for a person (a placement, an entitlement, a loan). It
is annotated on the certificate of whoever holds one, whichever comes first (policy R16, E5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

#: 再就业 / 社会保险补贴 / 小额担保贷款
Kind = Literal["re-employment", "social-insurance-subsidy", "small-loan"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What was granted, by whom, told by which event. ``amount_fen`` only where one is known.

    ``id`` is the granting noun's entity (placement, entitlement, loan); ``withdrawn`` says that
    the grant was reversed, as if it had never been.
    """

    id: UUID
    kind: Kind
    worker_id: UUID
    valid_from: date
    valid_to: date | None
    amount_fen: int | None
    granted_by: str
    source_event: UUID
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """An issued certificate. ``revoked_on``: from that day nothing is annotated on it."""

    worker_id: UUID
    certificate_id: UUID
    area_code: str
    office: str
    revoked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """One annotation; reversed ones stay and say so."""

    id: UUID
    worker_id: UUID
    certificate_id: UUID
    kind: Kind
    valid_from: date
    valid_to: date | None
    amount_fen: int | None
    granted_by: str
    source_event: UUID
    area_code: str
    office: str
    annotated_event: UUID
    reversed: bool = False


def holds(grant: Grant, holder: Holder) -> bool:
    """Whether this grant stands on this certificate, given everything known now."""
    before_revocation = holder.revoked_on is None or grant.valid_from < holder.revoked_on
    return before_revocation and not grant.withdrawn
