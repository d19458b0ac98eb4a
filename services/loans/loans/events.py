"""What loans tells (``CATALOGUE``) and the slim copies of what it hears."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from kit.events import Catalogue, EventType
from kit.money import YuanNotNegative, YuanPositive
from loans.guarantee_funds.domain import Level

#: Per cent per year, as text on the wire: "5.49".
Percent = Annotated[
    Decimal,
    Field(ge=0, lt=100, max_digits=6, decimal_places=4, examples=["5.49"]),
    PlainSerializer(str, return_type=str, when_used="json"),
]


class ContributionReceived(BaseModel):
    """Money came into the guarantee fund."""

    level: Level = Field(description="出资层级")
    amount: YuanPositive = Field(description="金额")
    contributor: str = Field(description="出资单位")
    document: str | None = Field(default=None, description="依据文件")


class LoanDisbursed(BaseModel):
    """The bank paid a guaranteed loan out."""

    worker_id: UUID
    principal: YuanPositive = Field(description="本金")
    term_months: int = Field(ge=1, description="期限（月）")
    annual_rate: Percent = Field(description="年利率（%）")
    bank: str = Field(description="经办银行")
    due_on: date = Field(description="到期日")


class LoanRepaid(BaseModel):
    """The borrower paid principal, interest or both."""

    worker_id: UUID
    principal: YuanNotNegative = Field(description="归还本金")
    interest: YuanNotNegative = Field(description="支付利息")
    outstanding: YuanNotNegative = Field(description="未还本金")


class LoanSettled(BaseModel):
    """Nothing is outstanding any more."""

    worker_id: UUID


WORKER = "019a9d2c-8f00-7000-8000-0000000000a2"
CONTRIBUTION_RECEIVED = EventType(
    "loans.contribution.received.v1", ContributionReceived, "担保基金到位", "Contribution received",
    {"level": "province", "amount": "1800000.00", "contributor": "省财政厅", "document": None},
)  # fmt: skip
LOAN_DISBURSED = EventType(
    "loans.loan.disbursed.v1", LoanDisbursed, "贷款发放", "Loan disbursed",
    {"worker_id": WORKER, "principal": "12000.00", "term_months": 24, "annual_rate": "5.49",
     "bank": "农村信用社", "due_on": "2005-06-20"},
)  # fmt: skip
LOAN_REPAID = EventType(
    "loans.loan.repaid.v1", LoanRepaid, "贷款还款", "Loan repaid",
    {"worker_id": WORKER, "principal": "2000.00", "interest": "164.70", "outstanding": "10000.00"},
)  # fmt: skip
LOAN_SETTLED = EventType(
    "loans.loan.settled.v1", LoanSettled, "贷款结清", "Loan settled", {"worker_id": WORKER}
)

CATALOGUE = Catalogue("loans", [CONTRIBUTION_RECEIVED, LOAN_DISBURSED, LOAN_REPAID, LOAN_SETTLED])


# --- heard ---------------------------------------------------------------------------------------


class Heard(BaseModel):
    """A payload of another service, as far as we read it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class WorkerRegistered(Heard):
    """registry.worker.registered.v1"""

    birth_date: date
    labour_status: str
    population: Literal["base", "outside"]


class WorkerCorrected(Heard):
    """registry.worker.corrected.v1: the record as it is now."""

    birth_date: date


class CertificateIssued(Heard):
    """registry.certificate.issued.v1"""

    worker_id: UUID
    valid_until: date | None = None


class CertificateRevoked(Heard):
    """registry.certificate.revoked.v1, and of suspended the same: whose it is."""

    worker_id: UUID


class CertificateReinstated(Heard):
    """registry.certificate.reinstated.v1"""

    valid_until: date | None = None


class CertificateRestored(Heard):
    """registry.certificate.restored.v1: the state in which it stands again, since when, until when."""

    state: str
    state_since: date
    valid_until: date
