"""Runs over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kit import pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import after, page, terms
from subsidy.programmes.bodies import Code, DecisionOut, Month
from subsidy.runs import domain, usecases
from subsidy.runs.bodies import (
    ApproveRun,
    DraftRun,
    NothingMore,
    OrderPayments,
    RunLineOut,
    RunOut,
    RunStepIn,
)
from subsidy.runs.domain import STATES, VERDICTS, State, Verdict
from subsidy.runs.usecases import Shown

router = APIRouter(prefix="/v1/runs", tags=["runs 月度发放批次"])
Reader = Annotated[Actor, requires("subsidy:run:read")]
Writer = Annotated[Actor, requires("subsidy:run:write")]
Approver = Annotated[Actor, requires("subsidy:run:approve")]


def _answer(response: Response, shown: Shown) -> RunOut:
    response.headers["ETag"] = etag(shown.run.version)
    return RunOut.of(shown)


@router.post("", summary="编制发放批次", status_code=201)
async def draft_run(
    request: Request, response: Response, body: DraftRun, actor: Writer, claim: Required
) -> RunOut:
    """Draft a month's run of a programme: from which arrangement it is paid, and what is done when
    that holds too little."""
    shown = await usecases.draft_run(
        runtime_of(request), actor, body.run(), claim.answering(201, RunOut.of)
    )
    response.headers["Location"] = f"/v1/runs/{shown.run.id}"
    return _answer(response, shown)


@router.post("/{run_id}/freezes", summary="冻结名册并逐行核定", status_code=201)
async def freeze_run(
    request: Request,
    response: Response,
    run_id: UUID,
    _body: NothingMore,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Take the population as it is now; its lines are decided and its money is reserved by a worker.
    What is heard after a line was decided changes nothing in it."""
    shown = await usecases.freeze_run(
        runtime_of(request), actor, run_id, version, claim.answering(201, RunOut.of)
    )
    return _answer(response, shown)


@router.post("/{run_id}/reservations", summary="再次预留资金", status_code=201)
async def reserve_run(
    request: Request,
    response: Response,
    run_id: UUID,
    _body: NothingMore,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Try again to reserve the money of a run that found too little; 409 with what is missing."""
    shown = await usecases.reserve_run(
        runtime_of(request), actor, run_id, version, claim.answering(201, RunOut.of)
    )
    return _answer(response, shown)


@router.post("/{run_id}/approvals", summary="批准发放批次", status_code=201)
async def approve_run(
    request: Request,
    response: Response,
    run_id: UUID,
    body: ApproveRun,
    actor: Approver,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Agree to what the content hash stands for; 409 for who drafted or froze it, and for another
    hash."""
    shown = await usecases.approve_run(
        runtime_of(request), actor, run_id, body.on, body.content_hash, version,
        claim.answering(201, RunOut.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post("/{run_id}/payment-batches", summary="编制下一付款批次", status_code=201)
async def order_payments(
    request: Request,
    response: Response,
    run_id: UUID,
    body: OrderPayments,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Make the next payment batch, one order for each payee and as many as a file takes; Location
    names it. It is approved and handed over as every batch."""
    ordering = body.ordering()
    shown = await usecases.order_payments(
        runtime_of(request), actor, run_id, ordering, version, claim.answering(201, RunOut.of)
    )
    response.headers["Location"] = f"/v1/payment-batches/{ordering.id}"
    return _answer(response, shown)


@router.post("/{run_id}/closings", summary="办结发放批次", status_code=201)
async def close_run(
    request: Request,
    response: Response,
    run_id: UUID,
    body: RunStepIn,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Close it: what was not paid goes into the next run, what was not spent back to the line; 409
    while the bank owes an answer."""
    shown = await usecases.close_run(
        runtime_of(request), actor, run_id, body.on, version, claim.answering(201, RunOut.of)
    )
    return _answer(response, shown)


@router.post("/{run_id}/cancellations", summary="取消发放批次", status_code=201)
async def cancel_run(
    request: Request,
    response: Response,
    run_id: UUID,
    body: RunStepIn,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> RunOut:
    """Before its approval: its months and its money are free again; its records stay."""
    shown = await usecases.cancel_run(
        runtime_of(request), actor, run_id, body.on, version, claim.answering(201, RunOut.of)
    )
    return _answer(response, shown)


@router.get("/{run_id}", summary="查询发放批次")
async def get_run(request: Request, response: Response, run_id: UUID, actor: Reader) -> RunOut:
    """One run with its control totals, payments and history; its ETag is what the next act names."""
    return _answer(response, await usecases.run_of(runtime_of(request), actor, run_id))


@router.get("", summary="列出发放批次")
async def list_runs(
    request: Request,
    actor: Reader,
    programme: Code | None = None,
    month: Month | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[RunOut]:
    """Runs of the caller's area in the order in which they were drafted; without their history."""
    filters = {"programme": programme, "month": month, "state": state}
    shown = await usecases.list_runs(
        runtime_of(request), actor, programme=programme,
        month=None if month is None else date.fromisoformat(f"{month}-01"), state=state,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(shown, limit, RunOut.of, actor=actor, filters=filters, key=lambda one: one.run.id)


@router.get("/{run_id}/lines", summary="列出发放行")
async def list_run_lines(
    request: Request,
    run_id: UUID,
    actor: Reader,
    verdict: Annotated[Verdict | None, Query(description=terms(VERDICTS))] = None,
    worker_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[RunLineOut]:
    """The lines of a run by payee, enrolment and month."""
    filters: dict[str, Any] = {"run_id": run_id, "verdict": verdict, "worker_id": worker_id}
    at = pagination.decode(cursor, [UUID, UUID, date], actor=actor, filters=filters)
    rows = await usecases.lines_of(
        runtime_of(request), actor, run_id, verdict=verdict, worker_id=worker_id,
        after=(UUID(int=0), UUID(int=0), date.min) if at is None else (at[0], at[1], at[2]),
        limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, item=RunLineOut.of, actor=actor, filters=filters,
        position=lambda row: [str(row["payee_id"]), str(row["enrolment_id"]), row["month"]],
    )  # fmt: skip


@router.get("/{run_id}/lines/{line_id}/decision", summary="查询发放行的决定及理由")
async def get_run_decision(
    request: Request, run_id: UUID, line_id: UUID, actor: Reader
) -> DecisionOut:
    """Why a line came out so, in both languages, derived again from its own record."""
    return DecisionOut.of(await usecases.decision_of(runtime_of(request), actor, run_id, line_id))


problems = [
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
    refused(domain.MonthNotOver, 422, "所属月份尚未结束", "The month is not over"),
    refused(
        domain.OtherUse, 422, "该项安排不是此项目的资金或用途",
        "The arrangement is for another fund or use",
    ),
    refused(
        domain.PriorityNeeded, 422, "按次序发放须指明次序，其他办法不填",
        "An order of priority belongs to the policy of that name",
    ),
    refused(
        domain.ContentDiffers, 409, "内容哈希不符", "The run has another content hash"
    ),
    refused(domain.NothingGranted, 409, "无可发放的行", "Nothing is granted: there is nothing to pay"),
    refused(domain.NothingDue, 409, "没有待付的款项", "No payment waits for an order"),
    refused(
        domain.PaymentsUnderWay, 409, "有款项已交银行尚无结果，或退回尚未逐笔冲回",
        "The bank has not answered for all, or what it sent back is still being taken back",
        ("{payments} 笔", "{payments} payments"),
    ),
]  # fmt: skip
