"""Payees (收款方): who is paid, and into which account.

An account is never edited: a change is proposed by one person and confirmed by another, and only a
confirmed account is paid into. A changed account is the oldest fraud there is, so the account that
holds stays until somebody else has looked at the paper behind the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.crypto import mask_name
from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act
from kit.refusal import Refusal

#: 用人单位 / 社会保险经办机构 / 培训、职介机构 / 个人 / 项目承办单位 / 资金专户（付款方）
Kind = Literal["employer", "insurance_agency", "provider", "person", "body", "fund"]
KINDS: dict[str, str] = {
    "employer": "用人单位基本账户",
    "insurance_agency": "社会保险经办机构",
    "provider": "培训、职业介绍机构",
    "person": "个人",
    "body": "街道、市场主办单位等项目承办单位",
    "fund": "资金专户（付款账户）",
}

#: 待复核 / 已确认 / 已退回
Standing = Literal["proposed", "confirmed", "rejected"]
STATES = {"proposed": "待复核", "confirmed": "已确认", "rejected": "已退回"}

#: 收款账户
ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出", "finance_officer"),
    Act("proposed", "confirmed", "confirm", "复核确认", "finance_approver"),
    Act("proposed", "rejected", "reject", "退回", "finance_approver"),
)


class PayeeExists(Refusal):
    """This employer, person or body is a payee already: its account is changed, not made again."""

    code = "payee-exists"


class PayeeUnknown(Refusal):
    """There is no such payee, or not in the actor's area."""

    code = "payee-unknown"


class AccountUnderReview(Refusal):
    """A change waits for its confirmation: it is decided first."""

    code = "account-under-review"


class AccountDecided(Refusal):
    """The account was confirmed or sent back before."""

    code = "account-decided"


class NoConfirmedAccount(Refusal):
    """Nobody has confirmed an account of this payee: nothing is paid to it."""

    code = "no-confirmed-account"


class AccountIsTheSame(Refusal):
    """The proposed account is the one that holds."""

    code = "account-unchanged"


@dataclass(frozen=True, slots=True)
class Details:
    """Name and number as the bank has them, and the clearing code (CNAPS) of the bank. Printing them
    shows the bank only."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    clearing_code: str

    def masked(self) -> Details:
        """What every answer shows."""
        return Details(mask_name(self.name), mask_account(self.number), self.clearing_code)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a payee, as it was proposed, and what another person decided on it."""

    id: UUID
    payee_id: UUID
    clearing_code: str
    proposed_on: date
    reason: str
    proposed_by: str
    standing: Standing = "proposed"
    decided_on: date | None = None
    decided_by: str | None = None
    note: str | None = None

    def decide(self, confirmed: bool, on: date, by: str, note: str, today: date) -> Account:
        """The account after the second look. Raises :class:`MakerIsChecker` for who proposed it,
        :class:`AccountDecided`, :class:`InTheFuture`; a day before the proposal is refused too."""
        if by == self.proposed_by:
            raise MakerIsChecker
        if self.standing != "proposed" or on < self.proposed_on:
            raise AccountDecided(standing=self.standing, not_before=self.proposed_on)
        if on > today:
            raise InTheFuture(on=on, today=today)
        return replace(
            self, standing="confirmed" if confirmed else "rejected", decided_on=on,
            decided_by=by, note=note,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid. ``reference_id`` is the id that the house knows it by: employer, worker, training
    provider, agency or fund. ``accounts`` in the order in which they were proposed."""

    id: UUID
    kind: Kind
    reference_id: UUID
    area_code: str
    office: str
    accounts: tuple[Account, ...] = ()

    @property
    def confirmed(self) -> Account | None:
        """The account that is paid into: the last one that was confirmed."""
        return last([one for one in self.accounts if one.standing == "confirmed"])

    @property
    def proposed(self) -> Account | None:
        """The account that waits for its confirmation."""
        return last([one for one in self.accounts if one.standing == "proposed"])

    def propose(self, account: Account) -> Payee:
        """The payee with a further account. Raises :class:`AccountUnderReview`."""
        if self.proposed is not None:
            raise AccountUnderReview
        return replace(self, accounts=(*self.accounts, account))


def last(accounts: Sequence[Account]) -> Account | None:
    """The youngest of some accounts."""
    return accounts[-1] if accounts else None


def mask_account(number: str) -> str:
    """``************3456``: the last four stay, and how long it is."""
    return "*" * (len(number) - 4) + number[-4:]
