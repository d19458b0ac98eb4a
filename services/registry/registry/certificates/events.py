"""What is told of certificates."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.telling import told
from registry.workers.domain import Category


class CertificateGranted(BaseModel):
    worker_id: UUID
    category: Category
    decision_id: UUID


class CertificateRefused(BaseModel):
    """``clause`` is the code of the first failing condition, or the reason of a person."""

    worker_id: UUID
    category: Category
    clause: str
    decision_id: UUID | None


class CertificateIssued(BaseModel):
    worker_id: UUID
    category: Category
    valid_until: date


class CertificateRevoked(BaseModel):
    worker_id: UUID
    reason: str


CERTIFICATE_GRANTED = told(
    "certificate.granted", CertificateGranted, "优惠证审核通过", "Certificate granted",
    worker_id=examples.WORKER, category="soe_laid_off", decision_id=examples.DECISION,
)  # fmt: skip
CERTIFICATE_REFUSED = told(
    "certificate.refused", CertificateRefused, "优惠证不予发放", "Certificate refused",
    worker_id=examples.WORKER, category="none", clause="category-claimed", decision_id=examples.DECISION,
)  # fmt: skip
CERTIFICATE_ISSUED = told(
    "certificate.issued", CertificateIssued, "优惠证发放", "Certificate issued",
    worker_id=examples.WORKER, category="soe_laid_off", valid_until="2006-04-10",
)  # fmt: skip
CERTIFICATE_REVOKED = told(
    "certificate.revoked", CertificateRevoked, "优惠证注销", "Certificate revoked",
    worker_id=examples.WORKER, reason="category-corrected",
)  # fmt: skip

TOLD = [CERTIFICATE_GRANTED, CERTIFICATE_REFUSED, CERTIFICATE_ISSUED, CERTIFICATE_REVOKED]
