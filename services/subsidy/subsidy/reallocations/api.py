"""Reallocations over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import lifecycle, pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Asked, FactDate, Text, terms
from subsidy.arrangements.api import UseCode
from subsidy.budgets.bodies import SourceBody, SourceIn
from subsidy.budgets.domain import LINES_MAX, LineTwice, Move
from subsidy.reallocations import domain, usecases
from subsidy.reallocations.domain import ACTS, STATES, Reallocation, State
from subsidy.reallocations.usecases import Decision

router = APIRouter(prefix="/v1/reallocations", tags=["reallocations 科目调剂"])
Reader = Annotated[Actor, requires("subsidy:budget:read")]


class MoveIn(Asked):
    """More or less for one use (调增、调减)."""

    use_code: UseCode
    change: Yuan = Field(description="增减额（元），调减为负")
    province_approval: Text | None = Field(
        default=None, description="省级批准文号（目录外用途须有）"
    )


class ProposeReallocation(Asked):
    """Money of a budget to move between its lines (提出科目调剂)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"budget_id": "019a9d2c-8f00-7000-8000-0000000000a1", "proposed_on": "2003-08-01",
                 "reason": "培训结余调剂公益性岗位",
                 "lines": [{"use_code": "training-subsidy", "change": "-200000.00"},
                           {"use_code": "post-subsidy", "change": "200000.00"}]}
            ]
        }
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    budget_id: UUID = Field(description="预算标识")
    proposed_on: FactDate
    reason: Text = Field(description="原因")
    lines: list[MoveIn] = Field(min_length=1, max_length=LINES_MAX, description="每一用途一次")
    sources: list[SourceIn] = Field(
        default=[], max_length=8, description="追加的资金来源（仅调剂时为空）"
    )

    def reallocation(self) -> Reallocation:
        """Raises :class:`LineTwice` for a source that is there twice."""
        sources = {one.source: one.amount for one in self.sources}
        if len(sources) < len(self.sources):
            raise LineTwice
        moves = tuple(
            Move(new_id(), one.use_code, one.change, one.province_approval)
            for one in self.lines
            if one.change
        )
        return Reallocation(
            self.id or new_id(), self.budget_id, moves, sources, self.reason,
            proposed_by="", proposed_on=self.proposed_on,
        )  # fmt: skip


class DecideReallocation(Asked):
    """What was decided (批准或不予批准)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-08-05", "approved": True, "approval": "黑市财[2003]21号"}]
        }
    )
    on: FactDate
    approved: bool = Field(description="是否批准")
    approval: Text | None = Field(default=None, description="批准文号，批准时须有")
    note: Text | None = Field(default=None, description="说明")


class MoveBody(BaseModel):
    """More or less for one use."""

    use_code: str
    change: Yuan
    province_approval: str | None


class ReallocationBody(BaseModel):
    """What is to be moved between a budget's lines, and what was decided."""

    id: UUID
    budget_id: UUID
    reason: str
    lines: list[MoveBody]
    sources: list[SourceBody]
    state: State = Field(description=terms(STATES))
    proposed_by: str = Field(description="提出账号")
    proposed_on: date
    decided_by: str | None
    decided_on: date | None
    approval: str | None = Field(description="批准文号")
    note: str | None
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, one: Reallocation) -> ReallocationBody:
        """From the domain's value."""
        return cls(
            id=one.id, budget_id=one.budget_id, reason=one.reason,
            lines=[
                MoveBody(
                    use_code=m.use_code, change=m.change, province_approval=m.province_approval
                )
                for m in one.moves
            ],
            sources=[SourceBody(source=s, amount=a) for s, a in one.sources.items()],
            state=one.state, proposed_by=one.proposed_by, proposed_on=one.proposed_on,
            decided_by=one.decided_by, decided_on=one.decided_on, approval=one.approval,
            note=one.note, allowed=list(lifecycle.allowed(ACTS, one.state)),
        )  # fmt: skip


@router.post("", summary="提出科目调剂", status_code=201, operation_id="propose_reallocation")
async def propose_reallocation(
    request: Request,
    response: Response,
    body: ProposeReallocation,
    actor: Annotated[Actor, requires("subsidy:budget:write")],
    version: versions.Required,
    claim: Required,
) -> ReallocationBody:
    """Propose to move money between the lines of a budget (``If-Match``: the budget's version)."""
    made = await usecases.propose_reallocation(
        runtime_of(request), actor, body.reallocation(), version,
        claim.answering(201, ReallocationBody.of),
    )  # fmt: skip
    response.headers["Location"] = f"/v1/reallocations/{made.id}"
    return ReallocationBody.of(made)


@router.post(
    "/{reallocation_id}/decisions", summary="决定科目调剂", status_code=201,
    operation_id="decide_reallocation",
)  # fmt: skip
async def decide_reallocation(
    request: Request,
    reallocation_id: UUID,
    body: DecideReallocation,
    actor: Annotated[Actor, requires("subsidy:budget:approve")],
    version: versions.Required,
    claim: Required,
) -> ReallocationBody:
    """Approve under a reference, or reject (``If-Match``: the budget's version); 409 for who proposed it,
    and when what is to leave a line is reserved or paid."""
    made = await usecases.decide_reallocation(
        runtime_of(request), actor, reallocation_id,
        Decision(body.approved, body.on, body.approval, body.note), version,
        claim.answering(201, ReallocationBody.of),
    )  # fmt: skip
    return ReallocationBody.of(made)


@router.get("/{reallocation_id}", summary="查询一次科目调剂", operation_id="get_reallocation")
async def get_reallocation(
    request: Request, reallocation_id: UUID, actor: Reader
) -> ReallocationBody:
    """One reallocation of a budget of the caller's area."""
    return ReallocationBody.of(
        await usecases.reallocation_of(runtime_of(request), actor, reallocation_id)
    )


@router.get("", summary="列出科目调剂", operation_id="list_reallocations")
async def list_reallocations(
    request: Request,
    actor: Reader,
    budget_id: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ReallocationBody]:
    """Reallocations in the order in which they were proposed."""
    filters = {"budget_id": budget_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_reallocations(
        runtime_of(request), actor, budget_id=budget_id, after=after[0] if after else None,
        limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=ReallocationBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


problems = [
    refused(domain.NothingMoved, 422, "没有任何科目增减", "No line is to have more or less"),
    refused(domain.DecidedAlready, 409, "该项调剂已有决定", "It was decided before"),
    refused(
        domain.DecidedBeforeProposed, 422, "决定日期早于提出日期",
        "The decision is dated before the proposal",
    ),
    refused(
        domain.ReferenceMissing, 422, "批准须有批准文号",
        "What is approved is approved under a reference",
    ),
]  # fmt: skip
