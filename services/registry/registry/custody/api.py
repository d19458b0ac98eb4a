"""HTTP of where certificates are: at the office, with employers, taken in, handed back, and what is not there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.steps import Step, stepping
from registry.areas.succession import reach
from registry.custody import domain, usecases
from registry.custody.usecases import Act
from registry.custody.wire import (
    AwaitedOut,
    CollectIn,
    CustodyOut,
    HandBackIn,
    HandOverIn,
    KeptOut,
    PickUpIn,
    ReturnIn,
    UncollectedOut,
    WriteOffIn,
)

TAG = "custody 证件保管与收回"
router = APIRouter(prefix="/v1/certificates/{certificate_id}", tags=[TAG])
awaiting = APIRouter(prefix="/v1/certificates-to-pick-up", tags=[TAG])
listing = APIRouter(prefix="/v1/uncollected-certificates", tags=[TAG])
with_employers = APIRouter(prefix="/v1/employer-kept-certificates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]
#: What these answers show of a person, in the words of the access log.
SHOWN = ("certificate", "custody")


async def _acted(step: Step, id: UUID, command: Act) -> CustodyOut:
    certificate, custody = await usecases.act(step.rt, step.actor, id, command)
    await step.shows([certificate.worker_id], SHOWN, certificate.version)
    return CustodyOut.of(custody)


@router.post("/pick-ups", status_code=201, summary="领取证件", operation_id="pick_up_certificate")
async def pick_up_certificate(certificate_id: UUID, body: PickUpIn, step: Writing) -> CustodyOut:
    """What was issued is collected: by the holder in person, or by somebody else, in which relation and
    on which paper. Needs If-Match with the certificate's ETag."""
    command = Act("pick-up", body.on, step.version, collector=body.collector())
    return await _acted(step, certificate_id, command)


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
    """What had been taken in is handed back, once the certificate stands again: to the holder in person, or
    to somebody else, in which relation and on which paper. Needs If-Match with its ETag."""
    command = Act("hand-back", body.on, step.version, collector=body.collector())
    return await _acted(step, certificate_id, command)


@router.get("/custody", summary="证件在何处", operation_id="get_certificate_custody")
async def get_certificate_custody(
    request: Request, certificate_id: UUID, actor: Reader
) -> CustodyOut:
    """Where a certificate is, and how it came there."""
    rt = runtime_of(request)
    certificate, custody = await usecases.custody_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate_custody", [certificate.worker_id], SHOWN)
    return CustodyOut.of(custody)


@awaiting.get("", summary="待领取证件", operation_id="list_certificates_to_pick_up")
async def list_certificates_to_pick_up(
    request: Request,
    actor: Reader,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AwaitedOut]:
    """Certificates in force that were issued, or issued again, and that nobody has collected."""
    rt = runtime_of(request)
    filters = {"area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_awaited(rt, pattern, after[0] if after else None, limit + 1)
    people = sorted({row.worker_id for row in rows[:limit]})
    await audit.note(rt, actor, "list_certificates_to_pick_up", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda row: [str(row.certificate_id)], item=AwaitedOut.of,
        actor=actor, filters=filters,
    )  # fmt: skip


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


routers = [router, awaiting, listing, with_employers]

problems = [
    refused(domain.NotVoid, 409, "未注销的证件不得收回", "Only a void certificate is taken in"),
    refused(
        domain.NotInHand, 409, "证件未发放或已失效，不得交付",
        "Only a certificate that was issued and stands is handed to anybody",
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
