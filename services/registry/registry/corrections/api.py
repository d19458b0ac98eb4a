"""HTTP of corrections: asked for by one person, decided by another."""

from __future__ import annotations

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
from kit.wire import Asked, Text, terms
from registry.certificates.acts import State as CertificateState
from registry.corrections import domain, usecases
from registry.corrections.bodies import RequestCorrectionIn
from registry.corrections.domain import State
from registry.corrections.usecases import Ask, Outcome
from registry.workers.correcting import masked

TAG = "corrections 更正"
of_worker = APIRouter(prefix="/v1/workers/{worker_id}/correction-requests", tags=[TAG])
router = APIRouter(prefix="/v1/correction-requests", tags=[TAG])
Reader = Annotated[Actor, requires("registry:correction:read")]
Writing = Annotated[Step, stepping("registry:correction:write")]
Approving = Annotated[Step, stepping("registry:correction:approve")]
STATES = terms(domain.STATES)
#: What a request shows of a person, in the words of the access log.
SHOWN = ("correction",)


class CorrectionRequestOut(BaseModel):
    """A request and how it stands, personal values masked (更正申请)."""

    id: UUID
    worker_id: UUID
    attribute: str = Field(description="更正项目", examples=["category"])
    value: Any = Field(description="更正后的值（个人信息已脱敏）", examples=["none"])
    previous: Any = Field(description="原记录的值（个人信息已脱敏）", examples=["soe_laid_off"])
    valid_from: date | None = Field(description="自何日起成立；为空即自始")
    requested_on: date = Field(description="申请日期")
    reason: str = Field(description="更正原因")
    evidence: str | None = Field(description="所见证明材料")
    requested_by: str = Field(description="申请人账号")
    state: State = Field(description=STATES)
    area_code: AreaCode
    office: str = Field(examples=["231102-employment-bureau"])
    version: int = Field(description="版本，用于 If-Match")

    @classmethod
    def of(cls, r: domain.Request) -> CorrectionRequestOut:
        return cls(
            id=r.id, worker_id=r.worker_id, attribute=r.attribute,
            value=masked(r.attribute, r.value), previous=masked(r.attribute, r.expected),
            valid_from=r.valid_from, requested_on=r.requested_on, reason=r.reason,
            evidence=r.evidence, requested_by=r.requested_by, state=r.state,
            area_code=r.area_code, office=r.office, version=r.version,
        )  # fmt: skip


class ApproveIn(Asked):
    """An approval; ``on`` is the day from which the consequences are drawn (批准更正)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"on": "2003-09-01"}]}
    )
    on: date = Field(description="批准日期；后果自此日起")


class RefuseIn(Asked):
    """A refusal with its reason (驳回更正)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"on": "2003-09-01", "reason": "证明材料不足"}]},
    )
    on: date = Field(description="驳回日期")
    reason: Text = Field(description="驳回原因")


class WithdrawIn(Asked):
    """A withdrawal by whoever asked (撤回申请)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"on": "2003-09-01"}]}
    )
    on: date = Field(description="撤回日期")


class CorrectionOutcome(BaseModel):
    """What a correction did, to the worker and to the certificate (更正结果)."""

    request: CorrectionRequestOut
    worker_version: int = Field(description="劳动者新版本")
    certificate_id: UUID | None = Field(description="优惠证；未涉及或从未申请则为空")
    certificate_state: CertificateState | None = Field(description="优惠证现状态")
    entitled: bool | None = Field(description="是否符合发证条件")

    @classmethod
    def of(cls, outcome: Outcome) -> CorrectionOutcome:
        certificate = outcome.certificate
        return cls(
            request=CorrectionRequestOut.of(outcome.request),
            worker_version=outcome.worker.version,
            certificate_id=certificate.id if certificate else None,
            certificate_state=certificate.state if certificate else None,
            entitled=certificate.entitled if certificate else None,
        )


@of_worker.post("", status_code=201, summary="申请更正", operation_id="request_correction")
async def request_correction(
    worker_id: UUID, body: RequestCorrectionIn, step: Writing, claim: idempotency.Optional
) -> CorrectionRequestOut:
    """Ask that one attribute of the record be corrected. Nothing changes until another person
    approves. Needs If-Match with the worker's ETag."""
    command = Ask(
        worker_id, body.attribute, body.json_value, body.valid_from, body.requested_on,
        body.reason, body.evidence, step.version,
    )  # fmt: skip
    made = await usecases.request_correction(
        step.rt, step.actor, command, claim.answering(201, CorrectionRequestOut.of)
    )
    await step.shows([worker_id], SHOWN, made.version)
    return CorrectionRequestOut.of(made)


@of_worker.get("", summary="某人的更正申请", operation_id="list_worker_corrections")
async def list_worker_corrections(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CorrectionRequestOut]:
    """Every request to correct this worker's record, oldest first."""
    return await _page(request, actor, "list_worker_corrections", worker_id, None, limit, cursor)


@router.get("", summary="更正申请列表", operation_id="list_corrections")
async def list_corrections(
    request: Request,
    actor: Reader,
    state: Annotated[State | None, Query(description=STATES)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CorrectionRequestOut]:
    """Requests of the caller's subtree, for instance those that wait (``state=requested``)."""
    return await _page(request, actor, "list_corrections", None, state, limit, cursor)


async def _page(
    request: Request,
    actor: Actor,
    operation: str,
    worker_id: UUID | None,
    state: State | None,
    limit: int,
    cursor: str | None,
) -> pagination.Page[CorrectionRequestOut]:
    filters = {"worker_id": worker_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_corrections(
        rt, actor, worker_id, state, after[0] if after else None, limit + 1
    )
    await audit.note(rt, actor, operation, [r.worker_id for r in rows[:limit]], SHOWN)
    return pagination.page(
        rows, limit, position=lambda r: [str(r.id)], item=CorrectionRequestOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{request_id}", summary="查看更正申请", operation_id="get_correction")
async def get_correction(
    request: Request, response: Response, request_id: UUID, actor: Reader
) -> CorrectionRequestOut:
    """One request; the ETag is what a verdict must name."""
    rt = runtime_of(request)
    found = await usecases.correction_of(rt, actor, request_id)
    await audit.note(rt, actor, "get_correction", [found.worker_id], SHOWN)
    response.headers["ETag"] = etag(found.version)
    return CorrectionRequestOut.of(found)


@router.post(
    "/{request_id}/approvals",
    status_code=201,
    summary="批准更正",
    operation_id="approve_correction",
)
async def approve_correction(
    request_id: UUID, body: ApproveIn, step: Approving
) -> CorrectionOutcome:
    """Approve: the record is changed and the rule is asked again. Never by whoever asked (409
    ``maker-is-checker``). Granted and refused certificates change places, an issued one is revoked.
    The ETag of the answer is the worker's."""
    outcome = await usecases.approve_correction(
        step.rt, step.actor, request_id, body.on, step.version
    )
    await step.shows([outcome.worker.id], SHOWN, outcome.worker.version)
    return CorrectionOutcome.of(outcome)


@router.post(
    "/{request_id}/refusals", status_code=201, summary="驳回更正", operation_id="refuse_correction"
)
async def refuse_correction(
    request_id: UUID, body: RefuseIn, step: Approving
) -> CorrectionRequestOut:
    """Refuse with a reason; the record stays. Never by whoever asked."""
    found = await usecases.refuse_correction(
        step.rt, step.actor, request_id, body.on, body.reason, step.version
    )
    await step.shows([found.worker_id], SHOWN, found.version)
    return CorrectionRequestOut.of(found)


@router.post(
    "/{request_id}/withdrawals", status_code=201, summary="撤回更正申请",
    operation_id="withdraw_correction",
)  # fmt: skip
async def withdraw_correction(
    request_id: UUID, body: WithdrawIn, step: Writing
) -> CorrectionRequestOut:
    """Take a request back; only whoever asked."""
    found = await usecases.withdraw_correction(
        step.rt, step.actor, request_id, body.on, step.version
    )
    await step.shows([found.worker_id], SHOWN, found.version)
    return CorrectionRequestOut.of(found)


routers = [of_worker, router]

problems = [
    refused(domain.NotRequested, 409, "该申请已有结论", "The request has been decided"),
    refused(domain.OnlyTheMaker, 409, "只有申请人可以撤回", "Only whoever asked withdraws"),
    refused(
        domain.DecidedBeforeRequest, 422, "审批日期早于申请日期", "The verdict is dated before the request"
    ),
]  # fmt: skip
