"""HTTP of areas."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode, Level
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, Text, load
from registry.areas import domain, usecases
from registry.areas.domain import Area
from registry.areas.usecases import EstablishArea

TAG = "areas 区划"
router = APIRouter(prefix="/v1/areas", tags=[TAG])
Reader = Annotated[Actor, requires("registry:area:read")]
Writer = Annotated[Actor, requires("registry:area:write")]
Importer = Annotated[Actor, requires("registry:area:import")]


class EstablishAreaIn(Asked):
    """An area to establish (设立区划)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "231102000000", "name": "爱辉区", "established_on": "2003-01-01"}]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    code: AreaCode
    name: Text = Field(description="名称")
    established_on: date = Field(description="设立日期 the day from which the code holds")

    def command(self) -> EstablishArea:
        return EstablishArea(self.code, self.name, self.established_on, self.id or new_id())


class AreaOut(BaseModel):
    """An area (区划)."""

    id: UUID
    code: AreaCode
    name: str = Field(description="名称", examples=["爱辉区"])
    level: Level = Field(description="级别", examples=["district"])
    parent_code: AreaCode | None = Field(description="上级区划代码")
    established_on: date = Field(description="设立日期")

    @classmethod
    def of(cls, area: Area) -> AreaOut:
        return cls(
            id=area.id, code=area.code, name=area.name, level=area.level,
            parent_code=area.parent_code, established_on=area.established_on,
        )  # fmt: skip


@router.post("", status_code=201, summary="设立区划", operation_id="establish_area")
async def establish_area(request: Request, body: EstablishAreaIn, actor: Writer) -> AreaOut:
    """Establish one area. 409 when the code is in use, 403 outside of the caller's area."""
    return AreaOut.of(await usecases.establish_area(runtime_of(request), actor, body.command()))


@router.post(
    "/imports", summary="批量设立区划", operation_id="import_areas",
    openapi_extra=bulk.documented(EstablishAreaIn),
)  # fmt: skip
async def import_areas(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Establish many areas; a line is one area."""
    return await load(
        request, options, EstablishAreaIn, EstablishAreaIn.command, usecases.establish_all, actor
    )


@router.get("", summary="区划列表", operation_id="list_areas")
async def list_areas(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[AreaOut]:
    """Areas of the caller's subtree, by code."""
    after = pagination.decode(cursor, [str], actor=actor, filters={})
    rows = await usecases.list_areas(
        runtime_of(request), actor, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda a: [a.code], item=AreaOut.of, actor=actor, filters={}
    )


@router.get("/{code}", summary="查看区划", operation_id="get_area")
async def get_area(
    request: Request, actor: Reader, code: Annotated[str, Path(pattern=r"^[0-9]{12}$")]
) -> AreaOut:
    """One area by its twelve-digit code."""
    return AreaOut.of(await usecases.area_of(runtime_of(request), actor, code))


routers = [router, bulk.reading("/v1/areas", "area", "registry:area:import", tag=TAG)]

problems = [
    refused(domain.AreaExists, 409, "区划代码已存在", "The area code is in use"),
    refused(domain.NoSuchArea, 422, "没有此区划", "There is no such area"),
    refused(domain.CodeIsCountry, 422, "区划代码无效", "The area code is not valid"),
]
