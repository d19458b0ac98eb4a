"""Targets over HTTP: set, sign, adjust, share out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from assessment.targets import usecases
from assessment.targets.domain import Level, Target
from kit import bulk, pagination, versions
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.db import Tx
from kit.facts import OutsideYourArea
from kit.http import runtime_of
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page
from kit.problems import FieldError, NotFound
from kit.versions import etag
from kit.wire import Asked, Day, ShortText

router = APIRouter(prefix="/v1/targets", tags=["targets 目标责任"])

Reader = Annotated[Actor, requires("assessment:target:read")]
Writer = Annotated[Actor, requires("assessment:target:write")]
Importer = Annotated[Actor, requires("assessment:target:import")]
TargetKey = Annotated[UUID, Path(description="目标编号")]
Value = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6, description="按指标单位")]
Document = Annotated[str, Field(min_length=1, max_length=300, description="文件")]

_EXAMPLE: dict[str, Any] = {
    "issuer": "province", "level": "city", "indicator": "reemployed", "year": 2003,
    "value": "12100", "area_code": "231100000000", "office": "all", "signed_on": "2003-02-20",
}  # fmt: skip


class SetTarget(Asked):
    """下达目标 A target of one issuer for a place and a year; in force once it is signed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="可由录入方给定，以便分解引用")
    issuer: str = Field(
        pattern=r"^[a-z0-9-]{2,60}$", description="下达者：province、city、district…"
    )
    level: Level = Field(description="承担者层级")
    indicator: str = Field(pattern=r"^[a-z0-9_-]{2,80}$")
    year: int = Field(ge=1990, le=2100)
    value: Value
    area_code: AreaCode
    office: str = Field(
        default="all", pattern=r"^[a-z0-9-]{2,60}$", description="机构；all 为整个地区"
    )
    parent_id: UUID | None = Field(default=None, description="分解自哪个目标")
    document: Document | None = None
    signed_on: date | None = Field(default=None, description="签订日；为空即未签")

    def target(self) -> Target:
        return Target(
            self.id or new_id(), self.issuer, self.level, self.indicator, self.year, self.value,
            self.area_code, self.office, self.parent_id, self.document, self.signed_on,
        )  # fmt: skip


class SignTarget(Asked):
    """签订 From this day on the target is in force."""

    model_config = ConfigDict(extra="forbid")
    signed_on: date = Field(examples=["2003-02-20"])
    document: Document | None = None


class AdjustTarget(Asked):
    """调整 Another value from a day on, by the issuer; the old one is kept."""

    model_config = ConfigDict(extra="forbid")
    issuer: ShortText = Field(description="须为原下达者", examples=["province"])
    value: Value
    effective_on: date = Field(description="自何日起", examples=["2003-07-01"])
    document: Document


class AdjustmentBody(BaseModel):
    """一次调整 One adjustment with the value before it."""

    value_before: str
    value_after: str
    effective_on: date
    document: str


class TargetBody(BaseModel):
    """一个目标 A target: value is what was first signed, current what holds after adjustments."""

    model_config = ConfigDict(title="Target")
    id: UUID
    issuer: str
    level: str
    indicator: str
    year: int
    value: str
    current: str = Field(description="最近一次调整后的值")
    area_code: AreaCode
    office: str
    parent_id: UUID | None
    document: str | None
    signed_on: date | None
    state: str = Field(description="draft 未签 | in_force 有效 | adjusted 已调整")
    adjustments: list[AdjustmentBody]
    version: int

    @classmethod
    def of(cls, one: Target) -> TargetBody:
        current = one.adjustments[-1].value_after if one.adjustments else one.value
        return cls(
            id=one.id, issuer=one.issuer, level=one.level, indicator=one.indicator, year=one.year,
            value=f"{one.value:f}", current=f"{current:f}", area_code=one.area_code,
            office=one.office, parent_id=one.parent_id, document=one.document,
            signed_on=one.signed_on, state=one.state, version=one.version,
            adjustments=[
                AdjustmentBody(
                    value_before=f"{made.value_before:f}", value_after=f"{made.value_after:f}",
                    effective_on=made.effective_on, document=made.document,
                )
                for made in one.adjustments
            ],
        )  # fmt: skip


class DecompositionBody(BaseModel):
    """目标分解 A target, its parts, and whether they cover it."""

    model_config = ConfigDict(title="Decomposition")
    target: TargetBody
    parts: list[TargetBody]
    whole: str
    sum_of_parts: str
    gap: str = Field(description="分解合计减总目标")
    covered: bool = Field(description="分解合计是否不低于总目标")


@router.post(
    "/imports", summary="批量下达目标", operation_id="import_targets",
    openapi_extra=bulk.documented(SetTarget),
)  # fmt: skip
async def import_targets(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Set many targets; a part may name a parent that stands on an earlier line."""
    rt = runtime_of(request)

    async def apply(tx: Tx, rows: Sequence[bulk.Row[SetTarget]]) -> list[FieldError]:
        return await usecases.import_targets(
            tx, actor, [(line, row.target()) for line, row in rows]
        )

    result = await bulk.run(rt.db, request, options, model=SetTarget, apply=apply)
    rt.wake()
    return result


@router.post("", status_code=201, summary="下达目标", operation_id="set_target")
async def set_target(
    request: Request, response: Response, actor: Writer, command: SetTarget
) -> TargetBody:
    """Set one target, signed or a draft."""
    if not actor.may_see(command.area_code):
        raise OutsideYourArea
    made = await usecases.set_target(runtime_of(request), command.target())
    response.headers["ETag"] = etag(made.version)
    return TargetBody.of(made)


@router.post(
    "/{target_id}/signatures", status_code=201, summary="签订目标", operation_id="sign_target"
)
async def sign_target(
    request: Request, response: Response, actor: Writer, target_id: TargetKey, command: SignTarget
) -> TargetBody:
    """Put a draft into force."""
    signed = await usecases.sign_target(
        runtime_of(request), actor, target_id, command.signed_on, command.document
    )
    return _told(response, signed)


@router.post(
    "/{target_id}/adjustments", status_code=201, summary="调整目标", operation_id="adjust_target"
)
async def adjust_target(
    request: Request,
    response: Response,
    actor: Annotated[Actor, requires("assessment:target:approve")],
    target_id: TargetKey,
    version: versions.Optional,
    command: AdjustTarget,
) -> TargetBody:
    """Another value from a day on; only its issuer may, and the value before stays visible."""
    adjusted = await usecases.adjust_target(
        runtime_of(request), actor, target_id, command.value, command.effective_on,
        command.document, command.issuer, version,
    )  # fmt: skip
    return _told(response, adjusted)


@router.get("", summary="目标", operation_id="list_targets")
async def list_targets(
    request: Request,
    actor: Reader,
    issuer: Annotated[str | None, Query(max_length=60)] = None,
    indicator: Annotated[str | None, Query(max_length=80)] = None,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    area_code: AreaCode | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[TargetBody]:
    """Targets of the caller's area, by issuer, indicator, year."""
    filters = {"issuer": issuer, "indicator": indicator, "year": year, "area_code": area_code}
    after = pagination.decode(cursor, (UUID,), actor=actor, filters=filters)
    rows = await usecases.list_targets(
        runtime_of(request), actor, after=after[0] if after else None, limit=limit + 1, **filters
    )
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=TargetBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


@router.get("/{target_id}", summary="一个目标", operation_id="get_target")
async def get_target(
    request: Request, response: Response, actor: Reader, target_id: TargetKey
) -> TargetBody:
    """One target with its adjustments."""
    return _told(response, await usecases.get_target(runtime_of(request), actor, target_id))


@router.get(
    "/{target_id}/decomposition", summary="目标分解及核对", operation_id="get_decomposition"
)
async def get_decomposition(
    request: Request,
    actor: Reader,
    target_id: TargetKey,
    on: Annotated[Day | None, Query(description="哪一天的值；缺省为业务日")] = None,
) -> DecompositionBody:
    """The parts of a target and whether they add to it: counts must reach it, limits are passed on."""
    rt = runtime_of(request)
    found = await usecases.decompose(rt, actor, target_id, on or rt.today())
    if found is None:
        raise NotFound
    parent, children, sums = found
    return DecompositionBody(
        target=TargetBody.of(parent), parts=[TargetBody.of(child) for child in children],
        whole=_text(sums.parent), sum_of_parts=_text(sums.parts), gap=_text(sums.gap),
        covered=sums.covered,
    )  # fmt: skip


def _told(response: Response, target: Target | None) -> TargetBody:
    if target is None:
        raise NotFound
    response.headers["ETag"] = etag(target.version)
    return TargetBody.of(target)


def _text(value: Decimal) -> str:
    """A sum without the zeros that it inherited from its terms."""
    return f"{value.normalize():f}"
