"""From the dated table to what a reason code of the bank means for the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kit.policy import Policies, Table

#: 银行 / 财政 / 劳动保障 / 收款方
Owner = Literal["bank", "finance", "labour", "payee"]
OWNERS: dict[str, str] = {
    "bank": "开户银行", "finance": "财政经办", "labour": "劳动保障经办", "payee": "收款方",
}  # fmt: skip
#: 可重发 / 变更账户后可重发 / 不得重发
Again = Literal["yes", "after-change", "no"]
AGAIN: dict[str, str] = {"yes": "可重发", "after-change": "变更收款账户后可重发", "no": "不得重发"}


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means, whose turn it is, what is to be done, and whether the line may go again."""

    code: str
    zh: str
    en: str
    owner: Owner
    next_zh: str
    next_en: str
    again: Again


def table(policies: Policies, on: date) -> dict[str, Code]:
    """The codes in force on a day, by code. Raises :class:`kit.policy.NoValue` before the first."""
    rows = policies.value("subsidy.bank_reply_codes", on).value
    assert isinstance(rows, Table)
    return {code: Code(code=code, **row) for code, row in rows.items()}


def meaning(codes: dict[str, Code], code: str | None) -> Code:
    """What a code means; one that is not in the table is for finance to find out."""
    return codes.get(code or "", codes["other"])
