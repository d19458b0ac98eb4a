"""HTTP of recognitions."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import etag, expected_version, runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, load
from registry.decision_api import DecisionOut
from registry.difficulties import domain, usecases
from registry.difficulties.domain import Difficulty, ExitReason, Kind, State
from registry.difficulties.usecases import Recognise

TAG = "difficulties 就业困难对象"
router = APIRouter(prefix="/v1/difficulties", tags=[TAG])
Reader = Annotated[Actor, requires("registry:difficulty:read")]
Writer = Annotated[Actor, requires("registry:difficulty:write")]
Importer = Annotated[Actor, requires("registry:difficulty:import")]

KIND = "类别：4050 男满五十、女满四十周岁"
STATE = "状态：recognised 已认定，refused 不予认定，exited 已退出"
EXIT = "原因：employed 已就业，retired 退休，refused_three_offers 三次拒绝推荐，other 其他"
_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"


class RecogniseIn(Asked):
    """A request to be recognised (困难对象认定申请), decided by the rule on that day's facts."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"worker_id": _WORKER, "recognised_on": "2003-03-03"}]},
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="申请人")
    recognised_on: date = Field(description="认定日期")
    kind: Kind = Field(default="4050", description=KIND)

    def command(self) -> Recognise:
        return Recognise(self.worker_id, self.recognised_on, self.kind, self.id or new_id())


class ExitIn(Asked):
    """The person leaves the group (退出)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": "2003-09-01", "reason": "retired"}]},
    )
    on: date = Field(description="退出日期")
    reason: ExitReason = Field(description=EXIT)


class DifficultyOut(BaseModel):
    """A recognition or its refusal (认定)."""

    id: UUID
    worker_id: UUID
    kind: Kind = Field(description=KIND)
    state: State = Field(description=STATE)
    recognised_on: date = Field(description="认定日期")
    decision_id: UUID = Field(description="决定记录")
    clause: str | None = Field(description="首个不符合的条款")
    exited_on: date | None = Field(description="退出日期")
    exit_reason: ExitReason | None = Field(description=EXIT)
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])

    @classmethod
    def of(cls, d: Difficulty) -> DifficultyOut:
        return cls(
            id=d.id, worker_id=d.worker_id, kind=d.kind, state=d.state,
            recognised_on=d.recognised_on, decision_id=d.decision_id, clause=d.clause,
            exited_on=d.exited_on, exit_reason=d.exit_reason, area_code=d.area_code,
            office=d.office, version=d.version,
        )  # fmt: skip


@router.post("", status_code=201, summary="认定困难对象", operation_id="recognise_difficulty")
async def recognise_difficulty(
    request: Request, response: Response, body: RecogniseIn, actor: Writer
) -> DifficultyOut:
    """Decide a request: recognised, or refused with the first failing clause."""
    difficulty = await usecases.recognise_difficulty(runtime_of(request), actor, body.command())
    response.headers["ETag"] = etag(difficulty.version)
    return DifficultyOut.of(difficulty)


@router.post(
    "/imports", summary="批量认定困难对象", operation_id="import_difficulties",
    openapi_extra=bulk.documented(RecogniseIn),
)  # fmt: skip
async def import_difficulties(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Decide many requests. One that the rule refuses is a good line and is kept as refused."""
    return await load(
        request, options, RecogniseIn, RecogniseIn.command, usecases.recognise_all, actor
    )


@router.get("", summary="困难对象列表", operation_id="list_difficulties")
async def list_difficulties(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DifficultyOut]:
    """Recognitions and refusals of the caller's subtree."""
    filters = {"worker_id": worker_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_difficulties(
        runtime_of(request), actor, worker_id, state, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda d: [str(d.id)], item=DifficultyOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{difficulty_id}", summary="查看认定", operation_id="get_difficulty")
async def get_difficulty(
    request: Request, response: Response, difficulty_id: UUID, actor: Reader
) -> DifficultyOut:
    """One recognition or refusal."""
    difficulty = await usecases.difficulty_of(runtime_of(request), actor, difficulty_id)
    response.headers["ETag"] = etag(difficulty.version)
    return DifficultyOut.of(difficulty)


@router.get(
    "/{difficulty_id}/decision", summary="认定决定及理由", operation_id="get_difficulty_decision"
)
async def get_difficulty_decision(
    request: Request, difficulty_id: UUID, actor: Reader
) -> DecisionOut:
    """Why it was recognised or refused."""
    record = await usecases.decision_of(runtime_of(request), actor, difficulty_id)
    return DecisionOut.of(record, request)


@router.post(
    "/{difficulty_id}/exits", status_code=201, summary="退出认定", operation_id="exit_difficulty"
)
async def exit_difficulty(
    request: Request, response: Response, difficulty_id: UUID, body: ExitIn, actor: Writer
) -> DifficultyOut:
    """The person leaves the group, with a coded reason. Needs If-Match."""
    version = expected_version(request)
    difficulty = await usecases.exit_difficulty(
        runtime_of(request), actor, difficulty_id, body.reason, body.on, version
    )
    response.headers["ETag"] = etag(difficulty.version)
    return DifficultyOut.of(difficulty)


routers = [
    router,
    bulk.reading("/v1/difficulties", "difficulty", "registry:difficulty:import", tag=TAG),
]

problems = [
    refused(domain.NoSuchDifficulty, 422, "没有此认定", "There is no such recognition"),
    refused(domain.AlreadyRecognised, 409, "已认定", "Recognised already"),
    refused(domain.LawNotInForce, 422, "该日期尚无认定规定", "No law recognises on that day"),
    refused(domain.NotRecognised, 409, "未在认定中", "Not recognised now"),
    refused(
        domain.ExitBeforeRecognition, 422, "退出早于认定", "The exit is before the recognition"
    ),
]
