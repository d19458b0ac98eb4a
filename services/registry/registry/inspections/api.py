"""HTTP of the annual inspection."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit import audit, bulk
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.wire import Asked, TakenBack, load
from registry.certificates.api import SHOWN, told
from registry.certificates.bodies import CertificateOut, Papers
from registry.inspections import domain, usecases
from registry.inspections.domain import Inspection
from registry.inspections.usecases import Inspect

TAG = "inspections 年检"
router = APIRouter(prefix="/v1/certificates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]
Importer = Annotated[Actor, requires("registry:certificate:import")]

Year = Annotated[int, Field(ge=2002, le=2100, description="年检年度", examples=[2006])]


class InspectIn(Asked):
    """An annual inspection (年检)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"year": 2006, "inspected_on": "2006-11-10"}]},
    )
    year: Year
    inspected_on: date = Field(description="年检日期")
    evidence: Papers


class InspectLine(InspectIn):
    """A line of a bulk inspection: the certificate by its id or its number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"number": "23110020060000001", "year": 2006, "inspected_on": "2006-11-10"}
            ]
        },
    )
    certificate_id: UUID | None = Field(default=None, description="优惠证标识")
    number: str | None = Field(default=None, max_length=40, description="证号；与标识二选一")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.certificate_id is None) == (self.number is None):
            raise ValueError("name the certificate by its id or its number")
        return self

    def command(self) -> Inspect:
        return Inspect(
            self.year, self.inspected_on, self.certificate_id, self.number,
            papers=tuple(paper.paper() for paper in self.evidence),
        )  # fmt: skip


class InspectionOut(BaseModel):
    """An inspection that was made (年检记录)."""

    id: UUID
    certificate_id: UUID
    year: int = Field(description="年检年度")
    inspected_on: date = Field(description="年检日期")
    late: bool = Field(description="是否逾期补检")
    office: str = Field(description="年检机关（即发证机关）")
    actor: str = Field(description="经办人")
    reversed: bool = Field(description="已撤销")

    @classmethod
    def of(cls, one: Inspection) -> InspectionOut:
        return cls(
            id=one.id, certificate_id=one.certificate_id, year=one.year,
            inspected_on=one.inspected_on, late=one.late, office=one.office, actor=one.actor,
            reversed=one.reversed,
        )  # fmt: skip


class Inspections(BaseModel):
    """All inspections of one certificate (历年年检)."""

    items: list[InspectionOut]


@router.post(
    "/inspections/imports", summary="批量年检", operation_id="import_inspections",
    openapi_extra=bulk.documented(InspectLine),
)  # fmt: skip
async def import_inspections(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Inspect many; each by the office that issued it."""
    return await load(
        request, options, InspectLine, InspectLine.command, usecases.inspect_all, actor
    )


@router.post(
    "/{certificate_id}/inspections", status_code=201, summary="年检",
    operation_id="inspect_certificate",
)  # fmt: skip
async def inspect_certificate(
    certificate_id: UUID, body: InspectIn, step: Writing
) -> CertificateOut:
    """Inspect it, by the office that issued it and no other. After the window it is a late one: what
    was suspended for that year may be used again once its papers were seen."""
    papers = tuple(paper.paper() for paper in body.evidence)
    command = Inspect(
        body.year, body.inspected_on, certificate_id, version=step.version, papers=papers
    )
    done = await usecases.inspect_certificate(step.rt, step.actor, command)
    return await told(step, done)


@router.post(
    "/{certificate_id}/inspections/{inspection_id}/reversals", status_code=201, summary="撤销年检",
    operation_id="take_back_inspection",
)  # fmt: skip
async def take_back_inspection(
    certificate_id: UUID, inspection_id: UUID, body: TakenBack, step: Approving
) -> CertificateOut:
    """An inspection that was wrong: by the office whose task it is, never by the person who made it.
    After the window of its year the certificate is suspended, as if that year had been missed."""
    done = await usecases.take_back(
        step.rt, step.actor, certificate_id, inspection_id, body.reason, step.version
    )
    return await told(step, done)


@router.get("/{certificate_id}/inspections", summary="历年年检", operation_id="list_inspections")
async def list_inspections(request: Request, certificate_id: UUID, actor: Reader) -> Inspections:
    """Every inspection of this certificate, by year."""
    rt = runtime_of(request)
    worker_id, found = await usecases.inspections_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "list_inspections", [worker_id], SHOWN)
    return Inspections(items=[InspectionOut.of(one) for one in found])


routers = [
    router,
    bulk.reading(
        "/v1/certificates/inspections", "inspection", "registry:certificate:import", tag=TAG
    ),
]

problems = [
    refused(
        domain.NoInspections, 422, "该年度无年检规定", "No inspection is asked for in that year"
    ),
    refused(
        domain.NotIssuingOffice,
        403,
        "只能由发证机关年检",
        "Only the office that issued it inspects it",
    ),
    refused(
        domain.OutsideWindow,
        409,
        "不在年检期内",
        "This is not the time of its inspection",
        ("年检期 {opens} 至 {closes}", "The window is {opens} to {closes}"),
    ),
    refused(
        domain.TooLate,
        409,
        "补检期已过",
        "The days for late inspections are over",
        ("补检至 {late_until}", "Late inspections until {late_until}"),
    ),
    refused(
        domain.OtherYear,
        409,
        "应补检的是另一年度",
        "The inspection of another year is to be made up for",
        ("应补检 {year} 年度", "The year that was missed is {year}"),
    ),
    refused(domain.AlreadyInspected, 409, "该年度已年检", "It was inspected in that year"),
    refused(domain.NoSuchInspection, 409, "没有可撤销的年检", "No such inspection stands"),
]
