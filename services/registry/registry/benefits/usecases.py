"""What can happen to benefits: granted, stopped, taken back; and looking into the ledger.

What follows from it is folded in :mod:`.folding`, when everything was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit import audit
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from registry.benefits import domain, folding, reading, rules, store
from registry.benefits.domain import Act, Cause, Grant, Overlap
from registry.benefits.reading import Line
from registry.benefits.rules import Entry
from registry.benefits.terms import Born, Law
from registry.identities import usecases as identities
from registry.workers import usecases as workers

fold = folding.fold


async def record_grants(tx: Tx, grants: Iterable[Grant]) -> None:
    """Remember what was granted, to holders and to others; the latter may hold one later."""
    unique = {grant.id: grant for grant in grants}
    await store.record_grants(tx, list(unique.values()))


async def record_acts(tx: Tx, acts: Iterable[Act]) -> None:
    """Remember what happened to grants; an act is known by its id (that of its event)."""
    unique = {act.id: act for act in acts}
    await store.record_acts(tx, list(unique.values()))


# --- reading ------------------------------------------------------------------------------------


async def benefit_of(rt: Runtime, actor: Actor, benefit_id: UUID) -> Line:
    """One benefit of a person whom the caller may see, or 404."""
    async with rt.db.looking() as tx:
        return await benefit_in(tx, actor, benefit_id)


async def benefit_in(tx: Tx, actor: Actor, benefit_id: UUID) -> Line:
    line = await reading.get(tx, benefit_id)
    if line is None:
        raise NotFound
    if not actor.may_see(line.area_code):
        raise audit.Denied(line.grant.worker_id)
    return line


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these ids are a benefit's already."""
    return await store.ids_in_use(tx, ids)


async def acts_of(tx: Tx, benefit_id: UUID) -> list[Act]:
    """What happened to a grant afterwards, as it was recorded."""
    return (await store.acts_on(tx, [benefit_id])).get(benefit_id, [])


async def history_of(rt: Runtime, actor: Actor, benefit_id: UUID) -> tuple[Line, list[Act]]:
    async with rt.db.reading() as tx:
        return await benefit_in(tx, actor, benefit_id), await acts_of(tx, benefit_id)


async def list_benefits(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Line]:
    async with rt.db.reading() as tx:
        records = await identities.records_of(tx, worker_id) if worker_id else None
        return await reading.page(tx, actor.area_pattern, records, certificate_id, after, limit)


async def of(tx: Tx, records: Sequence[UUID], limit: int) -> list[Line]:
    """The benefits of these records, oldest first."""
    return await reading.page(tx, "", records, None, None, limit)


async def list_overlaps(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    cause: Cause | None,
    standing: bool,
    after: UUID | None,
    limit: int,
) -> list[Overlap]:
    async with rt.db.reading() as tx:
        person = (await identities.records_of(tx, worker_id))[0] if worker_id else None
        return await reading.overlap_page(
            tx, actor.area_pattern, person, cause, standing, after, limit
        )


async def overlaps_in(tx: Tx, person: UUID) -> list[Overlap]:
    """What stands to be recovered of this person (a surviving record)."""
    return [one for one in await store.overlaps_of(tx, [person]) if one.standing]


async def overlap_of(rt: Runtime, actor: Actor, id: UUID) -> Overlap:
    async with rt.db.looking() as tx:
        overlap = await reading.overlap(tx, id)
    if overlap is None:
        raise NotFound
    if not actor.may_see(overlap.area_code):
        raise audit.Denied(overlap.person_id)
    return overlap


@dataclass(frozen=True, slots=True)
class Used:
    """The months (or times) of one kind that a person has had, and what is left by the law of a day.

    ``limit`` None: that law names no number. ``until``: near retirement the number does not bind
    before that day (policy B9)."""

    kind: domain.Kind
    months: list[date]
    of: dict[UUID, tuple[date, ...]]
    limit: int | None
    clause: str | None
    remaining: int | None
    until: date | None


async def months_used(rt: Runtime, actor: Actor, worker_id: UUID, on: date) -> list[Used]:
    """Per kind that takes months: used, limit and rest for one person, by the law of a day."""
    async with rt.db.reading() as tx:
        facts = (await workers.facts_of(tx, [worker_id])).get(worker_id)
        if facts is None:
            raise NotFound
        if not actor.may_see(facts.area_code):
            raise audit.Denied(worker_id)
        person = (await identities.records_of(tx, worker_id))[0]
        book = (await folding.books_of(tx, [person]))[person]
    law, born = Law(rt), Born(facts.sex, facts.birth_date, facts.claims.cadre)
    months = rules.used(book.entries)
    return [
        _used(
            kind,
            months.get(kind, []),
            [entry for entry in book.entries if entry.grant.kind == kind and entry.months],
            law.limit(kind, on, born),
            on,
        )
        for kind in domain.KINDS
        if domain.TABLE[kind].takes != "note"
    ]


def _used(
    kind: domain.Kind,
    months: list[date],
    entries: Sequence[Entry],
    limit: rules.Limit | None,
    on: date,
) -> Used:
    counted = months
    if domain.TABLE[kind].per == "year":
        counted = [month for month in months if month.year == on.year]
    return Used(
        kind,
        months,
        {entry.grant.id: entry.months for entry in entries},
        limit.count if limit else None,
        limit.clause if limit else None,
        max(limit.count - len(counted), 0) if limit else None,
        limit.until if limit else None,
    )
