"""Remember what registry published, and answer in which calendar limits are counted."""

from __future__ import annotations

from collections.abc import Sequence

from kit import holidays
from kit.db import Tx
from kit.events import Event
from kit.workdays import WorkCalendar
from subsidy.calendars import store
from subsidy.calendars.events import CalendarPublished


async def note(tx: Tx, events: Sequence[Event]) -> list[int]:
    """Keep of each year the list that was told last, whatever comes first; answers the years."""
    latest = {event.entity_id: event for event in sorted(events, key=lambda one: one.sequence)}
    told = [(event, CalendarPublished.model_validate(event.data)) for event in latest.values()]
    await store.note(
        tx,
        [
            (one.year, event.sequence, {day.day: day.working for day in one.days}, event.id)
            for event, one in told
        ],
    )
    return [one.year for _, one in told]


async def current(tx: Tx) -> WorkCalendar:
    """The published years by their lists, all others as the library knows them. Made once for each set of
    lists; which lists there are is asked each time, so that a limit never waits for an amendment."""
    return holidays.calendar(await store.published(tx))
