"""Money: integer fen inside, yuan as decimal text on the wire, a floating number nowhere."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import GetPydanticSchema
from pydantic_core import PydanticCustomError, core_schema

#: 100 trillion yuan: far above any budget and far inside a ``bigint``.
FEN_MAX = 10_000_000_000_000_000

_YUAN = re.compile(r"(-?)(0|[1-9][0-9]{0,13})(?:\.([0-9]{1,2}))?", re.ASCII)


def fen(yuan: str | Decimal) -> int:
    """Fen of an amount in yuan. Raises ``ValueError`` when it is no exact number of fen."""
    if isinstance(yuan, Decimal):
        amount = yuan * 100
        if amount != amount.to_integral_value():
            raise ValueError("an amount in yuan has at most two decimals")
        return int(amount)
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise ValueError("an amount in yuan is written like 1234.50")
    sign, whole, cents = match.groups()
    amount_fen = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return -amount_fen if sign else amount_fen


def yuan(fen: int) -> str:
    """Yuan with two decimals, as on the wire: ``yuan(123450) == "1234.50"``."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def share(amount_fen: int, numerator: int | Decimal, denominator: int | Decimal) -> int:
    """``amount * numerator / denominator`` in fen, rounded once, half up (away from zero)."""
    exact = Decimal(amount_fen) * Decimal(numerator) / Decimal(denominator)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _parse(value: Any) -> int:
    # bool and int are refused too: 1234 would leave open whether yuan or fen are meant.
    if not isinstance(value, str):
        raise PydanticCustomError("yuan", "an amount in yuan is text like 1234.50")
    try:
        amount = fen(value)
    except ValueError:
        raise PydanticCustomError("yuan", "an amount in yuan is text like 1234.50") from None
    if abs(amount) > FEN_MAX:
        raise PydanticCustomError("yuan_range", "the amount is out of range")
    return amount


def _schema(minimum: int | None) -> GetPydanticSchema:
    """Text in yuan becomes int fen. A number is taken (as fen) only from our own code."""
    sign = "-?" if minimum is None else ""
    pattern = rf"^{sign}(0|[1-9][0-9]{{0,13}})(\.[0-9]{{1,2}})?$"

    def read(value: Any, info: core_schema.ValidationInfo[Any]) -> int:
        # FastAPI validates parsed JSON as Python objects, so the mode alone does not tell a
        # caller's number from ours. What comes from outside stands in models that forbid unknown
        # fields (a house rule); answers, which our code fills with fen, do not.
        outside = info.mode == "json" or (
            info.config is not None and info.config.get("extra_fields_behavior") == "forbid"
        )
        if isinstance(value, int) and not isinstance(value, bool) and not outside:
            amount = value
        else:
            amount = _parse(value)
        if minimum is not None and amount < minimum:
            raise PydanticCustomError("yuan_range", "the amount is out of range")
        return amount

    def build(_source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                yuan, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def describe(_schema: Any, _handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": pattern,
            "format": "yuan",
            "description": "人民币元，最多两位小数 (yuan, at most two decimals)",
            "examples": ["1234.50"],
        }

    return GetPydanticSchema(get_pydantic_core_schema=build, get_pydantic_json_schema=describe)


#: An amount in a wire model: int fen in Python, ``"1234.50"`` in JSON.
Yuan = Annotated[int, _schema(None)]
#: The same, never negative.
YuanNotNegative = Annotated[int, _schema(0)]
#: The same, more than nothing.
YuanPositive = Annotated[int, _schema(1)]
