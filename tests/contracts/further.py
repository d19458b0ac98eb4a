"""A call that the table of rights does not try, or tries only up to a refusal, and who makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.journeys.city import CITY
from tests.rights.calls import Call

LOADER = ("loader", CITY, "231100-employment-bureau", "loader")


@dataclass
class Further:
    """One call, and its caller: role, area, office, subject. ``version_of`` is the path of the thing
    whose version it names, when that is not the thing that its own path begins with."""

    call: Call
    who: tuple[str, str, str, str] = LOADER
    version_of: str | None = None


def call_of(
    service: str, line: str, body: Any = None, *, rows: Any = None, query: str = "", **ids: str
) -> Call:
    """A call from its line, such as ``GET /v1/areas/{code}``, with the ids that the line names."""
    method, template = line.split(" ")
    return Call(service, method, template, ids, query, body, rows)
