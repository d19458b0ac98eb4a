"""Once a year the office that issued a certificate inspects it (R13, 年检).

The window of each year is a parameter. What was not inspected when it closes is suspended; inspected
late, within so many days, it may be used again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit.refusal import Refusal
from registry.certificates import domain as certificates
from registry.certificates.domain import Certificate


class NoInspections(Refusal):
    """No law asks for inspections in that year."""

    code = "inspection-not-in-force"


class NotIssuingOffice(Refusal):
    """Only the office that issued a certificate inspects it, or the one that took its holder over."""

    code = "not-issuing-office"


class OutsideWindow(Refusal):
    """The window of that year had not opened, or a certificate that is not suspended came early."""

    code = "inspection-window"


class TooLate(Refusal):
    """Also the days for late inspections are over; the certificate stays suspended until it expires."""

    code = "late-inspection-over"


class OtherYear(Refusal):
    """It is suspended for the inspection of another year: that one is to be made up for."""

    code = "inspection-other-year"


class NoSuchInspection(Refusal):
    """No such inspection of this certificate stands."""

    code = "unknown-inspection"


class AlreadyInspected(Refusal):
    """It was inspected in that year."""

    code = "already-inspected"


@dataclass(frozen=True, slots=True)
class Window:
    """Both days belong to it; late inspections are taken until ``late_until``."""

    year: int
    opens: date
    closes: date
    late_until: date


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection; ``late``: after the window had closed. ``attempt`` counts those of a year: there
    is another one only when the one before was taken back. ``told_event`` told of it."""

    id: UUID
    certificate_id: UUID
    year: int
    inspected_on: date
    late: bool
    office: str
    actor: str
    attempt: int = 1
    told_event: UUID | None = None
    reversed: bool = False


def window(year: int, *, opens: str, closes: str, late_days: int) -> Window:
    """The window of a year from ``MM-DD`` texts; one that ends before it begins ends next year."""
    first = date.fromisoformat(f"{year}-{opens}")
    last = date.fromisoformat(f"{year}-{closes}")
    if last < first:
        last = date.fromisoformat(f"{year + 1}-{closes}")
    return Window(year, first, last, last + timedelta(days=late_days))


def inspect(
    certificate: Certificate,
    offices: Collection[str],
    inspected_by: str | None,
    on: date,
    of: Window,
    missed: Window | None,
) -> bool:
    """Whether this inspection is a late one. Raises when it may not be made; ``inspected_by``: whose
    task it is, ``offices``: in whose place the caller acts; ``missed``: the window for which a
    suspended one is suspended."""
    if certificate.held_state is not None or certificate.state not in ("issued", "suspended"):
        raise certificates.WrongState(state=certificate.state)
    if inspected_by not in offices:
        raise NotIssuingOffice
    if on < certificate.state_on:
        raise certificates.OutOfOrder(not_before=certificate.state_on)
    if missed is not None and on > missed.late_until:
        raise TooLate(late_until=missed.late_until)
    if missed is not None and of.year != missed.year:
        raise OtherYear(year=missed.year)
    if on < of.opens:
        raise OutsideWindow(opens=of.opens, closes=of.closes)
    if on > of.late_until:
        raise TooLate(late_until=of.late_until)
    late = on > of.closes
    if certificate.state == "suspended" and not late:
        # Its own year was missed: what brings it back is the late inspection of that year.
        raise OutsideWindow(opens=of.opens, closes=of.closes)
    return late


def missed_since(certificate: Certificate, of: Window, today: date) -> date | None:
    """From which day on a certificate without the inspection of that year is suspended; None when
    nobody asks for it: not in force, issued in the window's own time, or the window is open."""
    issued = certificate.issued_on
    if certificate.state != "issued" or issued is None or issued >= of.opens or today <= of.closes:
        return None
    return of.closes + timedelta(days=1)
