"""``/v1/employers`` 用人单位."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from jobs_market.employers import usecases
from jobs_market.employers.domain import OWNERSHIPS, SECTORS, Employer, Ownership, Sector
from kit import bulk, idempotency, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.versions import etag
from kit.wire import Asked, FactDay, Id, Made, Name, Told, after, load, page, terms

router = APIRouter(prefix="/v1/employers", tags=["employers 用人单位"])
Reader = Annotated[Actor, requires("jobs-market:employer:read")]
Writer = Annotated[Actor, requires("jobs-market:employer:write")]
Importer = Annotated[Actor, requires("jobs-market:employer:import")]


class RegisterEmployer(Made):
    """A new employer (用人单位登记)."""

    name: Name = Field(description="单位名称", examples=["黑河市利民商店"])
    uscc: str | None = Field(
        default=None,
        pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$",
        description="统一社会信用代码",
        examples=["91110000600037341L"],
    )
    organisation_code: str | None = Field(
        default=None,
        pattern=r"^[0-9A-Z]{8}-?[0-9X]$",
        description="组织机构代码（社保经办机构以此称缴费单位）；填统一社会信用代码的可不填",
        examples=["70289001-5"],
    )
    sector: Sector = Field(description=f"行业：{terms(SECTORS)}", examples=["commerce"])
    ownership: Ownership = Field(description=f"经济类型：{terms(OWNERSHIPS)}", examples=["private"])
    staff_count: int | None = Field(
        default=None, ge=0, le=10_000_000, description="职工人数", examples=[12]
    )
    registered_on: FactDay

    def draft(self) -> Employer:
        return Employer(
            self.made_id,
            self.name,
            self.uscc,
            self.sector,
            self.ownership,
            self.staff_count,
            self.registered_on,
            self.area_code,
            self.office,
            self.organisation_code,
        )


class CountStaff(Asked):
    """The only thing of an employer that is edited (职工人数变更)."""

    staff_count: int | None = Field(ge=0, le=10_000_000, description="职工人数", examples=[60])


class EmployerBody(Told):
    """An employer (用人单位)."""

    id: UUID
    name: str
    uscc: str | None
    organisation_code: str | None
    sector: Sector
    ownership: Ownership
    staff_count: int | None
    registered_on: date
    area_code: str
    office: str
    version: int


@router.post("", status_code=201, summary="登记用人单位")
async def register_employer(
    request: Request,
    response: Response,
    body: RegisterEmployer,
    actor: Writer,
    claim: idempotency.Optional,
) -> EmployerBody:
    """Register an employer. 422 ``invalid-uscc`` or ``organisation-code-differs``, 409 ``uscc-taken`` or
    ``organisation-code-taken``, 403 ``outside-your-area``."""
    employer = await usecases.register_employer(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, EmployerBody.model_validate),
    )
    response.headers["ETag"] = etag(employer.version)
    return EmployerBody.model_validate(employer)


@router.post(
    "/imports",
    summary="批量登记用人单位",
    openapi_extra=bulk.documented(RegisterEmployer),
)
async def import_employers(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Register many employers, one per line."""
    return await load(
        request,
        options,
        RegisterEmployer,
        RegisterEmployer.draft,
        usecases.register_employers,
        actor,
    )


@router.get("", summary="用人单位列表")
async def list_employers(
    request: Request,
    actor: Reader,
    sector: Sector | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[EmployerBody]:
    """Employers of the caller's areas, by id."""
    filters = {"sector": sector}
    rows = await usecases.list_employers(
        runtime_of(request), actor, after(cursor, actor, filters), limit, sector=sector
    )
    return page(rows, limit, EmployerBody.model_validate, actor=actor, filters=filters)


@router.get("/{employer_id}", summary="用人单位详情")
async def get_employer(
    request: Request, response: Response, employer_id: Id, actor: Reader
) -> EmployerBody:
    """One employer; its version stands in ``ETag``."""
    employer = await usecases.get_employer(runtime_of(request), actor, employer_id)
    response.headers["ETag"] = etag(employer.version)
    return EmployerBody.model_validate(employer)


@router.patch("/{employer_id}", summary="变更职工人数")
async def count_staff(
    request: Request,
    response: Response,
    employer_id: Id,
    body: CountStaff,
    actor: Writer,
    version: versions.Required,
) -> EmployerBody:
    """Edit the staff count. What was told to other services is never edited."""
    employer = await usecases.count_staff(
        runtime_of(request),
        actor,
        employer_id,
        body.staff_count,
        seen=version,
    )
    response.headers["ETag"] = etag(employer.version)
    return EmployerBody.model_validate(employer)


imports = bulk.reading(
    "/v1/employers", "employer", "jobs-market:employer:import", tag="employers 用人单位"
)
