"""Whether a fact may lie where it is said to lie: an area and an office that hold on its day.

Asked by every noun that is told a place with a day. What takes its place from a record (a
certificate from its holder's) keeps the codes of that record and is not asked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Self

from kit.auth import Actor
from kit.db import Tx
from kit.facts import OutsideYourArea
from kit.refusal import Refusal
from registry.areas import usecases as areas
from registry.areas.domain import AreaNotInForce, NoSuchArea
from registry.offices import usecases as offices
from registry.offices.domain import NoSuchOffice, OfficeNotOpen


@dataclass(frozen=True, slots=True)
class Offices:
    """What does not fit of some offices, each with a day of fact."""

    no_office: set[str]
    closed: set[tuple[str, date]]

    @classmethod
    async def of(cls, tx: Tx, named: Collection[tuple[str, date]]) -> Self:
        """``named``: office and day of fact."""
        unknown = await offices.unknown(tx, {office for office, _ in named})
        return cls(unknown, await offices.not_open(tx, named))

    def refusal(self, office: str, on: date) -> Refusal | None:
        """``unknown-office``, ``office-not-open``, or None."""
        if office in self.no_office:
            return NoSuchOffice()
        return OfficeNotOpen() if (office, on) in self.closed else None


@dataclass(frozen=True, slots=True)
class Places:
    """What does not fit of some places, each with a day of fact."""

    no_area: set[str]
    not_in_force: set[tuple[str, date]]
    offices: Offices

    @classmethod
    async def of(cls, tx: Tx, named: Collection[tuple[str, str, date]]) -> Self:
        """``named``: area, office and day of fact."""
        return cls(
            await areas.unknown(tx, {area for area, _, _ in named}),
            await areas.not_in_force(tx, {(area, on) for area, _, on in named}),
            await Offices.of(tx, {(office, on) for _, office, on in named}),
        )

    def check(self, actor: Actor, area_code: str, office: str, on: date) -> None:
        """Raises ``outside-your-area``, ``unknown-area``, ``area-not-in-force``, and what
        :meth:`Offices.refusal` answers."""
        if not actor.may_see(area_code):
            raise OutsideYourArea
        if area_code in self.no_area:
            raise NoSuchArea
        if (area_code, on) in self.not_in_force:
            raise AreaNotInForce
        refusal = self.offices.refusal(office, on)
        if refusal is not None:
            raise refusal
