"""The seed: published six-digit codes with the years in which they were assigned (GB/T 2260).

It comes with python-stdnum, which keeps it for ID numbers. Where the list knows no first or last
year the code holds from the founding of the state, or still. A municipal list wins over it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from stdnum import numdb

from registry.areas.domain import Area, Name

#: The list says nothing of codes before its first year.
BEGINS = date(1949, 10, 1)


def of_code(code: str, day: date | None = None) -> Area | None:
    """What the list says of a twelve-digit code on a day (None: newest); None for codes below a
    district and for those that were never assigned."""
    found = [area for area in of_province(code[:2]) if area.code == code]
    if day is not None:
        found = [area for area in found if area.holds_on(day)]
    return max(found, key=lambda area: area.established_on, default=None)


@lru_cache(maxsize=4)
def of_province(province: str) -> tuple[Area, ...]:
    """All codes of a province (two digits) in their order; one code may have held several areas."""
    found: list[Area] = []
    for length, low, _high, _about, children in _lines():
        if length == 2 and low == province:
            for _, tail, _, about, _ in children:
                found += _areas(f"{province}{tail}".ljust(12, "0"), about.get("county", ""))
    return tuple(sorted(found, key=lambda area: (area.code, area.established_on)))


def _lines() -> list[Any]:
    lines: list[Any] = numdb.get("cn/loc").prefixes
    return lines


def _areas(code: str, text: str) -> list[Area]:
    """``[1983-2004]太平区``, or several by commas: the first and the last year of assignment."""
    found = []
    for part in filter(None, text.split(",")):
        years, _, name = part[1:].partition("]") if part.startswith("[") else ("-", "", part)
        first, _, last = years.partition("-")
        since = date(int(first), 1, 1) if first else BEGINS
        until = date(int(last) + 1, 1, 1) if last else None
        found.append(Area(None, code, (Name(name, since),), since, until, provenance="seed"))
    return found
