"""HTTP of areas."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode, Level
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, Day, FactDay, TakenBack, Text, Told, load
from registry.areas import domain, usecases
from registry.areas.domain import Area, ChangeKind, Provenance
from registry.areas.usecases import ChangeArea, EstablishArea

TAG = "areas 区划"
router = APIRouter(prefix="/v1/areas", tags=[TAG])
seeds = APIRouter(tags=[TAG])
Code = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="十二位区划代码")]
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


class ChangeAreaIn(Asked):
    """What happens to an area: a new name, a merger into another area, or its end (区划变更)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "renamed", "on": "2003-06-01", "name": "爱辉新区"}]
        }
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    kind: ChangeKind = Field(description="变更：renamed 更名，merged 并入，abolished 撤销")
    on: FactDay
    name: Text | None = Field(default=None, description="新名称（更名必填）")
    successor_code: AreaCode | None = Field(default=None, description="并入的区划（并入必填）")

    def command(self, code: str) -> ChangeArea:
        return ChangeArea(
            code, self.kind, self.on, self.name, self.successor_code, self.id or new_id()
        )


class ChangeAreaLine(ChangeAreaIn):
    """One change of a list (区划变更，逐行)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"code": "231102000000", "kind": "renamed", "on": "2003-06-01", "name": "爱辉新区"}
            ]
        }
    )
    code: AreaCode

    def line(self) -> ChangeArea:
        return self.command(self.code)


class NameOut(Told):
    """A name and the day it holds from (名称沿革)."""

    name: str = Field(description="名称", examples=["爱辉区"])
    since: date = Field(description="起始日")


class AreaOut(BaseModel):
    """An area (区划)."""

    id: UUID | None = Field(description="标识；公布代码表中的区划没有")
    code: AreaCode
    name: str = Field(description="名称（所问之日）", examples=["爱辉区"])
    level: Level = Field(description="级别", examples=["district"])
    parent_code: AreaCode | None = Field(description="上级区划代码")
    established_on: date = Field(description="设立日期")
    ended_on: date | None = Field(default=None, description="自此日起不再使用")
    successor_code: AreaCode | None = Field(default=None, description="并入的区划")
    provenance: Provenance = Field(
        default="municipal", description="来源：municipal 市级区划表，seed 公布代码表 (GB/T 2260)"
    )
    names: list[NameOut] = Field(default_factory=list, description="名称沿革")

    @classmethod
    def of(cls, area: Area, on: date | None = None) -> AreaOut:
        return cls(
            id=area.id, code=area.code, name=area.name if on is None else area.name_on(on),
            level=area.level, parent_code=area.parent_code, established_on=area.established_on,
            ended_on=area.ended_on, successor_code=area.successor_code,
            provenance=area.provenance,
            names=[NameOut.model_validate(name) for name in area.names],
        )  # fmt: skip


class ChangeOut(Told):
    """Something that happened to an area (区划变更记录)."""

    id: UUID
    kind: ChangeKind = Field(description="变更：renamed 更名，merged 并入，abolished 撤销")
    on: date = Field(description="变更日期")
    name: str | None = Field(description="新名称")
    successor_code: AreaCode | None = Field(description="并入的区划")
    reversed: bool = Field(description="已撤销，视为未发生")


class ChangesOut(BaseModel):
    """Everything that happened to one area (沿革)."""

    items: list[ChangeOut]


OnDay = Annotated[
    Day | None, Query(description="所问之日；缺省为全部（列表）或现状 (as of this day)")
]


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


@router.post(
    "/changes/imports", summary="批量区划变更", operation_id="import_area_changes",
    openapi_extra=bulk.documented(ChangeAreaLine),
)  # fmt: skip
async def import_area_changes(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Many renamings, mergers and ends, in the order of the lines: parts before the whole."""
    return await load(
        request, options, ChangeAreaLine, ChangeAreaLine.line, usecases.change_all, actor
    )


@router.post("/{code}/changes", status_code=201, summary="区划变更", operation_id="change_area")
async def change_area(request: Request, code: Code, body: ChangeAreaIn, actor: Writer) -> AreaOut:
    """Rename, merge or end an area from a day on. What was recorded under a code keeps it."""
    return AreaOut.of(await usecases.change_area(runtime_of(request), actor, body.command(code)))


@router.get("/{code}/changes", summary="区划沿革", operation_id="list_area_changes")
async def list_area_changes(request: Request, code: Code, actor: Reader) -> ChangesOut:
    """What happened to an area, in the order of record, also what was taken back."""
    found = await usecases.changes_of(runtime_of(request), actor, code)
    return ChangesOut(items=[ChangeOut.model_validate(one) for one in found])


@router.post(
    "/{code}/changes/{change_id}/reversals", status_code=201, summary="撤销区划变更",
    operation_id="take_back_area_change",
)  # fmt: skip
async def take_back_area_change(
    request: Request, code: Code, change_id: UUID, body: TakenBack, actor: Writer
) -> AreaOut:
    """A renaming, merger or end that was wrong never happened: the area is called and holds as without
    it, and what lies under its code is its own again."""
    return AreaOut.of(
        await usecases.take_back(runtime_of(request), actor, code, change_id, body.reason)
    )


@router.get("", summary="区划列表", operation_id="list_areas")
async def list_areas(
    request: Request,
    actor: Reader,
    parent_code: Annotated[AreaCode | None, Query(description="上级区划代码")] = None,
    on: OnDay = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AreaOut]:
    """Areas of the municipal list in the caller's subtree, by code; on a day, only those that hold
    on it, with the names of that day."""
    filters = {"parent_code": parent_code, "on": on}
    after = pagination.decode(cursor, [str], actor=actor, filters=filters)
    rows = await usecases.list_areas(
        runtime_of(request), actor, parent_code, on, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda a: [a.code], item=lambda a: AreaOut.of(a, on), actor=actor,
        filters=filters,
    )  # fmt: skip


@seeds.get("/v1/area-seeds", summary="公布的区划代码", operation_id="list_area_seeds")
async def list_area_seeds(
    request: Request,
    actor: Reader,
    on: OnDay = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AreaOut]:
    """Published codes (GB/T 2260) of the city's province with the years in which they held: to begin
    a municipal list with."""
    filters = {"on": on}
    after = pagination.decode(cursor, [str, date], actor=actor, filters=filters)
    rows = usecases.seeded(runtime_of(request), on, after and (after[0], after[1]), limit + 1)
    return pagination.page(
        rows, limit, position=lambda a: [a.code, a.established_on], item=AreaOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{code}", summary="查看区划", operation_id="get_area")
async def get_area(request: Request, actor: Reader, code: Code, on: OnDay = None) -> AreaOut:
    """One area by its twelve-digit code, with its names and its end; ``on`` a day: called as then.
    Codes that the municipal list does not name are answered from the published codes."""
    return AreaOut.of(await usecases.area_of(runtime_of(request), actor, code, on), on)


routers = [
    router,
    seeds,
    bulk.reading("/v1/areas", "area", "registry:area:import", tag=TAG),
    bulk.reading("/v1/areas/changes", "area_change", "registry:area:import", tag=TAG),
]

problems = [
    refused(domain.AreaExists, 409, "区划代码已存在", "The area code is in use"),
    refused(domain.NoSuchArea, 422, "没有此区划", "There is no such area"),
    refused(
        domain.NoParentArea, 422, "上级区划不存在", "The area that it is part of is in no list",
        ("请先设立 {parent}", "Establish {parent} first"),
    ),
    refused(domain.CodeIsCountry, 422, "区划代码无效", "The area code is not valid"),
    refused(
        domain.AreaNotInForce, 422, "该日期此区划尚未设立或已撤并", "The area did not hold on that day"
    ),
    refused(domain.AreaHasParts, 409, "下级区划尚未撤并", "Areas below it still hold"),
    refused(
        domain.SuccessorDoesNotFit, 422, "并入的区划无效", "The successor does not fit",
        ("须为同级、在用的另一区划，且仅并入时填写", "Another area of the same level that holds; only for mergers"),
    ),
    refused(
        domain.NameMissing, 422, "新名称无效", "The new name does not fit",
        ("更名须填写与原名不同的名称，其他变更不填", "A renaming needs another name, other changes none"),
    ),
    refused(domain.NoSuchChange, 409, "没有可撤销的变更", "No such change of the area stands"),
    refused(
        domain.ParentEnded, 409, "上级区划已撤并", "The area that it is part of has ended",
        ("请先撤销 {parent} 的撤并", "Take the end of {parent} back first"),
    ),
]  # fmt: skip
