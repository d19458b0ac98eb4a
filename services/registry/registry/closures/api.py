"""HTTP of the list of closed enterprises."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field

from kit import bulk, pagination
from kit.areas import AreaCode, prefix
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, FactDay, Id, Name, Text, Told, after, load, page
from registry.areas.succession import pattern_of
from registry.closures import domain, usecases
from registry.closures.domain import Closure
from registry.workers.api import EmployerCode

TAG = "closures 关闭破产企业"
router = APIRouter(prefix="/v1/enterprise-closures", tags=[TAG])
Reader = Annotated[Actor, requires("registry:closure:read")]
Writer = Annotated[Actor, requires("registry:closure:write")]
Importer = Annotated[Actor, requires("registry:closure:import")]


class ClosureLine(Asked):
    """An enterprise of the list (名单中的企业)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "黑河市第一机械厂",
                    "code": "12963418-5",
                    "document": "全国企业兼并破产和职工再就业工作领导小组 [2001]18号",
                    "closed_on": "2001-09-30",
                    "area_code": "231102000000",
                }
            ]
        }
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    name: Name = Field(description="企业名称")
    code: EmployerCode | None = Field(
        default=None, description="统一社会信用代码、组织机构代码或注册号"
    )
    document: Text = Field(description="依据文件")
    closed_on: FactDay = Field(description="关闭破产日期")
    area_code: AreaCode

    def line(self) -> Closure:
        return Closure(
            self.id or new_id(), self.name, self.code, self.document, self.closed_on,
            self.area_code,
        )  # fmt: skip


class ClosureOut(Told):
    """A line of the list (名单中的企业)."""

    id: UUID
    name: str = Field(description="企业名称")
    code: str | None = Field(description="统一社会信用代码、组织机构代码或注册号")
    document: str = Field(description="依据文件")
    closed_on: date = Field(description="关闭破产日期")
    area_code: AreaCode
    reversed_on: date | None = Field(description="撤销日期；有效则为空")
    reversal_reason: str | None = Field(description="撤销原因")


class ReverseIn(Asked):
    """Taking a line back (撤销名单中的企业)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "不在国家计划之内"}]})
    reason: Text = Field(description="原因")


@router.post(
    "/imports", summary="导入关闭破产企业名单", operation_id="import_enterprise_closures",
    openapi_extra=bulk.documented(ClosureLine),
)  # fmt: skip
async def import_enterprise_closures(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take over a list of enterprises closed under the national plan. From then on its word goes
    before what people claim, for every application that is decided; decisions made before are not
    changed, and those that would come out otherwise are listed (``/v1/certificates/differing``)."""
    return await load(
        request, options, ClosureLine, ClosureLine.line, usecases.import_closures, actor
    )


@router.get("", summary="关闭破产企业名单", operation_id="list_enterprise_closures")
async def list_enterprise_closures(
    request: Request,
    actor: Reader,
    name: Annotated[
        str | None, Query(min_length=1, max_length=120, description="企业名称（全称）")
    ] = None,
    code: Annotated[str | None, Query(min_length=1, max_length=20, description="代码")] = None,
    area_code: Annotated[AreaCode | None, Query(description="区划（含下级）；缺省为全部")] = None,
    standing: Annotated[bool, Query(description="true 只列有效者")] = False,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ClosureOut]:
    """The list, of the whole city: whoever worked for one of them may live anywhere in it."""
    filters = {"name": name, "code": code, "area_code": area_code, "standing": standing}
    rt = runtime_of(request)
    pattern = "" if area_code is None else await pattern_of(rt, prefix(area_code))
    rows = await usecases.list_closures(
        rt, pattern, name, code, standing, after(cursor, actor, filters), limit + 1
    )
    return page(rows, limit, ClosureOut.model_validate, actor=actor, filters=filters)


@router.post(
    "/{closure_id}/reversals", status_code=201, summary="撤销名单中的企业",
    operation_id="reverse_enterprise_closure",
)  # fmt: skip
async def reverse_enterprise_closure(
    request: Request, closure_id: Id, body: ReverseIn, actor: Writer
) -> ClosureOut:
    """A line was wrong. What was decided by it is listed with the rest that would come out
    otherwise."""
    one = await usecases.reverse_closure(runtime_of(request), actor, closure_id, body.reason)
    return ClosureOut.model_validate(one)


routers = [
    router,
    bulk.reading("/v1/enterprise-closures", "closure", "registry:closure:import", tag=TAG),
]

problems = [
    refused(domain.ListedAlready, 409, "该企业已在名单", "The enterprise is on the list already"),
    refused(domain.ClosureReversed, 409, "该行已撤销", "The line was taken back before"),
]
