"""HTTP of life facts: reading. Authorities record them as notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import Told, after, page, terms
from registry.life_facts import domain, usecases
from registry.life_facts.domain import KIND_ZH, Kind

router = APIRouter(prefix="/v1/life-facts", tags=["life facts 生命事实"])
Reader = Annotated[Actor, requires("registry:life-fact:read")]

#: What of a person these answers show (for the access log).
SHOWN = ("life_facts",)
KIND = f"事实种类：{terms(KIND_ZH)}"


class LifeFactOut(Told):
    """A fact as an authority told it, and what became of it (生命事实)."""

    id: UUID
    worker_id: UUID
    kind: Kind = Field(description=KIND)
    on: date = Field(description="事实发生日期")
    until: date | None = Field(description="自此日起不再成立")
    authority: str = Field(description="通报部门", examples=["231100-civil-affairs"])
    document: str | None = Field(description="依据文书")
    reversed: bool = Field(description="已冲正")
    recorded_at: datetime = Field(description="登记时间")
    area_code: AreaCode
    office: str = Field(description="经办机构")


@router.get("", summary="生命事实列表", operation_id="list_life_facts")
async def list_life_facts(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者（含已并入的登记）")] = None,
    kind: Annotated[Kind | None, Query(description=KIND)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[LifeFactOut]:
    """What was told of registered people of the caller's subtree; reversed facts say so."""
    filters = {"worker_id": worker_id, "kind": kind}
    rt = runtime_of(request)
    rows = await usecases.list_life_facts(
        rt, actor, worker_id, kind, after(cursor, actor, filters), limit + 1
    )
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_life_facts", sorted(people), SHOWN)
    return page(rows, limit, LifeFactOut.model_validate, actor=actor, filters=filters)


routers = [router]

problems = [
    refused(
        domain.FactBeforeBirth, 422, "事实日期早于出生日期", "The fact is dated before the birth"
    ),
    refused(
        domain.EndsBeforeItBegan, 422, "终止日期早于事实日期", "The end is dated before the fact"
    ),
    refused(
        domain.DoesNotEnd, 422, "死亡与退休不能终止，有误请冲正",
        "Death and retirement do not end; what was wrong is reversed",
    ),
    refused(
        domain.NoSuchLifeFact, 422, "本部门没有通报过此事实", "Your office told no such fact"
    ),
]  # fmt: skip
