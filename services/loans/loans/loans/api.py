"""Loans over HTTP: each step of L3 is a sub-resource that is posted; files bring many at once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit import bulk, idempotency, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import load
from loans.loans import files, usecases
from loans.loans.bodies import (
    ApplyForLoan,
    Commit,
    DecisionBody,
    Decline,
    Disburse,
    LoanBody,
    LoanDetail,
    LoanRow,
    Recommend,
    Repay,
    RepaymentBody,
    Review,
)  # fmt: skip
from loans.loans.domain import State
from loans.loans.usecases import Disbursement, Repayment

router = APIRouter(prefix="/v1/loans", tags=["loans 小额担保贷款"])
loan_imports = bulk.reading("/v1/loans", "loan", "loans:loan:import", tag="loans 小额担保贷款")

Writer = Annotated[Actor, requires("loans:loan:write")]
Approver = Annotated[Actor, requires("loans:loan:approve")]
Reader = Annotated[Actor, requires("loans:loan:read")]
Importer = Annotated[Actor, requires("loans:loan:import")]


@router.post("", summary="申请小额担保贷款", status_code=201)
async def apply_for_loan(
    request: Request,
    response: Response,
    body: ApplyForLoan,
    actor: Writer,
    claim: idempotency.Required,
) -> LoanBody:
    """A worker asks for a loan; a second live loan of the same worker is refused."""
    loan = await usecases.apply_for_loan(
        runtime_of(request), actor, body.loan(), claim.answering(201, LoanBody.of)
    )
    response.headers["Location"] = f"/v1/loans/{loan.id}"
    return LoanBody.of(loan)


@router.post(
    "/imports",
    summary="批量导入小额担保贷款",
    status_code=200,
    openapi_extra=bulk.documented(LoanRow),
)
async def import_loans(
    request: Request, actor: Importer, options: bulk.Options, _claim: idempotency.Required
) -> bulk.ImportResult:
    """One line for each loan with the days of its steps; every rule of every step holds."""
    return await load(request, options, LoanRow, LoanRow.fact, files.record_loans, actor)


@router.post("/{loan_id}/recommendations", summary="社区推荐", status_code=201)
async def recommend_loan(
    request: Request, loan_id: UUID, body: Recommend, actor: Writer
) -> LoanBody:
    """The community vouches for the borrower."""
    return LoanBody.of(
        await usecases.recommend_loan(
            runtime_of(request), actor, loan_id, body.recommended_on, body.community
        )
    )


@router.post("/{loan_id}/labour-reviews", summary="劳动保障部门审核", status_code=201)
async def review_loan(request: Request, loan_id: UUID, body: Review, actor: Approver) -> LoanBody:
    """Decided by the rule of that day, with a record; refused means declined."""
    return LoanBody.of(
        await usecases.review_loan(runtime_of(request), actor, loan_id, body.reviewed_on)
    )


@router.post("/{loan_id}/commitments", summary="担保机构承诺担保", status_code=201)
async def commit_loan(
    request: Request,
    loan_id: UUID,
    body: Commit,
    actor: Approver,
    claim: idempotency.Required,
) -> LoanBody:
    """The guarantee fund reserves the principal; without headroom the promise is refused."""
    return LoanBody.of(
        await usecases.commit_loan(
            runtime_of(request), actor, loan_id, body.committed_on,
            claim.answering(201, LoanBody.of),
        )
    )  # fmt: skip


@router.post("/{loan_id}/refusals", summary="不予办理", status_code=201)
async def decline_loan(request: Request, loan_id: UUID, body: Decline, actor: Approver) -> LoanBody:
    """Community, bureau, guarantor or bank say no; a reservation is given back."""
    return LoanBody.of(
        await usecases.decline_loan(
            runtime_of(request), actor, loan_id, body.declined_on, body.reason
        )
    )


@router.post("/{loan_id}/disbursements", summary="银行发放贷款", status_code=201)
async def disburse_loan(
    request: Request,
    loan_id: UUID,
    body: Disburse,
    actor: Writer,
    claim: idempotency.Required,
) -> LoanBody:
    """The reservation becomes exposure; the rate is held against the benchmark of the day."""
    told = Disbursement(body.disbursed_on, body.bank, body.annual_rate)
    return LoanBody.of(
        await usecases.disburse_loan(
            runtime_of(request), actor, loan_id, told, claim.answering(201, LoanBody.of)
        )
    )


@router.post("/{loan_id}/repayments", summary="登记还款", status_code=201)
async def repay_loan(
    request: Request,
    loan_id: UUID,
    body: Repay,
    actor: Writer,
    claim: idempotency.Required,
) -> LoanBody:
    """Principal, interest or both came back; the last principal settles the loan."""
    told = Repayment(body.repaid_on, body.principal, body.interest)
    return LoanBody.of(
        await usecases.repay_loan(
            runtime_of(request), actor, loan_id, told, claim.answering(201, LoanBody.of)
        )
    )


@router.get("/{loan_id}/repayments", summary="列出一笔贷款的还款")
async def list_repayments(request: Request, loan_id: UUID, actor: Reader) -> list[RepaymentBody]:
    """Repayments of one loan, oldest first."""
    rows = await usecases.repayments_of(runtime_of(request), actor, loan_id)
    return [RepaymentBody.model_validate(dict(row)) for row in rows]


@router.get("/{loan_id}/decision", summary="查询审核决定及理由")
async def get_loan_decision(request: Request, loan_id: UUID, actor: Reader) -> DecisionBody:
    """The labour review's decision with its reasons in Chinese and English."""
    return DecisionBody.of(await usecases.decision_of(runtime_of(request), actor, loan_id))


@router.get("/{loan_id}", summary="查询一笔贷款")
async def get_loan(request: Request, loan_id: UUID, actor: Reader) -> LoanDetail:
    """One loan of the caller's area with its steps and allowed next actions."""
    loan, steps = await usecases.get_loan(runtime_of(request), actor, loan_id)
    return LoanDetail.with_steps(loan, steps)


@router.get("", summary="列出贷款")
async def list_loans(
    request: Request,
    actor: Reader,
    state: State | None = None,
    worker_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[LoanBody]:
    """Loans in the order in which they were recorded."""
    filters = {"state": state, "worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_loans(
        runtime_of(request), actor,
        state=state, worker_id=worker_id, after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda loan: [str(loan.id)], item=LoanBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip
