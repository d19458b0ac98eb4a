"""Projects over HTTP. Money for them is asked for by claims."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import FactDate, Id, Made, Text, Told, after, page
from subsidy.programmes.bodies import Code
from subsidy.projects import domain, usecases
from subsidy.projects.domain import Project

router = APIRouter(prefix="/v1/projects", tags=["projects 补贴项目工程"])
Reader = Annotated[Actor, requires("subsidy:project:read")]
Writer = Annotated[Actor, requires("subsidy:project:write")]


class RecordProject(Made):
    """What a body was approved to do (项目批准)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "market-building",
                    "body_id": "019a9d2c-8f00-7000-8000-0000000000b1",
                    "title": "市劳动力市场信息网络建设",
                    "approval": "黑再领[2003]7号",
                    "approved_on": "2003-06-10",
                    "amount": "50000.00",
                    "area_code": "231100000000",
                    "office": "231100-finance-bureau",
                }
            ]
        }
    )
    programme: Code = Field(description="补贴项目代码，须为按项目支付的")
    body_id: UUID = Field(description="承办单位（街道、市场主办单位等）的标识")
    title: Text = Field(description="项目名称（不得含姓名、证件号）")
    approval: Text = Field(description="批准文号")
    approved_on: FactDate
    amount: YuanPositive = Field(description="批准金额")
    provincial_approval: Text | None = Field(
        default=None, description="规定用途以外的，省级财政、劳动保障部门共同批准文号"
    )

    def project(self) -> Project:
        told = {name: getattr(self, name) for name in type(self).model_fields if name != "id"}
        return Project(self.made_id, **told)


class ProjectOut(Told):
    """A project and its approval (项目)."""

    id: UUID
    programme: str
    body_id: UUID
    title: str
    approval: str
    approved_on: date
    amount: Yuan = Field(description="批准金额")
    provincial_approval: str | None
    area_code: str
    office: str


@router.post("", summary="登记经批准的项目", status_code=201)
async def record_project(
    request: Request, response: Response, body: RecordProject, actor: Writer, key: Required
) -> ProjectOut:
    """Record what was approved. The same approval of a body is recorded once; claims name the project."""
    made = await usecases.record_project(
        runtime_of(request), actor, body.project(), key.answering(201, ProjectOut.model_validate)
    )
    response.headers["Location"] = f"/v1/projects/{made.id}"
    return ProjectOut.model_validate(made)


@router.get("/{id}", summary="查询一个项目")
async def get_project(request: Request, id: Id, actor: Reader) -> ProjectOut:
    """One project of the caller's area."""
    return ProjectOut.model_validate(await usecases.project_of(runtime_of(request), actor, id))


@router.get("", summary="列出项目")
async def list_projects(
    request: Request,
    actor: Reader,
    programme: Code | None = None,
    body_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ProjectOut]:
    """Projects of the caller's area in the order of their ids."""
    filters = {"programme": programme, "body_id": body_id}
    found = await usecases.list_projects(
        runtime_of(request), actor, programme=programme, body_id=body_id,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(found, limit, ProjectOut.model_validate, actor=actor, filters=filters)


problems = [
    refused(
        domain.NotOfProjects, 422, "该补贴项目当日未施行，或不按项目支付",
        "The programme is not in force on the day, or pays no projects",
    ),
    refused(domain.ProjectKnown, 409, "该批准文号已登记", "This approval was recorded before"),
]  # fmt: skip
