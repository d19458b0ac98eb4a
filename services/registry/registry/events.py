"""What registry tells others, and the slim copies of what it hears.

No name, ID number or phone is in any payload: a pseudonymous worker id, and where needed sex, birth
date and category.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.areas import AreaCode, Level
from kit.crypto import Sex
from kit.events import Catalogue, EventType
from kit.money import Yuan, YuanNotNegative
from registry.benefits.domain import Kind as BenefitKind
from registry.difficulties.domain import ExitReason
from registry.difficulties.domain import Kind as DifficultyKind
from registry.labour_status.domain import LabourStatus, Population
from registry.offices.domain import Kind as OfficeKind
from registry.reliefs.domain import BeneficiaryUnit, Item
from registry.reliefs.domain import Kind as ReliefKind
from registry.workers.domain import Category

_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"
_CERTIFICATE = "019a9d2c-8f00-7000-8000-0000000000c1"
_DECISION = "019a9d2c-8f00-7000-8000-0000000000d1"
_PLACEMENT = "019a9d2c-8f00-7000-8000-0000000000e1"
_SOURCE = "019a9d2c-8f00-7000-8000-0000000000f1"


class AreaEstablished(BaseModel):
    """An area came to be; the entity is the area."""

    code: AreaCode
    name: str
    level: Level
    parent_code: AreaCode | None


class OfficeOpened(BaseModel):
    """An office began to work; ``staff`` in persons."""

    code: str
    name: str
    kind: OfficeKind
    staff: int


class WorkerRegistered(BaseModel):
    """A person is known; ``population`` says whether 下岗失业人员 (base) or not."""

    sex: Sex
    birth_date: date
    labour_status: LabourStatus
    status_since: date
    category: Category
    population: Population
    centre_agreement_on: date | None


class CategoryCorrected(BaseModel):
    category: Category
    previous: Category


class LabourStatusChanged(BaseModel):
    """The entity is the person's labour-status record."""

    worker_id: UUID
    status: LabourStatus
    previous: LabourStatus
    since: date
    placement_id: UUID | None


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


class DifficultyRecognised(BaseModel):
    worker_id: UUID
    kind: DifficultyKind
    decision_id: UUID


class DifficultyExited(BaseModel):
    worker_id: UUID
    kind: DifficultyKind
    reason: ExitReason


class BenefitAnnotated(BaseModel):
    """``source_event`` is the event that told of the grant."""

    model_config = ConfigDict(populate_by_name=True)
    worker_id: UUID
    certificate_id: UUID
    kind: BenefitKind
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(alias="to")
    amount: Yuan | None
    granted_by: str
    source_event: UUID


class BenefitReversed(BaseModel):
    worker_id: UUID
    certificate_id: UUID
    kind: BenefitKind


class ReliefPosted(BaseModel):
    kind: ReliefKind
    item: Item
    authority: str
    beneficiary_unit: BeneficiaryUnit
    beneficiary_id: UUID
    worker_id: UUID | None
    amount: YuanNotNegative


class ReliefTotalStated(BaseModel):
    kind: ReliefKind
    authority: str
    amount: YuanNotNegative
    period_from: date
    period_to: date
    document: str | None


class PairingFormed(BaseModel):
    worker_id: UUID
    helper_office: str


class PairingPlaced(BaseModel):
    worker_id: UUID
    placement_id: UUID


def _type(name: str, data: type[BaseModel], zh: str, en: str, /, **example: Any) -> EventType:
    return EventType(f"registry.{name}.v1", data, zh, en, example)


AREA_ESTABLISHED = _type(
    "area.established", AreaEstablished, "区划设立", "Area established",
    code="231102000000", name="爱辉区", level="district", parent_code="231100000000",
)  # fmt: skip
OFFICE_OPENED = _type(
    "office.opened", OfficeOpened, "机构设立", "Office opened",
    code="231102-employment-bureau", name="爱辉区就业局", kind="bureau", staff=12,
)  # fmt: skip
WORKER_REGISTERED = _type(
    "worker.registered", WorkerRegistered, "劳动者登记", "Worker registered",
    sex="female", birth_date="1960-05-04", labour_status="laid_off", status_since="2001-03-01",
    category="soe_laid_off", population="base", centre_agreement_on="2001-03-01",
)  # fmt: skip
CATEGORY_CORRECTED = _type(
    "worker.category-corrected", CategoryCorrected, "对象类别更正", "Worker's category corrected",
    category="none", previous="soe_laid_off",
)  # fmt: skip
LABOUR_STATUS_CHANGED = _type(
    "labour-status.changed", LabourStatusChanged, "劳动状态变更", "Labour status changed",
    worker_id=_WORKER, status="employed", previous="laid_off", since="2003-05-01",
    placement_id=_PLACEMENT,
)  # fmt: skip
CERTIFICATE_GRANTED = _type(
    "certificate.granted", CertificateGranted, "优惠证审核通过", "Certificate granted",
    worker_id=_WORKER, category="soe_laid_off", decision_id=_DECISION,
)  # fmt: skip
CERTIFICATE_REFUSED = _type(
    "certificate.refused", CertificateRefused, "优惠证不予发放", "Certificate refused",
    worker_id=_WORKER, category="none", clause="category-claimed", decision_id=_DECISION,
)  # fmt: skip
CERTIFICATE_ISSUED = _type(
    "certificate.issued", CertificateIssued, "优惠证发放", "Certificate issued",
    worker_id=_WORKER, category="soe_laid_off", valid_until="2006-04-10",
)  # fmt: skip
CERTIFICATE_REVOKED = _type(
    "certificate.revoked", CertificateRevoked, "优惠证注销", "Certificate revoked",
    worker_id=_WORKER, reason="category-corrected",
)  # fmt: skip
DIFFICULTY_RECOGNISED = _type(
    "difficulty.recognised", DifficultyRecognised, "就业困难对象认定", "Difficulty recognised",
    worker_id=_WORKER, kind="4050", decision_id=_DECISION,
)  # fmt: skip
DIFFICULTY_EXITED = _type(
    "difficulty.exited", DifficultyExited, "就业困难对象退出", "Difficulty exited",
    worker_id=_WORKER, kind="4050", reason="retired",
)  # fmt: skip
BENEFIT_ANNOTATED = _type(
    "benefit.annotated", BenefitAnnotated, "优惠证登记享受", "Benefit annotated",
    **{"from": "2003-05-01", "to": None}, worker_id=_WORKER, certificate_id=_CERTIFICATE,
    kind="re-employment", amount=None, granted_by="jobs-market", source_event=_SOURCE,
)  # fmt: skip
BENEFIT_REVERSED = _type(
    "benefit.reversed", BenefitReversed, "享受登记冲销", "Benefit reversed",
    worker_id=_WORKER, certificate_id=_CERTIFICATE, kind="re-employment",
)  # fmt: skip
RELIEF_POSTED = _type(
    "relief.posted", ReliefPosted, "税费减免入账", "Relief posted",
    kind="fee", item="registration", authority="工商局", beneficiary_unit="person",
    beneficiary_id=_WORKER, worker_id=_WORKER, amount="20.00",
)  # fmt: skip
RELIEF_TOTAL_STATED = _type(
    "relief.total-stated", ReliefTotalStated, "减免总额申报", "Relief total stated",
    kind="tax", authority="地税局", amount="475000.00", period_from="2003-01-01",
    period_to="2003-10-31", document=None,
)  # fmt: skip
PAIRING_FORMED = _type(
    "pairing.formed", PairingFormed, "结对帮扶", "Pairing formed",
    worker_id=_WORKER, helper_office="231102-employment-bureau",
)  # fmt: skip
PAIRING_PLACED = _type(
    "pairing.placed", PairingPlaced, "结对对象就业", "Paired worker placed",
    worker_id=_WORKER, placement_id=_PLACEMENT,
)  # fmt: skip
PAIRING_UNPLACED = _type(
    "pairing.unplaced", PairingPlaced, "结对对象就业撤销", "Paired worker's placement undone",
    worker_id=_WORKER, placement_id=_PLACEMENT,
)  # fmt: skip

CATALOGUE = Catalogue(
    "registry",
    [
        AREA_ESTABLISHED, OFFICE_OPENED, WORKER_REGISTERED, CATEGORY_CORRECTED,
        LABOUR_STATUS_CHANGED, CERTIFICATE_GRANTED, CERTIFICATE_REFUSED, CERTIFICATE_ISSUED,
        CERTIFICATE_REVOKED, DIFFICULTY_RECOGNISED, DIFFICULTY_EXITED, BENEFIT_ANNOTATED,
        BENEFIT_REVERSED, RELIEF_POSTED, RELIEF_TOTAL_STATED, PAIRING_FORMED, PAIRING_PLACED,
        PAIRING_UNPLACED,
    ],
)  # fmt: skip


class Heard(BaseModel):
    """A slim copy of a foreign payload: unknown fields are normal."""

    model_config = ConfigDict(extra="ignore")


class PlacementConfirmed(Heard):
    """jobs-market.placement.confirmed.v1; the day of fact is the event's ``validfrom``."""

    worker_id: UUID
    started_on: date


class PlacementEnded(Heard):
    worker_id: UUID
    ended_on: date


class PlacementVoided(Heard):
    worker_id: UUID


class EntitlementOpened(Heard):
    """subsidy.entitlement.opened.v1. ``from`` and ``to`` bound the months that may be claimed."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)
    worker_id: UUID
    valid_from: date = Field(alias="from")
    valid_to: date | None = Field(alias="to", default=None)


class EntitlementClosed(Heard):
    worker_id: UUID


class LoanDisbursed(Heard):
    """loans.loan.disbursed.v1; principal in yuan."""

    worker_id: UUID
    principal: YuanNotNegative
    due_on: date | None = None


#: The examples in the publishers' contracts that consumers' tests parse.
HEARD: dict[str, type[Heard]] = {
    "jobs-market.placement.confirmed.v1": PlacementConfirmed,
    "jobs-market.placement.ended.v1": PlacementEnded,
    "jobs-market.placement.voided.v1": PlacementVoided,
    "subsidy.entitlement.opened.v1": EntitlementOpened,
    "subsidy.entitlement.closed.v1": EntitlementClosed,
    "loans.loan.disbursed.v1": LoanDisbursed,
}
