"""The blacklist over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import lifecycle, pagination, versions
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, FactDate, Id, Made, Text, after, page, terms
from subsidy.blacklist import domain, usecases
from subsidy.blacklist.domain import ACTS, REASONS, STATES, Blacklisting, Reason, State
from subsidy.blacklist.usecases import Proposal

router = APIRouter(prefix="/v1/blacklistings", tags=["blacklistings 失信申请人"])
Reader = Annotated[Actor, requires("subsidy:blacklisting:read")]
Writer = Annotated[Actor, requires("subsidy:blacklisting:write")]
Approver = Annotated[Actor, requires("subsidy:blacklisting:approve")]
_ID = "019a9d2c-8f00-7000-8000-0000000000"


class ProposeBlacklisting(Made):
    """Who deceived, and how (提出列入失信名单)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"claimant_kind": "employer", "claimant_id": f"{_ID}a4", "reason": "phantom-staff",
                 "reference": "黑劳监[2003]6号", "since": "2003-10-27", "area_code": "231100000000",
                 "office": "231100-employment-bureau"}
            ]
        }
    )  # fmt: skip
    claimant_kind: Literal["employer", "person", "provider", "body"]
    claimant_id: UUID
    reason: Reason = Field(description=terms(REASONS))
    reference: Text = Field(description="依据文号")
    recovery_id: UUID | None = Field(default=None, description="有关的追回")
    since: FactDate

    def proposal(self) -> Proposal:
        told = {name: getattr(self, name) for name in type(self).model_fields if name != "id"}
        return Proposal(self.made_id, **told)


class DecideBlacklisting(Asked):
    """Whether the claimant is listed (决定)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-28", "agreed": True}]}
    )
    on: FactDate
    agreed: bool = Field(description="是否列入")


class LiftBlacklisting(Asked):
    """Why it ends before its term (提前移出)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-30", "reason": "复核认定不实"}]}
    )
    on: FactDate
    reason: Text = Field(description="原因（不得含姓名、证件号）")


class BlacklistingBody(BaseModel):
    """An entry of the blacklist (失信记录)."""

    id: UUID
    claimant_kind: str
    claimant_id: UUID
    reason: Reason = Field(description=terms(REASONS))
    reference: str
    recovery_id: UUID | None
    since: date = Field(description="自此日起不受理申领、列入名册和项目")
    until: date = Field(description="至此日止")
    state: State = Field(description=terms(STATES))
    state_on: date
    proposed_by: str
    decided_by: str | None
    lifted_by: str | None
    lifting: str | None = Field(description="提前移出原因")
    area_code: str
    office: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, one: Blacklisting) -> BlacklistingBody:
        known = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls(**known, allowed=list(lifecycle.allowed(ACTS, one.state)))


def _answer(response: Response, one: Blacklisting) -> BlacklistingBody:
    response.headers["ETag"] = etag(one.version)
    return BlacklistingBody.of(one)


@router.post("", summary="提出列入失信名单", status_code=201)
async def propose_blacklisting(
    request: Request, response: Response, body: ProposeBlacklisting, actor: Writer, key: Required
) -> BlacklistingBody:
    """Propose that no claim, enrolment or project of a claimant is taken for the term; another person
    decides."""
    made = await usecases.propose(
        runtime_of(request), actor, body.proposal(), key.answering(201, BlacklistingBody.of)
    )
    response.headers["Location"] = f"/v1/blacklistings/{made.id}"
    return _answer(response, made)


@router.post("/{id}/decisions", summary="决定是否列入", status_code=201)
async def decide_blacklisting(
    request: Request,
    response: Response,
    id: Id,
    body: DecideBlacklisting,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> BlacklistingBody:
    """Enter the claimant, or decline; 409 for who proposed it."""
    made = await usecases.decide(
        runtime_of(request), actor, id, version, body.on, body.agreed,
        key.answering(201, BlacklistingBody.of),
    )  # fmt: skip
    return _answer(response, made)


@router.post("/{id}/liftings", summary="提前移出", status_code=201)
async def lift_blacklisting(
    request: Request,
    response: Response,
    id: Id,
    body: LiftBlacklisting,
    actor: Approver,
    version: versions.Required,
    key: Required,
) -> BlacklistingBody:
    """End an entry before its term is over, with the reason."""
    made = await usecases.lift(
        runtime_of(request), actor, id, version, body.on, body.reason,
        key.answering(201, BlacklistingBody.of),
    )  # fmt: skip
    return _answer(response, made)


@router.get("/{id}", summary="查询一条失信记录")
async def get_blacklisting(
    request: Request, response: Response, id: Id, actor: Reader
) -> BlacklistingBody:
    """One entry of the caller's area; its ETag is what the next act must name."""
    return _answer(response, await usecases.blacklisting_of(runtime_of(request), actor, id))


@router.get("", summary="列出失信申请人")
async def list_blacklistings(
    request: Request,
    actor: Reader,
    claimant_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[BlacklistingBody]:
    """Entries of the caller's area in the order in which they were proposed."""
    filters = {"claimant_id": claimant_id, "state": state}
    found = await usecases.list_blacklistings(
        runtime_of(request), actor, claimant_id=claimant_id, state=state,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(found, limit, BlacklistingBody.of, actor=actor, filters=filters)


problems = [
    refused(
        domain.Blacklisted, 409, "在失信名单，不受理申领、列入发放名册和项目（B24）",
        "Blacklisted: no claim, enrolment or project is taken",
        ("原因 {reason}，至 {until}", "{reason}, until {until}"),
    ),
    refused(
        domain.AlreadyProposed, 409, "该申请人已有待决定的记录",
        "Another entry of the claimant waits for its decision",
    ),
    refused(domain.RecoveryUnknown, 422, "该申请人无此追回", "There is no such recovery of this claimant"),
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The act does not follow from this state"),
    refused(domain.OutOfOrder, 422, "日期早于前一步骤", "It is dated before the act that it follows"),
]  # fmt: skip
