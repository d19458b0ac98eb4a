"""What can happen to the calendar: seeded, imported, amended, told, counted in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from uuid import UUID
from weakref import WeakKeyDictionary

from kit import holidays
from kit.auth import Actor
from kit.db import Database, Tx
from kit.events import NewEvent
from kit.ids import new_id
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from kit.workdays import WorkCalendar
from registry.calendars import domain, events, store
from registry.calendars.domain import Amendment, CalendarDay, CalendarYear, Source

#: An edition made by another process is noticed within this time.
FRESH_S = 5.0


class _Kept:
    """The calendar as it was last read, of which edition, and when that was looked at."""

    __slots__ = ("calendar", "looked_at", "version")

    def __init__(self, version: int, calendar: WorkCalendar) -> None:
        self.version, self.calendar, self.looked_at = version, calendar, time.monotonic()


_KEPT: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


async def current(rt: Runtime, tx: Tx) -> WorkCalendar:
    """The calendar that stands: read once per edition, its edition asked for every few seconds."""
    kept = _KEPT.get(rt.db)
    if kept is not None and time.monotonic() - kept.looked_at < FRESH_S:
        return kept.calendar
    version = await store.version(tx)
    if kept is None or kept.version != version:
        listed = tuple((one.day, one.working) for one in await store.published(tx))
        kept = _KEPT[rt.db] = _Kept(version, holidays.calendar(listed))
    kept.looked_at = time.monotonic()
    return kept.calendar


async def refresh_seed(rt: Runtime) -> None:
    """Bring the seed to what this version of the library knows; nothing when it is that already."""
    async with rt.db.transaction() as tx:
        have = {one.day: one for one in await store.everything(tx) if one.source == "seed"}
        changed = [one for one in domain.seed() if have.get(one.day) != one]
        if changed:
            await store.write(tx, changed)
            _KEPT.pop(rt.db, None)


async def import_days(
    rt: Runtime, tx: Tx, actor: Actor, days: Sequence[CalendarDay]
) -> list[Refusal | None]:
    """Take a published list; answers per day why not, or None. Its years have no other days, and are told
    whole."""
    await store.hold(tx)
    have = await store.imported(tx, [one.day for one in days])
    outcome: list[Refusal | None] = []
    taken: list[CalendarDay] = []
    for one in days:
        if one.day in have:
            outcome.append(domain.DayTwice())
            continue
        have.add(one.day)
        taken.append(one)
        outcome.append(None)
    if taken:
        await store.write(tx, taken)
        await _tell(tx, actor, {one.day.year for one in taken})
        _KEPT.pop(rt.db, None)
    return outcome


async def _tell(tx: Tx, actor: Actor, years: set[int]) -> None:
    """Each of these years as it now stands, whole, from its first day on."""
    listed = await store.published(tx, sorted(years))
    await emit(
        tx,
        [
            NewEvent(
                events.CALENDAR_PUBLISHED, domain.year_id(year), date(year, 1, 1),
                actor.area_code, actor.office,
                {
                    "year": year,
                    "days": [
                        {"day": one.day.isoformat(), "working": one.working, "name": one.name}
                        for one in listed
                        if one.day.year == year
                    ],
                },
            )
            for year in sorted(years)
        ],
    )  # fmt: skip


async def amend(
    rt: Runtime, actor: Actor, day: date, working: bool, name: str, document: str, reason: str
) -> Amendment:
    """A day of a published list was taken in wrongly: limits are counted by what it says now; what it
    said stands beside it. Raises ``calendar-day-not-imported``, ``calendar-day-unchanged``."""
    async with rt.db.transaction() as tx:
        await store.hold(tx)
        before = await store.imported_day(tx, day)
        now = domain.amend(before, working, name, document)
        assert before is not None
        made = Amendment(new_id(), now, before, reason, actor.subject)
        await store.add_amendment(tx, made)
        await store.write(tx, [now])
        await _tell(tx, actor, {day.year})
    _KEPT.pop(rt.db, None)
    rt.wake()
    return made


async def list_amendments(
    rt: Runtime, year: int | None, after: UUID | None, limit: int
) -> list[Amendment]:
    async with rt.db.looking() as tx:
        return await store.amendments(tx, year, after, limit)


async def list_days(
    rt: Runtime, year: int | None, source: Source | None, after: date | None, limit: int
) -> list[CalendarDay]:
    async with rt.db.looking() as tx:
        return await store.page(tx, year, source, after, limit)


async def list_years(rt: Runtime) -> list[CalendarYear]:
    async with rt.db.looking() as tx:
        return domain.years(await store.everything(tx))


async def deadline(rt: Runtime, start: date, count: int) -> tuple[date, bool]:
    """The last day of a limit, and whether a provisional year was counted in."""
    async with rt.db.looking() as tx:
        calendar = await current(rt, tx)
    due = calendar.add_working_days(start, count)
    return due, calendar.is_provisional(start, due)
