"""Funds and appropriations over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, Day, FactDate, Text, load
from subsidy.funds import usecases
from subsidy.funds.domain import Appropriation, Fund, Position, Source

funds = APIRouter(prefix="/v1/funds", tags=["funds 资金"])
appropriations = APIRouter(prefix="/v1/appropriations", tags=["appropriations 资金拨入"])

_EXAMPLE: JsonDict = {
    "fund": "reemployment",
    "source": "province",
    "amount": "33250000.00",
    "received_on": "2003-06-30",
    "year": 2003,
    "document": "省财政厅拨款通知",
    "area_code": "231100000000",
    "office": "231100-city-direct",
}


class ReceiveAppropriation(Asked):
    """Money received by a fund (资金拨入 / 筹集)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    fund: Fund = Field(description="资金")
    source: Source = Field(description="来源")
    amount: YuanPositive = Field(description="金额（元）")
    received_on: FactDate
    year: int = Field(ge=1990, le=2100, description="预算年度")
    approval: Text | None = Field(default=None, description="批准文号")
    document: Text | None = Field(default=None, description="依据文件")
    area_code: AreaCode
    office: OfficeCode

    def fact(self) -> Appropriation:
        return Appropriation(
            self.id or new_id(), self.fund, self.source, self.amount, self.received_on, self.year,
            self.approval, self.document, self.area_code, self.office,
        )  # fmt: skip


class Reverse(Asked):
    """Why something entered is taken back, and from which day on (冲销)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reversed_on": "2003-07-05", "reason": "重复登记"}]}
    )
    reversed_on: FactDate
    reason: Text = Field(description="原因")


class AppropriationBody(BaseModel):
    """Money that a fund received."""

    id: UUID
    fund: Fund
    source: Source
    amount: Yuan
    received_on: date
    year: int
    approval: str | None
    document: str | None
    area_code: str
    office: str
    reversed_on: date | None = Field(default=None, description="冲销日期，未冲销则为空")
    recorded_at: datetime | None = Field(default=None, description="记录时间")

    @classmethod
    def of(cls, fact: Any) -> AppropriationBody:
        """From the domain's value."""
        return cls.model_validate(fact, from_attributes=True)

    @classmethod
    def of_row(cls, row: Any) -> AppropriationBody:
        return cls.model_validate(dict(row))


class Amount(BaseModel):
    """An amount under a code (source or use)."""

    code: str = Field(description="来源或用途代码")
    amount: Yuan = Field(description="金额（元）")


class IdleMoney(BaseModel):
    """What is left of one day's receipts without a use."""

    received_on: date
    amount: Yuan
    age_days: int = Field(description="闲置天数")


class FundBody(BaseModel):
    """Where a fund's money is (资金情况), derived from journal entries."""

    fund: Fund
    as_of: date
    received: Yuan = Field(description="筹集（拨入）总额")
    received_by_source: list[Amount]
    arranged: Yuan = Field(description="已安排")
    arranged_by_use: list[Amount]
    paid: Yuan = Field(description="已支付")
    paid_by_use: list[Amount]
    arranged_not_paid: Yuan = Field(description="已安排未支付（含已预留、已承诺、已交银行）")
    reserved: Yuan = Field(description="其中：已预留")
    committed: Yuan = Field(description="其中：已承诺")
    ordered: Yuan = Field(description="其中：已交银行、未确认支付")
    unallocated: Yuan = Field(description="未安排")
    unallocated_age_days: int | None = Field(description="最早一笔未安排资金的闲置天数")
    unallocated_since: list[IdleMoney]
    unexplained_rest: Yuan = Field(description="筹集减支付：去向未说明的余额")

    @classmethod
    def of(cls, p: Position) -> FundBody:
        def amounts(by_code: dict[str, int]) -> list[Amount]:
            return [Amount(code=code, amount=amount) for code, amount in sorted(by_code.items())]

        return cls(
            fund=p.fund,
            as_of=p.as_of,
            received=p.received_total,
            received_by_source=amounts(p.received),
            arranged=p.arranged_total,
            arranged_by_use=amounts(p.arranged),
            paid=p.paid_total,
            paid_by_use=amounts(p.paid),
            arranged_not_paid=p.arranged_not_paid,
            reserved=p.reserved,
            committed=p.committed,
            ordered=p.ordered,
            unallocated=p.unallocated,
            unallocated_age_days=p.unallocated_age_days,
            unallocated_since=[
                IdleMoney(
                    received_on=one.received_on, amount=one.amount, age_days=one.age_days(p.as_of)
                )
                for one in p.layers
            ],
            unexplained_rest=p.unexplained,
        )


@funds.get("/{fund}", summary="查询资金筹集、安排、支付与闲置情况")
async def get_fund(
    request: Request,
    fund: Fund,
    actor: Annotated[Actor, requires("subsidy:fund:read")],
    as_of: Annotated[Day | None, Query(description="截至日期，默认业务日")] = None,
) -> FundBody:
    """Received, arranged, paid and unallocated money of the caller's area, with its age in days."""
    return FundBody.of(await usecases.position(runtime_of(request), actor, fund, as_of))


@appropriations.post("", summary="登记资金拨入", status_code=201)
async def receive_appropriation(
    request: Request,
    response: Response,
    body: ReceiveAppropriation,
    actor: Annotated[Actor, requires("subsidy:appropriation:write")],
    claim: Required,
) -> AppropriationBody:
    """Record money received; it is unallocated until it is arranged to a use."""
    result = await usecases.receive_appropriation(
        runtime_of(request), actor, body.fact(), claim.answering(201, AppropriationBody.of)
    )
    response.headers["Location"] = f"/v1/appropriations/{result.id}"
    return AppropriationBody.of(result)


@appropriations.post(
    "/imports",
    summary="批量登记资金拨入",
    status_code=200,
    openapi_extra=bulk.documented(ReceiveAppropriation),
)
async def import_appropriations(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:appropriation:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each; every rule of the single call holds for every line, and a
    line sees what the lines before it left."""
    return await load(
        request, options, ReceiveAppropriation, ReceiveAppropriation.fact, usecases.receive, actor
    )


appropriations_imports = bulk.reading(
    "/v1/appropriations",
    "appropriation",
    "subsidy:appropriation:import",
    tag="appropriations 资金拨入",
)


@appropriations.post(
    "/{appropriation_id}/reversals", summary="冲销一笔资金拨入", status_code=201,
    operation_id="reverse_appropriation",
)  # fmt: skip
async def reverse_appropriation(
    request: Request,
    appropriation_id: UUID,
    body: Reverse,
    actor: Annotated[Actor, requires("subsidy:appropriation:approve")],
    claim: Required,
) -> AppropriationBody:
    """Take a receipt back that was wrong, by an entry that names its own; 409 for who recorded it, and
    when its money is arranged."""
    result = await usecases.reverse_appropriation(
        runtime_of(request), actor, appropriation_id, body.reversed_on, body.reason,
        claim.answering(201, AppropriationBody.of),
    )  # fmt: skip
    return AppropriationBody.of(result)


@appropriations.get("/{appropriation_id}", summary="查询一笔资金拨入")
async def get_appropriation(
    request: Request,
    appropriation_id: UUID,
    actor: Annotated[Actor, requires("subsidy:appropriation:read")],
) -> AppropriationBody:
    """One appropriation of the caller's area."""
    row = await usecases.get_appropriation(runtime_of(request), actor, appropriation_id)
    return AppropriationBody.of_row(row)


@appropriations.get("", summary="列出资金拨入")
async def list_appropriations(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:appropriation:read")],
    fund: Fund | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[AppropriationBody]:
    """Appropriations in the order in which they were recorded."""
    filters = {"fund": fund}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_appropriations(
        runtime_of(request), actor, fund=fund, after=after[0] if after else None, limit=limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda row: [str(row["id"])], item=AppropriationBody.of_row,
        actor=actor, filters=filters,
    )  # fmt: skip
