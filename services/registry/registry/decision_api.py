"""A decision record on the wire: why, with which facts and parameters, in Chinese or English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from kit import audit, decisions, pagination
from kit.areas import AreaCode
from kit.auth import Actor
from kit.http import runtime_of
from kit.pagination import Stretch
from kit.problems import header, language
from kit.service import Runtime
from kit.wire import after
from registry.areas.succession import reach
from registry.differing import Differing


class ConditionOut(BaseModel):
    """One condition of the rule (条件)."""

    code: str = Field(examples=["laid-off"])
    passed: bool = Field(description="是否符合")
    clause: str = Field(description="条款", examples=["劳社部发[2002]20号 R1a(1)"])
    text_zh: str
    text_en: str
    facts: list[str] = Field(description="所依据的事实")


class DifferingOut(BaseModel):
    """A decision that today's knowledge would make otherwise (按现有情况结论不同的决定)."""

    id: UUID = Field(description="优惠证或认定")
    worker_id: UUID
    asked_on: date = Field(description="申请日期；按当日事实与法规复核")
    granted: bool = Field(description="原决定是否批准；现结论相反")
    conditions: list[ConditionOut] = Field(description="现结论不同的条件")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Differing) -> DifferingOut:
        return cls(
            id=one.id, worker_id=one.worker_id, asked_on=one.asked_on, granted=one.granted,
            conditions=[
                ConditionOut(
                    code=c.code, passed=c.ok, clause=c.clause, text_zh=c.zh, text_en=c.en,
                    facts=list(c.facts),
                )
                for c in one.conditions
            ],
            area_code=one.area_code, office=one.office,
        )  # fmt: skip


#: Those of a pattern of areas, after an id, at most so many.
Find = Callable[[Runtime, str, UUID | None, int], Awaitable[Stretch[Differing]]]


async def differing_page(
    request: Request,
    actor: Actor,
    find: Find,
    area_code: str | None,
    limit: int,
    cursor: str | None,
    *,
    operation: str,
    shown: Sequence[str],
) -> pagination.Page[DifferingOut]:
    """A page of decisions that would come out otherwise, of an area that the caller sees; each
    person shown leaves a line of ``shown`` in the access log. So many decisions are looked at for a
    page: one with few or none may have a next one."""
    filters = {"area_code": area_code}
    position = after(cursor, actor, filters)
    rt = runtime_of(request)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    found = await find(rt, pattern, position, limit)
    await audit.note(rt, actor, operation, [row.worker_id for row in found.items], shown)
    return pagination.stretch(found, item=DifferingOut.of, actor=actor, filters=filters)


class DecisionOut(BaseModel):
    """A decision as it was kept (决定记录)."""

    id: UUID
    rule: str = Field(description="规则", examples=["registry.certificate"])
    version: str = Field(examples=["2002"])
    decided_on: date = Field(description="决定日期")
    law_on: date = Field(description="适用法规日期")
    granted: bool = Field(description="是否批准")
    clause: str | None = Field(description="首个不符合的条款；批准时为空")
    conditions: list[ConditionOut]
    facts: dict[str, Any] = Field(description="所用事实")
    parameters: list[dict[str, Any]] = Field(description="所用参数及出处")
    parameter_set: str = Field(description="参数集哈希")
    explanation: list[str] = Field(description="说明，按 Accept-Language")

    @classmethod
    def of(cls, record: Mapping[str, Any], request: Request) -> DecisionOut:
        lang: Literal["zh", "en"] = (
            "en" if language(header(request.scope, b"accept-language")) == "en" else "zh"
        )
        failing = next((c for c in record["conditions"] if not c["passed"]), None)
        return cls(
            id=record["id"], rule=record["rule"], version=record["version"],
            decided_on=record["decided_on"], law_on=record["law_on"], granted=record["granted"],
            clause=f"{failing['clause']}/{failing['code']}" if failing else None,
            conditions=[ConditionOut(**condition) for condition in record["conditions"]],
            facts=record["facts"], parameters=record["parameters"],
            parameter_set=record["parameter_set"], explanation=decisions.explain(record, lang),
        )  # fmt: skip
