"""HTTP of who read whose record. No name and no number of anybody who was read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from kit import audit, pagination
from kit.audit import Outcome
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import Problem
from kit.wire import Id, Instant, Told
from registry.access import usecases
from registry.access.usecases import Question

router = APIRouter(tags=["access 查阅记录"])
Auditor = Annotated[Actor, requires("registry:audit:read")]

OUTCOME = "结果：read 已查阅，denied 被拒绝（非本辖区），absent 查无此人"


class AccessOut(Told):
    """One reading of a person's record (一次查阅)."""

    id: UUID
    at: datetime = Field(description="时间 (UTC)")
    account: str = Field(description="账号 the token's subject", examples=["clerk-7"])
    office: str = Field(description="机构", examples=["231102-employment-bureau"])
    operation: str = Field(description="操作", examples=["get_worker"])
    fields: list[str] = Field(description="所示字段", examples=[["name_masked", "sex"]])
    purpose: str | None = Field(description="用途（查看明文时必填）", examples=["window-service"])
    outcome: Outcome = Field(description=OUTCOME)


class PersonReadOut(Told):
    """What one account did with one person's record (某账号对一人的查阅)."""

    worker_id: UUID = Field(validation_alias="subject_id")
    fields: list[str] = Field(description="看过的全部字段")
    operations: list[str] = Field(description="所用操作")
    reads: int = Field(description="查阅次数", examples=[3])
    denied: int = Field(description="被拒绝次数", examples=[0])
    first_at: datetime = Field(description="首次 (UTC)")
    last_at: datetime = Field(description="末次 (UTC)")


@router.get(
    "/v1/workers/{worker_id}/readers", summary="谁查阅过此人", operation_id="list_worker_readers"
)
async def list_worker_readers(
    request: Request,
    worker_id: Id,
    actor: Auditor,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AccessOut]:
    """Every reading of this person's record, newest first; also those that were refused."""
    rt = runtime_of(request)
    filters = {"worker_id": worker_id}
    before = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.readers_of(rt, actor, worker_id, before[0] if before else None, limit + 1)
    await audit.note(rt, actor, "list_worker_readers", [worker_id], ("readers",))
    return pagination.page(
        rows, limit, position=lambda a: [a.id], item=AccessOut.model_validate, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/v1/access-log/people", summary="某账号查阅过哪些人", operation_id="list_people_read")
async def list_people_read(
    request: Request,
    actor: Auditor,
    account: Annotated[
        str, Query(min_length=1, max_length=200, description="账号 the token's subject")
    ],
    since: Annotated[Instant | None, Query(description="自（含）")] = None,
    until: Annotated[Instant | None, Query(description="至（不含）")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[PersonReadOut]:
    """After a breach: which people an account has read, which fields, and when. People of other
    areas than the caller's are left out; a page may therefore hold fewer than ``limit``."""
    filters = {"account": account, "since": since, "until": until}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows, end = await usecases.people_read_by(
        runtime_of(request), actor, Question(account, since, until), after[0] if after else None,
        limit,
    )  # fmt: skip
    return pagination.Page(
        items=[PersonReadOut.model_validate(row) for row in rows],
        next_cursor=pagination.encode([end], actor=actor, filters=filters) if end else None,
    )


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
