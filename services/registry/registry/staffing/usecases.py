"""Holding callers against the staff lists, as the city has set it (``STAFF_CHECK``)."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog

from kit.auth import Actor
from kit.db import Database
from kit.ids import new_id
from kit.roles import ROLES
from kit.service import Runtime
from registry.areas import succession
from registry.offices import usecases as offices
from registry.staffing import domain, store
from registry.staffing.domain import AccountNotOnStaff, Finding, Reason

log = structlog.get_logger("staffing")

#: What this process has written down today, so that it is written once and not per request.
_WRITTEN: WeakKeyDictionary[Database, tuple[date, set[tuple[str, str, Reason]]]] = (
    WeakKeyDictionary()
)


async def admitted(rt: Runtime, actor: Actor) -> Actor:
    """A caller whose token is good: with what went into the caller's area, once the staff list of
    the office bears the token out. Raises ``account-not-on-staff`` where the city refuses."""
    if rt.settings.staff_check != "off":
        await _check(rt, actor)
    return await succession.widened(rt, actor)


async def _check(rt: Runtime, actor: Actor) -> None:
    held = actor.roles & ROLES.keys()
    if held <= domain.EXEMPT:
        return
    today = rt.today()
    listed = await offices.roles_lately(rt, actor.subject, actor.office, today)
    reason = domain.judge(held, listed)
    if reason is None:
        return
    refused = rt.settings.staff_check == "refuse" and domain.KEEPER not in held
    day, written = _WRITTEN.get(rt.db, (today, set()))
    if day != today:
        written = set()
    _WRITTEN[rt.db] = (today, written)
    key = (actor.subject, actor.office, reason)
    if key not in written:
        finding = Finding(
            new_id(), today, actor.subject, actor.office, actor.area_code, tuple(sorted(held)),
            tuple(sorted(listed)), reason, refused,
        )  # fmt: skip
        async with rt.db.transaction() as tx:
            await store.add(tx, finding)
        written.add(key)
        log.warning("caller.not_on_staff", office=actor.office, reason=reason, refused=refused)
    if refused:
        raise AccountNotOnStaff(office=actor.office)


async def list_findings(
    rt: Runtime, pattern: str, on: date | None, office: str | None, after: UUID | None, limit: int
) -> list[Finding]:
    """Findings of some areas, oldest first."""
    async with rt.db.looking() as tx:
        return await store.page(tx, pattern, on, office, after, limit)
