"""HTTP of unemployment insurance: what the agency tells, agreements, accounts and findings."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.crypto import IdNumberText
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import Asked, FactDay, Id, ShortText, Text, after, load, page, terms
from registry.unemployment_insurance import domain, usecases
from registry.unemployment_insurance.acts import STATES, State
from registry.unemployment_insurance.domain import (
    FINDINGS,
    REASONS,
    WHATS,
    FindingKind,
    Reason,
    What,
)
from registry.unemployment_insurance.store import Noted, Row
from registry.unemployment_insurance.usecases import Agreement, Case, Tell

PATH = "/v1/unemployment-insurance"
TAG = "unemployment insurance 失业保险金"
router = APIRouter(prefix=PATH, tags=[TAG])
Reader = Annotated[Actor, requires("registry:unemployment-insurance:read")]
Writing = Annotated[Step, stepping("registry:unemployment-insurance:write")]
Importer = Annotated[Actor, requires("registry:unemployment-insurance:import")]
SHOWN = ("unemployment_insurance",)
STATE, REASON, WHAT, FINDING = terms(STATES), terms(REASONS), terms(WHATS), terms(FINDINGS)
_NUMBER = "11010519491231002X"


class TellIn(Asked):
    """One thing that the insurance agency tells about a number (经办机构告知的一项事实)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id_number": _NUMBER, "what": "started", "on": "2003-03-01", "months": 18,
                    "years": 7, "authority": "黑河市失业保险经办机构",
                }
            ]
        }
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由告知方给出的标识，撤销时以此为名")
    id_number: IdNumberText
    what: What = Field(description=WHAT)
    on: FactDay
    months: int | None = Field(default=None, ge=0, le=600, description="核定月数（核定时必填）")
    years: int | None = Field(default=None, ge=0, le=60, description="缴费满年数（核定时必填）")
    reason: Reason | None = Field(default=None, description=REASON)
    reference: ShortText | None = Field(default=None, description="文号")
    reverses: UUID | None = Field(default=None, description="所撤销的事实")
    authority: ShortText = Field(description="告知机构")

    def command(self) -> Tell:
        return Tell(
            self.id_number, self.what, self.on, self.months, self.years, self.reason,
            self.reference, self.reverses, self.authority, self.id or new_id(),
        )  # fmt: skip


class AgreementIn(Asked):
    """A deferral agreement is signed (缓发协议)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-06-05", "reference": "缓发2003-17"}]}
    )
    on: FactDay
    reference: ShortText = Field(description="协议文号")


class AgreementReversalIn(Asked):
    """An agreement was wrong (撤销缓发协议)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "录入有误"}]})
    reason: Text = Field(description="原因")


class AccountOut(BaseModel):
    """A person's unemployment insurance as the agency told it (失业保险金)."""

    id: UUID
    worker_id: UUID
    state: State = Field(description=STATE)
    since: date = Field(description="当前状态起始日")
    reason: Reason | None = Field(description=REASON)
    started_on: date | None = Field(description="本次核定领取起始日")
    months_granted: int = Field(description="核定月数", examples=[18])
    months_drawn: int = Field(description="本次已领月数", examples=[3])
    months_left: int = Field(description="剩余月数", examples=[15])
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])
    allowed_actions: list[str] = Field(description="现在可办事项", examples=[["sign-deferral"]])

    @classmethod
    def of(cls, row: Row, actor: Actor) -> AccountOut:
        may = actor.may("registry:unemployment-insurance:write")
        return cls(
            id=row.id, worker_id=row.worker_id, state=row.state, since=row.since,
            reason=row.reason, started_on=row.started_on, months_granted=row.granted,
            months_drawn=row.drawn, months_left=row.left, area_code=row.area_code,
            office=row.office, version=row.version,
            allowed_actions=list(domain.actions(row.state)) if may else [],
        )  # fmt: skip


class StageOut(BaseModel):
    """A state and the day it holds from (区段)."""

    state: State = Field(description=STATE)
    since: date = Field(description="起始日")
    reason: Reason | None = Field(description=REASON)


class EpisodeOut(BaseModel):
    """A time at work while drawing (领取期间就业)."""

    employed_on: date = Field(description="就业日")
    deferred_on: date | None = Field(description="缓发起始日；空为未签协议")


class FactOut(BaseModel):
    """One thing that was told (事实)."""

    id: UUID
    what: What = Field(description=WHAT)
    on: date = Field(description="事实日")
    months: int | None = Field(description="核定月数")
    years: int | None = Field(description="缴费满年数")
    reason: Reason | None = Field(description=REASON)
    reference: str | None = Field(description="文号")


class FindingOut(BaseModel):
    """What the agency told and what the law or another fact says otherwise (疑点)."""

    id: UUID
    account_id: UUID
    worker_id: UUID
    kind: FindingKind = Field(description=FINDING)
    on: date = Field(description="所涉日期；月份为其首日")
    told: int | None = Field(description="机构所告月数")
    expected: int | None = Field(description="按规定月数")

    @classmethod
    def of(cls, noted: Noted) -> FindingOut:
        f = noted.finding
        return cls(
            id=noted.id, account_id=noted.account_id, worker_id=noted.worker_id, kind=f.kind,
            on=f.on, told=f.told, expected=f.expected,
        )  # fmt: skip


class CaseOut(AccountOut):
    """An account with its history (失业保险金与历史)."""

    history: list[StageOut] = Field(description="全部区段，按时间")
    episodes: list[EpisodeOut] = Field(description="领取期间的就业")
    facts: list[FactOut] = Field(description="有效事实，按时间")

    @classmethod
    def whole(cls, case: Case, actor: Actor) -> CaseOut:
        return cls(
            **AccountOut.of(case.row, actor).model_dump(),
            history=[
                StageOut(state=s.state, since=s.since, reason=s.reason)
                for s in case.account.stages
            ],
            episodes=[
                EpisodeOut(employed_on=e.employed_on, deferred_on=e.deferred_on)
                for e in case.account.episodes
            ],
            facts=[
                FactOut(
                    id=f.id, what=f.what, on=f.on, months=f.months, years=f.years,
                    reason=f.reason, reference=f.reference,
                )
                for f in case.facts
            ],
        )  # fmt: skip


@router.post(
    "/facts/imports", summary="批量告知失业保险事实", operation_id="import_insurance_facts",
    openapi_extra=bulk.documented(TellIn),
)  # fmt: skip
async def import_insurance_facts(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """The agency tells what it decided and paid. A number that nobody registered is kept for later."""
    return await load(request, options, TellIn, TellIn.command, usecases.tell_all, actor)


@router.get("/findings", summary="失业保险疑点列表", operation_id="list_insurance_findings")
async def list_insurance_findings(
    request: Request,
    actor: Reader,
    kind: Annotated[FindingKind | None, Query(description=FINDING)] = None,
    account_id: Annotated[UUID | None, Query(description="失业保险记录")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[FindingOut]:
    """Findings that hold now, in the caller's subtree."""
    rt = runtime_of(request)
    filters = {"kind": kind, "account_id": account_id}
    rows = await usecases.list_findings(
        rt, actor, kind, account_id, after(cursor, actor, filters), limit + 1
    )
    shown = list(dict.fromkeys(row.worker_id for row in rows[:limit]))
    await audit.note(rt, actor, "list_insurance_findings", shown, SHOWN)
    return page(rows, limit, FindingOut.of, actor=actor, filters=filters)


@router.get("", summary="失业保险金列表", operation_id="list_insurance_accounts")
async def list_insurance_accounts(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AccountOut]:
    """Accounts of the caller's subtree."""
    rt = runtime_of(request)
    filters = {"worker_id": worker_id, "state": state}
    rows = await usecases.list_accounts(
        rt, actor, worker_id, state, after(cursor, actor, filters), limit + 1
    )
    await audit.note(
        rt, actor, "list_insurance_accounts", [row.worker_id for row in rows[:limit]], SHOWN
    )
    return page(rows, limit, lambda row: AccountOut.of(row, actor), actor=actor, filters=filters)


@router.get("/{account_id}", summary="查看失业保险金", operation_id="get_insurance_account")
async def get_insurance_account(
    request: Request, response: Response, account_id: Id, actor: Reader
) -> CaseOut:
    """One account with its stages, times at work and facts; the ETag is what an agreement names."""
    rt = runtime_of(request)
    case = await usecases.case_of(rt, actor, account_id)
    await audit.note(rt, actor, "get_insurance_account", [case.row.worker_id], SHOWN)
    response.headers["ETag"] = etag(case.row.version)
    return CaseOut.whole(case, actor)


@router.post(
    "/{account_id}/deferral-agreements", status_code=201, summary="签订缓发协议",
    operation_id="sign_deferral_agreement",
)  # fmt: skip
async def sign_deferral_agreement(account_id: Id, body: AgreementIn, step: Writing) -> CaseOut:
    """Somebody at work while drawing signs: the months left are frozen."""
    case = await usecases.sign_agreement(
        step.rt, step.actor, account_id, Agreement(body.on, body.reference), step.version
    )
    await step.shows([case.row.worker_id], SHOWN, case.row.version)
    return CaseOut.whole(case, step.actor)


@router.post(
    "/{account_id}/deferral-agreements/{agreement_id}/reversals", status_code=201,
    summary="撤销缓发协议", operation_id="reverse_deferral_agreement",
)  # fmt: skip
async def reverse_deferral_agreement(
    account_id: Id, agreement_id: UUID, body: AgreementReversalIn, step: Writing
) -> CaseOut:
    """An agreement was wrong and is taken back by name."""
    case = await usecases.reverse_agreement(
        step.rt, step.actor, account_id, agreement_id, body.reason, step.version
    )
    await step.shows([case.row.worker_id], SHOWN, case.row.version)
    return CaseOut.whole(case, step.actor)


routers = [
    bulk.reading(
        f"{PATH}/facts", "unemployment-insurance", "registry:unemployment-insurance:import", tag=TAG
    ),
    router,
]

problems = [
    refused(
        domain.NotEmployedWhileDrawing, 409, "不是领取期间就业且未签协议者",
        "Not at work while drawing, or signed already",
    ),
    refused(
        domain.SignedBeforeWork, 409, "协议早于就业日", "The agreement is before the work began",
        ("就业日 {employed_on}", "at work since {employed_on}"),
    ),
    refused(domain.UnknownFact, 422, "没有此事实", "There is no such fact"),
    refused(
        domain.MonthsMissing, 422, "核定领取须有月数和缴费年数",
        "A period begins with months granted and years of contributions",
    ),
    refused(domain.ReasonMissing, 422, "停发须有原因", "A stop has its reason"),
    refused(
        domain.NothingToReverse, 422, "撤销须指明所撤销的事实", "Only a reversal names another fact"
    ),
]  # fmt: skip
