"""Which areas went into which: their rows keep the codes of their day, and are the successor's.

The mergers are few and are kept in memory; what another process wrote is noticed after
:data:`FRESH_S`.
"""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from kit import areas
from kit.auth import Actor
from kit.db import Database
from kit.service import Runtime
from registry.areas import domain, store

#: A merger told by another process is noticed within this time (seconds).
FRESH_S = 5.0


class _Kept:
    """The mergers as they were last read, when that was, and what was answered from them."""

    __slots__ = ("former", "looked_at", "mergers")

    def __init__(self, mergers: list[tuple[str, str]]) -> None:
        self.mergers, self.looked_at = mergers, time.monotonic()
        self.former: dict[str, tuple[str, ...]] = {}

    def of(self, prefix: str) -> tuple[str, ...]:
        if prefix not in self.former:
            self.former[prefix] = domain.gone_into(prefix, self.mergers)
        return self.former[prefix]


_KEPT: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


async def widened(rt: Runtime, actor: Actor) -> Actor:
    """The caller, who sees what went into the caller's area, too."""
    former = (await _kept(rt)).of(actor.area_prefix)
    return actor.succeeding(former) if former else actor


async def pattern_of(rt: Runtime, prefix: str) -> str:
    """The pattern of the codes that begin with ``prefix``, and of what went into those areas."""
    return areas.pattern([prefix, *(await _kept(rt)).of(prefix)])


async def reach(rt: Runtime, actor: Actor, area_code: str | None) -> str | None:
    """The pattern of an area that the caller looks at, with what went into it; of the caller's own
    when none is named. None: it lies outside of what the caller sees."""
    if area_code is None:
        return actor.area_pattern
    if not actor.may_see(area_code):
        return None
    return await pattern_of(rt, areas.prefix(area_code))


def forget(rt: Runtime) -> None:
    """The tree was changed in this process."""
    _KEPT.pop(rt.db, None)


async def _kept(rt: Runtime) -> _Kept:
    kept = _KEPT.get(rt.db)
    if kept is None or time.monotonic() - kept.looked_at >= FRESH_S:
        async with rt.db.looking() as tx:
            kept = _KEPT[rt.db] = _Kept(await store.mergers(tx))
    return kept
