"""``/v1/enrolments`` 参训."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from jobs_market.enrolments import usecases
from jobs_market.enrolments.domain import RESULTS, Result
from jobs_market.enrolments.usecases import Enrol
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDay, Id, Told, after, load, page, terms

TAG = "enrolments 参训"
router = APIRouter(prefix="/v1/enrolments", tags=[TAG])
Reader = Annotated[Actor, requires("jobs-market:training-class:read")]
Writer = Annotated[Actor, requires("jobs-market:training-class:write")]
Importer = Annotated[Actor, requires("jobs-market:training-class:import")]


class EnrolWorker(Asked):
    """A person takes part (参训登记). Area and office are those of the class."""

    id: UUID | None = Field(default=None, description="可由客户端生成 (may be made by the client)")
    class_id: UUID
    worker_id: UUID
    enrolled_on: FactDay

    def draft(self) -> Enrol:
        return Enrol(self.id or new_id(), self.class_id, self.worker_id, self.enrolled_on)


class ImportEnrolment(EnrolWorker):
    """One line of an import: the result may be known already."""

    result: Result | None = Field(default=None, description=f"结果：{terms(RESULTS)}")
    resulted_on: date | None = Field(
        default=None, description="结果日期；有结果而空则为培训班结束日期"
    )

    @model_validator(mode="after")
    def _a_day_needs_a_result(self) -> Self:
        if self.resulted_on is not None and self.result is None:
            raise ValueError("resulted_on needs a result")
        return self

    def draft(self) -> Enrol:
        return Enrol(
            self.id or new_id(),
            self.class_id,
            self.worker_id,
            self.enrolled_on,
            self.result,
            self.resulted_on,
        )


class RecordResult(Asked):
    """How it went (登记结果)."""

    resulted_on: FactDay
    result: Result = Field(description=f"结果：{terms(RESULTS)}", examples=["passed"])


class EnrolmentBody(Told):
    """An enrolment (参训), and the placement that made it employed."""

    id: UUID
    class_id: UUID
    worker_id: UUID
    enrolled_on: date
    result: Result | None
    resulted_on: date | None
    employed_by: UUID | None = Field(description="结业后就业（就业安置编号）")
    employed_on: date | None
    area_code: str
    office: str
    version: int


@router.post("", status_code=201, summary="参训登记")
async def enrol_worker(
    request: Request, body: EnrolWorker, actor: Writer, claim: idempotency.Optional
) -> EnrolmentBody:
    """Enrol a person. 409 ``not-yet-known``, ``already-enrolled``, ``class-completed``."""
    enrolment = await usecases.enrol_worker(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, EnrolmentBody.model_validate),
    )
    return EnrolmentBody.model_validate(enrolment)


@router.post("/imports", summary="批量参训登记", openapi_extra=bulk.documented(ImportEnrolment))
async def import_enrolments(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Enrol many persons, one per line, with results where known."""
    return await load(
        request, options, ImportEnrolment, ImportEnrolment.draft, usecases.enrol_workers, actor
    )


@router.get("", summary="参训列表")
async def list_enrolments(
    request: Request,
    actor: Reader,
    class_id: UUID | None = None,
    worker_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[EnrolmentBody]:
    """Enrolments of the caller's areas, by id."""
    filters = {"class_id": class_id, "worker_id": worker_id}
    rows = await usecases.list_enrolments(
        runtime_of(request),
        actor,
        after(cursor, actor, filters),
        limit,
        class_id=class_id,
        worker_id=worker_id,
    )
    return page(rows, limit, EnrolmentBody.model_validate, actor=actor, filters=filters)


@router.get("/{enrolment_id}", summary="参训详情")
async def get_enrolment(request: Request, enrolment_id: Id, actor: Reader) -> EnrolmentBody:
    """One enrolment."""
    return EnrolmentBody.model_validate(
        await usecases.get_enrolment(runtime_of(request), actor, enrolment_id)
    )


@router.post("/{enrolment_id}/results", status_code=201, summary="登记培训结果")
async def record_enrolment_result(
    request: Request,
    enrolment_id: Id,
    body: RecordResult,
    actor: Writer,
    claim: idempotency.Optional,
) -> EnrolmentBody:
    """Note the result. 409 ``already-resulted``, ``class-completed``, 422 ``class-not-over``."""
    enrolment = await usecases.record_result(
        runtime_of(request),
        actor,
        enrolment_id,
        body.resulted_on,
        body.result,
        claim.answering(201, EnrolmentBody.model_validate),
    )
    return EnrolmentBody.model_validate(enrolment)


imports = bulk.reading("/v1/enrolments", "enrolment", "jobs-market:training-class:import", tag=TAG)
