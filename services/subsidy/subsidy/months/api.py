"""Benefit months over HTTP: reading them. Claims and runs take and pay them."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.wire import Told, after, page, terms
from subsidy.months import usecases
from subsidy.months.domain import STATES, Holder, State

router = APIRouter(prefix="/v1/benefit-months", tags=["benefit months 补贴月份"])
Reader = Annotated[Actor, requires("subsidy:benefit-month:read")]


class BenefitMonthOut(Told):
    """A person's month of a kind of benefit, and who was granted it (补贴月份)."""

    id: UUID = Field(description="获准的申领行或发放行")
    worker_id: UUID
    programme: str = Field(description="补贴项目代码")
    kind: str = Field(description="补贴种类；同一人同月同类只能享受一次")
    month: date = Field(description="所属月份首日；每年一次的为当年首日，终身一次的为1900-01-01")
    counter: str | None = Field(description="计入的享受期限")
    reference: UUID | None = Field(description="所依据的就业、参训或介绍")
    holder: Holder = Field(description="claim 申领；run 批次发放")
    holder_id: UUID
    amount: Yuan
    state: State = Field(description=terms(STATES))
    area_code: str
    office: str


@router.get("", summary="列出补贴月份")
async def list_benefit_months(
    request: Request,
    actor: Reader,
    worker_id: UUID | None = None,
    holder_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[BenefitMonthOut]:
    """Months of the caller's area in the order of their lines: of a person, of a claim or run."""
    filters = {"worker_id": worker_id, "holder_id": holder_id, "state": state}
    months = await usecases.list_months(
        runtime_of(request), actor, worker_id=worker_id, holder_id=holder_id, state=state,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(months, limit, BenefitMonthOut.model_validate, actor=actor, filters=filters)
