"""``/v1/jobseekers`` 求职登记."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from jobs_market.jobseekers import usecases
from jobs_market.jobseekers.domain import WITHDRAW_REASONS, Jobseeker, WithdrawReason
from jobs_market.jobseekers.usecases import Seek
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDay, Id, Made, Told, after, load, page, terms

router = APIRouter(prefix="/v1/jobseekers", tags=["jobseekers 求职登记"])
Reader = Annotated[Actor, requires("jobs-market:jobseeker:read")]
Writer = Annotated[Actor, requires("jobs-market:jobseeker:write")]
Importer = Annotated[Actor, requires("jobs-market:jobseeker:import")]


class RegisterJobseeker(Made):
    """A person looks for work (求职登记)."""

    worker_id: UUID
    registered_on: FactDay

    def draft(self) -> Seek:
        return Seek(self.made_id, self.worker_id, self.registered_on, self.area_code, self.office)


class WithdrawJobseeker(Asked):
    """No longer looking (注销求职登记)."""

    withdrawn_on: FactDay
    reason: WithdrawReason = Field(
        description=f"注销原因：{terms(WITHDRAW_REASONS)}", examples=["no_longer_seeking"]
    )


class JobseekerBody(Told):
    """A registration (求职登记)."""

    id: UUID
    worker_id: UUID
    registered_on: date
    valid_until: date = Field(description="有效期至（含当日）")
    withdrawn_on: date | None
    withdraw_reason: WithdrawReason | None
    area_code: str
    office: str
    version: int


class JobseekerSeen(JobseekerBody):
    """A registration with its state today: active 有效, expired 过期, withdrawn 已注销."""

    state: str


def _seen(one: Jobseeker, today: date) -> JobseekerSeen:
    shown = JobseekerBody.model_validate(one)
    return JobseekerSeen(**shown.model_dump(), state=one.state(today))


@router.post("", status_code=201, summary="求职登记")
async def register_jobseeker(
    request: Request, body: RegisterJobseeker, actor: Writer, claim: idempotency.Optional
) -> JobseekerBody:
    """Register a person. 409 ``not-yet-known`` (try again), 409 ``already-seeking``."""
    one = await usecases.register_jobseeker(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, JobseekerBody.model_validate),
    )
    return JobseekerBody.model_validate(one)


@router.post("/imports", summary="批量求职登记", openapi_extra=bulk.documented(RegisterJobseeker))
async def import_jobseekers(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Register many persons, one per line."""
    return await load(
        request,
        options,
        RegisterJobseeker,
        RegisterJobseeker.draft,
        usecases.register_jobseekers,
        actor,
    )


@router.get("", summary="求职登记列表")
async def list_jobseekers(
    request: Request,
    actor: Reader,
    worker_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[JobseekerSeen]:
    """Registrations of the caller's areas, by id."""
    rt, filters = runtime_of(request), {"worker_id": worker_id}
    rows = await usecases.list_jobseekers(
        rt, actor, after(cursor, actor, filters), limit, worker_id=worker_id
    )
    return page(rows, limit, lambda one: _seen(one, rt.today()), actor=actor, filters=filters)


@router.get("/{jobseeker_id}", summary="求职登记详情")
async def get_jobseeker(request: Request, jobseeker_id: Id, actor: Reader) -> JobseekerSeen:
    """One registration."""
    rt = runtime_of(request)
    return _seen(await usecases.get_jobseeker(rt, actor, jobseeker_id), rt.today())


@router.post("/{jobseeker_id}/withdrawals", status_code=201, summary="注销求职登记")
async def withdraw_jobseeker(
    request: Request,
    jobseeker_id: Id,
    body: WithdrawJobseeker,
    actor: Writer,
    claim: idempotency.Optional,
) -> JobseekerBody:
    """Withdraw. 409 ``not-seeking``."""
    one = await usecases.withdraw_jobseeker(
        runtime_of(request),
        actor,
        jobseeker_id,
        body.withdrawn_on,
        body.reason,
        claim.answering(201, JobseekerBody.model_validate),
    )
    return JobseekerBody.model_validate(one)


imports = bulk.reading(
    "/v1/jobseekers", "jobseeker", "jobs-market:jobseeker:import", tag="jobseekers 求职登记"
)
