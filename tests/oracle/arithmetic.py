"""Exact arithmetic of the oracle: money, days, rounding, and whether a period lies in a window."""

from __future__ import annotations

import calendar
from datetime import date
from fractions import Fraction
from typing import Any

Json = dict[str, Any]
Window = tuple[date, date]
Place = tuple[str | None, str | None]

BEGINNING = date(1900, 1, 1)
FEN_IN_WAN = 1_000_000
#: So many of the smallest thing (a fen, a person) make one of a unit.
IN_UNIT = {
    "wan_person": 10_000,
    "yuan": 100,
    "wan_yuan": FEN_IN_WAN,
    "yi_yuan": 10_000 * FEN_IN_WAN,
}
UNIT_FEN = {"元": 100, "万元": FEN_IN_WAN, "亿元": 10_000 * FEN_IN_WAN}


class Indeterminate(Exception):
    """The case does not say enough: a fact is cut by the figure's period."""


def fen(text: str) -> int:
    """Fen of ``"209.7 万元"``."""
    for unit in sorted(UNIT_FEN, key=len, reverse=True):
        if text.endswith(unit):
            amount = Fraction(text.removesuffix(unit).strip()) * UNIT_FEN[unit]
            if amount.denominator != 1:
                raise ValueError(text)
            return int(amount)
    raise ValueError(text)


def rounded(value: Fraction, decimals: int) -> str:
    """Half up, away from zero, as printed: ``rounded(Fraction(6955, 100), 1) == "69.6"``."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    sign = "-" if value < 0 and whole else ""
    text = str(whole).rjust(decimals + 1, "0")
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else sign + text


def day(text: str) -> date:
    return date.fromisoformat(text)


def year_before(one: date) -> date:
    """The same calendar cut of the year before; a month's end stays a month's end."""
    last = calendar.monthrange(one.year - 1, one.month)[1]
    if one.day == calendar.monthrange(one.year, one.month)[1]:
        return date(one.year - 1, one.month, last)
    return date(one.year - 1, one.month, min(one.day, last))


def months_later(one: date, months: int) -> date:
    year, month = divmod(one.year * 12 + one.month - 1 + months, 12)
    return date(year, month + 1, min(one.day, calendar.monthrange(year, month + 1)[1]))


def inside(period: Json, window: Window) -> bool:
    """Whether a period lies in a window. Raises :class:`Indeterminate` when it is cut."""
    first, last = day(period["from"]), day(period["to"])
    if last < window[0] or first > window[1]:
        return False
    if first < window[0] or last > window[1]:
        raise Indeterminate(f"{period} is cut by {window}")
    return True
