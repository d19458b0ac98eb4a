"""HTTP of what waits for a second person."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import Problem
from kit.wire import terms
from registry.areas.succession import reach
from registry.worklist import usecases
from registry.worklist.domain import KINDS, Kind, Waiting

router = APIRouter(prefix="/v1/awaiting-approvals", tags=["worklist 待审事项"])
Reader = Annotated[Actor, requires("registry:worker:read")]
#: What an item shows of a person, in the words of the access log.
SHOWN = ("awaiting",)
_KINDS = terms(KINDS)


class WaitingOut(BaseModel):
    """One thing that waits for the caller's word (待审事项)."""

    kind: Kind = Field(description="事项：" + _KINDS)
    id: UUID = Field(description="待审对象：更正申请、申报、判定记录、提议、待遇或优惠证的标识")
    worker_id: UUID = Field(description="劳动者")
    other_id: UUID | None = Field(description="待合并的另一记录")
    since: date = Field(description="经办日期（自此日起等待）")
    working_days: int = Field(description="已等待工作日数", examples=[4])
    made_by: str = Field(description="经办账号", examples=["clerk-7"])
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Waiting) -> WaitingOut:
        return cls(
            kind=one.kind, id=one.id, worker_id=one.worker_id, other_id=one.other_id,
            since=one.since, working_days=one.days, made_by=one.made_by, area_code=one.area_code,
            office=one.office,
        )  # fmt: skip


@router.get("", summary="待我审批的事项", operation_id="list_awaiting_approvals")
async def list_awaiting_approvals(
    request: Request,
    actor: Reader,
    kind: Annotated[Kind | None, Query(description="事项：" + _KINDS)] = None,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[WaitingOut]:
    """What waits for a second person and this caller may decide, the oldest first: only kinds whose
    scope the caller holds, and nothing that the caller made. Certificates appear once their days of
    publicity or notice are over."""
    rt = runtime_of(request)
    filters = {"kind": kind, "area_code": area_code}
    after = pagination.decode(cursor, [date, str, UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_waiting(rt, actor, pattern, kind, after, limit + 1)
    people = [id for row in rows[:limit] for id in (row.worker_id, row.other_id) if id]
    await audit.note(rt, actor, "list_awaiting_approvals", list(dict.fromkeys(people)), SHOWN)
    return pagination.page(
        rows, limit, position=lambda row: row.place, item=WaitingOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
