"""HTTP of certificates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import etag, expected_version, runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, load
from registry.certificates import domain, issuing, usecases
from registry.certificates.domain import Certificate, RefusalReason, State, Transition
from registry.certificates.issuing import Issue
from registry.certificates.usecases import Apply
from registry.decision_api import DecisionOut
from registry.workers.domain import Category

TAG = "certificates 再就业优惠证"
router = APIRouter(prefix="/v1/certificates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writer = Annotated[Actor, requires("registry:certificate:write")]
Approver = Annotated[Actor, requires("registry:certificate:approve")]
Importer = Annotated[Actor, requires("registry:certificate:import")]

STATE = "状态：applied 已申请，checked 已审核，publicised 已公示，issued 已发证，refused 不予发证，revoked 已注销"
_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"

#: What an answer about a certificate shows of its holder, in the words of the access log.
SHOWN = ("certificate",)


class ApplyIn(Asked):
    """An application (优惠证申请). In bulk the rule decides at once, and those granted are publicised."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"worker_id": _WORKER, "applied_on": "2003-03-03"}]},
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="申请人")
    applied_on: date = Field(description="申请日期；按当日事实与法规审核")
    publicised_on: date | None = Field(
        default=None, description="公示起始日，仅批量导入使用；缺省为申请日"
    )

    def command(self) -> Apply:
        return Apply(self.worker_id, self.applied_on, self.publicised_on, self.id or new_id())


class IssueLine(Asked):
    """A certificate to issue, by its id or by its holder (批量发证)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"worker_id": _WORKER, "issued_on": "2003-04-10"}]},
    )
    certificate_id: UUID | None = Field(default=None, description="优惠证标识")
    worker_id: UUID | None = Field(default=None, description="持证人；与优惠证标识二选一")
    issued_on: date = Field(description="发证日期")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.certificate_id is None) == (self.worker_id is None):
            raise ValueError("name the certificate or the worker")
        return self

    def command(self) -> Issue:
        return Issue(self.issued_on, self.certificate_id, self.worker_id)


class StepIn(Asked):
    """A step with its day of fact (办理日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-04-10"}]})
    on: date = Field(description="办理日期")


class RefuseIn(StepIn):
    """A refusal by hand (不予发证)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": "2003-04-10", "reason": "objection-upheld"}]},
    )
    reason: RefusalReason = Field(
        description="原因：objection-upheld 异议成立，proof-false 证明不实，withdrawn 本人撤回"
    )


class CertificateOut(BaseModel):
    """A certificate (再就业优惠证)."""

    id: UUID
    worker_id: UUID
    category: Category = Field(description="对象类别")
    state: State = Field(description=STATE)
    entitled: bool = Field(description="是否符合发证条件（规则已批准）")
    clause: str | None = Field(description="首个不符合的条款")
    reason: str | None = Field(description="人工不予发证或注销的原因")
    applied_on: date = Field(description="申请日期")
    state_on: date = Field(description="现状态日期")
    number: str | None = Field(description="证号", examples=["23110020030000001"])
    issued_on: date | None = Field(description="发证日期")
    valid_until: date | None = Field(description="有效期至")
    revoked_on: date | None = Field(description="注销日期")
    decision_id: UUID | None = Field(description="决定记录")
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])

    @classmethod
    def of(cls, c: Certificate) -> CertificateOut:
        return cls(
            id=c.id, worker_id=c.worker_id, category=c.category, state=c.state,
            entitled=c.entitled, clause=c.clause, reason=c.reason, applied_on=c.applied_on,
            state_on=c.state_on, number=c.number, issued_on=c.issued_on,
            valid_until=c.valid_until, revoked_on=c.revoked_on, decision_id=c.decision_id,
            area_code=c.area_code, office=c.office, version=c.version,
        )  # fmt: skip


class TransitionOut(BaseModel):
    """One step of a certificate (办理环节)."""

    step: int = Field(examples=[1])
    state: State = Field(description=STATE)
    day: date = Field(description="日期")
    actor: str = Field(description="经办人")
    reason: str | None = Field(description="原因")

    @classmethod
    def of(cls, t: Transition) -> TransitionOut:
        return cls(step=t.step, state=t.state, day=t.day, actor=t.actor, reason=t.reason)


class CertificateHistory(BaseModel):
    """All steps, in order (办理过程)."""

    items: list[TransitionOut]


class CertificateCounts(BaseModel):
    """How many certificates stand where (数量)."""

    applied: int = Field(description="待审核")
    entitled: int = Field(description="应发证（规则已批准）")
    issued: int = Field(description="已发证")
    refused: int = Field(description="不予发证")
    revoked: int = Field(description="已注销")


def _told(response: Response, certificate: Certificate) -> CertificateOut:
    response.headers["ETag"] = etag(certificate.version)
    return CertificateOut.of(certificate)


@router.post("", status_code=201, summary="申请优惠证", operation_id="apply_for_certificate")
async def apply_for_certificate(
    request: Request, response: Response, body: ApplyIn, actor: Writer
) -> CertificateOut:
    """Take an application. 409 when the person has one under way or in hand."""
    rt = runtime_of(request)
    return _told(response, await usecases.apply_for_certificate(rt, actor, body.command()))


@router.post(
    "/imports", summary="批量申请优惠证", operation_id="import_certificate_applications",
    openapi_extra=bulk.documented(ApplyIn),
)  # fmt: skip
async def import_certificate_applications(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take many applications; the rule grants or refuses each with a decision record, and those
    granted are publicised in the same step. A refused application is a good line."""
    return await load(request, options, ApplyIn, ApplyIn.command, usecases.apply_all, actor)


@router.post(
    "/issues/imports", summary="批量发证", operation_id="import_certificate_issues",
    openapi_extra=bulk.documented(IssueLine),
)  # fmt: skip
async def import_certificate_issues(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Issue many certificates; each must be publicised and its days of publicity over."""
    return await load(request, options, IssueLine, IssueLine.command, issuing.issue_all, actor)


@router.get("/counts", summary="优惠证数量", operation_id="count_certificates")
async def count_certificates(request: Request, actor: Reader) -> CertificateCounts:
    """How many certificates of the caller's subtree stand where."""
    counts = await usecases.counts_of(runtime_of(request), actor)
    return CertificateCounts(
        applied=counts.applied, entitled=counts.entitled, issued=counts.issued,
        refused=counts.refused, revoked=counts.revoked,
    )  # fmt: skip


@router.get("", summary="优惠证列表", operation_id="list_certificates")
async def list_certificates(
    request: Request,
    actor: Reader,
    number: Annotated[str | None, Query(max_length=40, description="证号")] = None,
    worker_id: Annotated[UUID | None, Query(description="持证人")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CertificateOut]:
    """Certificates of the caller's subtree; a number finds one or none."""
    rt = runtime_of(request)
    if number is not None:
        found = await usecases.certificate_by_number(rt, actor, number)
        if found is not None:
            await audit.note(rt, actor, "list_certificates", [found.worker_id], SHOWN)
        return pagination.Page(items=[CertificateOut.of(found)] if found else [])
    filters = {"worker_id": worker_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_certificates(
        rt, actor, worker_id, state, after[0] if after else None, limit + 1
    )
    people = dict.fromkeys(row.worker_id for row in rows[:limit])
    await audit.note(rt, actor, "list_certificates", list(people), SHOWN)
    return pagination.page(
        rows, limit, position=lambda c: [str(c.id)], item=CertificateOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{certificate_id}", summary="查看优惠证", operation_id="get_certificate")
async def get_certificate(
    request: Request, response: Response, certificate_id: UUID, actor: Reader
) -> CertificateOut:
    """One certificate; its ETag is what the next step must name."""
    rt = runtime_of(request)
    certificate = await usecases.certificate_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate", [certificate.worker_id], SHOWN)
    return _told(response, certificate)


@router.get(
    "/{certificate_id}/transitions", summary="办理过程", operation_id="get_certificate_history"
)
async def get_certificate_history(
    request: Request, certificate_id: UUID, actor: Reader
) -> CertificateHistory:
    """Every step of this certificate, with its day and actor."""
    steps = await usecases.history_of(runtime_of(request), actor, certificate_id)
    return CertificateHistory(items=[TransitionOut.of(step) for step in steps])


@router.get(
    "/{certificate_id}/decision", summary="审核决定及理由", operation_id="get_certificate_decision"
)
async def get_certificate_decision(
    request: Request, certificate_id: UUID, actor: Reader
) -> DecisionOut:
    """Why it was granted or refused: every condition with its clause, facts and parameters used."""
    record = await usecases.decision_of(runtime_of(request), actor, certificate_id)
    return DecisionOut.of(record, request)


@router.post(
    "/{certificate_id}/checks", status_code=201, summary="审核", operation_id="check_certificate"
)
async def check_certificate(
    request: Request, response: Response, certificate_id: UUID, body: StepIn, actor: Writer
) -> CertificateOut:
    """The rule decides: checked, or refused with the first failing clause. Needs If-Match."""
    version = expected_version(request)
    return _told(
        response,
        await usecases.check_certificate(
            runtime_of(request), actor, certificate_id, body.on, version
        ),
    )


@router.post(
    "/{certificate_id}/publications", status_code=201, summary="公示",
    operation_id="publicise_certificate",
)  # fmt: skip
async def publicise_certificate(
    request: Request, response: Response, certificate_id: UUID, body: StepIn, actor: Writer
) -> CertificateOut:
    """Post it on the public list; the days of publicity begin. Needs If-Match."""
    version = expected_version(request)
    return _told(
        response,
        await usecases.publicise_certificate(
            runtime_of(request), actor, certificate_id, body.on, version
        ),
    )


@router.post(
    "/{certificate_id}/issues", status_code=201, summary="发证", operation_id="issue_certificate"
)
async def issue_certificate(
    request: Request, response: Response, certificate_id: UUID, body: StepIn, actor: Approver
) -> CertificateOut:
    """Hand the certificate over, once its days of publicity are past. Needs If-Match."""
    command = Issue(body.on, certificate_id, version=expected_version(request))
    return _told(response, await issuing.issue_certificate(runtime_of(request), actor, command))


@router.post(
    "/{certificate_id}/refusals", status_code=201, summary="不予发证",
    operation_id="refuse_certificate",
)  # fmt: skip
async def refuse_certificate(
    request: Request, response: Response, certificate_id: UUID, body: RefuseIn, actor: Approver
) -> CertificateOut:
    """Refuse by hand, with a coded reason. Needs If-Match."""
    version = expected_version(request)
    return _told(
        response,
        await usecases.refuse_certificate(
            runtime_of(request), actor, certificate_id, body.on, version, body.reason
        ),
    )


routers = [
    router,
    bulk.reading("/v1/certificates", "certificate", "registry:certificate:import", tag=TAG),
]

problems = [
    refused(domain.NoSuchCertificate, 422, "没有此优惠证", "There is no such certificate"),
    refused(
        domain.CertificateExists,
        409,
        "已有在办或持有的优惠证",
        "A certificate is under way or in hand",
    ),
    refused(
        domain.WrongState,
        409,
        "当前状态不能办理此环节",
        "The step does not follow this state",
        ("现状态：{state}", "It is {state}"),
    ),
    refused(
        domain.OutOfOrder,
        422,
        "日期早于上一环节",
        "The day is before the step before it",
        ("不早于 {not_before}", "Not before {not_before}"),
    ),
    refused(
        domain.PublicityNotOver,
        409,
        "公示期未满",
        "The days of publicity are not over",
        ("公示 {days} 天", "{days} days of publicity"),
    ),
    refused(
        domain.LawNotInForce, 422, "该日期尚无发证规定", "No law grants certificates on that day"
    ),
    refused(
        domain.SchemeEnded,
        422,
        "政策执行期已满，不再受理",
        "The programme has ended and takes no applications",
        ("受理至 {last}", "Applications were taken until {last}"),
    ),
]
