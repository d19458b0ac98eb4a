"""How a case writes money, days, shares and places."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_MONEY = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(元|万元|亿元)", re.ASCII)
_UNIT_FEN = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}


def fen_of(text: str) -> int:
    """Fen of an amount with its unit: ``fen_of("209.7 万元") == 209700000``.

    Raises ``ValueError`` when it is no amount, names no unit, or is no whole number of fen.
    """
    match = _MONEY.fullmatch(text)
    if match is None:
        raise ValueError("金额须写明单位，如 209.7 万元 / an amount names its unit: 209.7 万元")
    amount = Decimal(match.group(1)) * _UNIT_FEN[match.group(2)]
    if amount != amount.to_integral_value():
        raise ValueError("金额不足一分 / an amount is a whole number of fen")
    return int(amount)


def _money(text: str) -> str:
    fen_of(text)
    return text


def _area(code: str) -> str:
    return code.ljust(12, "0")


def _proportion(text: str) -> str:
    if not Decimal(0) <= Decimal(text) <= Decimal(1):
        raise ValueError("比例在 0 与 1 之间 / a share lies between 0 and 1")
    return text


Money = Annotated[
    str,
    AfterValidator(_money),
    Field(
        pattern=r"^[0-9]+(\.[0-9]+)? ?(元|万元|亿元)$",
        description="金额，写明单位 (an amount with its unit; a whole number of fen)",
        examples=["209.7 万元", "1234.50 元"],
    ),
]
Share = Annotated[
    str,
    AfterValidator(_proportion),
    Field(
        pattern=r"^(0(\.[0-9]+)?|1(\.0+)?)$",
        description="比例，十进制文本 (a share of 1 as decimal text)",
        examples=["0.85"],
    ),
]
Decimals = Annotated[
    str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="十进制数 (a number as decimal text)")
]
#: 4, 6, 9 or 12 digits in the file, always twelve in memory.
Area = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$",
        description="区划代码，4、6、9 或 12 位 (area code; short codes are filled with zeros)",
        examples=["231102"],
    ),
    AfterValidator(_area),
]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]


class Strict(BaseModel):
    """A misspelt field is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Period(Strict):
    """Both days belong to it."""

    first: date = Field(alias="from", description="起 (first day)")
    last: date = Field(alias="to", description="止 (last day)")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("起日晚于止日 / the period ends before it begins")
        return self
