"""Wire models of loans: what comes in, and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.config import JsonDict

from kit import decisions
from kit.areas import AreaCode
from kit.decisions import rederive
from kit.facts import OfficeCode
from kit.ids import new_id
from kit.money import Yuan, YuanNotNegative, YuanPositive
from kit.wire import Asked, FactDate, Text
from loans.loans import record
from loans.loans.domain import Course, Loan, State
from loans.loans.usecases import percent

#: Per cent per year, text on the wire: "5.49".
Rate = Annotated[
    Decimal,
    Field(
        ge=0, lt=100, max_digits=6, decimal_places=4, description="年利率（%）", examples=["5.49"]
    ),
    PlainSerializer(percent, return_type=str, when_used="json"),
]

_APPLY: JsonDict = {
    "worker_id": "019a9d2c-8f00-7000-8000-0000000000a2",
    "principal": "12000.00",
    "term_months": 24,
    "applied_on": "2003-06-02",
    "area_code": "231102000000",
    "office": "231102-employment-bureau",
}
_ROW: JsonDict = {
    **_APPLY,
    "recommended_on": "2003-06-05",
    "reviewed_on": "2003-06-10",
    "committed_on": "2003-06-16",
    "disbursed_on": "2003-06-20",
    "bank": "农村信用社",
    "annual_rate": "5.49",
}


class ApplyForLoan(Asked):
    """A worker asks for a guaranteed small loan (申请小额担保贷款)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_APPLY]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    worker_id: UUID = Field(description="人员标识")
    principal: YuanPositive = Field(description="申请金额（元）")
    term_months: int = Field(ge=1, le=120, description="期限（月）")
    heads: int = Field(default=1, ge=1, le=50, description="合伙人数")
    applied_on: FactDate
    area_code: AreaCode
    office: OfficeCode

    def loan(self) -> Loan:
        return Loan(
            self.id or new_id(), self.worker_id, self.principal, self.term_months, self.heads,
            "applied", self.applied_on, self.area_code, self.office, self.applied_on,
        )  # fmt: skip


class LoanRow(ApplyForLoan):
    """One line of a file: a loan with the days of the steps that it came through (各环节日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ROW]})
    recommended_on: FactDate | None = Field(default=None, description="社区推荐日期")
    reviewed_on: FactDate | None = Field(default=None, description="劳动保障审核日期")
    committed_on: FactDate | None = Field(default=None, description="担保承诺日期")
    disbursed_on: FactDate | None = Field(default=None, description="发放日期")
    bank: Text | None = Field(default=None, description="经办银行")
    annual_rate: Rate | None = None

    def fact(self) -> Course:
        return Course(
            self.loan(), self.recommended_on, self.reviewed_on, self.committed_on,
            self.disbursed_on, self.bank, self.annual_rate,
        )  # fmt: skip


class Recommend(Asked):
    """The community recommends the borrower (社区推荐)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"recommended_on": "2003-06-05", "community": "西兴社区"}]}
    )
    recommended_on: FactDate
    community: Text = Field(description="推荐社区")


class Review(Asked):
    """The labour bureau reviews the application (劳动保障部门审核)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reviewed_on": "2003-06-10"}]})
    reviewed_on: FactDate


class Commit(Asked):
    """The guarantor promises (担保机构承诺)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"committed_on": "2003-06-16"}]})
    committed_on: FactDate


class Decline(Asked):
    """Somebody on the way says no (不予办理)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"declined_on": "2003-06-16", "reason": "反担保不足"}]}
    )
    declined_on: FactDate
    reason: Text = Field(description="原因（不得含姓名、证件号）")


class Disburse(Asked):
    """The bank pays out (发放)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"disbursed_on": "2003-06-20", "bank": "农村信用社", "annual_rate": "5.49"}
            ]
        }
    )
    disbursed_on: FactDate
    bank: Text = Field(description="经办银行")
    annual_rate: Rate


class Repay(Asked):
    """Money came back (还款)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"repaid_on": "2003-09-20", "principal": "2000.00", "interest": "164.70"}]
        }
    )
    repaid_on: FactDate
    principal: YuanNotNegative = Field(description="归还本金（元）")
    interest: YuanNotNegative = Field(
        default="0.00", validate_default=True, description="支付利息（元）"
    )


class LoanBody(BaseModel):
    """A loan as it stands, with what may be asked of it next."""

    id: UUID
    worker_id: UUID
    principal: Yuan
    term_months: int
    heads: int
    state: State = Field(description="状态")
    applied_on: date
    last_on: date = Field(description="最近一个环节的日期")
    fund_id: UUID | None
    bank: str | None
    annual_rate: Rate | None
    disbursed_on: date | None
    due_on: date | None = Field(description="到期日")
    outstanding: Yuan = Field(description="未还本金")
    interest_paid: Yuan = Field(description="已付利息")
    area_code: str
    office: str
    actions: list[str] = Field(description="可办理的下一步")

    @classmethod
    def of(cls, loan: Loan) -> LoanBody:
        return cls.model_validate(loan, from_attributes=True)


class StepBody(BaseModel):
    """One step that a loan came through."""

    state: str
    effective_on: date
    note: str | None
    recorded_at: datetime


class LoanDetail(LoanBody):
    """A loan with its steps."""

    steps: list[StepBody]

    @classmethod
    def with_steps(cls, loan: Loan, steps: list[Any]) -> LoanDetail:
        return cls(
            **dict(LoanBody.of(loan)), steps=[StepBody.model_validate(dict(s)) for s in steps]
        )


class RepaymentBody(BaseModel):
    """Money that came back."""

    id: UUID
    repaid_on: date
    principal: Yuan
    interest: Yuan
    outstanding: Yuan
    recorded_at: datetime


class DecisionBody(BaseModel):
    """The decision of the labour review with its reasons; it re-derives from its record alone."""

    id: UUID
    granted: bool
    explained_zh: list[str]
    explained_en: list[str]
    rederives: bool = Field(description="由记录重新推导结果一致")
    record: dict[str, Any]

    @classmethod
    def of(cls, one: dict[str, Any]) -> DecisionBody:
        return cls(
            id=UUID(one["id"]),
            granted=one["granted"],
            explained_zh=decisions.explain(one, "zh"),
            explained_en=decisions.explain(one, "en"),
            rederives=rederive(one, record.RULES).same,
            record=one,
        )
