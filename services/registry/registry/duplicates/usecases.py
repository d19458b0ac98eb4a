"""Looking for records that may be one person, for one form or for all that is new; and deciding."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit.audit import Denied
from kit.auth import Actor
from kit.crypto import IdNumber, Sex
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.service import Runtime
from registry.duplicates import domain, events, rules, store
from registry.duplicates.domain import Duplicate, State, Unmerged, Verdict
from registry.duplicates.rules import Compared, Matchers, Part, Profile
from registry.identities import usecases as identities
from registry.workers import comparing
from registry.workers import usecases as workers
from registry.workers.domain import Worker
from registry.workers.reading import Comparable, Way, days

#: So many new records are compared in one transaction.
CHUNK = 100
#: A round of the job works no longer than this (seconds): serving comes first.
ROUND_S = 0.5


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of somebody who is about to be registered. ``birth_date`` and ``sex`` may be
    left to the ID number."""

    name: str
    id_number: IdNumber | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    household_number: str | None = None
    former_employer: str | None = None
    former_employer_code: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A record that may be the same person, with the parts of its score."""

    worker: Worker
    score: int
    parts: tuple[Part, ...]


#: How possible duplicates are looked for, compared and weighed.
MATCHERS = Path("matchers") / "duplicates.toml"


@dataclass(frozen=True, slots=True)
class Found:
    """Those whom the caller may see, the likeliest first; and how many others there are."""

    matches: list[Match]
    elsewhere: list[UUID]
    matchers: Matchers


@dataclass(frozen=True, slots=True)
class Shown:
    """A pair with both records, for looking at side by side."""

    duplicate: Duplicate
    one: Worker
    other: Worker


def matchers_on(rt: Runtime, day: date) -> Matchers:
    """The matchers in force: a city's own (``POLICY_OVERLAY``/matchers) before the default's. Raises
    ``NoValue`` before the first."""
    overlay = rt.settings.policy_overlay
    own = overlay / MATCHERS if overlay is not None else None
    return rules.load(own if own and own.exists() else rt.service.root / MATCHERS).on(day)


def _keys(of: Compared, on: Sequence[str]) -> tuple[Any, ...] | None:
    """The key under which records like this one are looked for; None when a value is missing."""
    born = of.birth_date
    values: dict[str, Any] = {
        "name_sound": of.sound,
        "birth_date": born,
        "birth_date_near": days(rules.near(born)) if born else None,
        "sex": of.sex,
        "household_number": of.household,
        "former_employer": of.employer,
    }
    key = tuple(values[name] for name in on)
    return None if None in key else key


def _ways(matchers: Matchers, compared: Sequence[Compared]) -> list[Way]:
    """The ways of looking for records worth comparing with each of these."""
    return [
        Way(on, [(n, key) for n, of in enumerate(compared) if (key := _keys(of, on)) is not None])
        for on in matchers.blocking
    ]


# --- before somebody is registered

#: Where others have the number of a profile: found by the ID number itself.
SAME_NUMBER = -1


async def search(rt: Runtime, actor: Actor, form: Form) -> Found:
    """Who may be this person already. Nothing is kept."""
    matchers = matchers_on(rt, rt.today())
    number = form.id_number
    profiles = [
        Profile(
            looked.name, looked.sound, number.number if number else None,
            number.birth_date if number else form.birth_date, number.sex if number else form.sex,
            looked.household, looked.employer,
        )
        for looked in comparing.comparable_forms(
            rt, form.name, form.household_number, form.former_employer, form.former_employer_code
        )
    ]  # fmt: skip
    ways = _ways(matchers, profiles)
    if number is not None:
        ways.append(comparing.with_number(rt, number, SAME_NUMBER))
    async with rt.db.looking() as tx:
        found, records = await comparing.alike(rt, tx, ways, matchers.candidates)
        same = {id for n, id in found if n == SAME_NUMBER}
        scored = []
        sought = [matchers.against(profile) for profile in profiles]
        for id, other in records.items():
            likely = [one for of in sought if (one := of.proposes(other, same_number=id in same))]
            if likely:
                score, parts = max(likely, key=lambda one: one[0])
                scored.append((score, id, parts, other.area_code))
        scored.sort(key=lambda one: (-one[0], one[1]))
        visible = [one for one in scored if actor.may_see(one[3])][: matchers.candidates]
        known = await workers.many(rt, tx, [id for _, id, _, _ in visible])
    return Found(
        [Match(known[id], score, parts) for score, id, parts, _ in visible],
        [id for _, id, _, area in scored if not actor.may_see(area)],
        matchers,
    )


# --- among all who are registered


async def find_new(rt: Runtime) -> None:
    """The job: compare what was registered or corrected since, some at a time."""
    ends = time.monotonic() + ROUND_S
    while await find_next(rt) and time.monotonic() < ends:
        await asyncio.sleep(0)


async def find_next(rt: Runtime, chunk: int = CHUNK) -> int:
    """One step of the job, in one transaction; answers how many records it compared."""
    async with rt.db.transaction() as tx:
        at = await store.place(tx)
        if at is None:
            return 0
        if indexed := await comparing.index_names(rt, tx, chunk):
            return indexed
        written = await comparing.written_after(tx, *at, chunk)
        if not written:
            return 0
        await compare(rt, tx, [id for _, id in written])
        await store.move(tx, written[-1])
    rt.wake()
    return len(written)


async def compare(rt: Runtime, tx: Tx, ids: Sequence[UUID]) -> None:
    """Compare these records with all that are like them, and keep which pairs score."""
    matchers, today = matchers_on(rt, rt.today()), rt.today()
    mine = await comparing.comparables(rt, tx, ids)
    order = list(mine)
    ways = _ways(matchers, list(mine.values()))
    found, records = await comparing.alike(rt, tx, ways, matchers.candidates)
    everyone = records | mine
    pairs = {domain.pair(order[n], id) for n, id in found if order[n] != id}
    known = {(one.one, one.other): one for one in await store.open_of(tx, order)}
    pairs |= known.keys()
    missing = {id for pair in known for id in pair} - everyone.keys()
    everyone |= await comparing.comparables(rt, tx, list(missing))
    persons = await identities.person_of(tx, everyone)
    pairs = {(a, b) for a, b in pairs if persons[a] != persons[b]}
    known |= await store.of_pairs(tx, list(pairs))
    scored: dict[tuple[UUID, UUID], tuple[int, tuple[Part, ...]]] = {}
    for a, others in groupby(sorted(pairs), itemgetter(0)):
        against = matchers.against(everyone[a])
        for _, b in others:
            if (a, b) in known:  # it may score no more, and is told by how much
                scored[a, b] = matchers.compare(everyone[a], everyone[b])
            elif score := against.proposes(everyone[b]):
                scored[a, b] = score
    await _keep(tx, matchers, scored, known, everyone, today)


async def _keep(
    tx: Tx,
    matchers: Matchers,
    scored: Mapping[tuple[UUID, UUID], tuple[int, tuple[Part, ...]]],
    known: Mapping[tuple[UUID, UUID], Duplicate],
    everyone: Mapping[UUID, Comparable],
    today: date,
) -> None:
    new: list[Duplicate] = []
    changed: list[Duplicate] = []
    for (a, b), (score, parts) in sorted(scored.items()):
        before = known.get((a, b))
        if before is not None:
            after = before.scored(score, parts, matchers.hash, today, matchers.threshold)
            if after is not None:
                changed.append(after)
        else:
            area = domain.area_of_both(everyone[a].area_code, everyone[b].area_code)
            new.append(
                Duplicate(
                    new_id(), a, b, score, parts, matchers.hash, "open", today, area,
                    everyone[a].office,
                )
            )  # fmt: skip
    if new:
        await store.add(tx, new)
    if changed:
        await store.save(tx, changed)
    proposed = [*new, *(d for d in changed if d.state == "open" != known[d.one, d.other].state)]
    await emit(tx, [_found(one) for one in proposed])


def _found(d: Duplicate) -> NewEvent:
    return NewEvent(
        events.DUPLICATE_FOUND, d.id, d.found_on, d.area_code, d.office,
        {"worker_id": str(d.one), "other_id": str(d.other), "score": d.score},
    )  # fmt: skip


# --- deciding


async def adjudicate(
    rt: Runtime, actor: Actor, id: UUID, verdict: Verdict, on: date, reason: str, version: int
) -> tuple[Duplicate, UUID]:
    """Somebody who saw both records says whether they are one person; answers the pair and the
    verdict's id, which a merge names."""
    async with rt.db.transaction() as tx:
        before = await _in(tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        persons = await identities.person_of(tx, [before.one, before.other])
        merged = len(set(persons.values())) == 1
        after = before.adjudicate(verdict, on, rt.today(), merged=merged)
        if await store.save(tx, [after]) != 1:
            raise StaleWrite
        verdict_id = new_id()
        await store.add_verdict(tx, verdict_id, after, on, reason, actor.subject)
        await emit(tx, [_adjudicated(after, on)])
    rt.wake()
    return after, verdict_id


def _adjudicated(d: Duplicate, on: date) -> NewEvent:
    return NewEvent(
        events.DUPLICATE_ADJUDICATED, d.id, on, d.area_code, d.office,
        {"worker_id": str(d.one), "other_id": str(d.other), "verdict": d.state},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Adjudication:
    """A verdict as a merge names it. ``stands``: the pair has not been decided otherwise since.
    ``actor``: who gave it."""

    pair: frozenset[UUID]
    verdict: Verdict
    decided_on: date
    stands: bool
    actor: str


async def adjudication_of(tx: Tx, id: UUID) -> Adjudication | None:
    """One verdict, or None."""
    row = await store.verdict(tx, id)
    if row is None:
        return None
    return Adjudication(
        frozenset({row["worker_id"], row["other_id"]}), row["verdict"], row["decided_on"],
        row["state"] == row["verdict"], row["actor"],
    )  # fmt: skip


async def unmerged(
    tx: Tx,
    pattern: str,
    decided_by: date,
    after: tuple[date, UUID],
    limit: int,
    *,
    barred: str | None = None,
) -> list[Unmerged]:
    """Verdicts *same* up to a day that no merge has followed, oldest first; without those that
    ``barred`` gave."""
    return await store.unmerged(tx, pattern, decided_by, barred, after, limit)


# --- reading


async def _in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Duplicate:
    """One pair of people whom the caller may both see, or 404; others leave a line."""
    duplicate = await store.get(tx, id, lock=lock)
    if duplicate is None:
        raise NotFound
    if not actor.may_see(duplicate.area_code):
        raise Denied(duplicate.one)
    return duplicate


async def _shown(rt: Runtime, tx: Tx, found: Iterable[Duplicate]) -> list[Shown]:
    pairs = list(found)
    known = await workers.many(rt, tx, [id for d in pairs for id in (d.one, d.other)])
    return [Shown(d, known[d.one], known[d.other]) for d in pairs]


async def duplicate_of(rt: Runtime, actor: Actor, id: UUID) -> Shown:
    async with rt.db.reading() as tx:
        (shown,) = await _shown(rt, tx, [await _in(tx, actor, id)])
    return shown


async def verdicts_of(rt: Runtime, actor: Actor, id: UUID) -> tuple[Duplicate, list[Record]]:
    """A pair and what was said of it, oldest first."""
    async with rt.db.reading() as tx:
        pair = await _in(tx, actor, id)
        return pair, await store.verdicts_of(tx, id)


async def list_duplicates(
    rt: Runtime,
    actor: Actor,
    state: State | None,
    worker_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    async with rt.db.reading() as tx:
        found = await store.page(tx, actor.area_pattern, state, worker_id, after, limit)
        return await _shown(rt, tx, found)
