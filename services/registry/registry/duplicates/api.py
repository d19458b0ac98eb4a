"""HTTP of possible duplicates: looking before registering, the pairs found, and the verdicts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.crypto import IdNumberText, Sex
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import Asked, Name, Text
from registry.duplicates import domain, usecases
from registry.duplicates.domain import State, Verdict
from registry.duplicates.rules import Part
from registry.duplicates.usecases import Form, Shown
from registry.workers.api import SHOWN, EmployerCode, HouseholdNumber, PersonName, WorkerOut

TAG = "duplicates 疑似重复登记"
router = APIRouter(prefix="/v1/duplicates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:duplicate:read")]
Approving = Annotated[Step, stepping("registry:duplicate:approve")]
STATES = "open 待判定，same 同一人，not_same 不是同一人，dropped 更正后不再疑似"


class DuplicateSearchIn(Asked):
    """What is known of somebody who is about to be registered (登记前查重)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "王某某", "birth_date": "1960-05-04", "sex": "female",
                 "household_number": "2311020001"}
            ]
        },
    )  # fmt: skip
    name: PersonName = Field(description="姓名")
    id_number: IdNumberText | None = Field(default=None, description="身份号码")
    birth_date: date | None = Field(default=None, description="出生日期；有身份号码时以其为准")
    sex: Sex | None = Field(default=None, description="性别；有身份号码时以其为准")
    household_number: HouseholdNumber | None = Field(default=None, description="户口簿户号")
    former_employer: Name | None = Field(default=None, description="原单位名称")
    former_employer_code: EmployerCode | None = Field(default=None, description="原单位代码")


class PartOut(BaseModel):
    """One attribute's share of the score (比对项)."""

    attribute: str = Field(description="比对项目", examples=["name"])
    outcome: str = Field(description="比对结果", examples=["sounds-equal"])
    points: int = Field(description="分值")
    text_zh: str
    text_en: str

    @classmethod
    def of(cls, part: Part) -> PartOut:
        return cls(
            attribute=part.attribute, outcome=part.outcome, points=part.points,
            text_zh=part.zh, text_en=part.en,
        )  # fmt: skip


class MatchOut(BaseModel):
    """A record that may be the same person (疑似记录)."""

    worker: WorkerOut
    score: int = Field(description="得分")
    parts: list[PartOut] = Field(description="得分构成")


class DuplicateSearchOut(BaseModel):
    """Who may be this person already (查重结果)."""

    items: list[MatchOut]
    elsewhere: int = Field(description="辖区外另有疑似记录数")
    threshold: int = Field(description="提示分值")


class DuplicateOut(BaseModel):
    """A pair side by side, masked, with the parts of its score (疑似重复)."""

    id: UUID
    state: State = Field(description=STATES)
    score: int = Field(description="得分")
    parts: list[PartOut] = Field(description="得分构成")
    matchers: str = Field(description="比对规则版本（哈希）")
    found_on: date = Field(description="发现日期")
    worker: WorkerOut
    other: WorkerOut
    area_code: AreaCode
    version: int = Field(description="版本，用于 If-Match")

    @classmethod
    def of(cls, shown: Shown) -> DuplicateOut:
        d = shown.duplicate
        return cls(
            id=d.id, state=d.state, score=d.score, parts=[PartOut.of(part) for part in d.parts],
            matchers=d.matchers, found_on=d.found_on, worker=WorkerOut.of(shown.one),
            other=WorkerOut.of(shown.other), area_code=d.area_code, version=d.version,
        )  # fmt: skip


class AdjudicateIn(Asked):
    """What somebody says who saw both records (判定)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"verdict": "same", "on": "2003-09-01", "reason": "核对户口簿，系同一人"}]
        },
    )
    verdict: Verdict = Field(description="same 同一人，not_same 不是同一人")
    on: date = Field(description="判定日期")
    reason: Text = Field(description="判定依据")


class AdjudicationOut(BaseModel):
    """A verdict; its id is what a merge names (判定记录)."""

    id: UUID
    duplicate_id: UUID
    verdict: Verdict
    decided_on: date = Field(description="判定日期")


class VerdictOut(AdjudicationOut):
    """A verdict with what it was given on."""

    reason: str = Field(description="判定依据")
    score: int
    actor: str = Field(description="判定人账号")


#: What a verdict shows of two people, in the words of the access log.
VERDICT = ("duplicate",)


class VerdictsOut(BaseModel):
    """What was said of a pair, oldest first (判定历史)."""

    items: list[VerdictOut]


@router.post("/searches", summary="登记前查重", operation_id="search_duplicates")
async def search_duplicates(
    request: Request, body: DuplicateSearchIn, actor: Reader
) -> DuplicateSearchOut:
    """Records that may be the person at the window, the likeliest first, with the parts of each
    score. Of people in other areas only the number is told. Nothing is kept."""
    rt = runtime_of(request)
    form = Form(
        body.name, body.id_number, body.birth_date, body.sex, body.household_number,
        body.former_employer, body.former_employer_code,
    )  # fmt: skip
    found = await usecases.search(rt, actor, form)
    await audit.note(rt, actor, "search_duplicates", [m.worker.id for m in found.matches], SHOWN)
    if found.elsewhere:
        await audit.note(rt, actor, "search_duplicates", found.elsewhere, (), outcome="denied")
    return DuplicateSearchOut(
        items=[
            MatchOut(
                worker=WorkerOut.of(match.worker), score=match.score,
                parts=[PartOut.of(part) for part in match.parts],
            )
            for match in found.matches
        ],
        elsewhere=len(found.elsewhere),
        threshold=found.matchers.threshold,
    )  # fmt: skip


@router.get("", summary="疑似重复列表", operation_id="list_duplicates")
async def list_duplicates(
    request: Request,
    actor: Reader,
    state: Annotated[State | None, Query(description=STATES)] = None,
    worker_id: Annotated[UUID | None, Query(description="涉及的劳动者")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DuplicateOut]:
    """Pairs of people whom the caller may both see, side by side."""
    filters: dict[str, Any] = {"state": state, "worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_duplicates(
        rt, actor, state, worker_id, after[0] if after else None, limit + 1
    )
    people = [id for s in rows[:limit] for id in (s.duplicate.one, s.duplicate.other)]
    await audit.note(rt, actor, "list_duplicates", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda s: [str(s.duplicate.id)], item=DuplicateOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{duplicate_id}", summary="查看疑似重复", operation_id="get_duplicate")
async def get_duplicate(
    request: Request, response: Response, duplicate_id: UUID, actor: Reader
) -> DuplicateOut:
    """One pair side by side; the ETag is what a verdict must name."""
    rt = runtime_of(request)
    shown = await usecases.duplicate_of(rt, actor, duplicate_id)
    people = [shown.duplicate.one, shown.duplicate.other]
    await audit.note(rt, actor, "get_duplicate", people, SHOWN)
    response.headers["ETag"] = etag(shown.duplicate.version)
    return DuplicateOut.of(shown)


@router.post(
    "/{duplicate_id}/adjudications", status_code=201, summary="判定疑似重复",
    operation_id="adjudicate_duplicate",
)  # fmt: skip
async def adjudicate_duplicate(
    duplicate_id: UUID, body: AdjudicateIn, step: Approving
) -> AdjudicationOut:
    """Say whether both records are one person. *Same* opens the way to a merge, which names this
    verdict; *not same* is not proposed again while the parts of the score stay as they are."""
    after, verdict_id = await usecases.adjudicate(
        step.rt, step.actor, duplicate_id, body.verdict, body.on, body.reason, step.version
    )
    await step.shows([after.one, after.other], VERDICT, after.version)
    return AdjudicationOut(
        id=verdict_id, duplicate_id=after.id, verdict=body.verdict, decided_on=body.on
    )


@router.get("/{duplicate_id}/adjudications", summary="判定历史", operation_id="list_adjudications")
async def list_adjudications(request: Request, duplicate_id: UUID, actor: Reader) -> VerdictsOut:
    """Every verdict on a pair, oldest first."""
    rt = runtime_of(request)
    pair, rows = await usecases.verdicts_of(rt, actor, duplicate_id)
    await audit.note(rt, actor, "list_adjudications", [pair.one, pair.other], VERDICT)
    return VerdictsOut(
        items=[
            VerdictOut(
                id=row["id"], duplicate_id=row["duplicate_id"], verdict=row["verdict"],
                decided_on=row["decided_on"], reason=row["reason"], score=row["score"],
                actor=row["actor"],
            )
            for row in rows
        ]
    )  # fmt: skip


routers = [router]

problems = [
    refused(domain.Decided, 409, "现状态不能如此判定", "The pair is not to be decided so now"),
    refused(
        domain.MergedAlready,
        409,
        "已合并，须先撤销合并",
        "The records are merged: reverse the merge first",
    ),
]
