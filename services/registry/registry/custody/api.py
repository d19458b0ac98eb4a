"""HTTP of where certificates are: with employers, taken in, handed back, and what is not there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from kit.wire import Asked, FactDay, Name, Text, terms
from registry.areas.succession import reach
from registry.custody import domain, usecases
from registry.custody.domain import (
    STATES,
    WHATS,
    Custody,
    Entry,
    Kept,
    State,
    Uncollected,
    What,
)
from registry.custody.usecases import Act

TAG = "custody 证件保管与收回"
router = APIRouter(prefix="/v1/certificates/{certificate_id}", tags=[TAG])
listing = APIRouter(prefix="/v1/uncollected-certificates", tags=[TAG])
with_employers = APIRouter(prefix="/v1/employer-kept-certificates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]
#: What these answers show of a person, in the words of the access log.
SHOWN = ("certificate", "custody")


class CollectIn(Asked):
    """A void certificate is taken in (收回)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-09-12", "place": "爱辉区花园街道劳动保障所"}]}
    )
    on: FactDay
    place: Text = Field(description="在何处收回")


class WriteOffIn(Asked):
    """A void certificate cannot be had any more (无法收回)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-12", "note": "持证人下落不明，登报作废"}]}
    )
    on: FactDay
    note: Text = Field(description="无法收回的原因")


class HandBackIn(Asked):
    """The withdrawal was wrong: the certificate is handed back (发还)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-12"}]})
    on: FactDay


class HandOverIn(Asked):
    """The employer keeps it from now on (交用人单位保管)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-06-01", "employer": "黑河市兴安商场"}]}
    )
    on: FactDay
    employer: Name = Field(description="用人单位名称")


class ReturnIn(Asked):
    """The employer has given it back to the holder (用人单位交还)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-12"}]})
    on: FactDay


class EntryOut(BaseModel):
    """One act: what, when, where, by whom (保管记录)."""

    id: UUID
    what: What = Field(description=terms(WHATS))
    employer: str | None = Field(description="保管单位")
    on: date
    place: str | None = Field(description="何处收回")
    note: str | None = Field(description="无法收回的原因")
    office: str = Field(description="经办机构")
    actor: str = Field(description="经办人账号")
    recorded_at: datetime | None

    @classmethod
    def of(cls, one: Entry) -> EntryOut:
        return cls(
            id=one.id, what=one.what, employer=one.employer, on=one.on, place=one.place,
            note=one.note,
            office=one.office, actor=one.actor, recorded_at=one.recorded_at,
        )  # fmt: skip


class CustodyOut(BaseModel):
    """Where a certificate is (证件在何处)."""

    certificate_id: UUID
    state: State = Field(description=terms(STATES))
    since: date | None = Field(description="自何日起；为空即发证以来")
    employer: str | None = Field(description="保管的用人单位；不由用人单位保管则为空")
    entries: list[EntryOut] = Field(description="经过，最早的在前")

    @classmethod
    def of(cls, one: Custody) -> CustodyOut:
        return cls(
            certificate_id=one.certificate_id, state=one.state, since=one.since,
            employer=one.employer,
            entries=[EntryOut.of(entry) for entry in one.entries],
        )  # fmt: skip


class KeptOut(BaseModel):
    """A certificate that an employer keeps (用人单位保管的证件)."""

    certificate_id: UUID
    worker_id: UUID
    number: str = Field(description="证号")
    employer: str = Field(description="保管的用人单位")
    since: date = Field(description="交付日期")
    employment_ended_on: date | None = Field(description="该就业终止之日；仍在业则为空")
    overdue: bool = Field(description="就业已终止而未交还")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Kept, today: date) -> KeptOut:
        return cls(
            certificate_id=one.certificate_id, worker_id=one.worker_id, number=one.number,
            employer=one.employer, since=one.since, employment_ended_on=one.ended_on,
            overdue=one.overdue(today), area_code=one.area_code, office=one.office,
        )  # fmt: skip


class UncollectedOut(BaseModel):
    """A void certificate that nobody has taken in (应收回证件)."""

    certificate_id: UUID
    worker_id: UUID
    number: str = Field(description="证号")
    reason: str = Field(description="注销原因", examples=["lent"])
    revoked_on: date = Field(description="注销日期")
    due_on: date = Field(description="应收回的最后一日")
    overdue: bool = Field(description="已逾期")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Uncollected, due_on: date, today: date) -> UncollectedOut:
        return cls(
            certificate_id=one.certificate_id, worker_id=one.worker_id, number=one.number,
            reason=one.reason, revoked_on=one.revoked_on, due_on=due_on, overdue=due_on < today,
            area_code=one.area_code, office=one.office,
        )  # fmt: skip


async def _acted(step: Step, id: UUID, command: Act) -> CustodyOut:
    certificate, custody = await usecases.act(step.rt, step.actor, id, command)
    await step.shows([certificate.worker_id], SHOWN, certificate.version)
    return CustodyOut.of(custody)


@router.post(
    "/hand-overs", status_code=201, summary="交用人单位保管", operation_id="entrust_certificate"
)
async def entrust_certificate(certificate_id: UUID, body: HandOverIn, step: Writing) -> CustodyOut:
    """The employer keeps the certificate while the holder works there. Whoever is self-employed or
    works flexibly keeps it. Needs If-Match with the certificate's ETag."""
    command = Act("entrust", body.on, step.version, employer=body.employer)
    return await _acted(step, certificate_id, command)


@router.post("/returns", status_code=201, summary="用人单位交还", operation_id="return_certificate")
async def return_certificate(certificate_id: UUID, body: ReturnIn, step: Writing) -> CustodyOut:
    """The employer has given the certificate back to its holder."""
    return await _acted(step, certificate_id, Act("return", body.on, step.version))


@router.post(
    "/collections", status_code=201, summary="收回证件", operation_id="collect_certificate"
)
async def collect_certificate(certificate_id: UUID, body: CollectIn, step: Writing) -> CustodyOut:
    """A void certificate is taken in: when, where, by whom. Needs If-Match with its ETag."""
    command = Act("collect", body.on, step.version, place=body.place)
    return await _acted(step, certificate_id, command)


@router.post(
    "/write-offs", status_code=201, summary="无法收回核销", operation_id="write_off_certificate"
)
async def write_off_certificate(
    certificate_id: UUID, body: WriteOffIn, step: Approving
) -> CustodyOut:
    """A void certificate cannot be had any more: it leaves the list of those to be taken in."""
    command = Act("write-off", body.on, step.version, note=body.note)
    return await _acted(step, certificate_id, command)


@router.post(
    "/hand-backs", status_code=201, summary="发还证件", operation_id="hand_back_certificate"
)
async def hand_back_certificate(
    certificate_id: UUID, body: HandBackIn, step: Writing
) -> CustodyOut:
    """What had been taken in is handed back, once the certificate stands again."""
    return await _acted(step, certificate_id, Act("hand-back", body.on, step.version))


@router.get("/custody", summary="证件在何处", operation_id="get_certificate_custody")
async def get_certificate_custody(
    request: Request, certificate_id: UUID, actor: Reader
) -> CustodyOut:
    """Where a certificate is, and how it came there."""
    rt = runtime_of(request)
    certificate, custody = await usecases.custody_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate_custody", [certificate.worker_id], SHOWN)
    return CustodyOut.of(custody)


@listing.get("", summary="应收回证件", operation_id="list_uncollected_certificates")
async def list_uncollected_certificates(
    request: Request,
    actor: Reader,
    overdue: Annotated[bool, Query(description="只列逾期未收回的")] = False,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[UncollectedOut]:
    """Certificates that are void for a reason of R17 and that nobody has taken in."""
    rt = runtime_of(request)
    filters = {"overdue": overdue, "area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_uncollected(
        rt, pattern, overdue, after[0] if after else None, limit + 1
    )
    people = sorted({row.worker_id for row, _ in rows[:limit]})
    await audit.note(rt, actor, "list_uncollected_certificates", people, SHOWN)
    today = rt.today()
    return pagination.page(
        rows, limit, position=lambda row: [str(row[0].certificate_id)],
        item=lambda row: UncollectedOut.of(*row, today), actor=actor, filters=filters,
    )  # fmt: skip


@with_employers.get(
    "", summary="用人单位保管的证件", operation_id="list_employer_kept_certificates"
)
async def list_employer_kept_certificates(
    request: Request,
    actor: Reader,
    overdue: Annotated[bool, Query(description="只列就业已终止而未交还的")] = False,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[KeptOut]:
    """Certificates that employers keep, and since when the employment is over for which they do."""
    rt = runtime_of(request)
    filters = {"overdue": overdue, "area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_kept(rt, pattern, overdue, after[0] if after else None, limit + 1)
    people = sorted({row.worker_id for row in rows[:limit]})
    await audit.note(rt, actor, "list_employer_kept_certificates", people, SHOWN)
    today = rt.today()
    return pagination.page(
        rows, limit, position=lambda row: [str(row.certificate_id)],
        item=lambda row: KeptOut.of(row, today), actor=actor, filters=filters,
    )  # fmt: skip


routers = [router, listing, with_employers]

problems = [
    refused(domain.NotVoid, 409, "未注销的证件不得收回", "Only a void certificate is taken in"),
    refused(
        domain.NotInHand, 409, "证件不在有效持有中，不得交单位保管",
        "Only a certificate that stands goes to the employer",
    ),
    refused(
        domain.NotAtWork, 409, "当日没有就业，不得交单位保管", "No work of the holder is known on that day"
    ),
    refused(
        domain.KeepsItself, 409, "自谋职业、灵活就业的由本人保管",
        "Whoever is self-employed or works flexibly keeps the certificate",
    ),
    refused(
        domain.NotInForce, 409, "证件未恢复，不得发还", "Only a certificate that stands is handed back"
    ),
    refused(
        domain.WrongPlace, 409, "与证件所在不符", "This does not follow from where the certificate is",
        ("现状态：{state}", "It is {state}"),
    ),
    refused(
        domain.OutOfOrder, 422, "日期早于上一事项", "The day is before the act before it",
        ("不早于 {not_before}", "Not before {not_before}"),
    ),
]  # fmt: skip
