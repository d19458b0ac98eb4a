"""Enrolments over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field

from kit import bulk, pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.lifecycle import allowed
from kit.money import Yuan, YuanNotNegative
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, Day, FactDate, Made, Text, Told, after, load, page, terms
from subsidy.enrolments import domain, usecases
from subsidy.enrolments.domain import ACTS, STATES, Enrolment, State
from subsidy.programmes.bodies import Code

router = APIRouter(prefix="/v1/enrolments", tags=["enrolments 享受人员名册"])
imports = bulk.reading(
    "/v1/enrolments", "enrolment", "subsidy:enrolment:import", tag="enrolments 享受人员名册"
)
Reader = Annotated[Actor, requires("subsidy:enrolment:read")]
Writer = Annotated[Actor, requires("subsidy:enrolment:write")]


class EnrolPerson(Made):
    """A person whom a programme pays month by month (列入名册)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "worker_id": "019a9d2c-8f00-7000-8000-0000000000a2",
                    "programme": "si-public-welfare",
                    "reference": "019a9d2c-8f00-7000-8000-0000000000a3",
                    "payee_id": "019a9d2c-8f00-7000-8000-0000000000a4",
                    "since": "2003-09-01",
                    "area_code": "231100000000",
                    "office": "231100-finance-bureau",
                }
            ]
        }
    )
    worker_id: UUID = Field(description="劳动者")
    programme: Code = Field(description="补贴项目代码，须为按月发放的项目")
    reference: UUID | None = Field(default=None, description="所依据的就业；生活保障类为空")
    payee_id: UUID = Field(description="收款方，须为项目规定的一类")
    since: FactDate
    until: date | None = Field(default=None, description="计划的最后一日，未定则为空")
    approved_on: date | None = Field(default=None, description="首次核准或申请之日 (B9)")
    renewed_until: date | None = Field(default=None, description="逐年延续至 (B8)")
    agreement_until: date | None = Field(default=None, description="中心协议的最后一日 (B25)")
    enterprise_pays: YuanNotNegative = Field(
        default_factory=int, description="企业每月已缴的部分（元）"
    )
    recognised_on: date | None = Field(default=None, description="三部门认定企业无力负担之日 (B25)")

    def enrolment(self) -> Enrolment:
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "id"}
        return Enrolment(self.made_id, **given)


class EndEnrolment(Asked):
    """An enrolment ends (退出名册)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ended_on": "2003-10-15", "reason": "本人申请退出"}]}
    )
    ended_on: FactDate
    reason: Text = Field(description="原因（不得含姓名、证件号）")


class EnrolmentOut(Told):
    """Who is paid month by month, and until when (享受人员)."""

    id: UUID
    worker_id: UUID
    programme: str
    reference: UUID | None
    payee_id: UUID
    since: date
    until: date | None
    facts_until: date | None = Field(
        description="依已知事实的最后一日，事实撤销后恢复；为空即未终止"
    )
    last: date | None = Field(description="发放至此日；为空即仍在发放")
    approved_on: date | None
    renewed_until: date | None
    agreement_until: date | None
    enterprise_pays: Yuan
    recognised_on: date | None
    state: State = Field(description=terms(STATES))
    reason: str | None
    area_code: str
    office: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, one: Enrolment) -> EnrolmentOut:
        shown = {n: getattr(one, n) for n in cls.model_fields if n != "allowed"}
        return cls(**shown, allowed=list(allowed(ACTS, one.state)))


def _answer(response: Response, one: Enrolment) -> EnrolmentOut:
    response.headers["ETag"] = etag(one.version)
    return EnrolmentOut.of(one)


@router.post("", summary="列入享受人员名册", status_code=201)
async def enrol_person(
    request: Request, response: Response, body: EnrolPerson, actor: Writer, claim: Required
) -> EnrolmentOut:
    """Enrol a person with a programme that pays by the month. Whether a month is granted, each run
    decides; facts that end it may be known already."""
    made = await usecases.enrol_person(
        runtime_of(request), actor, body.enrolment(), claim.answering(201, EnrolmentOut.of)
    )
    response.headers["Location"] = f"/v1/enrolments/{made.id}"
    return _answer(response, made)


@router.post(
    "/imports", summary="批量列入名册", status_code=200, openapi_extra=bulk.documented(EnrolPerson)
)
async def import_enrolments(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:enrolment:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each; every rule of the single call holds for every line."""
    return await load(request, options, EnrolPerson, EnrolPerson.enrolment, usecases.enrol, actor)


@router.post("/{enrolment_id}/endings", summary="退出名册", status_code=201)
async def end_enrolment(
    request: Request,
    response: Response,
    enrolment_id: UUID,
    body: EndEnrolment,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> EnrolmentOut:
    """End it by hand, with the last day for which it pays."""
    made = await usecases.end_enrolment(
        runtime_of(request), actor, enrolment_id, body.ended_on, body.reason, version,
        claim.answering(201, EnrolmentOut.of),
    )  # fmt: skip
    return _answer(response, made)


@router.get("/{enrolment_id}", summary="查询名册中的一人")
async def get_enrolment(
    request: Request, response: Response, enrolment_id: UUID, actor: Reader
) -> EnrolmentOut:
    """One enrolment of the caller's area; its ETag is what an ending must name."""
    return _answer(response, await usecases.enrolment_of(runtime_of(request), actor, enrolment_id))


@router.get("", summary="列出享受人员名册")
async def list_enrolments(
    request: Request,
    actor: Reader,
    programme: Code | None = None,
    worker_id: UUID | None = None,
    on: Annotated[Day | None, Query(description="在该日发放的")] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[EnrolmentOut]:
    """Enrolments of the caller's area in the order of their ids."""
    filters = {"programme": programme, "worker_id": worker_id, "on": on}
    found = await usecases.list_enrolments(
        runtime_of(request), actor, programme=programme, worker_id=worker_id, on=on,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(found, limit, EnrolmentOut.of, actor=actor, filters=filters)


problems = [
    refused(
        domain.NotByMonth, 422, "没有按月发放的该项目，或该日尚未施行",
        "No programme of this code pays by the month on that day",
    ),
    refused(
        domain.ReferenceDiffers, 422, "应指明所依据的就业（生活保障类不填）",
        "A month of work names its placement; an allowance names none",
    ),
    refused(
        domain.OtherPayee, 422, "无此收款方，或不是该项目规定的收款方",
        "There is no such payee, or the programme pays another kind",
    ),
    refused(domain.EnrolledAlready, 409, "已在名册", "The person is enrolled for this work"),
    refused(domain.WrongState, 409, "已退出名册", "It has ended before"),
    refused(
        domain.EndsBeforeItBegins, 422, "最后一日早于第一日", "It ends before it begins",
        ("不早于 {not_before}", "Not before {not_before}"),
    ),
]  # fmt: skip
