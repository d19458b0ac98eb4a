"""``/v1/vacancies`` 空岗信息."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from jobs_market.vacancies import usecases
from jobs_market.vacancies.domain import CLOSE_REASONS, CloseReason, Vacancy
from kit import bulk, idempotency, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan, YuanNotNegative
from kit.pagination import Cursor, Limit, Page
from kit.versions import etag
from kit.wire import (
    Asked,
    FactDay,
    Id,
    LongText,
    Made,
    Months,
    Name,
    Told,
    after,
    load,
    page,
    terms,
)

router = APIRouter(prefix="/v1/vacancies", tags=["vacancies 空岗信息"])
Reader = Annotated[Actor, requires("jobs-market:vacancy:read")]
Writer = Annotated[Actor, requires("jobs-market:vacancy:write")]
Importer = Annotated[Actor, requires("jobs-market:vacancy:import")]


class ReportVacancy(Made):
    """An employer looks for people (空岗申报)."""

    employer_id: UUID
    occupation: Name = Field(description="工种", examples=["营业员"])
    headcount: int = Field(ge=1, le=100_000, description="招聘人数", examples=[2])
    wage: YuanNotNegative = Field(description="月工资，元", examples=["600.00"])
    term_months: Months | None = Field(
        default=None, description="合同期限，月；空为无固定期限", examples=[12]
    )
    reported_on: FactDay
    vacant_on: date | None = Field(default=None, description="岗位空出日期")
    reserved_for_difficulty: bool = Field(default=False, description="专供就业困难人员")
    requirements: LongText | None = Field(default=None, description="招聘要求")

    def draft(self) -> Vacancy:
        return Vacancy(
            self.made_id,
            self.employer_id,
            self.occupation,
            self.headcount,
            self.wage,
            self.term_months,
            self.reported_on,
            self.vacant_on,
            self.reserved_for_difficulty,
            self.requirements,
            self.area_code,
            self.office,
        )


class NoteRequirements(Asked):
    """The note on requirements, which is not told to anyone and may be edited (招聘要求)."""

    requirements: LongText | None = Field(description="招聘要求", examples=["初中以上"])


class CloseVacancy(Asked):
    """A vacancy is closed (空岗关闭)."""

    closed_on: FactDay
    reason: CloseReason = Field(
        description=f"关闭原因：{terms(CLOSE_REASONS)}", examples=["withdrawn"]
    )


class VacancyBody(Told):
    """A vacancy (空岗信息). ``state``: reported 已申报, partly_filled 部分招满, filled 招满, closed 已关闭."""

    id: UUID
    employer_id: UUID
    occupation: str
    headcount: int
    filled: int
    wage: Yuan
    term_months: int | None
    reported_on: date
    vacant_on: date | None
    reserved_for_difficulty: bool
    requirements: str | None
    state: str
    closed_on: date | None
    close_reason: CloseReason | None
    area_code: str
    office: str
    version: int


class VacancySeen(VacancyBody):
    """A vacancy with whether its report came in time (J5)."""

    reported_late: bool = Field(description="是否逾期申报")


@router.post("", status_code=201, summary="申报空岗")
async def report_vacancy(
    request: Request,
    response: Response,
    body: ReportVacancy,
    actor: Writer,
    claim: idempotency.Optional,
) -> VacancyBody:
    """Report a vacancy. 422 ``unknown-employer``, 403 ``outside-your-area``."""
    vacancy = await usecases.report_vacancy(
        runtime_of(request), actor, body.draft(), claim.answering(201, VacancyBody.model_validate)
    )
    response.headers["ETag"] = etag(vacancy.version)
    return VacancyBody.model_validate(vacancy)


@router.post("/imports", summary="批量申报空岗", openapi_extra=bulk.documented(ReportVacancy))
async def import_vacancies(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Report many vacancies, one per line."""
    return await load(
        request, options, ReportVacancy, ReportVacancy.draft, usecases.report_vacancies, actor
    )


@router.get("", summary="空岗列表")
async def list_vacancies(
    request: Request,
    actor: Reader,
    employer_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[VacancyBody]:
    """Vacancies of the caller's areas, by id."""
    filters = {"employer_id": employer_id}
    rows = await usecases.list_vacancies(
        runtime_of(request), actor, after(cursor, actor, filters), limit, employer_id=employer_id
    )
    return page(rows, limit, VacancyBody.model_validate, actor=actor, filters=filters)


@router.get("/{vacancy_id}", summary="空岗详情")
async def get_vacancy(
    request: Request, response: Response, vacancy_id: Id, actor: Reader
) -> VacancySeen:
    """One vacancy; its version stands in ``ETag``."""
    vacancy, late = await usecases.get_vacancy(runtime_of(request), actor, vacancy_id)
    response.headers["ETag"] = etag(vacancy.version)
    shown = VacancyBody.model_validate(vacancy)
    return VacancySeen(**shown.model_dump(), reported_late=late)


@router.patch("/{vacancy_id}", summary="修改招聘要求")
async def note_requirements(
    request: Request,
    response: Response,
    vacancy_id: Id,
    body: NoteRequirements,
    actor: Writer,
    version: versions.Required,
) -> VacancyBody:
    """Edit the note on requirements; what was told is never edited."""
    vacancy = await usecases.note_requirements(
        runtime_of(request), actor, vacancy_id, body.requirements, seen=version
    )
    response.headers["ETag"] = etag(vacancy.version)
    return VacancyBody.model_validate(vacancy)


@router.post("/{vacancy_id}/closings", status_code=201, summary="关闭空岗")
async def close_vacancy(
    request: Request,
    vacancy_id: Id,
    body: CloseVacancy,
    actor: Writer,
    claim: idempotency.Optional,
) -> VacancyBody:
    """Close it: nobody is referred to it any more. 409 ``vacancy-closed``."""
    vacancy = await usecases.close_vacancy(
        runtime_of(request),
        actor,
        vacancy_id,
        body.closed_on,
        body.reason,
        claim.answering(201, VacancyBody.model_validate),
    )
    return VacancyBody.model_validate(vacancy)


imports = bulk.reading(
    "/v1/vacancies", "vacancy", "jobs-market:vacancy:import", tag="vacancies 空岗信息"
)
