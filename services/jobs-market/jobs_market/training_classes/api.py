"""``/v1/training-classes`` 培训班."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from jobs_market.training_classes import usecases
from jobs_market.training_classes.domain import CLASS_KINDS, ClassKind, TrainingClass
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDay, Id, Made, Name, Told, after, load, page, terms

TAG = "training-classes 培训班"
router = APIRouter(prefix="/v1/training-classes", tags=[TAG])
Reader = Annotated[Actor, requires("jobs-market:training-class:read")]
Writer = Annotated[Actor, requires("jobs-market:training-class:write")]
Importer = Annotated[Actor, requires("jobs-market:training-class:import")]


class OpenClass(Made):
    """A class is opened (开班)."""

    provider: Name = Field(description="培训机构", examples=["市就业训练中心"])
    subject: Name = Field(description="培训专业", examples=["烹饪"])
    kind: ClassKind = Field(description=f"培训类别：{terms(CLASS_KINDS)}", examples=["vocational"])
    planned: int = Field(ge=1, le=10_000, description="计划人数", examples=[45])
    starts_on: FactDay
    ends_on: date = Field(description="结束日期", examples=["2003-07-31"])

    def draft(self) -> TrainingClass:
        return TrainingClass(
            self.made_id,
            self.provider,
            self.subject,
            self.kind,
            self.planned,
            self.starts_on,
            self.ends_on,
            self.area_code,
            self.office,
        )


class CompleteClass(Asked):
    """Every enrolment has its result (结业)."""

    completed_on: FactDay


class ImportCompletion(CompleteClass):
    """One line of an import of completions (批量结业)."""

    class_id: UUID

    def draft(self) -> tuple[UUID, date]:
        return self.class_id, self.completed_on


class TrainingClassBody(Told):
    """A class with its counts (培训班)."""

    id: UUID
    provider: str
    subject: str
    kind: ClassKind
    planned: int
    starts_on: date
    ends_on: date
    enrolled: int = Field(description="参训人数")
    passed: int = Field(description="合格人数")
    failed: int = Field(description="不合格人数")
    dropped: int = Field(description="中途退出人数")
    completed_on: date | None
    area_code: str
    office: str
    version: int


@router.post("", status_code=201, summary="开班")
async def open_training_class(
    request: Request, body: OpenClass, actor: Writer, claim: idempotency.Optional
) -> TrainingClassBody:
    """Open a class. 422 ``class-dates-out-of-order``."""
    one = await usecases.open_class(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, TrainingClassBody.model_validate),
    )
    return TrainingClassBody.model_validate(one)


@router.post("/imports", summary="批量开班", openapi_extra=bulk.documented(OpenClass))
async def import_training_classes(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Open many classes, one per line."""
    return await load(request, options, OpenClass, OpenClass.draft, usecases.open_classes, actor)


@router.post(
    "/completions/imports", summary="批量结业", openapi_extra=bulk.documented(ImportCompletion)
)
async def import_training_class_completions(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Complete many classes, one per line."""
    return await load(
        request,
        options,
        ImportCompletion,
        ImportCompletion.draft,
        usecases.complete_classes,
        actor,
    )


@router.get("", summary="培训班列表")
async def list_training_classes(
    request: Request,
    actor: Reader,
    kind: ClassKind | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[TrainingClassBody]:
    """Classes of the caller's areas, by id."""
    filters = {"kind": kind}
    rows = await usecases.list_classes(
        runtime_of(request), actor, after(cursor, actor, filters), limit, kind=kind
    )
    return page(rows, limit, TrainingClassBody.model_validate, actor=actor, filters=filters)


@router.get("/{class_id}", summary="培训班详情")
async def get_training_class(request: Request, class_id: Id, actor: Reader) -> TrainingClassBody:
    """One class."""
    return TrainingClassBody.model_validate(
        await usecases.get_class(runtime_of(request), actor, class_id)
    )


@router.post("/{class_id}/completions", status_code=201, summary="结业")
async def complete_training_class(
    request: Request,
    class_id: Id,
    body: CompleteClass,
    actor: Writer,
    claim: idempotency.Optional,
) -> TrainingClassBody:
    """Complete a class. 409 ``class-completed``, ``results-missing``, 422 ``class-not-over``."""
    one = await usecases.complete_class(
        runtime_of(request),
        actor,
        class_id,
        body.completed_on,
        claim.answering(201, TrainingClassBody.model_validate),
    )
    return TrainingClassBody.model_validate(one)


imports = bulk.reading(
    "/v1/training-classes", "training_class", "jobs-market:training-class:import", tag=TAG
)
