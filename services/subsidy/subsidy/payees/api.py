"""Payees over HTTP: masked everywhere but in one operation, which asks why."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.idempotency import Required
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page
from kit.problems import refused
from kit.wire import Asked, FactDate, LongText, Made, Text, after, page, terms
from subsidy.payees import domain, usecases
from subsidy.payees.domain import KINDS, STATES, Details, Kind, Payee, Standing
from subsidy.payees.usecases import Proposal, Shown

router = APIRouter(prefix="/v1/payees", tags=["payees 收款方"])
Reader = Annotated[Actor, requires("subsidy:payee:read")]
Maker = Annotated[Actor, requires("subsidy:payee:write")]
Checker = Annotated[Actor, requires("subsidy:payee:approve")]
#: Accounts in plain: a scope of its own, which no role has by reading everything.
Revealer = Annotated[Actor, requires("subsidy:payee-account:read")]

#: What a message to the bank can carry.
XML_TEXT = r"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]+$"
_PLACE = {"area_code": "231100000000", "office": "231100-finance-bureau"}
_ACCOUNT: dict[str, Any] = {
    "name": "黑河市第一百货商店",
    "number": "23110010000004",
    "clearing_code": "102261000018",
    "proposed_on": "2003-07-01",
    "reason": "开户许可证",
}


class AccountIn(Asked):
    """An account as the papers have it (收款账户)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})
    id: UUID | None = Field(default=None, description="可由客户端生成 (may be made by the client)")
    name: str = Field(
        min_length=1, max_length=140, pattern=XML_TEXT,
        description="户名（与银行预留一致）", json_schema_extra={"writeOnly": True},
    )  # fmt: skip
    number: str = Field(
        pattern=r"^[0-9]{8,34}$", description="账号（仅数字）",
        json_schema_extra={"writeOnly": True},
    )  # fmt: skip
    clearing_code: str = Field(pattern=r"^[0-9]{12}$", description="开户行支付系统行号 (CNAPS)")
    proposed_on: FactDate
    reason: Text = Field(description="依据（不得含户名、账号、身份号码）")

    def proposal(self) -> Proposal:
        return Proposal(
            Details(self.name, self.number, self.clearing_code), self.proposed_on, self.reason,
            self.id or new_id(),
        )  # fmt: skip


class RegisterPayee(Made):
    """Somebody who is to be paid, with the first account (登记收款方)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "employer",
                    "reference_id": "019a9d2c-8f00-7000-8000-0000000000e1",
                    "account": _ACCOUNT,
                    **_PLACE,
                }
            ]
        }
    )
    kind: Kind = Field(description=terms(KINDS))
    reference_id: UUID = Field(description="单位、个人、机构或资金在本系统的标识")
    account: AccountIn

    def payee(self) -> Payee:
        return Payee(self.made_id, self.kind, self.reference_id, self.area_code, self.office)


class DecideAccount(Asked):
    """The second look at an account (复核)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"confirmed": True, "decided_on": "2003-07-02", "note": "与开户许可证核对一致"}
            ]
        }
    )
    confirmed: bool = Field(description="true 确认；false 退回")
    decided_on: FactDate
    note: Text = Field(description="核对依据（不得含户名、账号、身份号码）")


class RevealIn(Asked):
    """Why an account is looked at in plain (查看用途)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"purpose": "复核收款账户变更，与开户许可证核对"}]}
    )
    purpose: LongText = Field(description="用途说明（不得含身份号码）")


class DetailsOut(BaseModel):
    """An account in plain (明文)."""

    account_id: UUID
    name: str = Field(description="户名")
    number: str = Field(description="账号")
    clearing_code: str = Field(description="开户行支付系统行号")


class AccountOut(BaseModel):
    """An account, masked (收款账户，脱敏)."""

    id: UUID
    name_masked: str = Field(description="户名（脱敏）", examples=["黑********"])
    number_masked: str = Field(description="账号（脱敏）", examples=["**********0004"])
    clearing_code: str = Field(description="开户行支付系统行号")
    standing: Standing = Field(description=terms(STATES))
    proposed_on: date
    proposed_by: str
    reason: str
    decided_on: date | None
    decided_by: str | None
    note: str | None
    also_of: int = Field(description="使用同一账号的其他收款方数（复核时须查明）")


class PayeeOut(BaseModel):
    """A payee and all accounts that were ever proposed (收款方)."""

    id: UUID
    kind: Kind
    reference_id: UUID
    area_code: str
    office: str
    account_id: UUID | None = Field(description="现用账户：最近一次经复核确认的账户")
    waiting_account_id: UUID | None = Field(description="待复核的账户")
    accounts: list[AccountOut]

    @classmethod
    def of(cls, shown: Shown) -> PayeeOut:
        payee = shown.payee
        confirmed, proposed = payee.confirmed, payee.proposed
        return cls(
            id=payee.id, kind=payee.kind, reference_id=payee.reference_id,
            area_code=payee.area_code, office=payee.office,
            account_id=confirmed.id if confirmed else None,
            waiting_account_id=proposed.id if proposed else None,
            accounts=[
                AccountOut(
                    id=one.id, name_masked=shown.masked[one.id].name,
                    number_masked=shown.masked[one.id].number, clearing_code=one.clearing_code,
                    standing=one.standing, proposed_on=one.proposed_on,
                    proposed_by=one.proposed_by, reason=one.reason, decided_on=one.decided_on,
                    decided_by=one.decided_by, note=one.note, also_of=shown.shared[one.id],
                )
                for one in payee.accounts
            ],
        )  # fmt: skip


@router.post("", summary="登记收款方及其账户", status_code=201)
async def register_payee(
    request: Request, response: Response, body: RegisterPayee, actor: Maker, claim: Required
) -> PayeeOut:
    """A payee with its first account; nothing is paid to it before another person confirmed that."""
    shown = await usecases.register_payee(
        runtime_of(request), actor, body.payee(), body.account.proposal(),
        claim.answering(201, PayeeOut.of),
    )  # fmt: skip
    response.headers["Location"] = f"/v1/payees/{shown.payee.id}"
    return PayeeOut.of(shown)


@router.post("/{payee_id}/accounts", summary="提出变更收款账户", status_code=201)
async def propose_account(
    request: Request, payee_id: UUID, body: AccountIn, actor: Maker, claim: Required
) -> PayeeOut:
    """Another account; the one in use stays until another person confirmed this one."""
    return PayeeOut.of(
        await usecases.propose_account(
            runtime_of(request), actor, payee_id, body.proposal(),
            claim.answering(201, PayeeOut.of),
        )
    )  # fmt: skip


@router.post("/{payee_id}/accounts/{account_id}/decisions", summary="复核收款账户", status_code=201)
async def decide_account(
    request: Request,
    payee_id: UUID,
    account_id: UUID,
    body: DecideAccount,
    actor: Checker,
    claim: Required,
) -> PayeeOut:
    """Confirm an account, or send it back. Never by the person who proposed it."""
    return PayeeOut.of(
        await usecases.decide_account(
            runtime_of(request), actor, payee_id, account_id,
            confirmed=body.confirmed, on=body.decided_on, note=body.note,
            claim=claim.answering(201, PayeeOut.of),
        )
    )  # fmt: skip


@router.post("/{payee_id}/accounts/{account_id}/reveals", summary="查看户名账号明文")
async def reveal_account(
    request: Request,
    response: Response,
    payee_id: UUID,
    account_id: UUID,
    body: RevealIn,
    actor: Revealer,
) -> DetailsOut:
    """Name and number in plain, for a stated purpose; who looked and why is logged first."""
    details = await usecases.reveal_account(
        runtime_of(request), actor, payee_id, account_id, body.purpose
    )
    response.headers["Cache-Control"] = "no-store"
    return DetailsOut(
        account_id=account_id, name=details.name, number=details.number,
        clearing_code=details.clearing_code,
    )  # fmt: skip


@router.get("/{payee_id}", summary="查询收款方")
async def get_payee(request: Request, payee_id: UUID, actor: Reader) -> PayeeOut:
    """One payee of the caller's area, masked, with every account that was ever proposed."""
    return PayeeOut.of(await usecases.payee_of(runtime_of(request), actor, payee_id))


@router.get("", summary="列出收款方")
async def list_payees(
    request: Request,
    actor: Reader,
    kind: Kind | None = None,
    reference_id: UUID | None = None,
    waiting: Annotated[bool, Query(description="仅列有待复核账户的")] = False,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[PayeeOut]:
    """Payees in the order of their ids, masked."""
    filters = {"kind": kind, "reference_id": reference_id, "waiting": waiting}
    shown = await usecases.list_payees(
        runtime_of(request), actor, kind=kind, reference_id=reference_id, waiting=waiting,
        after=after(cursor, actor, filters), limit=limit + 1,
    )  # fmt: skip
    return page(
        shown, limit, PayeeOut.of, actor=actor, filters=filters, key=lambda one: one.payee.id
    )


problems = [
    refused(
        domain.PayeeExists, 409, "该收款方已登记，请变更其账户",
        "This payee exists: propose another account for it",
    ),
    refused(domain.PayeeUnknown, 404, "无此收款方", "There is no such payee"),
    refused(
        domain.AccountUnderReview, 409, "已有待复核的账户，请先复核",
        "An account waits for its confirmation: decide it first",
    ),
    refused(
        domain.AccountDecided, 409, "该账户已复核，或复核日期早于提出日期",
        "The account was decided before, or the day lies before its proposal",
    ),
    refused(domain.AccountIsTheSame, 409, "与现用账户相同", "The account in use is the same"),
    refused(
        domain.NoConfirmedAccount, 409, "收款方没有经复核确认的账户",
        "The payee has no confirmed account", ("收款方 {payee_id}", "Payee {payee_id}"),
    ),
]  # fmt: skip
