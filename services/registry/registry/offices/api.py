"""HTTP of offices."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, Text, load
from registry.offices import domain, usecases
from registry.offices.domain import Kind, Office

TAG = "offices 机构"
router = APIRouter(prefix="/v1/offices", tags=[TAG])
Reader = Annotated[Actor, requires("registry:office:read")]
Writer = Annotated[Actor, requires("registry:office:write")]
Importer = Annotated[Actor, requires("registry:office:import")]

KIND = Field(
    description="机构类别：bureau 就业局，street_office 街道，township_office 乡镇，"
    "station 社区保障站，city_direct 市直",
    examples=["bureau"],
)


class OpenOfficeIn(Asked):
    """An office to open (设立机构)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "231102-employment-bureau",
                    "name": "爱辉区就业局",
                    "kind": "bureau",
                    "staff": 12,
                    "area_code": "231102000000",
                    "opened_on": "2003-01-01",
                }
            ]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    code: OfficeCode
    name: Text = Field(description="名称")
    kind: Kind = KIND
    staff: int = Field(ge=0, le=100_000, description="工作人员数（人）")
    area_code: AreaCode
    opened_on: date = Field(description="设立日期")

    def command(self) -> Office:
        return Office(
            self.id or new_id(), self.code, self.name, self.kind, self.staff, self.area_code,
            self.opened_on,
        )  # fmt: skip


class OfficeOut(BaseModel):
    """An office (机构)."""

    id: UUID
    code: OfficeCode
    name: str = Field(description="名称", examples=["爱辉区就业局"])
    kind: Kind = KIND
    staff: int = Field(description="工作人员数（人）", examples=[12])
    area_code: AreaCode
    opened_on: date = Field(description="设立日期")

    @classmethod
    def of(cls, office: Office) -> OfficeOut:
        return cls(
            id=office.id, code=office.code, name=office.name, kind=office.kind, staff=office.staff,
            area_code=office.area_code, opened_on=office.opened_on,
        )  # fmt: skip


@router.post("", status_code=201, summary="设立机构", operation_id="open_office")
async def open_office(request: Request, body: OpenOfficeIn, actor: Writer) -> OfficeOut:
    """Open one office. 409 when the code is in use, 422 for an unknown area."""
    return OfficeOut.of(await usecases.open_office(runtime_of(request), actor, body.command()))


@router.post(
    "/imports", summary="批量设立机构", operation_id="import_offices",
    openapi_extra=bulk.documented(OpenOfficeIn),
)  # fmt: skip
async def import_offices(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Open many offices; a line is one office."""
    return await load(
        request, options, OpenOfficeIn, OpenOfficeIn.command, usecases.open_all, actor
    )


@router.get("", summary="机构列表", operation_id="list_offices")
async def list_offices(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[OfficeOut]:
    """Offices of the caller's subtree."""
    after = pagination.decode(cursor, [UUID], actor=actor, filters={})
    rows = await usecases.list_offices(
        runtime_of(request), actor, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda o: [str(o.id)], item=OfficeOut.of, actor=actor, filters={}
    )


@router.get("/{code}", summary="查看机构", operation_id="get_office")
async def get_office(
    request: Request,
    actor: Reader,
    code: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")],
) -> OfficeOut:
    """One office by its code."""
    return OfficeOut.of(await usecases.office_of(runtime_of(request), actor, code))


routers = [router, bulk.reading("/v1/offices", "office", "registry:office:import", tag=TAG)]

problems = [
    refused(domain.OfficeExists, 409, "机构代码已存在", "The office code is in use"),
    refused(domain.NoSuchOffice, 422, "没有此机构", "There is no such office"),
]
