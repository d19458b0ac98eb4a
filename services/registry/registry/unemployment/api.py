"""HTTP of unemployment registrations: who is registered, since when, and what was filed."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.versions import etag
from kit.wire import Id, Told, after, page, terms
from registry.unemployment import domain, usecases
from registry.unemployment.domain import (
    KINDS,
    REASONS,
    STATES,
    Awaited,
    Filed,
    Kind,
    Reason,
    Registration,
    Stage,
    State,
    What,
)
from registry.unemployment.usecases import Case, Narrowed

PATH = "/v1/unemployment-registrations"
TAG = "unemployment registrations 失业登记"
router = APIRouter(prefix=PATH, tags=[TAG])
Reader = Annotated[Actor, requires("registry:unemployment:read")]
SHOWN = ("unemployment_registration",)
WRITE = "registry:unemployment:write"

STATE, KIND, REASON = terms(STATES), terms(KINDS), terms(REASONS)


class RegistrationOut(Told):
    """One person's unemployment registration as it stands (失业登记)."""

    id: UUID
    worker_id: UUID
    state: State = Field(description=STATE)
    since: date = Field(description="当前状态起始日")
    kind: Kind = Field(description=KIND)
    reason: Reason | None = Field(description=REASON)
    spell: int = Field(description="第几次失业", examples=[1])
    placement_id: UUID | None = Field(description="使其就业的安置记录")
    contacted_on: date | None = Field(description="本次失业期间最近一次联系")
    awaits: Awaited | None = Field(
        description="尚缺备案：hire-filing 就业备案，separation-filing 终止备案"
    )
    awaits_since: date | None = Field(description="尚缺备案所涉事实发生日")
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])
    allowed_actions: list[str] = Field(
        description="现在可办事项", examples=[["file-hire", "cancel"]]
    )

    @classmethod
    def of(cls, row: Registration, actor: Actor) -> RegistrationOut:
        actions = domain.actions(row) if actor.may(WRITE) else ()
        return cls(
            id=row.id, worker_id=row.worker_id, state=row.state, since=row.since, kind=row.kind,
            reason=row.reason, spell=row.spell, placement_id=row.placement_id,
            contacted_on=row.contacted_on, awaits=row.awaits, awaits_since=row.awaits_since,
            area_code=row.area_code, office=row.office, version=row.version,
            allowed_actions=list(actions),
        )  # fmt: skip


class StageOut(BaseModel):
    """A state and the day it holds from (登记状态区段)."""

    state: State = Field(description=STATE)
    since: date = Field(description="起始日")
    kind: Kind = Field(description=KIND)
    reason: Reason | None = Field(description=REASON)
    placement_id: UUID | None

    @classmethod
    def of(cls, stage: Stage) -> StageOut:
        return cls(
            state=stage.state, since=stage.since, kind=stage.kind, reason=stage.reason,
            placement_id=stage.placement_id,
        )  # fmt: skip


class SpellOut(BaseModel):
    """A spell of unemployment (失业期间)."""

    number: int = Field(description="第几次", examples=[1])
    since: date = Field(description="起始日")
    until: date | None = Field(description="不再失业的首日；空为仍在失业")
    days: int = Field(description="天数，至业务日", examples=[120])


class CaseOut(RegistrationOut):
    """A registration with its history (失业登记与历史)."""

    history: list[StageOut] = Field(description="全部区段，按时间")
    spells: list[SpellOut] = Field(description="全部失业期间")

    @classmethod
    def whole(cls, case: Case, actor: Actor, today: date) -> CaseOut:
        return cls(
            **RegistrationOut.of(case.row, actor).model_dump(),
            history=[StageOut.of(stage) for stage in case.history],
            spells=[
                SpellOut(number=s.number, since=s.since, until=s.until, days=s.days(today))
                for s in case.spells
            ],
        )


class FilingOut(BaseModel):
    """One thing that was filed (备案或登记事项)."""

    id: UUID
    worker_id: UUID
    what: What = Field(
        description="registered 登记，hired 就业备案，separated 终止备案，cancelled 注销，contacted 联系，"
        "reversed 撤销"
    )
    on: date = Field(description="事实发生日")
    filed_on: date = Field(description="办理日")
    late_days: int = Field(description="逾期天数；0 为按期", examples=[0])
    kind: Kind | None = Field(description=KIND)
    reason: Reason | None = Field(description=REASON)
    job_id: UUID | None = Field(description="所涉就业")
    reverses: UUID | None = Field(description="所撤销的事项")
    by: str = Field(description="employer 用人单位，self 本人，street 街道")
    form: str | None = Field(description="就业形式或联系方式")
    evidence_kind: str | None = Field(description="证明种类")
    evidence_reference: str | None = Field(description="证明文号")
    evidence_on: date | None = Field(description="证明日期")
    employer_id: UUID | None = Field(description="用人单位")
    school: str | None = Field(description="毕业院校")
    graduated_on: date | None = Field(description="毕业日期")
    decision_id: UUID | None = Field(description="决定记录")

    @classmethod
    def of(cls, filed: Filed) -> FilingOut:
        f = filed.filing
        return cls(
            id=f.id, worker_id=f.worker_id, what=f.what, on=f.on, filed_on=f.filed_on,
            late_days=f.late_days, kind=f.kind, reason=f.reason, job_id=f.job_id,
            reverses=f.reverses, by=filed.by, form=filed.form, evidence_kind=filed.evidence_kind,
            evidence_reference=filed.evidence_reference, evidence_on=filed.evidence_on,
            employer_id=filed.employer_id, school=filed.school, graduated_on=filed.graduated_on,
            decision_id=filed.decision_id,
        )  # fmt: skip


@router.get("", summary="失业登记列表", operation_id="list_unemployment_registrations")
async def list_unemployment_registrations(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    kind: Annotated[Kind | None, Query(description=KIND)] = None,
    area: Annotated[
        str | None, Query(pattern=r"^[0-9]{2,12}$", description="区域代码或其前缀")
    ] = None,
    out_of_touch: Annotated[bool, Query(description="只列超过规定月数未联系者")] = False,
    overdue: Annotated[bool, Query(description="只列逾期未备案者（R19）")] = False,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[RegistrationOut]:
    """Registrations of the caller's subtree."""
    rt = runtime_of(request)
    filters = {
        "worker_id": worker_id, "state": state, "kind": kind, "area": area,
        "out_of_touch": out_of_touch, "overdue": overdue,
    }  # fmt: skip
    rows = await usecases.list_registrations(
        rt, actor, Narrowed(worker_id, state, kind, area, out_of_touch, overdue),
        after(cursor, actor, filters), limit + 1,
    )  # fmt: skip
    shown = list(dict.fromkeys(row.worker_id for row in rows[:limit]))
    await audit.note(rt, actor, "list_unemployment_registrations", shown, SHOWN)
    return page(
        rows, limit, lambda row: RegistrationOut.of(row, actor), actor=actor, filters=filters
    )


@router.get("/filings", summary="备案事项列表", operation_id="list_unemployment_filings")
async def list_unemployment_filings(
    request: Request,
    actor: Reader,
    late: Annotated[bool, Query(description="只列逾期备案")] = False,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[FilingOut]:
    """Everything filed in the caller's subtree, oldest first; with ``late`` what came too late."""
    return await _filings(request, actor, "list_unemployment_filings", None, late, limit, cursor)


@router.get(
    "/{registration_id}", summary="查看失业登记", operation_id="get_unemployment_registration"
)
async def get_unemployment_registration(
    request: Request, response: Response, registration_id: Id, actor: Reader
) -> CaseOut:
    """One registration with its stages and spells; the ETag is what every act must name."""
    rt = runtime_of(request)
    case = await usecases.case_of(rt, actor, registration_id)
    await audit.note(rt, actor, "get_unemployment_registration", [case.row.worker_id], SHOWN)
    response.headers["ETag"] = etag(case.row.version)
    return CaseOut.whole(case, actor, rt.today())


@router.get(
    "/{registration_id}/filings", summary="失业登记的备案事项",
    operation_id="list_filings_of_registration",
)  # fmt: skip
async def list_filings_of_registration(
    request: Request,
    registration_id: Id,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[FilingOut]:
    """What was filed under one registration, reversed filings too, oldest first."""
    return await _filings(
        request, actor, "list_filings_of_registration", registration_id, False, limit, cursor
    )


async def _filings(
    request: Request,
    actor: Actor,
    operation: str,
    id: UUID | None,
    late: bool,
    limit: int,
    cursor: str | None,
) -> pagination.Page[FilingOut]:
    rt = runtime_of(request)
    filters = {"registration_id": id, "late": late}
    rows = await usecases.list_filings(
        rt, actor, id, late, after(cursor, actor, filters), limit + 1
    )
    shown = list(dict.fromkeys(row.filing.worker_id for row in rows[:limit]))
    await audit.note(rt, actor, operation, shown, ("unemployment_filings",))
    return page(
        rows, limit, FilingOut.of, actor=actor, filters=filters, key=lambda row: row.filing.id
    )


routers = [router]

problems = [
    refused(domain.NoSuchFiling, 422, "没有此有效事项", "There is no such filing that stands"),
]
