"""Closed periods over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Asked, FactDate, Made, Text, terms
from subsidy.funds.domain import Fund
from subsidy.journal.domain import PeriodClosed
from subsidy.periods import domain, usecases
from subsidy.periods.domain import STATES, Closing, State
from subsidy.periods.store import Standing

router = APIRouter(prefix="/v1/periods", tags=["periods 结账"])
Reader = Annotated[Actor, requires("subsidy:period:read")]


class ClosePeriod(Made):
    """A fund's book in an area, closed through the end of a month (结账)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fund": "reemployment", "closed_through": "2003-06-30", "closed_on": "2003-07-10",
                 "note": "二季度账务核对无误", "area_code": "231100000000", "office": "231100-finance-bureau"}
            ]
        }
    )  # fmt: skip
    fund: Fund = Field(description="资金")
    closed_through: FactDate
    closed_on: FactDate
    note: Text = Field(description="说明")

    def closing(self) -> Closing:
        return Closing(
            self.made_id, self.fund, self.area_code, self.office, self.closed_through,
            self.closed_on, self.note, closed_by="",
        )  # fmt: skip


class ReopenPeriod(Asked):
    """Why a closed period is opened again, and who allowed it (反结账)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2003-07-15", "reason": "补记6月到账", "approval": "黑市财[2003]17号"}
            ]
        }
    )
    on: FactDate
    reason: Text = Field(description="原因")
    approval: Text = Field(description="批准文号")


class PeriodBody(BaseModel):
    """A closing of a fund's book."""

    id: UUID
    fund: Fund
    closed_through: date = Field(description="结账截止日")
    closed_on: date
    note: str
    closed_by: str = Field(description="结账账号")
    state: State = Field(description=terms(STATES))
    reopened_on: date | None
    reason: str | None = Field(description="反结账原因")
    approval: str | None = Field(description="反结账批准文号")
    reopened_by: str | None
    book_closed_until: date | None = Field(description="该账目前结账至何日，无则未结账")
    area_code: str
    office: str
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, standing: Standing) -> PeriodBody:
        one = standing.closing
        return cls(
            id=one.id, fund=one.fund, closed_through=one.closed_through, closed_on=one.closed_on,
            note=one.note, closed_by=one.closed_by, state=one.state, reopened_on=one.reopened_on,
            reason=one.reason, approval=one.approval, reopened_by=one.reopened_by,
            book_closed_until=standing.closed_until, area_code=one.area_code, office=one.office,
            allowed=list(one.allowed(standing.closed_until)),
        )  # fmt: skip


@router.post("", summary="结账", status_code=201, operation_id="close_period")
async def close_period(
    request: Request,
    response: Response,
    body: ClosePeriod,
    actor: Annotated[Actor, requires("subsidy:period:write")],
    claim: Required,
) -> PeriodBody:
    """Close a fund's book in one area through the end of a month that is over. From then on entries dated
    there are refused; what is wrong in it is reversed on an open day."""
    made = await usecases.close_period(
        runtime_of(request), actor, body.closing(), claim.answering(201, PeriodBody.of)
    )
    response.headers["Location"] = f"/v1/periods/{made.closing.id}"
    return PeriodBody.of(made)


@router.post(
    "/{period_id}/reopenings", summary="反结账", status_code=201, operation_id="reopen_period"
)
async def reopen_period(
    request: Request,
    period_id: UUID,
    body: ReopenPeriod,
    actor: Annotated[Actor, requires("subsidy:period:approve")],
    claim: Required,
) -> PeriodBody:
    """Take the book's last closing back, with reason and reference; 409 for who closed it."""
    made = await usecases.reopen_period(
        runtime_of(request), actor, period_id, body.on, body.reason, body.approval,
        claim.answering(201, PeriodBody.of),
    )  # fmt: skip
    return PeriodBody.of(made)


@router.get("/{period_id}", summary="查询一次结账", operation_id="get_period")
async def get_period(request: Request, period_id: UUID, actor: Reader) -> PeriodBody:
    """One closing, and until when its book is closed now."""
    return PeriodBody.of(await usecases.period_of(runtime_of(request), actor, period_id))


@router.get("", summary="列出结账", operation_id="list_periods")
async def list_periods(
    request: Request,
    actor: Reader,
    fund: Fund | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[PeriodBody]:
    """Closings of the caller's area in the order in which they were made, also those taken back."""
    filters = {"fund": fund}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_periods(
        runtime_of(request), actor, fund=fund, after=after[0] if after else None, limit=limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [str(one.closing.id)], item=PeriodBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


problems = [
    refused(
        PeriodClosed, 409, "所属期间已结账", "The period is closed",
        ("可记账首日 {open_from}", "The first open day is {open_from}"),
    ),
    refused(
        domain.NotAMonthsEnd, 422, "结账截止日须为月末",
        "A book is closed through the last day of a month",
    ),
    refused(domain.PeriodNotOver, 422, "期间尚未结束", "The period is not over"),
    refused(
        domain.ClosedAlready, 409, "该期间已结账", "The book is closed through this day",
        ("已结账至 {closed_until}", "It is closed until {closed_until}"),
    ),
    refused(domain.ReopenedAlready, 409, "已反结账", "The closing was taken back before"),
    refused(
        domain.LaterIsClosed, 409, "其后期间已结账，须先反结账", "A later period is closed",
        ("已结账至 {closed_until}", "It is closed until {closed_until}"),
    ),
    refused(
        domain.ReopenedBeforeClosed, 422, "反结账日期早于结账日期",
        "Taken back before it was closed",
    ),
]  # fmt: skip
