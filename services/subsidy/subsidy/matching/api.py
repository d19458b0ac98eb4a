"""Matching duties over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from kit import bulk, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Day, FactDate, Made, Text, load, terms
from subsidy.funds.api import Reverse
from subsidy.funds.domain import Fund
from subsidy.matching import domain, usecases
from subsidy.matching.domain import STATES, Duty, Finding, Owing, Standing, State
from subsidy.matching.usecases import percent

router = APIRouter(prefix="/v1/matching-duties", tags=["matching 配套资金"])
imports = bulk.reading(
    "/v1/matching-duties", "matching_duty", "subsidy:matching-duty:import", tag="matching 配套资金"
)
Reader = Annotated[Actor, requires("subsidy:matching-duty:read")]
AsOf = Annotated[Day | None, Query(description="截至日期，默认业务日")]
#: Per cent of the grant, text on the wire: "30".
Ratio = Annotated[
    Decimal,
    Field(gt=0, le=1000, max_digits=8, decimal_places=4, examples=["30"]),
    PlainSerializer(percent, return_type=str, when_used="json"),
]


class RecordDuty(Made):
    """What a city or county is to pay in beside a grant (登记配套责任)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fund": "reemployment", "owed_by": "county", "year": 2003, "amount": "300000.00",
                 "due_on": "2003-09-30", "stated_on": "2003-06-30", "document": "黑财社[2003]8号",
                 "area_code": "231121000000", "office": "231121-finance-bureau"}
            ]
        }
    )  # fmt: skip
    fund: Fund = Field(description="资金")
    owed_by: Owing = Field(description="由哪一级配套：city 市级；county 县级")
    year: int = Field(ge=1990, le=2100, description="预算年度")
    amount: YuanPositive | None = Field(default=None, description="金额（元），与比例二者取一")
    ratio_percent: Ratio | None = Field(default=None, description="占上级补助的百分比，须指明补助")
    grant_id: UUID | None = Field(default=None, description="所配套的上级补助（资金拨入标识）")
    due_on: FactDate
    stated_on: FactDate
    document: Text = Field(description="要求配套的文件")

    def duty(self) -> Duty:
        return Duty(
            self.made_id, self.fund, self.owed_by, self.year, self.amount or 0, self.due_on,
            self.grant_id, self.ratio_percent, self.document, self.stated_on, self.area_code,
            self.office,
        )  # fmt: skip


class DutyBody(BaseModel):
    """A matching duty, and what of it is not paid yet."""

    id: UUID
    fund: Fund
    owed_by: Owing
    year: int
    amount: Yuan = Field(description="应配套")
    paid: Yuan = Field(description="已到位")
    missing: Yuan = Field(description="未到位")
    due_on: date
    as_of: date = Field(description="截至日期")
    state: State = Field(description=terms(STATES))
    age_days: int | None = Field(description="逾期天数，未逾期则为空")
    finding: Finding | None = Field(description="发现的问题：县（市）配套资金未到位")
    grant_id: UUID | None
    ratio_percent: Ratio | None
    document: str
    stated_on: date
    reversed_on: date | None
    area_code: str
    office: str
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, one: Standing) -> DutyBody:
        """From the domain's value."""
        duty = one.duty
        return cls(
            id=duty.id, fund=duty.fund, owed_by=duty.owed_by, year=duty.year, amount=duty.amount,
            paid=one.paid, missing=one.missing, due_on=duty.due_on, as_of=one.as_of,
            state=one.state, age_days=one.age_days, finding=one.finding, grant_id=duty.grant_id,
            ratio_percent=duty.ratio_percent, document=duty.document, stated_on=duty.stated_on,
            reversed_on=duty.reversed_on, area_code=duty.area_code, office=duty.office,
            allowed=list(one.allowed),
        )  # fmt: skip


@router.post("", summary="登记配套责任", status_code=201, operation_id="record_matching_duty")
async def record_matching_duty(
    request: Request,
    response: Response,
    body: RecordDuty,
    actor: Annotated[Actor, requires("subsidy:matching-duty:write")],
    claim: Required,
) -> DutyBody:
    """Record that a grant asks for matching: an amount, or a ratio of a grant that is named. What the level
    pays into the fund for the year counts against it, the duty due first first."""
    made = await usecases.record_duty(
        runtime_of(request), actor, body.duty(), claim.answering(201, DutyBody.of)
    )
    response.headers["Location"] = f"/v1/matching-duties/{made.duty.id}"
    return DutyBody.of(made)


@router.post(
    "/imports", summary="批量登记配套责任", status_code=200, operation_id="import_matching_duties",
    openapi_extra=bulk.documented(RecordDuty),
)  # fmt: skip
async def import_matching_duties(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:matching-duty:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each; every rule of the single call holds for every line."""
    return await load(request, options, RecordDuty, RecordDuty.duty, usecases.record, actor)


@router.post(
    "/{duty_id}/reversals", summary="冲销配套责任", status_code=201,
    operation_id="reverse_matching_duty",
)  # fmt: skip
async def reverse_matching_duty(
    request: Request,
    duty_id: UUID,
    body: Reverse,
    actor: Annotated[Actor, requires("subsidy:matching-duty:approve")],
    claim: Required,
) -> DutyBody:
    """Take a duty back that was a mistake; 409 for who recorded it."""
    made = await usecases.reverse_duty(
        runtime_of(request), actor, duty_id, body.reversed_on, body.reason,
        claim.answering(201, DutyBody.of),
    )  # fmt: skip
    return DutyBody.of(made)


@router.get("/{duty_id}", summary="查询一项配套责任", operation_id="get_matching_duty")
async def get_matching_duty(
    request: Request, duty_id: UUID, actor: Reader, as_of: AsOf = None
) -> DutyBody:
    """One duty as it stood on a day."""
    return DutyBody.of(await usecases.duty_of(runtime_of(request), actor, duty_id, as_of))


@router.get("", summary="列出配套责任及未到位金额", operation_id="list_matching_duties")
async def list_matching_duties(
    request: Request,
    actor: Reader,
    fund: Fund | None = None,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    owed_by: Owing | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    as_of: AsOf = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[DutyBody]:
    """Duties of the caller's area; ``state=missed``: what is not paid though it was due, with its age."""
    filters = {"fund": fund, "year": year, "owed_by": owed_by, "state": state, "as_of": as_of}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_duties(
        runtime_of(request), actor, as_of, fund=fund, year=year, owed_by=owed_by, state=state,
        after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda one: [str(one.duty.id)], item=DutyBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


problems = [
    refused(
        domain.NoSuchGrant, 422, "无此中央或省级补助", "There is no such grant of the centre or the province"
    ),
    refused(
        domain.BasisUnclear, 422, "金额与比例须二者取一，比例须指明补助",
        "A duty is an amount, or a ratio of a grant that is named",
    ),
    refused(domain.TooSmall, 422, "配套金额超出范围", "The amount to match is out of range"),
]  # fmt: skip
