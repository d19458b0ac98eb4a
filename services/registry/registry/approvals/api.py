"""HTTP of issuing: one certificate, the city's confirmation, and batches of every step."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit import audit, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.steps import Step, stepping
from kit.wire import Asked, terms
from registry import control_totals
from registry.approvals import usecases
from registry.approvals.domain import BATCH_ACTS, Approval, BatchAct
from registry.approvals.usecases import Approve, Done
from registry.certificates import domain as certificate
from registry.certificates.acts import State
from registry.certificates.api import SHOWN, told
from registry.certificates.bodies import TAG as CERTIFICATES
from registry.certificates.bodies import CertificateOut, PostedAs, StepIn
from registry.certificates.issuing import Issue
from registry.control_totals import BATCH_MAX, Totals
from registry.custody.wire import IssueIn

TAG = "approvals 批量审批"
router = APIRouter(prefix="/v1/certificates/approvals", tags=[TAG])
checking = APIRouter(prefix="/v1/certificates/check-batches", tags=[TAG])
posting = APIRouter(prefix="/v1/certificates/publication-batches", tags=[TAG])
confirming = APIRouter(prefix="/v1/certificates/confirmation-batches", tags=[TAG])
issuing_one = APIRouter(prefix="/v1/certificates/{certificate_id}/issues", tags=[CERTIFICATES])
of_certificate = APIRouter(prefix="/v1/certificates/{certificate_id}", tags=[TAG])
listing = APIRouter(prefix="/v1/certificate-approvals", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Checker = Annotated[Actor, requires("registry:certificate:write")]
Approver = Annotated[Actor, requires("registry:certificate:approve")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]

_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class DeclaredIn(Asked):
    """What is on the desk: so many, and these very ones (控制数)."""

    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    on: date = Field(description="办理日期")
    count: int = Field(ge=0, le=BATCH_MAX, description="控制数：件数")
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="控制数：全部优惠证标识（小写）排序后以换行连接的 SHA-256",
    )
    certificate_ids: list[UUID] | None = Field(
        default=None,
        min_length=1,
        max_length=BATCH_MAX,
        description="逐件列出；或按下列条件选取",
    )
    area_code: AreaCode | None = Field(default=None, description="区划（含下级）；缺省为本机构辖区")

    def _command(self, act: BatchAct, until: date | None, posted_as: str | None = None) -> Approve:
        if self.certificate_ids is not None and (self.area_code or until):
            raise ValueError("list the certificates or select them, not both")
        return Approve(
            self.on, Totals(self.count, self.digest), self.certificate_ids, self.area_code,
            until, self.id or new_id(), act, posted_as,
        )  # fmt: skip


class ApproveIn(DeclaredIn):
    """A batch to issue, with its control totals (批量发证审批，须申报控制数)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-04-10", "count": 0, "digest": _DIGEST,
                          "posted_until": "2003-04-05"}]
        },
    )  # fmt: skip
    posted_until: date | None = Field(default=None, description="公示起始日不晚于；缺省为发证日期")

    @model_validator(mode="after")
    def listed_or_selected(self) -> Self:
        self.command()
        return self

    def command(self) -> Approve:
        return self._command("issue", self.posted_until)


class CheckBatchIn(DeclaredIn):
    """A batch to check, with its control totals (批量审核，须申报控制数)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-04-10", "count": 0, "digest": _DIGEST,
                          "applied_until": "2003-04-05"}]
        },
    )  # fmt: skip
    applied_until: date | None = Field(default=None, description="申请日期不晚于；缺省为办理日期")

    @model_validator(mode="after")
    def listed_or_selected(self) -> Self:
        self.command()
        return self

    def command(self) -> Approve:
        return self._command("check", self.applied_until)


class PublishBatchIn(DeclaredIn):
    """A batch to post, with its control totals (批量公示，须申报控制数)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-04-10", "count": 0, "digest": _DIGEST,
                          "checked_until": "2003-04-05", "posted_as": "爱辉街道公示栏 2003 第 7 期"}]
        },
    )  # fmt: skip
    checked_until: date | None = Field(default=None, description="审核日期不晚于；缺省为办理日期")
    posted_as: PostedAs = None

    @model_validator(mode="after")
    def listed_or_selected(self) -> Self:
        self.command()
        return self

    def command(self) -> Approve:
        return self._command("publicise", self.checked_until, self.posted_as)


class ConfirmBatchIn(DeclaredIn):
    """A batch for the city to confirm, with its control totals (市级批量确认，须申报控制数)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-06-12", "count": 0, "digest": _DIGEST,
                          "approved_until": "2003-06-10"}]
        },
    )  # fmt: skip
    approved_until: date | None = Field(default=None, description="批准日期不晚于；缺省为办理日期")

    @model_validator(mode="after")
    def listed_or_selected(self) -> Self:
        self.command()
        return self

    def command(self) -> Approve:
        return self._command("confirm", self.approved_until)


class IssuedOut(BaseModel):
    """One certificate of the batch (已发证，或已批准待市级确认)."""

    certificate_id: UUID
    state: State = Field(description="issued 已发证，approved 已批准待市级确认")
    number: str = Field(description="证号；待市级确认的为空", examples=["23110020030000001"])


class CheckedOut(BaseModel):
    """One application of the batch (已审核，或不予发放)."""

    certificate_id: UUID
    state: State = Field(description="checked 已审核，refused 不予发证")
    clause: str | None = Field(description="首个不符合的条款")


class PostedOut(BaseModel):
    """One application of the batch (已公示)."""

    certificate_id: UUID
    state: State = Field(description="publicised 已公示")
    posted_on: date = Field(description="公示起始日：公示期自此日起算")


class ApprovalOut(BaseModel):
    """A batch that was checked, posted, issued or confirmed (批量办理记录)."""

    id: UUID
    act: BatchAct = Field(description="环节：" + terms(BATCH_ACTS))
    approved_on: date = Field(description="办理日期")
    count: int = Field(description="件数")
    digest: str = Field(description="控制摘要")
    area_code: AreaCode
    office: str = Field(description="办理机构")
    actor: str = Field(description="办理人")

    @classmethod
    def of(cls, a: Approval) -> ApprovalOut:
        return cls(
            id=a.id, act=a.act, approved_on=a.approved_on, count=a.totals.count,
            digest=a.totals.digest, area_code=a.area_code, office=a.office, actor=a.actor,
        )  # fmt: skip


class ApprovedOut(ApprovalOut):
    """The batch with what was issued in it."""

    issued: list[IssuedOut]

    @classmethod
    def done(cls, done: Done) -> ApprovedOut:
        """The answer to an approval."""
        return cls(
            **ApprovalOut.of(done.approval).model_dump(),
            issued=[
                IssuedOut(certificate_id=c.id, state=c.state, number=c.number or "")
                for c in done.certificates
            ],
        )


class CheckBatchOut(ApprovalOut):
    """The batch with what the rule decided in it."""

    checked: list[CheckedOut]

    @classmethod
    def done(cls, done: Done) -> CheckBatchOut:
        """The answer to a batch of checks."""
        return cls(
            **ApprovalOut.of(done.approval).model_dump(),
            checked=[
                CheckedOut(certificate_id=c.id, state=c.state, clause=c.clause)
                for c in done.certificates
            ],
        )


class PublishBatchOut(ApprovalOut):
    """The batch with what was posted in it."""

    posted: list[PostedOut]

    @classmethod
    def done(cls, done: Done) -> PublishBatchOut:
        """The answer to a batch of postings."""
        return cls(
            **ApprovalOut.of(done.approval).model_dump(),
            posted=[
                PostedOut(certificate_id=c.id, state=c.state, posted_on=c.posted_on)
                for c in done.certificates
            ],
        )


@router.post("", status_code=201, summary="批量发证审批", operation_id="approve_certificates")
async def approve_certificates(
    request: Request, body: ApproveIn, actor: Approver, claim: idempotency.Required
) -> ApprovedOut:
    """Issue a batch, all or none. What is selected must have the count and the digest declared; none
    of it was taken or checked by the approver. Where any of it is refused, ``errors`` says of each by
    its id why."""
    rt = runtime_of(request)
    done = await usecases.approve(rt, actor, body.command(), claim.answering(201, ApprovedOut.done))
    people = [certificate.worker_id for certificate in done.certificates]
    await audit.note(rt, actor, "approve_certificates", people, SHOWN)
    return ApprovedOut.done(done)


@checking.post("", status_code=201, summary="批量审核", operation_id="check_certificates")
async def check_certificates(
    request: Request, body: CheckBatchIn, actor: Checker, claim: idempotency.Required
) -> CheckBatchOut:
    """The rule decides on a batch of applications, an imported one for instance: each is checked, or
    refused with its first failing clause. All or none: what is selected must have the count and the
    digest declared, each has its papers, and none of it was taken by the person who checks. Where any of
    it cannot be checked, ``errors`` says of each by its id why."""
    rt = runtime_of(request)
    done = await usecases.approve(
        rt, actor, body.command(), claim.answering(201, CheckBatchOut.done)
    )
    people = [certificate.worker_id for certificate in done.certificates]
    await audit.note(rt, actor, "check_certificates", people, SHOWN)
    return CheckBatchOut.done(done)


@posting.post("", status_code=201, summary="批量公示", operation_id="publicise_certificates")
async def publicise_certificates(
    request: Request, body: PublishBatchIn, actor: Checker, claim: idempotency.Required
) -> PublishBatchOut:
    """Post a batch of what was checked on the public list, all or none: the days of publicity of all
    begin today, or on the day of a paper list that is named. What is selected must have the count and
    the digest declared. Where any of it cannot be posted, ``errors`` says of each by its id why."""
    rt = runtime_of(request)
    done = await usecases.approve(
        rt, actor, body.command(), claim.answering(201, PublishBatchOut.done)
    )
    people = [certificate.worker_id for certificate in done.certificates]
    await audit.note(rt, actor, "publicise_certificates", people, SHOWN)
    return PublishBatchOut.done(done)


@confirming.post(
    "", status_code=201, summary="市级批量确认发证", operation_id="confirm_certificates"
)
async def confirm_certificates(
    request: Request, body: ConfirmBatchIn, actor: Approver, claim: idempotency.Required
) -> ApprovedOut:
    """The city confirms a batch of what its districts approved, all or none (R11). What is selected must
    have the count and the digest declared; none of it was taken, checked or approved by the person who
    confirms. Where any of it is refused, ``errors`` says of each by its id why."""
    rt = runtime_of(request)
    done = await usecases.approve(rt, actor, body.command(), claim.answering(201, ApprovedOut.done))
    people = [certificate.worker_id for certificate in done.certificates]
    await audit.note(rt, actor, "confirm_certificates", people, SHOWN)
    return ApprovedOut.done(done)


@issuing_one.post("", status_code=201, summary="发证", operation_id="issue_certificate")
async def issue_certificate(certificate_id: UUID, body: IssueIn, step: Approving) -> CertificateOut:
    """Issue the certificate, once its days of publicity are past. It lies at the office until it is
    collected, which may be said at once. Never by the person who took or checked the application."""
    command = Issue(body.on, certificate_id, version=step.version)
    done = await usecases.issue_one(step.rt, step.actor, command, body.who())
    return await told(step, done)


@of_certificate.post(
    "/confirmations", status_code=201, summary="市级确认发证", operation_id="confirm_certificate"
)
async def confirm_certificate(
    certificate_id: UUID, body: StepIn, step: Approving
) -> CertificateOut:
    """Where the city confirms (R11): what its district approved is issued. Only an office of the city,
    never the person who took, checked or approved it."""
    command = Issue(body.on, certificate_id, version=step.version)
    done = await usecases.confirm_one(step.rt, step.actor, command)
    return await told(step, done)


@listing.get("", summary="批量审批记录", operation_id="list_certificate_approvals")
async def list_certificate_approvals(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[ApprovalOut]:
    """Batches of the caller's subtree, oldest first."""
    after = pagination.decode(cursor, [UUID], actor=actor, filters={})
    rows = await usecases.list_approvals(
        runtime_of(request), actor, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=ApprovalOut.of, actor=actor,
        filters={},
    )  # fmt: skip


routers = [router, checking, posting, confirming, issuing_one, of_certificate, listing]

problems = [
    refused(
        certificate.NotTheCity,
        403,
        "须由市级机构确认",
        "An office of the city confirms",
    ),
    refused(
        control_totals.TotalsDiffer,
        409,
        "控制数不符，未办理",
        "The control totals differ; nothing was done",
        (
            "申报 {declared_count} 件（{declared_digest}），选取 {selected_count} 件（{selected_digest}）",
            "Declared {declared_count} ({declared_digest}), selected {selected_count}"
            " ({selected_digest})",
        ),
    ),
    refused(
        control_totals.BatchTooLarge,
        422,
        "一批件数过多",
        "The batch is too large",
        ("至多 {most} 件", "{most} at most"),
    ),
]
