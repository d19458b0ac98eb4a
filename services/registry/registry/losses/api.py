"""HTTP of lost certificates."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.wire import TakenBack
from registry.certificates.api import SHOWN, told
from registry.certificates.bodies import CertificateOut, Papers, StepIn
from registry.custody.wire import IssueIn
from registry.losses import domain, usecases
from registry.losses.domain import Loss

TAG = "losses 挂失补发"
router = APIRouter(prefix="/v1/certificates/{certificate_id}", tags=[TAG])
listing = APIRouter(prefix="/v1/certificate-losses", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]


class LossIn(StepIn):
    """A declaration of loss (挂失)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-06-02"}]})
    evidence: Papers


class LossOut(BaseModel):
    """A number that is void (作废证号)."""

    id: UUID
    certificate_id: UUID
    number: str = Field(description="作废的证号", examples=["23110020030000001"])
    lost_on: date = Field(description="挂失日期")
    notice_until: date = Field(description="公告截止日")
    replaced_by: str | None = Field(description="补发的证号；尚未补发则为空")
    reversed: bool = Field(description="挂失已撤销，证号有效")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Loss) -> LossOut:
        return cls(
            id=one.id, certificate_id=one.certificate_id, number=one.number, lost_on=one.lost_on,
            notice_until=one.notice_until, replaced_by=one.replaced_by,
            reversed=one.reversed, area_code=one.area_code, office=one.office,
        )  # fmt: skip


@router.post("/losses", status_code=201, summary="挂失", operation_id="report_certificate_loss")
async def report_certificate_loss(
    certificate_id: UUID, body: LossIn, step: Writing
) -> CertificateOut:
    """The holder declares it lost: its number is void from that day, and published."""
    papers = [paper.paper() for paper in body.evidence]
    done = await usecases.report_loss(
        step.rt, step.actor, certificate_id, body.on, step.version, papers
    )
    return await told(step, done)


@router.post("/reissues", status_code=201, summary="补发", operation_id="reissue_certificate")
async def reissue_certificate(
    certificate_id: UUID, body: IssueIn, step: Approving
) -> CertificateOut:
    """Issue it again with a new number, after the notice. What was annotated stands on it; it lies at
    the office until it is collected, which may be said at once. Never by the person who took the loss."""
    done = await usecases.reissue(
        step.rt, step.actor, certificate_id, body.on, step.version, body.who()
    )
    return await told(step, done)


@router.post(
    "/losses/{loss_id}/reversals", status_code=201, summary="撤销挂失",
    operation_id="take_back_certificate_loss",
)  # fmt: skip
async def take_back_certificate_loss(
    certificate_id: UUID, loss_id: UUID, body: TakenBack, step: Approving
) -> CertificateOut:
    """The report was wrong: the booklet stands as it stood, with its number. Never by the person who
    took the report."""
    done = await usecases.take_back(
        step.rt, step.actor, certificate_id, loss_id, body.reason, step.version
    )
    return await told(step, done)


@listing.get("", summary="作废证号", operation_id="list_certificate_losses")
async def list_certificate_losses(
    request: Request,
    actor: Reader,
    number: Annotated[str | None, Query(max_length=40, description="证号")] = None,
    certificate_id: Annotated[UUID | None, Query(description="优惠证")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[LossOut]:
    """Numbers that were declared lost, in the caller's subtree."""
    filters = {"number": number, "certificate_id": certificate_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_losses(
        rt, actor, number, certificate_id, after[0] if after else None, limit + 1
    )
    people = sorted({one.worker_id for one in rows[:limit]})
    await audit.note(rt, actor, "list_certificate_losses", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=LossOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


routers = [router, listing]

problems = [
    refused(
        domain.NoticeNotOver,
        409,
        "挂失公告期未满",
        "The notice of the loss is not over",
        ("{ends} 起可补发", "It may be issued again from {ends}"),
    ),
    refused(
        domain.NoSuchLoss,
        409,
        "没有可撤销的挂失",
        "No such report of a loss stands",
        ("已撤销或已补发新证", "It was taken back, or another number took its place"),
    ),
]
