"""What is told of certificates."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.certificates.acts import State
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


class CertificateSuspended(BaseModel):
    """``year``: whose annual inspection was missed."""

    worker_id: UUID
    year: int


class CertificateInspected(BaseModel):
    """``late``: after the window of that year had closed."""

    worker_id: UUID
    year: int
    late: bool


class CertificateReinstated(BaseModel):
    """Inspected late: it may be used again from the day of the event on."""

    worker_id: UUID
    year: int
    valid_until: date


class CertificateExpired(BaseModel):
    worker_id: UUID
    valid_until: date


class CertificateLost(BaseModel):
    """The booklet is declared lost; the holder's rights stay."""

    worker_id: UUID


class CertificateReissued(BaseModel):
    worker_id: UUID
    valid_until: date


class CertificateFound(BaseModel):
    """The report of its loss was wrong; ``reverses`` names it. Its number was never void."""

    worker_id: UUID


class InspectionReversed(BaseModel):
    """An inspection was none; ``reverses`` names the event that told of it. What it kept in force is
    suspended by an event of its own."""

    worker_id: UUID
    year: int


class CertificateRestored(BaseModel):
    """What revoked it was reversed: it stands as it did before, as if it had never been revoked. Or
    what its last day follows from was corrected: it stands with another one (R12).
    ``state_since``: the first day of its state; what changed meanwhile was not told by itself."""

    worker_id: UUID
    category: Category
    state: State
    state_since: date
    issued_on: date
    valid_until: date


class InvestigationOpened(BaseModel):
    worker_id: UUID
    objection_id: UUID


class InvestigationClosed(BaseModel):
    worker_id: UUID
    upheld: bool


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

CERTIFICATE_SUSPENDED = told(
    "certificate.suspended", CertificateSuspended, "优惠证年检逾期暂停", "Certificate suspended",
    worker_id=examples.WORKER, year=2006,
)  # fmt: skip
CERTIFICATE_INSPECTED = told(
    "certificate.inspected", CertificateInspected, "优惠证年检", "Certificate inspected",
    worker_id=examples.WORKER, year=2006, late=False,
)  # fmt: skip
CERTIFICATE_REINSTATED = told(
    "certificate.reinstated", CertificateReinstated, "优惠证补检恢复", "Certificate reinstated",
    worker_id=examples.WORKER, year=2006, valid_until="2008-12-31",
)  # fmt: skip
CERTIFICATE_EXPIRED = told(
    "certificate.expired", CertificateExpired, "优惠证到期", "Certificate expired",
    worker_id=examples.WORKER, valid_until="2008-12-31",
)  # fmt: skip
CERTIFICATE_LOST = told(
    "certificate.lost", CertificateLost, "优惠证挂失", "Certificate declared lost",
    worker_id=examples.WORKER,
)  # fmt: skip
CERTIFICATE_REISSUED = told(
    "certificate.reissued", CertificateReissued, "优惠证补发", "Certificate reissued",
    worker_id=examples.WORKER, valid_until="2006-04-10",
)  # fmt: skip
CERTIFICATE_FOUND = told(
    "certificate.found", CertificateFound, "优惠证挂失撤销", "Certificate was not lost",
    worker_id=examples.WORKER,
)  # fmt: skip
INSPECTION_REVERSED = told(
    "certificate.inspection-reversed", InspectionReversed, "优惠证年检撤销",
    "Inspection of a certificate reversed", worker_id=examples.WORKER, year=2006,
)  # fmt: skip
CERTIFICATE_RESTORED = told(
    "certificate.restored", CertificateRestored, "优惠证恢复", "Certificate restored",
    worker_id=examples.WORKER, category="soe_laid_off", state="issued", state_since="2003-04-10",
    issued_on="2003-04-10",
    valid_until="2006-04-10",
)  # fmt: skip
INVESTIGATION_OPENED = told(
    "certificate.investigation-opened", InvestigationOpened, "优惠证异议调查",
    "Objection to a certificate investigated",
    worker_id=examples.WORKER, objection_id=examples.SOURCE,
)  # fmt: skip
INVESTIGATION_CLOSED = told(
    "certificate.investigation-closed", InvestigationClosed, "优惠证异议结论",
    "Objection to a certificate decided", worker_id=examples.WORKER, upheld=False,
)  # fmt: skip

TOLD = [
    CERTIFICATE_GRANTED, CERTIFICATE_REFUSED, INVESTIGATION_OPENED, INVESTIGATION_CLOSED,
    CERTIFICATE_ISSUED, CERTIFICATE_INSPECTED, CERTIFICATE_SUSPENDED, CERTIFICATE_REINSTATED,
    INSPECTION_REVERSED, CERTIFICATE_LOST, CERTIFICATE_FOUND, CERTIFICATE_REISSUED,
    CERTIFICATE_EXPIRED, CERTIFICATE_REVOKED, CERTIFICATE_RESTORED,
]  # fmt: skip
