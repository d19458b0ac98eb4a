"""The way a domain says no.

A refusal knows its code and safe parameters (numbers, dates, codes, ids; never a name, an ID number
or free text of a caller). What it means in HTTP and in words is said where the service is composed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

Safe = str | int | Decimal | date | UUID


class Refusal(Exception):
    """Raised by ``domain.py`` when a rule forbids what was asked.

    ``code`` is kebab-case. ``params`` may be named in the detail text of its problem, so they hold
    nothing that a log must not show. ``each``: of a set of which nothing was done, why not, by the id of
    everything in it that is refused.
    """

    code: ClassVar[str] = ""

    def __init__(self, **params: Safe) -> None:
        super().__init__(self.code or type(self).__name__)
        self.params: Mapping[str, Safe] = params
        self.each: Mapping[UUID, Refusal] = MappingProxyType({})


def refuse_any(outcome: Mapping[UUID, Refusal | None]) -> None:
    """All of a set or none of it: raises the first refusal in it, which names every one (``each``)."""
    refused = {id: one for id, one in outcome.items() if one is not None}
    for first in refused.values():
        first.each = refused
        raise first
