"""HTTP of certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.service import Runtime
from kit.steps import Act, Step, acting, stepping
from kit.versions import etag
from kit.wire import load
from registry.areas.succession import reach
from registry.certificates import applying, cases, domain, issuing, posting, reviewing, usecases
from registry.certificates.acts import State
from registry.certificates.bodies import (
    STATE,
    TAG,
    ApplyIn,
    CertificateCounts,
    CertificateHistory,
    CertificateOut,
    EvidenceList,
    EvidenceOut,
    EvidenceShown,
    IssueLine,
    PublishIn,
    RefuseIn,
    StepIn,
    TransitionOut,
)
from registry.certificates.cases import Case
from registry.certificates.domain import Certificate
from registry.certificates.evidence import EvidenceMissing
from registry.certificates.terms import TIMED
from registry.decision_api import DecisionOut, DifferingOut, differing_page

router = APIRouter(prefix="/v1/certificates", tags=[TAG])
Reader = Annotated[Actor, requires("registry:certificate:read")]
Writer = Annotated[Actor, requires("registry:certificate:write")]
Applying = Annotated[Act, acting("registry:certificate:write")]
Writing = Annotated[Step, stepping("registry:certificate:write")]
Approving = Annotated[Step, stepping("registry:certificate:approve")]
Importer = Annotated[Actor, requires("registry:certificate:import")]
Loader = Annotated[Actor, requires(applying.LOADS_PAST)]
Area = Annotated[AreaCode | None, Query(description="区划（含下级）；缺省为本机构辖区")]

#: What an answer about a certificate shows of its holder, in the words of the access log.
SHOWN = ("certificate",)


async def told(act: Act, certificate: Certificate) -> CertificateOut:
    """The answer to an act: the case as it is now, with the ETag that the next step must name."""
    case = await cases.after_step(act.rt, act.actor, certificate)
    await act.shows([certificate.worker_id], SHOWN, certificate.version)
    return CertificateOut.of(case)


async def noted(rt: Runtime, actor: Actor, operation: str, shown: Sequence[Case]) -> None:
    """Who was shown in a list, in the access log."""
    people = dict.fromkeys(case.certificate.worker_id for case in shown)
    await audit.note(rt, actor, operation, list(people), SHOWN)


@router.post("", status_code=201, summary="申请优惠证", operation_id="apply_for_certificate")
async def apply_for_certificate(body: ApplyIn, act: Applying) -> CertificateOut:
    """Take an application. 409 when the person has one under way or in hand."""
    done = await applying.apply_for_certificate(act.rt, act.actor, body.command())
    return await told(act, done)


@router.post(
    "/imports", summary="批量申请优惠证", operation_id="import_certificate_applications",
    openapi_extra=bulk.documented(ApplyIn),
)  # fmt: skip
async def import_certificate_applications(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take many applications; each waits for another person to check it. For who loads a city's past
    the rule grants or refuses each with a decision record, and those granted are publicised in the same
    step: a line lists the papers that were seen or says where they lie, and a refused one is good."""
    return await load(request, options, ApplyIn, ApplyIn.command, applying.take_all, actor)


@router.post(
    "/issues/imports", summary="批量发证", operation_id="import_certificate_issues",
    openapi_extra=bulk.documented(IssueLine),
)  # fmt: skip
async def import_certificate_issues(
    request: Request, actor: Loader, options: bulk.Options
) -> bulk.ImportResult:
    """Take over certificates that were handed out before: each was publicised, its days of publicity
    over, and taken and checked by somebody else. For loading a city's past; batches of today are
    approved with their control totals."""
    return await load(request, options, IssueLine, IssueLine.command, issuing.issue_all, actor)


@router.get("/counts", summary="优惠证数量", operation_id="count_certificates")
async def count_certificates(request: Request, actor: Reader) -> CertificateCounts:
    """How many certificates of the caller's subtree stand where."""
    counts = await cases.counts_of(runtime_of(request), actor)
    return CertificateCounts(
        applied=counts.applied, entitled=counts.entitled, issued=counts.issued,
        refused=counts.refused, revoked=counts.revoked,
    )  # fmt: skip


@router.get("", summary="优惠证列表", operation_id="list_certificates")
async def list_certificates(
    request: Request,
    actor: Reader,
    number: Annotated[str | None, Query(max_length=40, description="证号")] = None,
    worker_id: Annotated[UUID | None, Query(description="持证人")] = None,
    state: Annotated[State | None, Query(description=STATE)] = None,
    area_code: Area = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CertificateOut]:
    """Certificates of the caller's subtree, or of an area in it; a number finds one or none."""
    rt = runtime_of(request)
    if number is not None:
        found = await cases.by_number(rt, actor, number)
        await noted(rt, actor, "list_certificates", found)
        return pagination.Page(items=[CertificateOut.of(case) for case in found])
    filters = {"worker_id": worker_id, "state": state, "area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await cases.list_cases(
        rt, actor, pattern, worker_id, state, after[0] if after else None, limit + 1
    )
    await noted(rt, actor, "list_certificates", rows[:limit])
    return pagination.page(
        rows, limit, position=lambda c: [str(c.certificate.id)], item=CertificateOut.of,
        actor=actor, filters=filters,
    )  # fmt: skip


@router.get("/overdue", summary="逾期未办", operation_id="list_overdue_certificates")
async def list_overdue_certificates(
    request: Request,
    actor: Reader,
    area_code: Area = None,
    step: Annotated[State | None, Query(description="环节（现状态）：" + "，".join(TIMED))] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CertificateOut]:
    """Cases whose limit in working days has passed. Nothing is refused for it; it is shown."""
    filters = {"area_code": area_code, "step": step}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await cases.overdue(rt, actor, pattern, step, after[0] if after else None, limit + 1)
    await noted(rt, actor, "list_overdue_certificates", rows[:limit])
    return pagination.page(
        rows, limit, position=lambda c: [str(c.certificate.id)], item=CertificateOut.of,
        actor=actor, filters=filters,
    )  # fmt: skip


@router.get(
    "/differing", summary="结论不同的优惠证决定", operation_id="list_differing_certificates"
)
async def list_differing_certificates(
    request: Request,
    actor: Reader,
    area_code: Area = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DifferingOut]:
    """Decisions that the rule would make otherwise with what is known today of the day of the
    request: a job or a fact that was told late. Each with the conditions that come out otherwise;
    nothing is changed by it."""
    return await differing_page(
        request, actor, reviewing.list_differing, area_code, limit, cursor,
        operation="list_differing_certificates", shown=SHOWN,
    )  # fmt: skip


@router.get("/{certificate_id}", summary="查看优惠证", operation_id="get_certificate")
async def get_certificate(
    request: Request, response: Response, certificate_id: UUID, actor: Reader
) -> CertificateOut:
    """One certificate; its ETag is what the next step must name."""
    rt = runtime_of(request)
    case = await cases.case_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate", [case.certificate.worker_id], SHOWN)
    response.headers["ETag"] = etag(case.certificate.version)
    return CertificateOut.of(case)


@router.get(
    "/{certificate_id}/transitions", summary="办理过程", operation_id="get_certificate_history"
)
async def get_certificate_history(
    request: Request, certificate_id: UUID, actor: Reader
) -> CertificateHistory:
    """Every step of this certificate, with its day and actor."""
    rt = runtime_of(request)
    certificate, steps = await cases.history_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate_history", [certificate.worker_id], SHOWN)
    return CertificateHistory(items=[TransitionOut.of(step) for step in steps])


@router.get(
    "/{certificate_id}/decision", summary="审核决定及理由", operation_id="get_certificate_decision"
)
async def get_certificate_decision(
    request: Request, certificate_id: UUID, actor: Reader
) -> DecisionOut:
    """Why it was granted or refused: every condition with its clause, facts and parameters used."""
    rt = runtime_of(request)
    certificate, record = await cases.decision_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "get_certificate_decision", [certificate.worker_id], SHOWN)
    return DecisionOut.of(record, request)


@router.post(
    "/{certificate_id}/checks", status_code=201, summary="审核", operation_id="check_certificate"
)
async def check_certificate(certificate_id: UUID, body: StepIn, step: Writing) -> CertificateOut:
    """The rule decides: checked, or refused with the first failing clause. Never by the person who took
    the application: the community takes it, the street investigates."""
    done = await usecases.check_certificate(
        step.rt, step.actor, certificate_id, body.on, step.version
    )
    return await told(step, done)


@router.post(
    "/{certificate_id}/publications", status_code=201, summary="公示",
    operation_id="publicise_certificate",
)  # fmt: skip
async def publicise_certificate(
    certificate_id: UUID, body: PublishIn, step: Writing
) -> CertificateOut:
    """Post it on the public list; the days of publicity begin: today, or on the day of a paper list
    that is named."""
    done = await posting.publicise_certificate(
        step.rt, step.actor, certificate_id, body.on, step.version, body.posted_as
    )
    return await told(step, done)


@router.post(
    "/{certificate_id}/refusals", status_code=201, summary="不予发证",
    operation_id="refuse_certificate",
)  # fmt: skip
async def refuse_certificate(
    certificate_id: UUID, body: RefuseIn, step: Approving
) -> CertificateOut:
    """Refuse by hand, with a coded reason. Never by the person who took or checked it."""
    papers = [paper.paper() for paper in body.evidence]
    done = await usecases.refuse_certificate(
        step.rt, step.actor, certificate_id, body.on, step.version, body.reason, papers
    )
    return await told(step, done)


@router.post(
    "/{certificate_id}/evidence", status_code=201, summary="补交材料",
    operation_id="add_certificate_evidence",
)  # fmt: skip
async def add_certificate_evidence(
    request: Request, certificate_id: UUID, body: EvidenceList, actor: Writer
) -> EvidenceShown:
    """Papers that came after the application."""
    papers = [paper.paper() for paper in body.evidence]
    rt = runtime_of(request)
    certificate, kept = await usecases.add_evidence(rt, actor, certificate_id, papers)
    await audit.note(rt, actor, "add_certificate_evidence", [certificate.worker_id], SHOWN)
    return EvidenceShown(items=[EvidenceOut.of(one) for one in kept])


@router.get(
    "/{certificate_id}/evidence", summary="证明材料", operation_id="list_certificate_evidence"
)
async def list_certificate_evidence(
    request: Request, certificate_id: UUID, actor: Reader
) -> EvidenceShown:
    """The papers that were seen: kinds, where they are kept, hashes of their pictures."""
    rt = runtime_of(request)
    certificate, found = await cases.evidence_of(rt, actor, certificate_id)
    await audit.note(rt, actor, "list_certificate_evidence", [certificate.worker_id], SHOWN)
    return EvidenceShown(items=[EvidenceOut.of(one) for one in found])


routers = [
    router,
    bulk.reading("/v1/certificates", "certificate", "registry:certificate:import", tag=TAG),
    bulk.reading(
        "/v1/certificates/issues",
        "certificate_issue",
        applying.LOADS_PAST,
        tag=TAG,
    ),
]

problems = [
    refused(domain.NoSuchCertificate, 422, "没有此优惠证", "There is no such certificate"),
    refused(
        domain.CertificateExists, 409, "已有在办或持有的优惠证",
        "A certificate is under way or in hand",
    ),
    refused(
        domain.PastByLoader, 422, "导入的申请由另一人审核；既往公示、交验材料由装载人导入",
        "Another person checks what is imported; past postings and papers are for who loads the past",
    ),
    refused(
        domain.WrongState, 409, "当前状态不能办理此环节", "The step does not follow this state",
        ("现状态：{state}", "It is {state}"),
    ),
    refused(
        domain.OutOfOrder,
        422,
        "日期早于上一环节",
        "The day is before the step before it",
        ("不早于 {not_before}", "Not before {not_before}"),
    ),
    refused(
        domain.PublicityNotOver,
        409,
        "公示期未满",
        "The days of publicity are not over",
        ("{posted_on} 起公示 {days} 天", "{days} days of publicity from {posted_on} on"),
    ),
    refused(
        domain.LawNotInForce, 422, "该日期尚无发证规定", "No law grants certificates on that day"
    ),
    refused(
        domain.SchemeEnded,
        422,
        "政策执行期已满，不再受理",
        "The programme has ended and takes no applications",
        ("受理至 {last}", "Applications were taken until {last}"),
    ),
    refused(
        EvidenceMissing,
        409,
        "证明材料不齐",
        "Papers are missing",
        ("缺少：{kinds}", "Missing: {kinds}"),
    ),
    refused(
        domain.NotValidAnyMore, 409, "有效期已过，不能发证", "Its validity would be over already",
        ("有效期至 {valid_until}", "Valid until {valid_until}"),
    ),
    refused(
        domain.InsuredWhileJobless, 409, "无业期间有参保记录，尚未查清",
        "Contributions of a time without work are not explained",
        ("{months}：请先查清或说明", "{months}: clear or explain them first"),
    ),
    refused(
        domain.ValidityNotOver, 409, "尚可发证", "It can still be issued",
        ("有效期至 {valid_until}", "Valid until {valid_until}"),
    ),
    refused(
        domain.NotOfRetirementAge, 409, "未到法定退休年龄", "Below the statutory age of retirement",
        ("{retires_on} 到龄", "Reached on {retires_on}"),
    ),
]  # fmt: skip
