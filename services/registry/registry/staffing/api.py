"""HTTP of callers whom no staff list bears out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from kit import pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import Day, Told, after, page, terms
from registry.areas.succession import reach
from registry.staffing import domain, usecases
from registry.staffing.domain import REASONS, Reason

router = APIRouter(prefix="/v1/staff-findings", tags=["staffing 在岗名单核对"])
Auditor = Annotated[Actor, requires("registry:audit:read")]


class FindingOut(Told):
    """An account that its office's list does not bear out (在岗名单核对发现)."""

    id: UUID
    on: date = Field(description="业务日")
    account: str = Field(description="账号 the token's subject", examples=["clerk-7"])
    office: str = Field(description="令牌所称机构", examples=["231102-employment-bureau"])
    area_code: AreaCode
    roles: list[str] = Field(description="令牌所称岗位", examples=[["registry_clerk"]])
    listed: list[str] = Field(description="名单所载岗位；不在名单则为空")
    reason: Reason = Field(description=terms(REASONS))
    refused: bool = Field(description="是否已拒绝")
    recorded_at: datetime = Field(description="发现时间 (UTC)")


@router.get("", summary="在岗名单核对发现", operation_id="list_staff_findings")
async def list_staff_findings(
    request: Request,
    actor: Auditor,
    on: Annotated[Day | None, Query(description="业务日")] = None,
    office: Annotated[OfficeCode | None, Query(description="令牌所称机构")] = None,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[FindingOut]:
    """Callers whose token says what the staff list of its office does not, one line per account,
    office, reason and day, oldest first; empty while the city does not check (``STAFF_CHECK``)."""
    rt = runtime_of(request)
    filters = {"on": on, "office": office, "area_code": area_code}
    position = after(cursor, actor, filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_findings(rt, pattern, on, office, position, limit + 1)
    return page(rows, limit, FindingOut.model_validate, actor=actor, filters=filters)


routers = [router]

problems = [
    refused(
        domain.AccountNotOnStaff, 403, "账号不在该机构在岗名单",
        "The account is not on the staff list of the office",
        (
            "机构 {office} 的在岗名单没有此账号或此岗位，请与本市就业局管理员联系",
            "The list of {office} does not have this account, or not in this role: ask the city's"
            " administrator",
        ),
    ),
]  # fmt: skip
