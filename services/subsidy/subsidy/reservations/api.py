"""Reservations over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit import lifecycle, pagination, versions
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.versions import etag
from kit.wire import Asked, FactDate, Text, terms
from subsidy.reservations import domain, usecases
from subsidy.reservations.domain import ACTS, STATES, Reservation, State
from subsidy.reservations.store import Standing

router = APIRouter(prefix="/v1/reservations", tags=["reservations 资金预留"])
Reader = Annotated[Actor, requires("subsidy:reservation:read")]
Writer = Annotated[Actor, requires("subsidy:reservation:write")]
Approver = Annotated[Actor, requires("subsidy:reservation:approve")]

_EXAMPLE: JsonDict = {
    "arrangement_id": "019a9d2c-8f00-7000-8000-0000000000a1",
    "amount": "120000.00",
    "reserved_on": "2003-09-01",
    "purpose": "2003年三季度社会保险补贴",
    "area_code": "231100000000",
    "office": "231100-finance-bureau",
}


class ReserveMoney(Asked):
    """Money of an arrangement to hold back (预留资金)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="调用方生成的标识 (UUID made by the caller)")
    arrangement_id: UUID = Field(description="资金安排标识")
    amount: YuanPositive = Field(description="金额（元），全额预留，不足则拒绝")
    reserved_on: FactDate
    purpose: Text = Field(description="用途说明（不得含姓名、证件号、账号）")
    about: UUID | None = Field(default=None, description="所为之发放批次、申领或项目")
    area_code: AreaCode
    office: OfficeCode

    def reservation(self) -> Reservation:
        return Reservation(
            self.id or new_id(), self.arrangement_id, self.amount, self.reserved_on, self.purpose,
            self.about, self.area_code, self.office, made_by="",
        )  # fmt: skip


class StepIn(Asked):
    """The day on which money was promised or given back (承诺、释放)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-09-10"}]})
    on: FactDate


class ReservationBody(BaseModel):
    """Money held back, and how much of it is still there."""

    id: UUID
    arrangement_id: UUID
    amount: Yuan = Field(description="预留金额")
    held: Yuan = Field(description="尚未支付、尚未释放的余额")
    reserved_on: date
    purpose: str
    about: UUID | None
    state: State = Field(description=terms(STATES))
    state_on: date = Field(description="最近一步的日期")
    area_code: str
    office: str
    made_by: str = Field(description="经办账号")
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")

    @classmethod
    def of(cls, standing: Standing) -> ReservationBody:
        one = standing.reservation
        allowed = [
            act
            for act in lifecycle.allowed(ACTS, one.state)
            if standing.held > 0 or act != "release"
        ]
        return cls(
            id=one.id, arrangement_id=one.arrangement_id, amount=one.amount, held=standing.held,
            reserved_on=one.reserved_on, purpose=one.purpose, about=one.about, state=one.state,
            state_on=one.state_on, area_code=one.area_code, office=one.office,
            made_by=one.made_by, version=one.version, allowed=allowed,
        )  # fmt: skip


def _answer(response: Response, made: Standing) -> ReservationBody:
    response.headers["ETag"] = etag(made.reservation.version)
    return ReservationBody.of(made)


@router.post("", summary="预留资金", status_code=201, operation_id="reserve_money")
async def reserve_money(
    request: Request, response: Response, body: ReserveMoney, actor: Writer, claim: Required
) -> ReservationBody:
    """Hold money of an arrangement back before it is promised: the whole amount, or 409 with what
    is missing. Of many who ask at once nobody gets what another one holds."""
    made = await usecases.reserve_money(
        runtime_of(request), actor, body.reservation(), claim.answering(201, ReservationBody.of)
    )
    response.headers["Location"] = f"/v1/reservations/{made.reservation.id}"
    return _answer(response, made)


@router.post(
    "/{reservation_id}/commitments", summary="承诺支付", status_code=201,
    operation_id="commit_reservation",
)  # fmt: skip
async def commit_reservation(
    request: Request,
    response: Response,
    reservation_id: UUID,
    body: StepIn,
    actor: Approver,
    version: versions.Required,
    claim: Required,
) -> ReservationBody:
    """Promise what was reserved; 409 for the person who reserved it."""
    made = await usecases.commit_reservation(
        runtime_of(request), actor, reservation_id, body.on, version,
        claim.answering(201, ReservationBody.of),
    )  # fmt: skip
    return _answer(response, made)


@router.post(
    "/{reservation_id}/releases", summary="释放余额", status_code=201,
    operation_id="release_reservation",
)  # fmt: skip
async def release_reservation(
    request: Request,
    response: Response,
    reservation_id: UUID,
    body: StepIn,
    actor: Writer,
    version: versions.Required,
    claim: Required,
) -> ReservationBody:
    """Give back to the arrangement's line what is not paid."""
    made = await usecases.release_reservation(
        runtime_of(request), actor, reservation_id, body.on, version,
        claim.answering(201, ReservationBody.of),
    )  # fmt: skip
    return _answer(response, made)


@router.get("/{reservation_id}", summary="查询一笔预留", operation_id="get_reservation")
async def get_reservation(
    request: Request, response: Response, reservation_id: UUID, actor: Reader
) -> ReservationBody:
    """One reservation; its ETag is what the next step must name."""
    return _answer(
        response, await usecases.reservation_of(runtime_of(request), actor, reservation_id)
    )


@router.get("", summary="列出资金预留", operation_id="list_reservations")
async def list_reservations(
    request: Request,
    actor: Reader,
    arrangement_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[ReservationBody]:
    """Reservations of the caller's area in the order in which they were made."""
    filters = {"arrangement_id": arrangement_id, "state": state}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.list_reservations(
        runtime_of(request), actor, arrangement_id=arrangement_id, state=state,
        after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda one: [str(one.reservation.id)], item=ReservationBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip


problems = [
    refused(
        domain.ReservedTooMuch, 409, "预留金额超过该项安排的余额",
        "More than the arrangement's line holds", ("尚缺 {missing} 分", "{missing} fen are missing"),
    ),
    refused(
        domain.ReservedBeforeArranged, 422, "预留日期早于安排日期",
        "Reserved before the money was arranged",
    ),
    refused(
        domain.ReservationUnknown, 404, "无此预留，或不属于该项安排",
        "There is no such reservation of this arrangement",
    ),
    refused(
        domain.WrongState, 409, "当前状态不能办理此事项", "The step does not follow from this state"
    ),
    refused(domain.NotCommitted, 409, "该预留尚未承诺", "What was reserved is not committed"),
    refused(
        domain.StepOutOfOrder, 422, "日期早于前一步骤",
        "It is dated before the step that it follows",
    ),
    refused(
        domain.MoneyAtTheBank, 409, "有款项已交银行、尚无结果，不能释放",
        "The bank has been ordered to pay a part of it and has not answered",
        ("在途 {ordered} 分", "{ordered} fen"),
    ),
    refused(domain.NothingHeld, 409, "已无余额可释放", "Nothing is left to release"),
]  # fmt: skip
