"""HTTP of benefits: the ledger as it stands, months used, and what overlaps. Writing is in ``grants``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from kit import audit, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import Day
from registry.benefits import domain, usecases
from registry.benefits.domain import TABLE, Cause
from registry.benefits.wire import (
    CAUSE,
    ActsOut,
    BenefitMonthsOut,
    BenefitOut,
    KindOut,
    KindsOut,
    OverlapOut,
    PaymentOut,
    PaymentsOut,
    UsedOut,
)

TAG = "benefits 享受记录"
router = APIRouter(prefix="/v1/benefits", tags=[TAG])
of_workers = APIRouter(prefix="/v1/workers/{worker_id}/benefit-months", tags=[TAG])
Reader = Annotated[Actor, requires("registry:benefit:read")]
#: What an answer about a benefit shows of its person, in the words of the access log.
SHOWN = ("benefits",)


@router.get("", summary="享受记录列表", operation_id="list_benefits")
async def list_benefits(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    certificate_id: Annotated[UUID | None, Query(description="优惠证")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[BenefitOut]:
    """The ledger of the caller's subtree; what was reversed says so. A person's list holds the
    benefits of all records that were merged into one, and the months of unemployment insurance and of
    dibao that other authorities told of: ``kept_by`` says where those stand."""
    filters = {"worker_id": worker_id, "certificate_id": certificate_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_benefits(
        rt, actor, worker_id, certificate_id, after[0] if after else None, limit + 1
    )
    await audit.note(
        rt, actor, "list_benefits", sorted({row.grant.worker_id for row in rows[:limit]}), SHOWN
    )
    return pagination.page(
        rows, limit, position=lambda line: [str(line.grant.id)], item=BenefitOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/kinds", summary="待遇种类", operation_id="list_benefit_kinds")
async def list_benefit_kinds(actor: Reader) -> KindsOut:
    """Every kind, how it takes months, and which parameter bounds it."""
    return KindsOut(
        items=[
            KindOut(
                kind=kind, zh=row.zh, en=row.en, takes=row.takes, clause=row.clause,
                limit=row.limit, per=row.per, certificate=row.certificate, written=row.written,
            )
            for kind, row in TABLE.items()
        ]
    )  # fmt: skip


@router.get("/overlaps", summary="重复享受列表", operation_id="list_benefit_overlaps")
async def list_benefit_overlaps(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    cause: Annotated[Cause | None, Query(description=CAUSE)] = None,
    standing: Annotated[bool, Query(description="仍存在的；false 为已消除的")] = True,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[OverlapOut]:
    """Months that nobody should have had, in the caller's subtree: the work list of recovery."""
    filters = {"worker_id": worker_id, "cause": cause, "standing": standing}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_overlaps(
        rt, actor, worker_id, cause, standing, after[0] if after else None, limit + 1
    )
    people = sorted({row.person_id for row in rows[:limit]})
    await audit.note(rt, actor, "list_benefit_overlaps", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda o: [str(o.id)], item=OverlapOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/overlaps/{overlap_id}", summary="查看重复享受", operation_id="get_benefit_overlap")
async def get_benefit_overlap(request: Request, overlap_id: UUID, actor: Reader) -> OverlapOut:
    """One overlap, standing or cleared."""
    rt = runtime_of(request)
    overlap = await usecases.overlap_of(rt, actor, overlap_id)
    await audit.note(rt, actor, "get_benefit_overlap", [overlap.person_id], SHOWN)
    return OverlapOut.of(overlap)


@router.get("/{benefit_id}", summary="查看享受记录", operation_id="get_benefit")
async def get_benefit(request: Request, benefit_id: UUID, actor: Reader) -> BenefitOut:
    """One benefit."""
    rt = runtime_of(request)
    line = await usecases.benefit_of(rt, actor, benefit_id)
    await audit.note(rt, actor, "get_benefit", [line.grant.worker_id], SHOWN)
    return BenefitOut.of(line)


@router.get("/{benefit_id}/acts", summary="享受记录变动", operation_id="list_benefit_acts")
async def list_benefit_acts(request: Request, benefit_id: UUID, actor: Reader) -> ActsOut:
    """What happened to a benefit: stopped, withdrawn, to be paid back, paid back."""
    rt = runtime_of(request)
    line, acts = await usecases.history_of(rt, actor, benefit_id)
    await audit.note(rt, actor, "list_benefit_acts", [line.grant.worker_id], SHOWN)
    return ActsOut.of(benefit_id, acts)


@router.get(
    "/{benefit_id}/payments", summary="享受记录发放明细", operation_id="list_benefit_payments"
)
async def list_benefit_payments(request: Request, benefit_id: UUID, actor: Reader) -> PaymentsOut:
    """What the subsidy service paid of a benefit and what came back; empty of what is not paid piece
    by piece. Of an entitlement that was opened again it stands with the last opening."""
    rt = runtime_of(request)
    line = await usecases.benefit_of(rt, actor, benefit_id)
    await audit.note(rt, actor, "list_benefit_payments", [line.grant.worker_id], SHOWN)
    return PaymentsOut(benefit_id=benefit_id, items=[PaymentOut.of(one) for one in line.paid])


@of_workers.get("", summary="享受月数", operation_id="get_benefit_months")
async def get_benefit_months(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    on: Annotated[Day | None, Query(description="按哪一日的规定；缺省为业务日")] = None,
) -> BenefitMonthsOut:
    """Per kind: months (or times) used, the limit by the law of a day, and what is left."""
    rt = runtime_of(request)
    day = on or rt.today()
    used = await usecases.months_used(rt, actor, worker_id, day)
    await audit.note(rt, actor, "get_benefit_months", [worker_id], SHOWN)
    return BenefitMonthsOut(worker_id=worker_id, on=day, kinds=[UsedOut.of(one) for one in used])


routers = [router, of_workers]

problems = [
    refused(
        domain.MonthsTaken, 409, "同类待遇已占用这些月份", "A benefit of this kind has these months",
        ("已占用：{months}（享受记录 {benefit_id}）", "Taken: {months} (benefit {benefit_id})"),
    ),
    refused(
        domain.OverLimit, 409, "超过最长享受期限", "It goes beyond what the law gives",
        ("超出：{months}；依据 {clause}", "Beyond: {months}; by {clause}"),
    ),
    refused(
        domain.NoRightAfterLifeFact, 409, "退休、死亡等之后无权享受", "There is no right to it any more",
        ("涉及：{months}；依据 {clause}", "Months: {months}; by {clause}"),
    ),
    refused(
        domain.NoRightAfterRetirementAge, 409, "达到法定退休年龄之后无权享受",
        "There is no right to it past the statutory age of retirement",
        ("涉及：{months}；依据 {clause}", "Months: {months}; by {clause}"),
    ),
    refused(
        domain.CertificateNotInForce, 409, "优惠证当时无效", "The certificate was not in force",
        ("涉及：{months}；依据 {clause}", "Months: {months}; by {clause}"),
    ),
    refused(
        domain.CertificateNeeded, 409, "当时未持优惠证", "The person held no certificate then",
        ("涉及：{months}；依据 {clause}", "Months: {months}; by {clause}"),
    ),
    refused(
        domain.WrittenElsewhere, 409, "此待遇由给予它的业务系统登记",
        "This benefit follows from what its own service tells",
    ),
    refused(domain.MonthsMissing, 422, "须注明截止日或月份", "Its last day or its months are missing"),
    refused(domain.PeriodReversed, 422, "期间起止有误", "The period ends before it begins"),
    refused(domain.ActBeforeBenefit, 422, "早于享受起始日", "It is before the benefit began"),
    refused(
        domain.NothingToRecover, 409, "超过应退回的金额", "There is not so much to be recovered"
    ),
    refused(
        domain.AmountNeeded, 422, "须注明退回金额", "How much is to be paid back must be said"
    ),
]  # fmt: skip
