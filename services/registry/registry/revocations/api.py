"""HTTP of withdrawals by hand: by one approver, or proposed and confirmed; and of what gives one back."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from kit import audit, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.versions import etag
from kit.wire import Asked, FactDay, Id, Text, after, page, terms
from registry.certificates.api import SHOWN, told
from registry.certificates.bodies import TAG as CERTIFICATES
from registry.certificates.bodies import CertificateOut, Papers, RestoreIn, RevokeIn
from registry.revocations import domain, usecases
from registry.revocations.domain import STATES, TWO_PERSONS, Proposal, State, TwoPersons
from registry.revocations.usecases import Propose

TAG = "revocations 注销复核"
of_certificate = APIRouter(prefix="/v1/certificates/{certificate_id}", tags=[CERTIFICATES])
proposing = APIRouter(prefix="/v1/certificates/{certificate_id}/revocation-proposals", tags=[TAG])
router = APIRouter(prefix="/v1/revocation-proposals", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]
STATE, REASON = terms(STATES), terms(TWO_PERSONS)
_PAPER: dict[str, JsonValue] = {"kind": "death_certificate", "reference": "死亡证明 2003-17"}


class ProposeIn(Asked):
    """A death or a retirement that no authority has told of (提出注销)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"effective_on": "2003-08-01", "reason": "deceased", "evidence": [_PAPER]}]
        }
    )
    effective_on: date = Field(description="事实发生日，自该日起失效")
    reason: TwoPersons = Field(description="原因：" + REASON)
    evidence: Papers


class ConfirmIn(Asked):
    """Another person confirms it (复核注销)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-08-10"}]})
    on: FactDay


class DropIn(Asked):
    """Another person finds that it is not so (不予注销)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-08-10", "note": "复核：系同名"}]}
    )
    on: FactDay
    note: Text = Field(description="理由，不得含姓名、身份号码")


class ProposalOut(BaseModel):
    """A withdrawal that one person proposed, and what another one said (注销提议)."""

    id: UUID
    certificate_id: UUID
    worker_id: UUID
    reason: TwoPersons = Field(description="原因：" + REASON)
    effective_on: date = Field(description="事实发生日")
    evidence: list[UUID] = Field(description="所依据的材料")
    state: State = Field(description=STATE)
    state_on: date = Field(description="自何日起")
    proposed_by: str = Field(description="提出人账号")
    state_by: str = Field(description="最后意见的经办人账号")
    note: str | None = Field(description="不予注销的理由")
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match")

    @classmethod
    def of(cls, p: Proposal) -> ProposalOut:
        return cls(
            id=p.id, certificate_id=p.certificate_id, worker_id=p.worker_id, reason=p.reason,
            effective_on=p.effective_on, evidence=list(p.evidence), state=p.state,
            state_on=p.state_on, proposed_by=p.proposed_by, state_by=p.state_by, note=p.note,
            area_code=p.area_code, office=p.office, version=p.version,
        )  # fmt: skip


@of_certificate.post(
    "/revocations", status_code=201, summary="注销", operation_id="revoke_certificate"
)
async def revoke_certificate(
    certificate_id: UUID, body: RevokeIn, step: Approving
) -> CertificateOut:
    """Withdraw it for a reason of R17, from the day of the fact, on the paper that proves it; never by
    the person who issued it. A death or a retirement is proposed by one person and confirmed by another
    one. Whoever lent, rented out, transferred or forged it is ordered to pay back what an authority
    wrote for the time after."""
    papers = [paper.paper() for paper in body.evidence]
    done = await usecases.revoke_certificate(
        step.rt, step.actor, certificate_id, body.effective_on, step.version, body.reason, papers
    )
    return await told(step, done)


@of_certificate.post(
    "/restorations", status_code=201, summary="撤销注销", operation_id="restore_certificate"
)
async def restore_certificate(
    certificate_id: UUID, body: RestoreIn, step: Approving
) -> CertificateOut:
    """Take back a withdrawal that was wrong: it stands as if it had never been revoked. Never by a person
    who withdrew it, or proposed to."""
    papers = [paper.paper() for paper in body.evidence]
    done = await usecases.restore_certificate(
        step.rt, step.actor, certificate_id, step.version, body.note, papers
    )
    return await told(step, done)


@proposing.post("", status_code=201, summary="提出注销", operation_id="propose_revocation")
async def propose_revocation(
    certificate_id: UUID, body: ProposeIn, step: Writing, claim: idempotency.Required
) -> ProposalOut:
    """Propose to withdraw a certificate because its holder died or retired, on the paper that proves it.
    Nothing happens before another person confirms; neither of both may have issued it."""
    papers = [paper.paper() for paper in body.evidence]
    command = Propose(certificate_id, body.effective_on, step.version, body.reason, papers)
    made = await usecases.propose(
        step.rt, step.actor, command, claim.answering(201, ProposalOut.of)
    )
    await audit.note(step.rt, step.actor, "propose_revocation", [made.worker_id], SHOWN)
    return ProposalOut.of(made)


@router.get("", summary="注销提议列表", operation_id="list_revocation_proposals")
async def list_revocation_proposals(
    request: Request,
    actor: Reader,
    certificate_id: Annotated[UUID | None, Query(description="优惠证")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ProposalOut]:
    """Proposals of the caller's subtree, for instance those that wait (``state=proposed``)."""
    rt = runtime_of(request)
    filters = {"certificate_id": certificate_id, "state": state}
    rows = await usecases.list_proposals(
        rt, actor, certificate_id, state, after(cursor, actor, filters), limit + 1
    )
    people = list(dict.fromkeys(row.worker_id for row in rows[:limit]))
    await audit.note(rt, actor, "list_revocation_proposals", people, SHOWN)
    return page(rows, limit, ProposalOut.of, actor=actor, filters=filters)


@router.get("/{proposal_id}", summary="查看注销提议", operation_id="get_revocation_proposal")
async def get_revocation_proposal(
    request: Request, response: Response, proposal_id: Id, actor: Reader
) -> ProposalOut:
    """One proposal; the ETag is what a verdict must name."""
    rt = runtime_of(request)
    found = await usecases.proposal_of(rt, actor, proposal_id)
    await audit.note(rt, actor, "get_revocation_proposal", [found.worker_id], SHOWN)
    response.headers["ETag"] = etag(found.version)
    return ProposalOut.of(found)


async def _decided(step: Step, done: Proposal) -> ProposalOut:
    await step.shows([done.worker_id], SHOWN, done.version)
    return ProposalOut.of(done)


@router.post(
    "/{proposal_id}/confirmations", status_code=201, summary="复核注销",
    operation_id="confirm_revocation",
)  # fmt: skip
async def confirm_revocation(proposal_id: Id, body: ConfirmIn, step: Approving) -> ProposalOut:
    """Another person confirms: the certificate is withdrawn from the day of the fact on. Neither the
    person who proposed it nor the one who issued the certificate."""
    done = await usecases.confirm(step.rt, step.actor, proposal_id, body.on, step.version)
    return await _decided(step, done)


@router.post(
    "/{proposal_id}/refusals", status_code=201, summary="不予注销", operation_id="drop_revocation"
)
async def drop_revocation(proposal_id: Id, body: DropIn, step: Approving) -> ProposalOut:
    """Another person finds that it is not so: the certificate stands."""
    done = await usecases.drop(step.rt, step.actor, proposal_id, body.on, body.note, step.version)
    return await _decided(step, done)


routers = [of_certificate, proposing, router]

problems = [
    refused(
        domain.SecondPersonNeeded, 409, "死亡、退休须一人提出、另一人复核",
        "A death or a retirement is proposed by one person and confirmed by another",
    ),
    refused(
        domain.AlreadyProposed, 409, "已有待复核的注销提议",
        "A withdrawal of this certificate waits for a second person",
    ),
    refused(
        domain.WrongState, 409, "注销提议已有结论", "The proposal has been decided on",
        ("当前状态 {state}", "the state is {state}"),
    ),
]  # fmt: skip
