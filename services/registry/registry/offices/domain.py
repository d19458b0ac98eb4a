"""Offices: who administers facts. What a city calls its own level (市直) is an office, not an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.refusal import Refusal

#: 就业局 / 街道办 / 乡镇 / 社区保障站 / 市直
Kind = Literal["bureau", "street_office", "township_office", "station", "city_direct"]


class OfficeExists(Refusal):
    """The code is in use."""

    code = "office-exists"


class NoSuchOffice(Refusal):
    """The code names no office that was opened."""

    code = "unknown-office"


#: 更名 / 迁址 (to another area) / 撤销
ChangeKind = Literal["renamed", "moved", "closed"]


class OfficeNotOpen(Refusal):
    """On that day the office was not opened yet, or closed already."""

    code = "office-not-open"


class ChangeDoesNotFit(Refusal):
    """A renaming needs another name, a move another area, a closing neither."""

    code = "office-change-does-not-fit"


class OnStaffAlready(Refusal):
    """The account has this role at this office on the day."""

    code = "on-staff-already"


class NotOnStaff(Refusal):
    """The entry ended already, or would end before it began."""

    code = "not-on-staff"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an office (append-only)."""

    id: UUID
    code: str
    kind: ChangeKind
    on: date
    name: str | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """An account (the token's subject) that works in an office, from ``since`` until the day before
    ``until``. No personal data: who it is, the city's issuer knows."""

    id: UUID
    office: str
    account: str
    role: str
    since: date
    until: date | None = None

    def works_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Staff) -> bool:
        """Whether this entry still holds, or holds again, when ``other`` begins."""
        same = (self.office, self.account, self.role) == (other.office, other.account, other.role)
        return same and (self.until is None or self.until > other.since)


@dataclass(frozen=True, slots=True)
class Office:
    """One office; ``staff`` counts persons (人). ``name`` and ``area_code`` are those of its opening
    until :meth:`after` puts what happened since on top."""

    id: UUID
    code: str
    name: str
    kind: Kind
    staff: int
    area_code: str
    opened_on: date
    closed_on: date | None = None
    changes: tuple[Change, ...] = ()

    def after(self, changes: Sequence[Change], on: date | None = None) -> Office:
        """This office with what happened to it until a day (None: all of it), in any order."""
        ordered = tuple(sorted(changes, key=lambda change: (change.on, change.id)))
        held = self
        for change in ordered:
            if on is None or change.on <= on:
                held = replace(
                    held,
                    name=change.name or held.name,
                    area_code=change.area_code or held.area_code,
                )
        closed = next((change.on for change in ordered if change.kind == "closed"), None)
        return replace(held, closed_on=closed, changes=ordered)

    def open_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)

    def check(self, change: Change, *, today: date) -> None:
        """Raises what forbids a change of this office as it stands."""
        if change.on > today:
            raise InTheFuture(on=change.on, today=today)
        if self.closed_on is not None or not self.open_on(change.on):
            raise OfficeNotOpen
        fits = {
            "renamed": change.name not in (None, self.name) and change.area_code is None,
            "moved": change.area_code not in (None, self.area_code) and change.name is None,
            "closed": change.name is None and change.area_code is None,
        }
        if not fits[change.kind]:
            raise ChangeDoesNotFit
