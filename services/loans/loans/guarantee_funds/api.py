"""The guarantee fund and its contributions over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
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
from kit.wire import Asked, FactDate, Text, load
from loans.guarantee_funds import usecases
from loans.guarantee_funds.domain import Contribution, GuaranteeFund, Level

funds = APIRouter(prefix="/v1/guarantee-funds", tags=["guarantee-funds 担保基金"])
contributions = APIRouter(prefix="/v1/contributions", tags=["contributions 担保基金出资"])
contribution_imports = bulk.reading(
    "/v1/contributions",
    "contribution",
    "loans:guarantee-fund:import",
    tag="contributions 担保基金出资",
)

_EXAMPLE: JsonDict = {
    "level": "province",
    "amount": "1800000.00",
    "received_on": "2003-06-30",
    "contributor": "省财政厅",
    "area_code": "231100000000",
    "office": "231100-city-direct",
}


class ReceiveContribution(Asked):
    """Money paid into the city's guarantee fund (担保基金出资)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    level: Level = Field(description="出资层级")
    amount: YuanPositive = Field(description="金额（元）")
    received_on: FactDate
    contributor: Text = Field(description="出资单位")
    document: Text | None = Field(default=None, description="依据文件")
    area_code: AreaCode
    office: OfficeCode

    def fact(self) -> Contribution:
        return Contribution(
            self.id or new_id(), self.level, self.amount, self.received_on, self.contributor,
            self.document, self.area_code, self.office,
        )  # fmt: skip


class ContributionBody(BaseModel):
    """Money that the fund received."""

    id: UUID
    level: Level
    amount: Yuan
    received_on: date
    contributor: str
    document: str | None
    area_code: str
    office: str
    recorded_at: datetime | None = Field(default=None, description="记录时间")

    @classmethod
    def of(cls, fact: Any) -> ContributionBody:
        return cls.model_validate(fact, from_attributes=True)

    @classmethod
    def of_row(cls, row: Any) -> ContributionBody:
        return cls.model_validate(dict(row))


class LevelAmount(BaseModel):
    """What one level of government paid in."""

    level: Level
    amount: Yuan


class GuaranteeFundBody(BaseModel):
    """One city's fund: headroom = leverage x deposit - exposure - reservations."""

    id: UUID
    area_code: str
    leverage: int = Field(description="放大倍数")
    deposit: Yuan = Field(description="基金余额")
    by_level: list[LevelAmount] = Field(description="各级出资")
    capacity: Yuan = Field(description="担保能力")
    exposure: Yuan = Field(description="在保余额")
    reserved: Yuan = Field(description="已承诺未发放")
    headroom: Yuan = Field(description="剩余担保额度")
    updated_at: datetime

    @classmethod
    def of_row(cls, row: Any) -> GuaranteeFundBody:
        fund = GuaranteeFund(
            row["id"], row["area_code"], row["leverage"], row["deposit"], row["exposure"],
            row["reserved"],
        )  # fmt: skip
        levels: dict[Level, str] = orjson.loads(row["levels"])
        return cls(
            id=fund.id,
            area_code=fund.area_code,
            leverage=fund.leverage,
            deposit=fund.deposit,
            by_level=[
                LevelAmount(level=level, amount=int(amount))
                for level, amount in sorted(levels.items())
            ],
            capacity=fund.capacity,
            exposure=fund.exposure,
            reserved=fund.reserved,
            headroom=fund.headroom,
            updated_at=row["updated_at"],
        )


class GuaranteeFundChecked(GuaranteeFundBody):
    """The fund, and whether its movements add up to it."""

    movements_agree: bool = Field(description="变动记录合计与余额一致")


@funds.get("", summary="列出担保基金")
async def list_guarantee_funds(
    request: Request, actor: Annotated[Actor, requires("loans:guarantee-fund:read")]
) -> list[GuaranteeFundBody]:
    """The funds of the caller's cities with deposit, exposure, reservations and headroom."""
    rows = await usecases.list_funds(runtime_of(request), actor)
    return [GuaranteeFundBody.of_row(row) for row in rows]


@funds.get("/{fund_id}", summary="查询担保基金并核对变动记录")
async def get_guarantee_fund(
    request: Request,
    fund_id: UUID,
    actor: Annotated[Actor, requires("loans:guarantee-fund:read")],
) -> GuaranteeFundChecked:
    """One fund, its state derived again from its movements and compared."""
    row, derived = await usecases.get_fund(runtime_of(request), actor, fund_id)
    agree = all(row[name] == derived[name] for name in ("deposit", "exposure", "reserved"))
    return GuaranteeFundChecked(**dict(GuaranteeFundBody.of_row(row)), movements_agree=agree)


@contributions.post("", summary="登记担保基金出资", status_code=201)
async def receive_contribution(
    request: Request,
    response: Response,
    body: ReceiveContribution,
    actor: Annotated[Actor, requires("loans:guarantee-fund:write")],
    claim: Required,
) -> ContributionBody:
    """Record money paid in; the fund of the area's city grows by it."""
    result = await usecases.receive_contribution(
        runtime_of(request), actor, body.fact(), claim.answering(201, ContributionBody.of)
    )
    response.headers["Location"] = f"/v1/contributions/{result.id}"
    return ContributionBody.of(result)


@contributions.post(
    "/imports",
    summary="批量登记担保基金出资",
    status_code=200,
    openapi_extra=bulk.documented(ReceiveContribution),
)
async def import_contributions(
    request: Request,
    actor: Annotated[Actor, requires("loans:guarantee-fund:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each contribution."""
    return await load(
        request, options, ReceiveContribution, ReceiveContribution.fact, usecases.receive, actor
    )


@contributions.get("/{contribution_id}", summary="查询一笔出资")
async def get_contribution(
    request: Request,
    contribution_id: UUID,
    actor: Annotated[Actor, requires("loans:guarantee-fund:read")],
) -> ContributionBody:
    """One contribution of the caller's area."""
    row = await usecases.get_contribution(runtime_of(request), actor, contribution_id)
    return ContributionBody.of_row(row)


@contributions.get("", summary="列出担保基金出资")
async def list_contributions(
    request: Request,
    actor: Annotated[Actor, requires("loans:guarantee-fund:read")],
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ContributionBody]:
    """Contributions in the order in which they were recorded."""
    after = pagination.decode(cursor, [UUID], actor=actor, filters={})
    rows = await usecases.list_contributions(
        runtime_of(request), actor, after=after[0] if after else None, limit=limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda row: [str(row["id"])], item=ContributionBody.of_row,
        actor=actor, filters={},
    )  # fmt: skip
