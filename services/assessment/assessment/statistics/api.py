"""Declared statistics over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.statistics import usecases
from assessment.statistics.domain import Statistic
from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.db import Tx
from kit.facts import OutsideYourArea
from kit.http import runtime_of
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page
from kit.problems import FieldError, NotFound
from kit.wire import Asked, LongText, ShortText

router = APIRouter(prefix="/v1/statistics", tags=["statistics 申报统计"])

OUTSIDE = (
    "outside-your-area",
    "不在本人可见的区域内",
    "the area is not among those that you may see",
)
TAKEN = ("already-declared", "此编号已用过", "this id is taken")

_EXAMPLE: dict[str, Any] = {
    "series": "registered_unemployment_rate", "area_code": "231100000000", "office": "all",
    "as_of": "2003-10-31", "value": "2.99", "unit": "%", "source": "市统计局2003年10月报表",
}  # fmt: skip


class DeclareStatistic(Asked):
    """申报一个统计值 A value that somebody else counted, with its source."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="可由录入方给定，以免重复")
    series: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$", description="统计系列")
    area_code: AreaCode
    office: str = Field(default="all", pattern=r"^[a-z0-9-]{2,60}$", description="机构；all 为全部")
    as_of: date = Field(description="时点")
    value: Decimal = Field(max_digits=18, decimal_places=6)
    unit: ShortText
    source: LongText = Field(description="来源")

    def statistic(self) -> Statistic:
        return Statistic(
            self.id or new_id(), self.series, self.area_code, self.office, self.as_of, self.value,
            self.unit, self.source,
        )  # fmt: skip


class StatisticBody(BaseModel):
    """一个申报统计值 A declared value."""

    model_config = ConfigDict(title="Statistic")
    id: UUID
    series: str
    area_code: AreaCode
    office: str
    as_of: date
    value: str
    unit: str
    source: str

    @classmethod
    def of(cls, one: Statistic) -> StatisticBody:
        return cls(
            id=one.id, series=one.series, area_code=one.area_code, office=one.office,
            as_of=one.as_of, value=f"{one.value:f}", unit=one.unit, source=one.source,
        )  # fmt: skip


@router.post(
    "/imports",
    summary="批量申报统计值",
    operation_id="import_statistics",
    openapi_extra=bulk.documented(DeclareStatistic),
)
async def import_statistics(
    request: Request,
    actor: Annotated[Actor, requires("assessment:statistic:import")],
    options: bulk.Options,
) -> bulk.ImportResult:
    """Declare many values; each line is checked as a single one would be."""
    rt = runtime_of(request)

    async def apply(tx: Tx, rows: Sequence[bulk.Row[DeclareStatistic]]) -> list[FieldError]:
        made = [(line, row.statistic()) for line, row in rows]
        taken = await usecases.known(tx, [one.id for _, one in made])
        errors: list[FieldError] = []
        good: list[Statistic] = []
        for line, one in made:
            if not actor.may_see(one.area_code):
                errors.append(bulk.row_error(line, *OUTSIDE, pointer="#/area_code"))
            elif one.id in taken:
                errors.append(bulk.row_error(line, *TAKEN, pointer="#/id"))
            else:
                taken.add(one.id)
                good.append(one)
        if good:
            await usecases.declare_statistics(tx, good)
        return errors

    result = await bulk.run(rt.db, request, options, model=DeclareStatistic, apply=apply)
    rt.wake()
    return result


@router.post("", status_code=201, summary="申报一个统计值", operation_id="declare_statistic")
async def declare_statistic(
    request: Request,
    actor: Annotated[Actor, requires("assessment:statistic:write")],
    command: DeclareStatistic,
) -> StatisticBody:
    """Declare one value. A correction is a later declaration for the same day."""
    if not actor.may_see(command.area_code):
        raise OutsideYourArea
    return StatisticBody.of(
        await usecases.declare_statistic(runtime_of(request), command.statistic())
    )


@router.get("", summary="申报统计值", operation_id="list_statistics")
async def list_statistics(
    request: Request,
    actor: Annotated[Actor, requires("assessment:statistic:read")],
    series: Annotated[str | None, Query(max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[StatisticBody]:
    """Declared values of the caller's area, in the order in which they were declared."""
    filters = {"series": series}
    after = pagination.decode(cursor, (UUID,), actor=actor, filters=filters)
    rows = await usecases.list_statistics(
        runtime_of(request), actor, series, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=StatisticBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


@router.get("/{statistic_id}", summary="一个申报统计值", operation_id="get_statistic")
async def get_statistic(
    request: Request,
    actor: Annotated[Actor, requires("assessment:statistic:read")],
    statistic_id: Annotated[UUID, Path()],
) -> StatisticBody:
    """One declared value with its source."""
    found = await usecases.get_statistic(runtime_of(request), actor, statistic_id)
    if found is None:
        raise NotFound
    return StatisticBody.of(found)
