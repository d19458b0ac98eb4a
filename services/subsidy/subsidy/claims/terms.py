"""Limits of the procedure and the papers of a claim, by day: policies counted in the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from kit.policy import Policies, Table
from kit.workdays import WorkCalendar
from subsidy.claims.domain import (
    NotClaimable,
    QuarterOpen,
    State,
    WindowClosed,
    ends_on,
)
from subsidy.programmes.domain import Programme
from subsidy.programmes.terms import law_of


def programme_of(policies: Policies, code: str, quarter: date) -> Programme:
    """The version in force on the quarter's last day. Raises :class:`NotClaimable`."""
    try:
        found = law_of(policies).version(code, ends_on(quarter))
    except KeyError:
        raise NotClaimable from None
    if found is None:
        raise NotClaimable
    return found[0]


def admit_filing(
    policies: Policies, calendar: WorkCalendar, programme: Programme, quarter: date, on: date
) -> None:
    """The quarter is over and its window open (B13): so many working days after its last day. Raises
    :class:`QuarterOpen` or :class:`WindowClosed`."""
    last = ends_on(quarter)
    if on <= last:
        raise QuarterOpen(ends_on=last)
    if programme.window is not None:
        until = calendar.add_working_days(last, _number(policies, programme.window, last))
        if on > until:
            raise WindowClosed(until=until)


def papers(policies: Policies, code: str, on: date) -> tuple[str, ...]:
    """Which papers belong to a claim of the programme; none where the list does not name it."""
    table = cast("Table", policies.value("subsidy.claim_papers", on).value)
    return tuple(table.get(code, ()))


#: Of a claim in these states the next act is due within so many working days of the last one.
_WITHIN: dict[State, str] = {
    "filed": "subsidy.claim_review_working_days",
    "reviewed": "subsidy.claim_approval_working_days",
}
#: The states whose limits are counted in working days.
IN_WORKING_DAYS: tuple[State, ...] = tuple(_WITHIN)


def due(policies: Policies, calendar: WorkCalendar, state: State, since: date) -> date:
    """By when a claim that is ``filed`` or ``reviewed`` since that day is to be reviewed or approved."""
    return calendar.add_working_days(since, _number(policies, _WITHIN[state], since))


def payment_due(policies: Policies, reviewed_on: date) -> date:
    """B15: calendar days from the review."""
    return reviewed_on + timedelta(
        days=_number(policies, "subsidy.claim_payment_days", reviewed_on)
    )


def _number(policies: Policies, name: str, day: date) -> int:
    value = policies.value(name, day).value
    assert isinstance(value, int)
    return value
