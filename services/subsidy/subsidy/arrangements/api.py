"""Arrangements over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

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
from subsidy.arrangements import usecases
from subsidy.arrangements.domain import Arrangement, Finding, UseFinding
from subsidy.funds.api import Reverse
from subsidy.funds.domain import Fund

#: A use of money: a code of the permitted list, or another one that then needs an approval.
UseCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]{1,59}$",
        description="用途代码 (use code, B1/B2)",
        examples=["social-insurance-subsidy"],
    ),
]

router = APIRouter(prefix="/v1/arrangements", tags=["arrangements 资金安排"])

_EXAMPLE: JsonDict = {
    "fund": "reemployment",
    "use_code": "severance",
    "amount": "3000000.00",
    "arranged_on": "2003-09-30",
    "purpose": "旅游企业有偿解除劳动关系",
    "area_code": "231100000000",
    "office": "231100-city-direct",
}


class ArrangeMoney(Asked):
    """Money set aside for a use (资金安排). ``area_code`` is that of the fund it is taken from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    fund: Fund = Field(description="资金")
    use_code: UseCode
    amount: YuanPositive = Field(description="金额（元）")
    arranged_on: FactDate
    purpose: Text = Field(description="用途说明")
    approval: Text | None = Field(
        default=None, description="省级财政、劳动保障部门批准文号（目录外用途须有）"
    )
    area_code: AreaCode
    office: OfficeCode

    def fact(self) -> Arrangement:
        return Arrangement(
            self.id or new_id(), self.fund, self.use_code, self.amount, self.arranged_on,
            self.purpose, self.approval, None, self.area_code, self.office,
        )  # fmt: skip


class ArrangementBody(BaseModel):
    """Money set aside, with the finding that goes with it."""

    id: UUID
    fund: Fund
    use_code: str
    amount: Yuan
    arranged_on: date
    purpose: str
    approval: str | None
    finding: UseFinding | None = Field(description="用途方面的问题：目录外用途且无批准文号等")
    budget_line_id: UUID | None = Field(description="所属预算科目；为空即未列入预算")
    findings: list[Finding] = Field(description="发现的全部问题")
    area_code: str
    office: str
    reversed_on: date | None = Field(default=None, description="冲销日期，未冲销则为空")
    remaining: Yuan | None = Field(default=None, description="尚未支付的余额")
    recorded_at: datetime | None = Field(default=None, description="记录时间")

    @classmethod
    def of(cls, fact: Arrangement) -> ArrangementBody:
        """From the domain's value, when nothing was paid yet."""
        made = cls.model_validate(fact, from_attributes=True)
        left = 0 if fact.reversed_on else fact.amount
        return made.model_copy(update={"remaining": left})

    @classmethod
    def of_row(cls, one: tuple[Arrangement, Any]) -> ArrangementBody:
        """With what is left on its line and when it was recorded."""
        fact, row = one
        rest = {"remaining": row["remaining"], "recorded_at": row["recorded_at"]}
        return cls.of(fact).model_copy(update=rest)


@router.post("", summary="安排资金", status_code=201)
async def arrange_money(
    request: Request,
    response: Response,
    body: ArrangeMoney,
    actor: Annotated[Actor, requires("subsidy:arrangement:write")],
    claim: Required,
) -> ArrangementBody:
    """Set unallocated money aside. A use outside the permitted list without an approval is recorded
    with a finding, not blocked; more than is unallocated is refused."""
    result = await usecases.arrange_money(
        runtime_of(request), actor, body.fact(), claim.answering(201, ArrangementBody.of)
    )
    response.headers["Location"] = f"/v1/arrangements/{result.id}"
    return ArrangementBody.of(result)


@router.post(
    "/imports", summary="批量安排资金", status_code=200, openapi_extra=bulk.documented(ArrangeMoney)
)
async def import_arrangements(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:arrangement:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each; every rule of the single call holds for every line, and a
    line sees what the lines before it left."""
    return await load(request, options, ArrangeMoney, ArrangeMoney.fact, usecases.arrange, actor)


router_imports = bulk.reading(
    "/v1/arrangements", "arrangement", "subsidy:arrangement:import", tag="arrangements 资金安排"
)


@router.post(
    "/{arrangement_id}/reversals", summary="冲销一笔资金安排", status_code=201,
    operation_id="reverse_arrangement",
)  # fmt: skip
async def reverse_arrangement(
    request: Request,
    arrangement_id: UUID,
    body: Reverse,
    actor: Annotated[Actor, requires("subsidy:arrangement:approve")],
    claim: Required,
) -> ArrangementBody:
    """Take an arrangement back that was wrong, whole; 409 for who made it, when its money is in use, and
    when a budget released it."""
    result = await usecases.reverse_arrangement(
        runtime_of(request), actor, arrangement_id, body.reversed_on, body.reason,
        claim.answering(201, ArrangementBody.of),
    )  # fmt: skip
    return ArrangementBody.of(result)


@router.get("/{arrangement_id}", summary="查询一笔资金安排及余额")
async def get_arrangement(
    request: Request,
    arrangement_id: UUID,
    actor: Annotated[Actor, requires("subsidy:arrangement:read")],
) -> ArrangementBody:
    """One arrangement with what is left on its line."""
    row = await usecases.get_arrangement(runtime_of(request), actor, arrangement_id)
    return ArrangementBody.of_row(row)


@router.get("", summary="列出资金安排")
async def list_arrangements(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:arrangement:read")],
    fund: Fund | None = None,
    finding: Finding | None = None,
    budget_line_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ArrangementBody]:
    """Arrangements in the order in which they were recorded; by finding, when asked."""
    filters = {"fund": fund, "finding": finding, "budget_line_id": budget_line_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_arrangements(
        runtime_of(request), actor,
        fund=fund, finding=finding, budget_line_id=budget_line_id,
        after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda one: [str(one[0].id)], item=ArrangementBody.of_row,
        actor=actor, filters=filters,
    )  # fmt: skip
