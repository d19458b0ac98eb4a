"""What is sent about a run, and how it and its lines are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kit.ids import new_id
from kit.lifecycle import allowed
from kit.money import Yuan
from kit.wire import Asked, FactDate, Made, Told, terms
from subsidy.batches.domain import Format
from subsidy.programmes.bodies import Code, Month
from subsidy.runs.domain import (
    ACTS,
    PAYMENTS,
    PRIORITIES,
    SHORTAGES,
    STATES,
    VERDICTS,
    Payment,
    Priority,
    Run,
    Shortage,
    State,
    Verdict,
)  # fmt: skip
from subsidy.runs.usecases import Ordering, Shown

_PLACE = {"area_code": "231100000000", "office": "231100-finance-bureau"}
_ID = "019a9d2c-8f00-7000-8000-0000000000a"


class DraftRun(Made):
    """A month of a programme, to be decided for all who are enrolled (编制发放批次)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"programme": "si-public-welfare", "month": "2003-09", "arrangement_id": f"{_ID}1",
                 "shortage": "pro-rata", "drafted_on": "2003-10-08", **_PLACE}
            ]
        }
    )  # fmt: skip
    programme: Code = Field(description="补贴项目代码，须为按月发放的项目")
    month: Month = Field(description="所属月份，须已过")
    arrangement_id: UUID = Field(description="资金安排，须为该项目的资金和用途")
    shortage: Shortage = Field(description=terms(SHORTAGES))
    priority: Priority | None = Field(
        default=None, description=f"仅按次序发放时填：{terms(PRIORITIES)}"
    )
    drafted_on: FactDate

    def run(self) -> Run:
        return Run(
            self.made_id, self.programme, date.fromisoformat(f"{self.month}-01"),
            self.arrangement_id, self.shortage, self.priority, self.area_code, self.office,
            self.drafted_on,
        )  # fmt: skip


class RunStepIn(Asked):
    """The day of an act (办理日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-20"}]})
    on: FactDate


class NothingMore(Asked):
    """The act says all (无需其他内容)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class ApproveRun(Asked):
    """Agreement to what the hash stands for (批准)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-15", "content_hash": "0" * 64}]}
    )
    on: FactDate
    content_hash: str = Field(pattern=r"^[0-9a-f]{64}$", description="所见内容的哈希")


class OrderPayments(Asked):
    """The next payment batch of the run (编制付款批次)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"payer_id": f"{_ID}4", "execute_on": "2003-10-16", "made_on": "2003-10-15"}
            ]
        }
    )
    id: UUID | None = Field(default=None, description="付款批次标识，可由客户端生成")
    payer_id: UUID = Field(description="付款账户（资金专户）")
    format: Format = "pain.001"
    execute_on: FactDate
    made_on: FactDate

    def ordering(self) -> Ordering:
        return Ordering(
            self.id or new_id(), self.payer_id, self.format, self.execute_on, self.made_on
        )


class TotalsOut(Told):
    """Control totals (控制总数)."""

    population: int = Field(description="冻结名册的行数")
    granted: int = Field(description="予以发放的行数")
    refused: int = Field(description="不予发放的行数")
    waiting: int = Field(description="事实未齐的行数")
    decided: int = Field(description="已核定的行数")
    amount: Yuan = Field(description="核定金额")
    funded: Yuan = Field(description="预留并发放的金额")


class PaymentsOut(BaseModel):
    """Payments of a run in one state."""

    state: Payment = Field(description=terms(PAYMENTS))
    count: int
    amount: Yuan


class RunStepOut(BaseModel):
    """Who did what with the run."""

    act: str
    on: date
    by: str = Field(description="经办账号；worker 为系统，bank 为银行回执")
    recorded_at: datetime


class RunOut(BaseModel):
    """A run, its control totals and content hash, and what may be done next (发放批次)."""

    id: UUID
    programme: str
    month: date = Field(description="所属月份首日")
    arrangement_id: UUID
    shortage: Shortage = Field(description=terms(SHORTAGES))
    priority: Priority | None
    area_code: str
    office: str
    state: State = Field(description=terms(STATES))
    state_on: date
    drafted_on: date
    drafted_by: str
    frozen_on: date | None
    frozen_by: str | None
    parameter_set: str | None = Field(description="冻结时的参数集")
    rules: list[str] = Field(description="所用规则及版本")
    totals: TotalsOut
    content_hash: str | None = Field(description="内容哈希：批准时须写明，并写入银行文件附言")
    reservation_id: UUID | None
    approved_by: str | None
    problem: str | None = Field(description="未能预留的原因")
    missing: Yuan | None = Field(description="尚缺金额")
    payments: list[PaymentsOut]
    steps: list[RunStepOut]
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, shown: Shown) -> RunOut:
        run = shown.run
        rest = {"totals", "payments", "steps", "allowed"}
        plain = {name: getattr(run, name) for name in cls.model_fields if name not in rest}
        doers = ("run:write", "run:approve")
        return cls(
            **plain,
            totals=TotalsOut.model_validate(run.totals),
            payments=[
                PaymentsOut(state=state, count=count, amount=amount)
                for state, (count, amount) in sorted(shown.payments.items())
            ],
            steps=[
                RunStepOut(
                    act=one["act"], on=one["on_day"], by=one["done_by"],
                    recorded_at=one["recorded_at"],
                )
                for one in shown.steps
            ],
            allowed=[act for by in doers for act in allowed(ACTS, run.state, by=by)],
        )  # fmt: skip


class RunLineOut(BaseModel):
    """A person's month as the run decided it (发放行)."""

    id: UUID = Field(description="发放行，也是其决定记录的标识")
    enrolment_id: UUID
    month: date = Field(description="所属月份首日；上期结转的为原月份")
    worker_id: UUID
    payee_id: UUID
    verdict: Verdict = Field(description=terms(VERDICTS))
    amount: Yuan = Field(description="核定金额")
    funded: Yuan = Field(description="发放金额；资金不足时按所定办法减少")
    clause: str | None = Field(description="首个不符合的条款")
    missing: list[str] = Field(description="尚未到达的事实")
    payment: Payment | None = Field(description=terms(PAYMENTS))

    @classmethod
    def of(cls, row: Any) -> RunLineOut:
        return cls(**{name: row[name] for name in cls.model_fields})
