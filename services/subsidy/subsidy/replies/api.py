"""Messages of the bank over HTTP, and the reconciliation desk."""

from __future__ import annotations

import zlib
from base64 import b64decode
from binascii import Error as NoBase64
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Asked, FactDate, Made, Text, after, page, terms
from subsidy import iso20022
from subsidy.iso20022 import MessageKind, NoMessage
from subsidy.orders.domain import DOUBTS, AnswerKind, Doubt
from subsidy.replies import domain, usecases
from subsidy.replies.domain import OUTCOMES, RESOLUTIONS, Line, Outcome, Resolution
from subsidy.replies.usecases import Received, Shown

messages = APIRouter(prefix="/v1/bank-messages", tags=["bank messages 银行回执"])
desk = APIRouter(prefix="/v1/reconciliation-items", tags=["reconciliation 对账"])
Reader = Annotated[Actor, requires("subsidy:bank-message:read")]
Taker = Annotated[Actor, requires("subsidy:bank-message:write")]
Resolver = Annotated[Actor, requires("subsidy:bank-message:approve")]


class ReceiveMessage(Made):
    """A file of the bank (银行文件)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "content": "PERvY3VtZW50Lz4=",
                    "received_on": "2003-10-11",
                    "area_code": "231100000000",
                    "office": "231100-finance-bureau",
                }
            ]
        }
    )
    content: str = Field(
        min_length=4, max_length=1_000_000, pattern=r"^[A-Za-z0-9+/\r\n]+={0,2}\s*$",
        description="pain.002 或 camt.053 报文，Base64；可先以 gzip 压缩",
        json_schema_extra={"writeOnly": True},
    )  # fmt: skip
    received_on: FactDate

    def received(self) -> Received:
        return Received(
            self.made_id, _plain(self.content), self.received_on, self.area_code, self.office
        )


def _plain(text: str) -> bytes:
    """The message's bytes. Raises ``NoMessage`` for what is neither base64 nor gzip, or too large."""
    try:
        content = b64decode(text)
        if content[:2] != b"\x1f\x8b":
            return content
        opened = zlib.decompressobj(wbits=31).decompress(content, iso20022.BYTES_MAX + 1)
    except (NoBase64, ValueError, zlib.error):
        raise NoMessage from None
    return opened


class MessageOut(BaseModel):
    """A message as it was taken, and what became of its lines (银行回执)."""

    id: UUID
    kind: MessageKind
    message_id: str = Field(description="银行的报文编号")
    content_hash: str = Field(description="文件校验值 (SHA-256)")
    received_on: date
    received_by: str
    applied: int = Field(description="已记入的笔数")
    known: int = Field(description="与已知一致的笔数")
    noted: int = Field(description="尚无结果的笔数")
    doubt: int = Field(description="存疑待处理的笔数")
    resolved: int = Field(description="已处理的笔数")
    area_code: str
    office: str

    @classmethod
    def of(cls, shown: Shown) -> MessageOut:
        message = shown.message
        known = {
            name: getattr(message, name) for name in cls.model_fields if hasattr(message, name)
        }
        return cls(**known, **{outcome: shown.counts.get(outcome, 0) for outcome in OUTCOMES})


class LineOut(BaseModel):
    """One line of a message (回执明细)."""

    id: UUID
    bank_message_id: UUID
    number: int = Field(description="序号")
    end_to_end_id: str | None = Field(description="付款流水号")
    kind: AnswerKind | None = Field(
        description="accept 受理；reject 拒绝；settle 入账支付；return 退汇；空：尚无结果"
    )
    on_day: date
    amount: Yuan | None
    reason_code: str | None
    bank_ref: str | None = Field(description="银行的记账编号")
    outcome: Outcome = Field(description=terms(OUTCOMES))
    doubt: Doubt | None = Field(description=terms(DOUBTS))
    order_id: UUID | None
    resolution: Resolution | None = Field(default=None, description=terms(RESOLUTIONS))
    resolved_on: date | None = None
    resolved_by: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, line: Line) -> LineOut:
        known = {name: getattr(line, name) for name in cls.model_fields if hasattr(line, name)}
        return cls(**known, bank_message_id=line.reply_id)

    @classmethod
    def of_pair(cls, pair: tuple[Line, Any]) -> LineOut:
        line, row = pair
        decided = ("resolution", "resolved_on", "resolved_by", "note")
        return cls.of(line).model_copy(update={name: row[name] for name in decided})


class ResolveLine(Asked):
    """What is decided on a line in doubt (处理)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"resolution": "other-business", "resolved_on": "2003-10-12", "note": "专户利息"}
            ]
        }
    )
    resolution: Resolution = Field(description=terms(RESOLUTIONS))
    order_id: UUID | None = Field(default=None, description="所属付款指令（belongs-to-order 时）")
    resolved_on: FactDate
    note: Text = Field(description="依据（不得含户名、账号、身份号码）")


@messages.post("", summary="接收银行回执、对账单", status_code=201)
async def receive_bank_message(
    request: Request, response: Response, body: ReceiveMessage, actor: Taker, claim: Required
) -> MessageOut:
    """Take a status report or a statement, once: the same message again answers the same and changes
    nothing. What fits no order, or contradicts what is known, lies on the reconciliation desk."""
    shown = await usecases.receive(
        runtime_of(request), actor, body.received(), claim.answering(201, MessageOut.of)
    )
    response.headers["Location"] = f"/v1/bank-messages/{shown.message.id}"
    return MessageOut.of(shown)


@messages.get("/{message_id}", summary="查询银行回执")
async def get_bank_message(request: Request, message_id: UUID, actor: Reader) -> MessageOut:
    """One message of the caller's area."""
    return MessageOut.of(await usecases.reply_of(runtime_of(request), actor, message_id))


@messages.get("/{message_id}/lines", summary="列出回执明细")
async def list_bank_message_lines(
    request: Request,
    message_id: UUID,
    actor: Reader,
    outcome: Annotated[Outcome | None, Query(description=terms(OUTCOMES))] = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[LineOut]:
    """The lines of a message, without names and accounts."""
    rt = runtime_of(request)
    await usecases.reply_of(rt, actor, message_id)
    filters = {"message_id": message_id, "outcome": outcome}
    rows = await usecases.list_lines(
        rt, actor, reply_id=message_id, outcome=outcome,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        rows, limit, LineOut.of_pair, actor=actor, filters=filters, key=lambda pair: pair[0].id
    )


@messages.get("", summary="列出银行回执")
async def list_bank_messages(
    request: Request,
    actor: Reader,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[MessageOut]:
    """Messages in the order in which they were taken."""
    shown = await usecases.list_replies(
        runtime_of(request), actor, after(cursor, actor, {}), limit + 1
    )
    return page(
        shown, limit, MessageOut.of, actor=actor, filters={}, key=lambda one: one.message.id
    )


@desk.get("", summary="列出待对账事项")
async def list_reconciliation_items(
    request: Request,
    actor: Reader,
    resolved: Annotated[bool, Query(description="列已处理的")] = False,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[LineOut]:
    """Lines in doubt that nobody decided on yet; or those that were decided on."""
    filters = {"resolved": resolved}
    rows = await usecases.list_lines(
        runtime_of(request), actor, reply_id=None, outcome="resolved" if resolved else "doubt",
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        rows, limit, LineOut.of_pair, actor=actor, filters=filters, key=lambda pair: pair[0].id
    )


@desk.post("/{item_id}/resolutions", summary="处理对账事项", status_code=201)
async def resolve_reconciliation_item(
    request: Request, item_id: UUID, body: ResolveLine, actor: Resolver, claim: Required
) -> LineOut:
    """Decide on a line in doubt. One that belongs to an order is applied to it, if it then fits."""
    return LineOut.of(
        await usecases.resolve(
            runtime_of(request), actor, item_id, body.resolution, body.order_id,
            body.resolved_on, body.note, claim.answering(201, LineOut.of),
        )
    )  # fmt: skip


problems = [
    refused(NoMessage, 422, "不是可识别的银行报文", "The bytes are no message that is read here"),
    refused(
        iso20022.SchemaViolated, 422, "报文不符合其规范", "The message breaks its schema",
        ("第 {line} 行，元素 {element}", "Line {line}, element {element}"),
    ),
    refused(
        domain.MessageDiffers, 409, "银行报文编号与已接收的另一报文重复",
        "Another message was taken under the bank's id of this one",
        ("已接收 {message_id}", "Taken as {message_id}"),
    ),
    refused(domain.NotInDoubt, 409, "该明细已处理或无疑问", "The line is not in doubt"),
    refused(
        domain.StillInDoubt, 409, "与该付款指令也不相符", "The line does not fit this order either",
        ("{doubt}", "{doubt}"),
    ),
    refused(
        domain.OrderNeeded, 422, "仅 belongs-to-order 须且只须写明付款指令",
        "An order is named with belongs-to-order, and with nothing else",
    ),
]  # fmt: skip
