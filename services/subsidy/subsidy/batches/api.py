"""Batches of payment orders over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kit import lifecycle, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.money import Yuan, YuanPositive
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Asked, FactDate, Made, after, impersonal, page, terms
from subsidy.batches import domain, usecases
from subsidy.batches.domain import ACTS, STATES, Format, State
from subsidy.batches.usecases import Draft, Shown, Wanted
from subsidy.orders.domain import Order
from subsidy.orders.domain import State as OrderState
from subsidy.payees.api import XML_TEXT

router = APIRouter(prefix="/v1/payment-batches", tags=["payment batches 付款批次"])
Reader = Annotated[Actor, requires("subsidy:payment-order:read")]
Maker = Annotated[Actor, requires("subsidy:payment-order:write")]
Checker = Annotated[Actor, requires("subsidy:payment-order:approve")]
#: The file holds names and accounts in plain.
Carrier = Annotated[Actor, requires("subsidy:payee-account:read")]

_LINE: dict[str, Any] = {
    "payee_id": "019a9d2c-8f00-7000-8000-0000000000e1",
    "amount": "1250.00",
    "purpose": "2003年三季度社会保险补贴",
    "about": "019a9d2c-8f00-7000-8000-0000000000f1",
}
_FORMATS = "文件格式：pain.001 报文；csv 表格（GB18030）。一批只用一种"


class LineIn(Asked):
    """What one order is to pay (付款明细)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LINE]})
    payee_id: UUID = Field(description="收款方，须有经复核确认的账户")
    amount: YuanPositive = Field(description="金额（元）")
    purpose: Annotated[
        str,
        Field(min_length=1, max_length=140, pattern=XML_TEXT),
        AfterValidator(impersonal),
    ] = Field(description="用途（随付款送达收款方；不得含姓名、身份号码）")
    about: UUID = Field(description="所付事项的标识；同一事项只有一笔未了结的指令")


class MakeBatch(Made):
    """Orders for one file (编制付款批次)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reservation_id": "019a9d2c-8f00-7000-8000-0000000000d1",
                    "payer_id": "019a9d2c-8f00-7000-8000-0000000000e9",
                    "format": "pain.001",
                    "execute_on": "2003-10-10",
                    "made_on": "2003-10-09",
                    "lines": [_LINE],
                    "area_code": "231100000000",
                    "office": "231100-finance-bureau",
                }
            ]
        }
    )
    reservation_id: UUID = Field(description="已承诺的预留")
    payer_id: UUID = Field(description="付款专户（类别为 fund 的收款方记录）")
    format: Format = Field(default="pain.001", description=_FORMATS)
    execute_on: FactDate = Field(description="请银行于该日付款")
    made_on: FactDate
    lines: list[LineIn] = Field(default=[], max_length=domain.LINES_MAX)
    carried: list[UUID] = Field(
        default=[], max_length=domain.LINES_MAX, description="转入本批重发的未付指令",
        json_schema_extra={"uniqueItems": True},
    )  # fmt: skip

    def draft(self) -> Draft:
        return Draft(
            self.made_id, self.reservation_id, self.payer_id, self.format, self.execute_on,
            self.made_on,
            tuple(Wanted(one.payee_id, one.amount, one.purpose, one.about) for one in self.lines),
            tuple(dict.fromkeys(self.carried)), self.area_code, self.office,
        )  # fmt: skip


class ApproveBatch(Asked):
    """Agreeing to what the hash stands for (批准)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"approved_on": "2003-10-09", "content_hash": "0" * 64}]}
    )
    approved_on: FactDate
    content_hash: str = Field(pattern=r"^[0-9a-f]{64}$", description="所见批次的内容校验值")


class OnDay(Asked):
    """The day of a step (日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-09"}]})
    on: FactDate


class BatchOut(BaseModel):
    """A batch of orders (付款批次)."""

    id: UUID
    reservation_id: UUID
    arrangement_id: UUID
    payer_id: UUID
    payer_account_id: UUID
    format: Format
    execute_on: date
    made_on: date
    made_by: str
    approved_by: str | None
    lines: int = Field(description="笔数")
    amount: Yuan = Field(description="合计金额")
    content_hash: str = Field(description="内容校验值 (SHA-256)，批准时须写明")
    message_id: str = Field(description="报文编号，由内容校验值得出")
    file_sha256: str | None = Field(description="文件校验值，批准后产生")
    state: State = Field(description=terms(STATES))
    state_on: date
    allowed: list[str] = Field(description="可办理的下一步")
    area_code: str
    office: str

    @classmethod
    def of(cls, shown: Shown) -> BatchOut:
        batch = shown.batch
        known = {name: getattr(batch, name) for name in cls.model_fields if hasattr(batch, name)}
        allowed = list(lifecycle.allowed(ACTS, batch.state))
        return cls(**known, file_sha256=shown.sha256, allowed=allowed)


class AskedFor(BaseModel):
    """An order on which the bank owes an answer (查询明细)."""

    end_to_end_id: str
    amount: Yuan
    state: OrderState
    due_on: date | None

    @classmethod
    def of(cls, order: Order) -> AskedFor:
        return cls(
            end_to_end_id=order.end_to_end_id, amount=order.amount, state=order.state,
            due_on=order.due_on,
        )  # fmt: skip


class Enquiry(BaseModel):
    """What the bank is asked for: its own ids and amounts, no name and no account (查询书)."""

    orders: list[AskedFor]

    @classmethod
    def of(cls, orders: list[Order]) -> Enquiry:
        return cls(orders=[AskedFor.of(order) for order in orders])


@router.post("", summary="编制付款批次", status_code=201)
async def make_payment_batch(
    request: Request, response: Response, body: MakeBatch, actor: Maker, claim: Required
) -> BatchOut:
    """Make orders from what a reservation committed, all or none. What is rejected or was sent back
    goes again in ``carried``; what is unknown is asked for and never ordered again."""
    shown = await usecases.make_batch(
        runtime_of(request), actor, body.draft(), claim.answering(201, BatchOut.of)
    )
    response.headers["Location"] = f"/v1/payment-batches/{shown.batch.id}"
    return BatchOut.of(shown)


@router.post("/{batch_id}/approvals", summary="批准付款批次", status_code=201)
async def approve_payment_batch(
    request: Request, batch_id: UUID, body: ApproveBatch, actor: Checker, claim: Required
) -> BatchOut:
    """Another person agrees, naming the hash of what was looked at. The file is made and kept now."""
    return BatchOut.of(
        await usecases.approve_batch(
            runtime_of(request), actor, batch_id, body.approved_on, body.content_hash,
            claim.answering(201, BatchOut.of),
        )
    )  # fmt: skip


@router.post("/{batch_id}/handovers", summary="付款文件送银行", status_code=201)
async def hand_over_payment_batch(
    request: Request, batch_id: UUID, body: OnDay, actor: Maker, claim: Required
) -> BatchOut:
    """Record that the file goes to the bank now; only then is it given out."""
    return BatchOut.of(
        await usecases.hand_over(
            runtime_of(request), actor, batch_id, body.on, claim.answering(201, BatchOut.of)
        )
    )


@router.post("/{batch_id}/withdrawals", summary="撤回未送银行的批次", status_code=201)
async def withdraw_payment_batch(
    request: Request, batch_id: UUID, body: OnDay, actor: Maker, claim: Required
) -> BatchOut:
    """End a batch that was not handed over; its money is the reservation's again."""
    return BatchOut.of(
        await usecases.withdraw_batch(
            runtime_of(request), actor, batch_id, body.on, claim.answering(201, BatchOut.of)
        )
    )


@router.post("/{batch_id}/enquiries", summary="向银行查询逾期未回执的付款", status_code=201)
async def ask_about_payment_batch(
    request: Request, batch_id: UUID, body: OnDay, actor: Maker, claim: Required
) -> Enquiry:
    """Orders whose answer is overdue are unknown from now on, and are listed for the question to the
    bank. Nothing is sent again."""
    asked = await usecases.ask_bank(
        runtime_of(request), actor, batch_id, body.on, claim.answering(201, Enquiry.of)
    )
    return Enquiry.of(asked)


_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/xml", "text/csv")
        }
    }
}


@router.get(
    "/{batch_id}/file", summary="取付款文件", response_class=Response, responses=_FILE,
    operation_id="get_payment_file",
)  # fmt: skip
async def get_payment_file(request: Request, batch_id: UUID, actor: Carrier) -> Response:
    """The file for the bank, after the hand-over was recorded; the same bytes every time."""
    found = await usecases.file_of(runtime_of(request), actor, batch_id)
    xml = found.batch.format == "pain.001"
    name = f"{found.batch.message_id}.{'xml' if xml else 'csv'}"
    return Response(
        found.content,
        media_type="application/xml" if xml else "text/csv; charset=gb18030",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": f'"{found.sha256}"',
        },
    )


@router.get("/{batch_id}", summary="查询付款批次")
async def get_payment_batch(request: Request, batch_id: UUID, actor: Reader) -> BatchOut:
    """One batch of the caller's area."""
    return BatchOut.of(await usecases.batch_of(runtime_of(request), actor, batch_id))


@router.get("", summary="列出付款批次")
async def list_payment_batches(
    request: Request,
    actor: Reader,
    reservation_id: UUID | None = None,
    state: Annotated[State | None, Query(description=terms(STATES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[BatchOut]:
    """Batches in the order of their ids."""
    filters = {"reservation_id": reservation_id, "state": state}
    shown = await usecases.list_batches(
        runtime_of(request), actor, reservation_id=reservation_id, state=state,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        shown, limit, BatchOut.of, actor=actor, filters=filters, key=lambda one: one.batch.id
    )


problems = [
    refused(domain.WrongState, 409, "当前状态不能办理此事项", "The step does not follow from this state"),
    refused(domain.ContentDiffers, 409, "内容校验值不符：所见批次不是本批次", "The hash is not that of this batch"),
    refused(domain.StepOutOfOrder, 422, "日期早于前一步骤", "It is dated before the step that it follows"),
    refused(domain.NotHandedOver, 409, "尚未登记送银行", "The hand-over is not recorded yet"),
    refused(domain.EmptyBatch, 422, "批次没有付款明细", "The batch has no line"),
    refused(
        domain.BatchTooLong, 422, "批次笔数过多", "The batch has too many lines",
        ("至多 {most} 笔", "{most} at most"),
    ),
    refused(
        domain.AccountChanged, 409, "收款账户已变更，请撤回后重新编制",
        "An account was changed meanwhile: withdraw the batch and make it again",
        ("收款方 {payee_id}", "Payee {payee_id}"),
    ),
    refused(domain.NoFundAccount, 422, "付款账户须为资金专户", "Money leaves an account of a fund"),
    refused(
        domain.MoreThanCommitted, 409, "超过该预留已承诺的余额", "More than the reservation holds",
        ("尚缺 {missing} 分", "{missing} fen are missing"),
    ),
    refused(domain.ExecutedBeforeMade, 422, "付款日期早于编制日期", "To be executed before it was made"),
]  # fmt: skip
