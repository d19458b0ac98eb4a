"""HTTP of merges: shown before, done by verdict, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import Asked, Text, after_day
from registry import examples
from registry.areas.succession import reach
from registry.benefits.domain import Kind as BenefitKind
from registry.certificates.acts import State as CertificateState
from registry.labour_status.domain import LabourStatus
from registry.merges import domain, usecases
from registry.merges.domain import Merge, State
from registry.merges.usecases import Join, Waiting
from registry.workers.api import SHOWN as WORKER
from registry.workers.api import WorkerOut

TAG = "merges 重复登记合并"
router = APIRouter(prefix="/v1/merges", tags=[TAG])
Reader = Annotated[Actor, requires("registry:merge:read")]
Approver = Annotated[Actor, requires("registry:merge:approve")]
Approving = Annotated[Step, stepping("registry:merge:approve")]
STATES = "merged 已合并，reversed 已撤销"
#: What a merge shows of two people, in the words of the access log.
SHOWN = ("labour_status", "certificates", "recognitions", "overlaps")


class PreviewIn(Asked):
    """Which record would carry on, and which would stand still (合并预览)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"survivor_id": examples.WORKER, "merged_id": examples.OTHER_WORKER}]
        },
    )
    survivor_id: UUID = Field(description="保留的记录")
    merged_id: UUID = Field(description="并入的记录")


class MergeIn(PreviewIn):
    """A merge because of a verdict that both are one person (合并)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "survivor_id": examples.WORKER, "merged_id": examples.OTHER_WORKER,
                    "adjudication_id": examples.DECISION, "merged_on": "2003-09-03",
                    "reason": "系同一人重复登记",
                }
            ]
        },
    )  # fmt: skip
    adjudication_id: UUID = Field(description="判定同一人的判定记录")
    merged_on: date = Field(description="合并日期")
    reason: Text = Field(description="合并原因")


class ReverseIn(Asked):
    """Taking a merge back (撤销合并)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": "2003-09-20", "reason": "误并，系两人"}]},
    )
    on: date = Field(description="撤销日期")
    reason: Text = Field(description="撤销原因")


class StatusLine(BaseModel):
    """劳动状态"""

    status: LabourStatus
    since: date


class CertificateLine(BaseModel):
    """优惠证"""

    id: UUID
    worker_id: UUID
    number: str | None
    state: CertificateState
    applied_on: date
    issued_on: date | None


class RecognitionLine(BaseModel):
    """困难对象认定"""

    id: UUID
    kind: str
    state: str


class OverlapLine(BaseModel):
    """重叠的享受月份，应予追回"""

    kind: BenefitKind
    benefit_id: UUID
    other_id: UUID | None
    months: list[date]


class SideOut(BaseModel):
    """Where a person stands, of all records that are this person."""

    records: list[UUID] = Field(description="同一人的全部记录，保留的在前")
    labour_status: StatusLine | None
    certificates: list[CertificateLine]
    recognitions: list[RecognitionLine]
    overlaps: list[OverlapLine]


class PlanOut(BaseModel):
    """What becomes one: each before, and both after (合并方案)."""

    survivor: SideOut = Field(description="保留记录，合并前")
    merged: SideOut = Field(description="并入记录，合并前")
    after: SideOut = Field(description="合并后")


class MergeOut(BaseModel):
    """A merge and what it made one (合并记录)."""

    id: UUID
    survivor_id: UUID = Field(description="保留的记录")
    merged_id: UUID = Field(description="并入的记录")
    adjudication_id: UUID = Field(description="所依据的判定")
    merged_on: date = Field(description="合并日期")
    due_on: date = Field(description="办理期限（判定后五个工作日）")
    due_provisional: bool = Field(description="该年工作日历尚未定稿")
    late: bool = Field(description="是否超期")
    reason: str = Field(description="合并原因")
    plan: PlanOut
    state: State = Field(description=STATES)
    reversed_on: date | None = Field(description="撤销日期")
    reversal_reason: str | None = Field(description="撤销原因")
    area_code: AreaCode
    actor: str = Field(description="经办账号")
    version: int = Field(description="版本，用于 If-Match")

    @classmethod
    def of(cls, m: Merge) -> MergeOut:
        return cls(
            id=m.id, survivor_id=m.survivor_id, merged_id=m.merged_id,
            adjudication_id=m.adjudication_id, merged_on=m.merged_on, due_on=m.due_on,
            due_provisional=m.due_provisional, late=m.late, reason=m.reason,
            plan=PlanOut.model_validate(m.plan), state=m.state, reversed_on=m.reversed_on,
            reversal_reason=m.reversal_reason, area_code=m.area_code, actor=m.actor,
            version=m.version,
        )  # fmt: skip


class AwaitedOut(BaseModel):
    """Two records found to be one person, side by side, not merged yet (待合并)."""

    adjudication_id: UUID = Field(description="判定记录，合并时须注明")
    duplicate_id: UUID = Field(description="疑似重复记录")
    decided_on: date = Field(description="判定日期")
    due_on: date = Field(description="办理期限（判定后五个工作日）")
    due_provisional: bool = Field(description="该年工作日历尚未定稿")
    days_late: int = Field(description="已逾期工作日数；未逾期为 0", examples=[3])
    worker: WorkerOut
    other: WorkerOut
    area_code: AreaCode

    @classmethod
    def of(cls, one: Waiting) -> AwaitedOut:
        pair = one.pair
        return cls(
            adjudication_id=pair.id, duplicate_id=pair.duplicate_id, decided_on=pair.decided_on,
            due_on=one.due_on, due_provisional=one.due_provisional, days_late=one.days_late,
            worker=WorkerOut.of(one.one), other=WorkerOut.of(one.other), area_code=pair.area_code,
        )  # fmt: skip


def people_of(survivor: UUID, merged: UUID, plan: Mapping[str, Any]) -> list[UUID]:
    """Whom a merge shows: both records, and those that were merged into them before."""
    earlier = (UUID(id) for side in plan.values() for id in side["records"])
    return list(dict.fromkeys([survivor, merged, *earlier]))


@router.post("/previews", summary="合并预览", operation_id="preview_merge")
async def preview_merge(request: Request, body: PreviewIn, actor: Reader) -> PlanOut:
    """What would become one. Nothing is kept."""
    rt = runtime_of(request)
    plan = await usecases.preview(rt, actor, body.survivor_id, body.merged_id)
    people = people_of(body.survivor_id, body.merged_id, plan)
    await audit.note(rt, actor, "preview_merge", people, SHOWN)
    return PlanOut.model_validate(plan)


@router.post("", status_code=201, summary="合并重复登记", operation_id="merge_workers")
async def merge_workers(
    request: Request, response: Response, body: MergeIn, actor: Approver,
    claim: idempotency.Required,
) -> MergeOut:  # fmt: skip
    """Merge two records that a verdict of somebody else found to be one person. The merged record
    stands still from now on; everything derived is folded from the facts of both."""
    rt = runtime_of(request)
    command = Join(
        body.survivor_id, body.merged_id, body.adjudication_id, body.merged_on, body.reason
    )
    made = await usecases.merge(rt, actor, command, claim.answering(201, MergeOut.of))
    people = people_of(body.survivor_id, body.merged_id, made.plan)
    await audit.note(rt, actor, "merge_workers", people, SHOWN)
    response.headers["ETag"] = etag(made.version)
    return MergeOut.of(made)


@router.get("", summary="合并记录列表", operation_id="list_merges")
async def list_merges(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="涉及的劳动者")] = None,
    state: Annotated[State | None, Query(description=STATES)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[MergeOut]:
    """Merges of people whom the caller may both see."""
    filters: dict[str, Any] = {"worker_id": worker_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_merges(
        rt, actor, worker_id, state, after[0] if after else None, limit + 1
    )
    shown = (people_of(m.survivor_id, m.merged_id, m.plan) for m in rows[:limit])
    people = sorted({id for some in shown for id in some})
    await audit.note(rt, actor, "list_merges", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda m: [str(m.id)], item=MergeOut.of, actor=actor, filters=filters
    )


@router.get("/awaiting", summary="待合并名单", operation_id="list_awaited_merges")
async def list_awaited_merges(
    request: Request,
    actor: Reader,
    late: Annotated[bool, Query(description="true 只列逾期未合并者（判定后五个工作日）")] = False,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AwaitedOut]:
    """Records found to be one person that nobody has merged, the oldest verdict first."""
    rt = runtime_of(request)
    filters: dict[str, Any] = {"late": late, "area_code": area_code}
    after = after_day(cursor, actor, filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_awaiting(rt, pattern, late, after, limit + 1)
    people = [id for row in rows[:limit] for id in (row.pair.one, row.pair.other)]
    await audit.note(rt, actor, "list_awaited_merges", people, WORKER)
    return pagination.page(
        rows, limit, position=lambda row: [row.pair.decided_on, str(row.pair.id)],
        item=AwaitedOut.of, actor=actor, filters=filters,
    )  # fmt: skip


@router.get("/{merge_id}", summary="查看合并记录", operation_id="get_merge")
async def get_merge(
    request: Request, response: Response, merge_id: UUID, actor: Reader
) -> MergeOut:
    """One merge with its plan; the ETag is what a reversal must name."""
    rt = runtime_of(request)
    found = await usecases.merge_of(rt, actor, merge_id)
    people = people_of(found.survivor_id, found.merged_id, found.plan)
    await audit.note(rt, actor, "get_merge", people, SHOWN)
    response.headers["ETag"] = etag(found.version)
    return MergeOut.of(found)


@router.post(
    "/{merge_id}/reversals", status_code=201, summary="撤销合并", operation_id="reverse_merge"
)
async def reverse_merge(merge_id: UUID, body: ReverseIn, step: Approving) -> MergeOut:
    """Take a merge back: each record is folded from its own facts again, as if it had never been
    merged, with everything that happened in between."""
    after = await usecases.reverse(
        step.rt, step.actor, merge_id, body.on, body.reason, step.version
    )
    people = people_of(after.survivor_id, after.merged_id, after.plan)
    await step.shows(people, SHOWN, after.version)
    return MergeOut.of(after)


routers = [router]

problems = [
    refused(domain.SameRecord, 422, "保留与并入的记录相同", "A record is not merged into itself"),
    refused(
        domain.NotAdjudicated, 409, "未判定为同一人", "No standing verdict says they are one person"
    ),
    refused(
        domain.MergedBeforeVerdict,
        422,
        "日期早于前一步骤",
        "It is dated before the step that it follows",
    ),
    refused(domain.NotMerged, 409, "该合并已撤销", "The merge has been reversed"),
]
