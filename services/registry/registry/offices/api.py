"""HTTP of offices."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, Day, FactDay, Id, Text, Told, after, impersonal, load, page
from registry.offices import domain, usecases
from registry.offices.domain import ChangeKind, Kind, Office, Staff
from registry.offices.usecases import ChangeOffice

TAG = "offices 机构"
router = APIRouter(prefix="/v1/offices", tags=[TAG])
Code = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$", description="机构代码")]
OnDay = Annotated[Day | None, Query(description="所问之日 (as of this day)")]
Account = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$", max_length=100,
        description="账号 the token's subject", examples=["clerk-7"],
    ),
    AfterValidator(impersonal),
]  # fmt: skip
Role = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z_]{1,49}$", max_length=50, description="岗位（角色）",
        examples=["registry_clerk"],
    ),
]  # fmt: skip
CHANGE = Field(description="变更：renamed 更名，moved 迁址，closed 撤销", examples=["renamed"])
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


class OfficeChangeOut(Told):
    """One change of an office (机构变更)."""

    kind: ChangeKind = CHANGE
    on: date = Field(description="变更日期")
    name: str | None = Field(description="新名称")
    area_code: AreaCode | None = Field(description="迁入的区划")


class OfficeOut(BaseModel):
    """An office (机构)."""

    id: UUID
    code: OfficeCode
    name: str = Field(description="名称", examples=["爱辉区就业局"])
    kind: Kind = KIND
    staff: int = Field(description="工作人员数（人）", examples=[12])
    area_code: AreaCode
    opened_on: date = Field(description="设立日期")
    closed_on: date | None = Field(default=None, description="自此日起撤销")
    changes: list[OfficeChangeOut] = Field(default_factory=list, description="变更沿革")

    @classmethod
    def of(cls, office: Office) -> OfficeOut:
        return cls(
            id=office.id, code=office.code, name=office.name, kind=office.kind, staff=office.staff,
            area_code=office.area_code, opened_on=office.opened_on, closed_on=office.closed_on,
            changes=[OfficeChangeOut.model_validate(change) for change in office.changes],
        )  # fmt: skip


class ChangeOfficeIn(Asked):
    """What happens to an office: a new name, another area, or its end (机构变更)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "renamed", "on": "2003-06-01", "name": "爱辉区就业服务局"}]
        }
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    kind: ChangeKind = CHANGE
    on: FactDay
    name: Text | None = Field(default=None, description="新名称（更名必填）")
    area_code: AreaCode | None = Field(default=None, description="迁入的区划（迁址必填）")

    def command(self, code: str) -> ChangeOffice:
        return ChangeOffice(
            code, self.kind, self.on, self.name, self.area_code, self.id or new_id()
        )


class StaffIn(Asked):
    """An account that works in an office from a day on (工作人员账号)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"account": "clerk-7", "role": "registry_clerk", "since": "2003-01-06"}]
        }
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    account: Account
    role: Role
    since: FactDay

    def entry(self, office: str) -> Staff:
        return Staff(self.id or new_id(), office, self.account, self.role, self.since)


class StaffLine(StaffIn):
    """One account of a list, with its office (工作人员账号，逐行)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "office": "231102-employment-bureau",
                    "account": "clerk-7",
                    "role": "registry_clerk",
                    "since": "2003-01-06",
                }
            ]
        }
    )
    office: OfficeCode

    def line(self) -> Staff:
        return self.entry(self.office)


class EndStaffIn(Asked):
    """From when on an account works there no more (离岗)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-09-01"}]})
    on: FactDay


class StaffOut(Told):
    """An account on the staff of an office (工作人员账号)."""

    id: UUID
    office: OfficeCode
    account: str = Field(description="账号 the token's subject", examples=["clerk-7"])
    role: str = Field(description="岗位", examples=["registry_clerk"])
    since: date = Field(description="到岗日")
    until: date | None = Field(description="自此日起离岗")


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
async def get_office(request: Request, actor: Reader, code: Code, on: OnDay = None) -> OfficeOut:
    """One office by its code; ``on`` a day: with the name and the area of then."""
    return OfficeOut.of(await usecases.office_of(runtime_of(request), actor, code, on))


@router.post(
    "/staff/imports", summary="批量登记工作人员账号", operation_id="import_office_staff",
    openapi_extra=bulk.documented(StaffLine),
)  # fmt: skip
async def import_office_staff(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Many accounts with their offices and roles; a line is one account."""
    return await load(request, options, StaffLine, StaffLine.line, usecases.assign_all, actor)


@router.post("/{code}/changes", status_code=201, summary="机构变更", operation_id="change_office")
async def change_office(
    request: Request, code: Code, body: ChangeOfficeIn, actor: Writer
) -> OfficeOut:
    """Rename, move or close an office from a day on. What it recorded keeps its code."""
    return OfficeOut.of(
        await usecases.change_office(runtime_of(request), actor, body.command(code))
    )


@router.post(
    "/{code}/staff", status_code=201, summary="登记工作人员账号", operation_id="assign_office_staff"
)
async def assign_office_staff(
    request: Request, code: Code, body: StaffIn, actor: Writer
) -> StaffOut:
    """Put an account on the staff of an office. Rights come from the token; this is the list that
    they are held against."""
    entry = await usecases.assign_staff(runtime_of(request), actor, body.entry(code))
    return StaffOut.model_validate(entry)


@router.post(
    "/{code}/staff/{staff_id}/ends", status_code=201, summary="工作人员离岗",
    operation_id="end_office_staff",
)  # fmt: skip
async def end_office_staff(
    request: Request, code: Code, staff_id: Id, body: EndStaffIn, actor: Writer
) -> StaffOut:
    """The account works there no more from a day on."""
    entry = await usecases.end_staff(runtime_of(request), actor, code, staff_id, body.on)
    return StaffOut.model_validate(entry)


@router.get("/{code}/staff", summary="机构工作人员账号", operation_id="list_office_staff")
async def list_office_staff(
    request: Request,
    code: Code,
    actor: Reader,
    on: OnDay = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[StaffOut]:
    """Accounts that work or worked at an office; ``on`` a day: who worked there then."""
    filters = {"code": code, "on": on}
    rows = await usecases.staff_of(
        runtime_of(request), actor, code, on, after(cursor, actor, filters), limit + 1
    )
    return page(rows, limit, StaffOut.model_validate, actor=actor, filters=filters)


routers = [
    router,
    bulk.reading("/v1/offices", "office", "registry:office:import", tag=TAG),
    bulk.reading("/v1/offices/staff", "office_staff", "registry:office:import", tag=TAG),
]

problems = [
    refused(domain.OfficeExists, 409, "机构代码已存在", "The office code is in use"),
    refused(domain.NoSuchOffice, 422, "没有此机构", "There is no such office"),
    refused(
        domain.OfficeNotOpen, 422, "该日期此机构尚未设立或已撤销", "The office was not open on that day"
    ),
    refused(
        domain.ChangeDoesNotFit, 422, "机构变更内容有误", "The change does not fit",
        ("更名须填新名称，迁址须填新区划，撤销不填", "A renaming needs another name, a move another area"),
    ),
    refused(domain.OnStaffAlready, 409, "该账号已在岗", "The account has this role already"),
    refused(domain.NotOnStaff, 409, "该账号已离岗", "The account does not work there on that day"),
]  # fmt: skip
