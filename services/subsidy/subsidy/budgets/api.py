"""Budgets over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kit import bulk, pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import load, terms
from subsidy.budgets import domain, ending, usecases
from subsidy.budgets.bodies import (
    ApproveBudget,
    BudgetBody,
    BudgetLineRow,
    CloseBudget,
    DraftBudget,
    ReleaseBudget,
    ReviseBudget,
    StepIn,
)
from subsidy.budgets.domain import STATES, State
from subsidy.budgets.usecases import Shown
from subsidy.funds.api import Reverse
from subsidy.funds.domain import Fund

router = APIRouter(prefix="/v1/budgets", tags=["budgets 预算"])
imports = bulk.reading("/v1/budgets", "budget", "subsidy:budget:import", tag="budgets 预算")
Reader = Annotated[Actor, requires("subsidy:budget:read")]
Writer = Annotated[Actor, requires("subsidy:budget:write")]
Approver = Annotated[Actor, requires("subsidy:budget:approve")]


def _answer(response: Response, shown: Shown) -> BudgetBody:
    response.headers["ETag"] = etag(shown.budget.version)
    return BudgetBody.of(shown)


@router.post("", summary="编制预算", status_code=201, operation_id="draft_budget")
async def draft_budget(
    request: Request, response: Response, body: DraftBudget, actor: Writer, claim: Required
) -> BudgetBody:
    """Draft a fund's budget of a fiscal year, one in an area: sources and lines by use code. A use
    outside the law's list without the province's reference is shown with a finding."""
    shown = await usecases.draft_budget(
        runtime_of(request), actor, body.budget(), claim.answering(201, BudgetBody.of)
    )
    response.headers["Location"] = f"/v1/budgets/{shown.budget.id}"
    return _answer(response, shown)


@router.post(
    "/imports",
    summary="批量编制预算（每行一个来源用于一个用途）",
    status_code=200,
    openapi_extra=bulk.documented(BudgetLineRow),
)
async def import_budget_lines(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:budget:import")],
    options: bulk.Options,
    _claim: Required,
) -> bulk.ImportResult:
    """One line of NDJSON or CSV for each source and use. Lines of one fund, year and area make one
    draft, which another person approves."""
    return await load(
        request, options, BudgetLineRow, BudgetLineRow.row, usecases.draft_lines, actor
    )


@router.post(
    "/{budget_id}/revisions", summary="修改预算草案", status_code=201, operation_id="revise_budget"
)
async def revise_budget(
    request: Request,
    response: Response,
    budget_id: UUID,
    body: ReviseBudget,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Other sources and lines, while it is a draft."""
    shown = await usecases.revise_budget(
        runtime_of(request), actor, budget_id, version, body.on, body.content(),
        claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post(
    "/{budget_id}/withdrawals", summary="撤回预算草案", status_code=201,
    operation_id="withdraw_budget",
)  # fmt: skip
async def withdraw_budget(
    request: Request,
    response: Response,
    budget_id: UUID,
    body: StepIn,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Take a draft back; another one of the year may begin."""
    shown = await usecases.withdraw_budget(
        runtime_of(request), actor, budget_id, version, body.on,
        claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post(
    "/{budget_id}/approvals", summary="批准预算", status_code=201, operation_id="approve_budget"
)
async def approve_budget(
    request: Request,
    response: Response,
    budget_id: UUID,
    body: ApproveBudget,
    actor: Approver,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Record the approval with its reference; 409 for the drafter."""
    shown = await usecases.approve_budget(
        runtime_of(request), actor, budget_id, version, body.on, body.approval,
        claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post(
    "/{budget_id}/releases", summary="下达预算", status_code=201, operation_id="release_budget"
)
async def release_budget(
    request: Request,
    response: Response,
    budget_id: UUID,
    body: ReleaseBudget,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Set money aside under lines, all of it or none: no more than was approved of a line, and no more
    than the fund has unallocated. Each part is an arrangement from now on."""
    shown = await usecases.release_budget(
        runtime_of(request), actor, budget_id, version, body.on, body.asked(),
        claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post(
    "/{budget_id}/releases/{arrangement_id}/reversals", summary="冲销一笔下达", status_code=201,
    operation_id="reverse_release",
)  # fmt: skip
async def reverse_release(
    request: Request,
    response: Response,
    budget_id: UUID,
    arrangement_id: UUID,
    body: Reverse,
    actor: Approver,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Take one release back that was wrong, whole; 409 for who released it, and when its money is in
    use."""
    shown = await ending.reverse_release(
        runtime_of(request), actor, budget_id, version, arrangement_id, body.reversed_on,
        body.reason, claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.post(
    "/{budget_id}/closings", summary="年终结转", status_code=201, operation_id="close_budget"
)
async def close_budget(
    request: Request,
    response: Response,
    budget_id: UUID,
    body: CloseBudget,
    actor: Approver,
    version: versions.Required,
    claim: Required,
) -> BudgetBody:
    """Close the budget of a year that is over, with explanation and reference: what is left of its lines
    becomes unallocated, or goes to the same line of the next year's budget. 409 while money of it is
    reserved, promised or with the bank. Again, when a payment came back after the closing."""
    shown = await ending.close_budget(
        runtime_of(request), actor, budget_id, version,
        ending.Closing(body.on, body.explanation, body.approval, frozenset(body.into_lines)),
        claim.answering(201, BudgetBody.of),
    )  # fmt: skip
    return _answer(response, shown)


@router.get("/{budget_id}", summary="查询一项预算", operation_id="get_budget")
async def get_budget(
    request: Request, response: Response, budget_id: UUID, actor: Reader
) -> BudgetBody:
    """One budget with what its lines still hold; its ETag is what the next act must name."""
    return _answer(response, await usecases.budget_of(runtime_of(request), actor, budget_id))


@router.get("", summary="列出预算", operation_id="list_budgets")
async def list_budgets(
    request: Request,
    actor: Reader,
    fund: Fund | None = None,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[BudgetBody]:
    """Budgets of the caller's area in the order in which they were drafted."""
    filters = {"fund": fund, "year": year, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_budgets(
        runtime_of(request), actor, fund=fund, year=year, state=state,
        after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda one: [str(one.budget.id)], item=BudgetBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


routers = [router, imports]

problems = [
    refused(
        domain.BudgetExists, 409, "该资金当年在该地区已有预算",
        "The fund has a budget of this year in this area",
    ),
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(
        domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"
    ),
    refused(
        domain.MoreThanAvailable, 422, "科目合计超过来源合计", "The lines are more than the sources",
        ("尚缺 {missing} 分", "{missing} fen are missing"),
    ),
    refused(
        domain.MoreThanApproved, 409, "下达超过批准数", "More than was approved of the line",
        ("超出 {missing} 分", "{missing} fen too much"),
    ),
    refused(domain.NoSuchLine, 404, "预算中无此用途", "The budget has no line for this use"),
    refused(
        domain.LineTwice, 422, "同一用途或来源重复", "A use or a source stands in the list twice"
    ),
    refused(
        domain.TooManyLines, 422, "科目过多", "More lines than a budget may have",
        ("最多 {most} 行", "{most} at most"),
    ),
    refused(
        domain.LessThanNothing, 409, "调减超过批准数",
        "More is taken from a line than was approved for it",
        ("尚缺 {missing} 分", "{missing} fen are missing"),
    ),
    refused(
        domain.MoneyInUse, 409, "调减的资金已预留或已支付", "What is to leave the line is reserved or paid",
        ("尚缺 {missing} 分", "{missing} fen are missing"),
    ),
    refused(
        domain.YearNotOver, 422, "预算年度尚未结束", "The budget's year is not over",
        ("最早 {closes_from}", "{closes_from} at the earliest"),
    ),
    refused(
        domain.MoneyStillHeld, 409, "尚有已预留、已承诺或已交银行的资金，不能结转",
        "Money of the budget is reserved, promised, or with the bank", ("{held} 分", "{held} fen"),
    ),
    refused(domain.NothingToCarry, 409, "已无余额可结转", "Nothing is left to carry over"),
    refused(domain.OutOfRange, 422, "预算总额超出范围", "The budget's sum is out of range"),
    refused(
        domain.OutsideTheYear, 422, "下达日期不在预算年度内", "It is released outside of its fiscal year",
        ("预算年度 {year}", "The fiscal year is {year}"),
    ),
]  # fmt: skip
