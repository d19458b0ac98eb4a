"""HTTP of corrections."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import etag, expected_version, runtime_of
from kit.problems import Problem
from kit.wire import Text
from registry.certificates.domain import State
from registry.corrections import usecases
from registry.corrections.domain import CategoryCorrection
from registry.corrections.usecases import CorrectCategory, Outcome
from registry.workers.api import CATEGORY
from registry.workers.domain import Category

router = APIRouter(prefix="/v1/workers/{worker_id}/category-corrections", tags=["corrections 更正"])
Reader = Annotated[Actor, requires("registry:worker:read")]
Writer = Annotated[Actor, requires("registry:worker:write")]


class CorrectCategoryIn(BaseModel):
    """A correction of the claimed category (对象类别更正)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"category": "none", "corrected_on": "2003-09-01", "reason": "原单位性质有误"}
            ]
        },
    )
    category: Category = Field(description=CATEGORY)
    corrected_on: date = Field(description="更正日期")
    reason: Text = Field(description="更正原因")


class CorrectionOut(BaseModel):
    """A correction that was made (更正记录)."""

    id: UUID
    worker_id: UUID
    previous: Category = Field(description="原类别")
    category: Category = Field(description="更正后类别")
    corrected_on: date = Field(description="更正日期")
    reason: str = Field(description="更正原因")

    @classmethod
    def of(cls, c: CategoryCorrection) -> CorrectionOut:
        return cls(
            id=c.id, worker_id=c.worker_id, previous=c.previous, category=c.category,
            corrected_on=c.corrected_on, reason=c.reason,
        )  # fmt: skip


class CorrectionOutcome(BaseModel):
    """What a correction did, to the worker and to the certificate (更正结果)."""

    correction: CorrectionOut
    worker_version: int = Field(description="劳动者新版本")
    certificate_id: UUID | None = Field(description="优惠证；从未申请则为空")
    certificate_state: State | None = Field(description="优惠证现状态")
    entitled: bool | None = Field(description="是否符合发证条件")

    @classmethod
    def of(cls, outcome: Outcome) -> CorrectionOutcome:
        certificate = outcome.certificate
        return cls(
            correction=CorrectionOut.of(outcome.correction),
            worker_version=outcome.worker.version,
            certificate_id=certificate.id if certificate else None,
            certificate_state=certificate.state if certificate else None,
            entitled=certificate.entitled if certificate else None,
        )


@router.post("", status_code=201, summary="更正对象类别", operation_id="correct_category")
async def correct_category(
    request: Request, response: Response, worker_id: UUID, body: CorrectCategoryIn, actor: Writer
) -> CorrectionOutcome:
    """Correct the category; the rule is asked again: granted and refused change places, an issued
    certificate is revoked. Needs If-Match with the worker's ETag."""
    command = CorrectCategory(
        worker_id, body.category, body.corrected_on, body.reason, expected_version(request)
    )
    outcome = await usecases.correct_category(runtime_of(request), actor, command)
    response.headers["ETag"] = etag(outcome.worker.version)
    return CorrectionOutcome.of(outcome)


@router.get("", summary="类别更正记录", operation_id="list_category_corrections")
async def list_category_corrections(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CorrectionOut]:
    """Every correction of this worker's category, oldest first."""
    filters = {"worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_corrections(
        runtime_of(request), actor, worker_id, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda c: [str(c.id)], item=CorrectionOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
