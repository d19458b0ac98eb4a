"""HTTP of objections."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.steps import Step, stepping
from kit.wire import Asked, Text
from registry.certificates.api import SHOWN, told
from registry.certificates.bodies import CertificateOut, Papers, PostedAs
from registry.objections import domain, usecases
from registry.objections.domain import Ground, Objection
from registry.objections.usecases import Find, Object

TAG = "objections 异议"
router = APIRouter(prefix="/v1/certificates/{certificate_id}/objections", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writer = Annotated[Actor, requires("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]

GROUND = (
    "理由：reemployed 已再就业，not-of-the-group 不属于对象，false-proof 证明不实，impersonation 冒名顶替，"
    "other 其他"
)


class ObjectIn(Asked):
    """An objection (异议). Who objects is not recorded here."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"filed_on": "2003-03-07", "ground": "reemployed", "note": "群众反映已在市场经营"}
            ]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    filed_on: date = Field(description="提出日期")
    ground: Ground = Field(description=GROUND)
    note: Text = Field(description="内容，不得含姓名、身份号码")
    evidence: Papers

    def command(self) -> Object:
        papers = tuple(paper.paper() for paper in self.evidence)
        return Object(self.filed_on, self.ground, self.note, papers, self.id or new_id())


class FindIn(Asked):
    """What the investigation found (调查结论)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-03-12", "upheld": False, "note": "经查，未从事经营"}]
        },
    )
    on: date = Field(description="结论日期")
    upheld: bool = Field(description="异议是否成立")
    note: Text = Field(description="结论，不得含姓名、身份号码")
    posted_as: PostedAs = None
    evidence: Papers


class ObjectionOut(BaseModel):
    """An objection, with its finding when there is one (异议及结论)."""

    id: UUID
    certificate_id: UUID
    filed_on: date = Field(description="提出日期")
    ground: Ground = Field(description=GROUND)
    note: str = Field(description="内容")
    actor: str = Field(description="受理人")
    upheld: bool | None = Field(description="是否成立；尚无结论则为空")
    found_on: date | None = Field(description="结论日期")
    finding: str | None = Field(description="结论")
    found_by: str | None = Field(description="作出结论的人")

    @classmethod
    def of(cls, o: Objection) -> ObjectionOut:
        return cls(
            id=o.id, certificate_id=o.certificate_id, filed_on=o.filed_on, ground=o.ground,
            note=o.note, actor=o.actor, upheld=o.upheld, found_on=o.found_on, finding=o.finding,
            found_by=o.found_by,
        )  # fmt: skip


class Objections(BaseModel):
    """All objections to one certificate (全部异议)."""

    items: list[ObjectionOut]


@router.post("", status_code=201, summary="提出异议", operation_id="file_objection")
async def file_objection(
    request: Request,
    certificate_id: UUID,
    body: ObjectIn,
    actor: Writer,
    claim: idempotency.Required,
) -> ObjectionOut:
    """Take an objection to a posted application: it leaves the list and is investigated."""
    kept = claim.answering(201, ObjectionOut.of)
    rt = runtime_of(request)
    worker_id, done = await usecases.file_objection(rt, actor, certificate_id, body.command(), kept)
    await audit.note(rt, actor, "file_objection", [worker_id], SHOWN)
    return ObjectionOut.of(done)


@router.get("", summary="异议列表", operation_id="list_objections")
async def list_objections(request: Request, certificate_id: UUID, actor: Reader) -> Objections:
    """Every objection to this certificate, with its finding."""
    rt = runtime_of(request)
    worker_id, found = await usecases.objections_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "list_objections", [worker_id], SHOWN)
    return Objections(items=[ObjectionOut.of(one) for one in found])


@router.post(
    "/{objection_id}/findings", status_code=201, summary="异议调查结论",
    operation_id="decide_objection",
)  # fmt: skip
async def decide_objection(
    certificate_id: UUID, objection_id: UUID, body: FindIn, step: Approving
) -> CertificateOut:
    """Decide on an objection. One that holds refuses the application; when the last one was
    dismissed it is posted again. Needs If-Match with the certificate's ETag."""
    command = Find(
        body.on, body.upheld, body.note, step.version,
        tuple(paper.paper() for paper in body.evidence), body.posted_as,
    )  # fmt: skip
    done = await usecases.find(step.rt, step.actor, certificate_id, objection_id, command)
    return await told(step, done)


routers = [router]

problems = [
    refused(domain.DecidedAlready, 409, "该异议已有结论", "There is a finding on this objection"),
    refused(
        domain.FindingTooEarly,
        422,
        "结论日期早于异议",
        "The finding is dated before the objection",
        ("不早于 {filed_on}", "Not before {filed_on}"),
    ),
]
