"""Claims over HTTP."""

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
from kit.wire import Id, after, load, page, terms
from subsidy.claims import domain, evidence, showing, usecases
from subsidy.claims.bodies import (
    ApproveClaim,
    ClaimBody,
    FileClaim,
    LineOut,
    OnDay,
    Quarter,
    RefileClaim,
    RosterRow,
    TurnClaim,
    first_day,
    numbered,
)
from subsidy.claims.domain import OUTCOMES, STATES, Outcome, State
from subsidy.claims.showing import Shown
from subsidy.programmes.bodies import DecisionOut

router = APIRouter(prefix="/v1/claims", tags=["claims 补贴申领"])
imports = bulk.reading("/v1/claims", "claim", "subsidy:claim:import", tag="claims 补贴申领")
Reader = Annotated[Actor, requires("subsidy:claim:read")]
Writer = Annotated[Actor, requires("subsidy:claim:write")]
Reviewer = Annotated[Actor, requires("subsidy:claim-review:write")]
Turner = Annotated[Actor, requires("subsidy:claim-return:write")]
Approver = Annotated[Actor, requires("subsidy:claim:approve")]


def answer(response: Response, shown: Shown) -> ClaimBody:
    """The claim, with the version that the next act must name."""
    response.headers["ETag"] = etag(shown.claim.version)
    return ClaimBody.of(shown)


@router.post("", summary="申报补贴", status_code=201)
async def file_claim(
    request: Request, response: Response, body: FileClaim, actor: Writer, key: Required
) -> ClaimBody:
    """File a claim for a closed quarter, within the window after it (B13). Who claims follows from the
    programme: an employer, a person, a provider, an enterprise for its people in the centre (the fund's
    part of the allowance), or a body for its project. The roster may come with it or by import; missing
    papers are shown and hold up the review."""
    shown = await usecases.file_claim(
        runtime_of(request), actor, body.filing(), key.answering(201, ClaimBody.of)
    )
    response.headers["Location"] = f"/v1/claims/{shown.claim.id}"
    return answer(response, shown)


@router.post(
    "/imports", summary="批量导入名册", status_code=200, openapi_extra=bulk.documented(RosterRow)
)
async def import_claim_lines(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:claim:import")],
    options: bulk.Options,
    _key: Required,
) -> bulk.ImportResult:
    """Lines of filed or returned claims, each with its claim, as NDJSON or CSV."""
    return await load(request, options, RosterRow, RosterRow.row, usecases.add_lines, actor)


@router.post("/{id}/refilings", summary="补正后再次申报", status_code=201)
async def refile_claim(
    request: Request,
    response: Response,
    id: Id,
    body: RefileClaim,
    actor: Writer,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """A returned claim goes to review again, with further papers and, where given, another roster."""
    lines = None if body.lines is None else numbered(body.lines)
    shown = await usecases.refile_claim(
        runtime_of(request), actor, id, version, body.on, body.papers, lines,
        key.answering(201, ClaimBody.of),
    )  # fmt: skip
    return answer(response, shown)


@router.post("/{id}/reviews", summary="劳动保障部门审核", status_code=201)
async def review_claim(
    request: Request,
    response: Response,
    id: Id,
    body: OnDay,
    actor: Reviewer,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """Decide every line on the facts known today, each with its record; the months of granted lines are
    held. A claim of which nothing is granted is rejected. 409 for who filed it, and while papers miss."""
    shown = await usecases.review_claim(
        runtime_of(request), actor, id, version, body.on, key.answering(201, ClaimBody.of)
    )
    return answer(response, shown)


@router.post("/{id}/returns", summary="退回补正", status_code=201)
async def return_claim(
    request: Request,
    response: Response,
    id: Id,
    body: TurnClaim,
    actor: Turner,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """Send a claim back with its reason; its months are free again."""
    shown = await usecases.turn_claim(
        runtime_of(request), actor, id, version, "return", body.on, body.reason, body.note,
        key.answering(201, ClaimBody.of),
    )  # fmt: skip
    return answer(response, shown)


@router.post("/{id}/rejections", summary="不予批准", status_code=201)
async def reject_claim(
    request: Request,
    response: Response,
    id: Id,
    body: TurnClaim,
    actor: Turner,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """Reject a claim with its reason, for good; its months are free again. One that was approved and of
    which nothing was paid is rejected (or withdrawn) by another person, and its money is released; 409
    while the bank has an order for it."""
    shown = await usecases.turn_claim(
        runtime_of(request), actor, id, version, "reject", body.on, body.reason, body.note,
        key.answering(201, ClaimBody.of),
    )  # fmt: skip
    return answer(response, shown)


@router.post("/{id}/approvals", summary="财政部门审批", status_code=201)
async def approve_claim(
    request: Request,
    response: Response,
    id: Id,
    body: ApproveClaim,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> ClaimBody:
    """Promise the whole granted sum from a line of money: it is reserved and committed, or 409 with what
    is missing. 409 for who filed or reviewed, and when facts arrived that would give less."""
    shown = await usecases.approve_claim(
        runtime_of(request), actor, id, version, body.on, body.arrangement_id,
        key.answering(201, ClaimBody.of),
    )  # fmt: skip
    return answer(response, shown)


@router.get("/{id}", summary="查询一项申领")
async def get_claim(request: Request, response: Response, id: Id, actor: Reader) -> ClaimBody:
    """One claim of the caller's area; its ETag is what the next act must name."""
    return answer(response, await showing.claim_of(runtime_of(request), actor, id))


@router.get("/{id}/lines", summary="列出申领行")
async def list_claim_lines(
    request: Request,
    id: Id,
    actor: Reader,
    outcome: Annotated[Outcome | None, Query(description=terms(OUTCOMES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[LineOut]:
    """The lines of a claim in the order of their ids."""
    filters = {"id": id, "outcome": outcome}
    lines = await showing.lines_of(
        runtime_of(request), actor, id, outcome=outcome, after=after(cursor, actor, filters),
        limit=limit + 1,
    )  # fmt: skip
    return page(lines, limit, LineOut.of, actor=actor, filters=filters)


@router.get("/{id}/lines/{line_id}/decision", summary="查询一行的决定及理由")
async def get_claim_line_decision(
    request: Request, id: Id, line_id: UUID, actor: Reader
) -> DecisionOut:
    """The decision by which a line stands, explained in Chinese and English, derived again just now."""
    told = await showing.decision_of(runtime_of(request), actor, id, line_id)
    return DecisionOut.of(told, evidence.EITHER)


@router.get("", summary="列出补贴申领")
async def list_claims(
    request: Request,
    actor: Reader,
    programme: Annotated[str | None, Query(max_length=64)] = None,
    claimant_id: UUID | None = None,
    quarter: Quarter | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    overdue: Annotated[bool, Query(description="仅列下一步已逾期的")] = False,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ClaimBody]:
    """Claims of the caller's area in the order in which they were filed, without their steps."""
    filters = {
        "programme": programme, "claimant_id": claimant_id, "quarter": quarter, "state": state,
        "overdue": overdue,
    }  # fmt: skip
    claims = await showing.list_claims(
        runtime_of(request), actor, programme=programme, claimant_id=claimant_id,
        quarter=None if quarter is None else first_day(quarter), state=state, overdue=overdue,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        claims, limit, ClaimBody.of, actor=actor, filters=filters, key=lambda one: one.claim.id
    )


routers = [router, imports]

problems = [
    refused(domain.NotClaimable, 422, "该补贴项目该季度不接受申领", "The programme takes no claims for the quarter"),
    refused(
        domain.QuarterOpen, 422, "该季度尚未结束", "The quarter is not over",
        ("{ends_on} 结束", "It ends on {ends_on}"),
    ),
    refused(
        domain.WindowClosed, 422, "已超过申报期限（B13）", "The window for this quarter is closed",
        ("期限至 {until}", "It was open until {until}"),
    ),
    refused(
        domain.OutsideTheQuarter, 422, "月份不在所申季度内；一次性补贴不填月份",
        "The month lies outside the quarter; what is given once has no month",
        ("第 {line} 行", "Line {line}"),
    ),
    refused(
        domain.OtherShape, 422, "申领行所填内容与补贴项目不符",
        "A line names other things than the programme asks for",
        ("第 {line} 行", "Line {line}"),
    ),
    refused(domain.LineTwice, 422, "同一人同月（同一依据）重复列入", "The same person-month stands twice in the claim"),
    refused(
        domain.TooManyLines, 422, "名册行数过多", "More lines than a claim may have",
        ("最多 {most} 行", "{most} at most"),
    ),
    refused(domain.ClaimUnknown, 404, "无此申领", "There is no such claim"),
    refused(domain.NoLines, 409, "尚无名册", "The claim has no roster"),
    refused(
        domain.PapersMissing, 409, "材料不全（B16）", "Papers are missing",
        ("尚缺 {missing}", "{missing}"),
    ),
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
    refused(
        domain.FactsChanged, 409, "审核后事实有变，须退回重新审核",
        "Facts have arrived since the review: the claim is returned first",
        ("{lines} 行结果将减少", "{lines} lines would come out with less"),
    ),
    refused(
        domain.OtherUse, 422, "资金安排用途与补贴项目不符", "The line of money is for another use",
        ("应为 {use}", "It must be for {use}"),
    ),
    refused(
        domain.NothingDue, 409, "该申领无应付此类收款方的款项", "Nothing of the claim is due to this kind of payee",
        ("收款方类别 {kind}", "{kind}"),
    ),
    refused(
        domain.PartlyPaid, 409, "已拨付部分款项，应予追回，不能驳回",
        "A part of it was paid: that is recovered, and not rejected",
    ),
    refused(
        domain.GrantedSince, 409, "已退回的月份（季度）此后已另行批准",
        "The month or quarter that had come back was granted anew since",
    ),
    refused(domain.NotThePayee, 422, "收款方与申请人不符", "The payee does not stand for the claimant"),
]  # fmt: skip
