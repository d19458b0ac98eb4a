"""What can happen to the list of closed enterprises: taken over, taken back, asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import IdTaken, OutsideYourArea
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.areas import usecases as areas
from registry.areas.domain import NoSuchArea
from registry.closures import domain, store
from registry.closures.domain import Closure, ClosureOnDay, Keys
from registry.workers.domain import Employer
from registry.workers.names import employer_key


def _keys(name: str | None, code: str | None) -> Keys:
    return Keys(employer_key(name, None), employer_key(None, code))


class _Listed:
    """The lines that a set of enterprises may be, found by name and by code."""

    def __init__(self, lines: Iterable[tuple[Keys, date]]) -> None:
        self._by_name: dict[str | None, list[tuple[Keys, date]]] = {}
        self._by_code: dict[str | None, list[tuple[Keys, date]]] = {}
        for keys, day in lines:
            self.add(keys, day)

    def add(self, keys: Keys, day: date) -> None:
        self._by_name.setdefault(keys.name, []).append((keys, day))
        self._by_code.setdefault(keys.code, []).append((keys, day))

    def closed(self, keys: Keys, by: date) -> bool:
        """Whether one of them is this enterprise, and it was closed by a day."""
        near = (*self._by_name.get(keys.name, ()), *self._by_code.get(keys.code, ()))
        return any(line.same(keys) and day <= by for line, day in near)


async def import_closures(
    rt: Runtime, tx: Tx, actor: Actor, lines: Sequence[Closure]
) -> list[Refusal | None]:
    """Take a list over; answers per line why not, or None. No decision is changed by it: what would
    come out otherwise is listed (``/v1/certificates/differing``)."""
    await store.hold(tx)
    no_area = await areas.unknown(tx, {one.area_code for one in lines})
    used = await store.ids_in_use(tx, [one.id for one in lines])
    keys = [_keys(one.name, one.code) for one in lines]
    listed = _Listed(await store.standing(tx, keys))
    outcome: list[Refusal | None] = []
    taken: list[tuple[Closure, Keys]] = []
    for one, key in zip(lines, keys, strict=True):
        try:
            if not actor.may_see(one.area_code):
                raise OutsideYourArea
            if one.area_code in no_area:
                raise NoSuchArea
            domain.check(one, rt.today())
            if one.id in used:
                raise IdTaken
            if listed.closed(key, rt.today()):
                raise domain.ListedAlready
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        used.add(one.id)
        listed.add(key, one.closed_on)
        taken.append((one, key))
        outcome.append(None)
    await store.add(tx, taken, actor.subject)
    return outcome


async def reverse_closure(rt: Runtime, actor: Actor, id: UUID, reason: str) -> Closure:
    """A line was wrong: the enterprise is not on the list. Raises ``closure-reversed``."""
    async with rt.db.transaction() as tx:
        await store.hold(tx)
        one = await store.get(tx, id)
        if one is None or not actor.may_see(one.area_code):
            raise NotFound
        if one.reversed_on is not None:
            raise domain.ClosureReversed
        await store.reverse(tx, id, rt.today(), reason, actor.subject)
        after = await store.get(tx, id)
    assert after is not None
    return after


async def list_closures(
    rt: Runtime,
    pattern: str,
    name: str | None,
    code: str | None,
    standing: bool,
    after: UUID | None,
    limit: int,
) -> list[Closure]:
    """Lines of some areas, by name and code as these are compared."""
    async with rt.db.looking() as tx:
        return await store.page(tx, pattern, _keys(name, code), standing, after, limit)


async def on_days(
    tx: Tx, employers: Mapping[UUID, tuple[Employer, date]]
) -> dict[UUID, ClosureOnDay]:
    """What the list says of each worker's former employer on a day; empty while there is no list."""
    if not employers or not await store.any_stands(tx):
        return {}
    keys = {id: _keys(one.name, one.code) for id, (one, _) in employers.items()}
    listed = _Listed(await store.standing(tx, list(keys.values())))
    return {
        id: "listed" if listed.closed(keys[id], day) else "not_listed"
        for id, (_, day) in employers.items()
    }
