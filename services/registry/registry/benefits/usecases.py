"""What can happen to benefits: granted, stopped, taken back; and looking into the ledger.

What follows from it is folded in :mod:`.folding`, when everything was recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit import audit
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from registry.benefits import domain, folding, kept, reading, rules, store
from registry.benefits.domain import Act, Cause, Grant, KeptBy, Overlap, Payment, Recovery
from registry.benefits.reading import Line
from registry.benefits.rules import Entry
from registry.benefits.terms import Born, Law
from registry.identities import usecases as identities
from registry.life_facts import usecases as life_facts
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.unemployment_insurance.domain import Account
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


async def record_openings(tx: Tx, grants: Iterable[Grant]) -> None:
    """Remember entitlements that were opened. One that was taken back and is opened again is a grant of
    its own, so that what stood before stays as it was told."""
    heard = {grant.source_event: grant for grant in grants}
    known = await store.grants_about(tx, {grant.id for grant in heard.values()})
    told = {one.source_event for openings in known.values() for one in openings}
    new = [grant for event, grant in heard.items() if event not in told]
    await store.record_grants(
        tx,
        [
            replace(grant, id=grant.source_event, about=grant.id) if grant.id in known else grant
            for grant in new
        ],
    )


async def openings_of(tx: Tx, entities: Collection[UUID]) -> dict[UUID, list[Grant]]:
    """By entity of the service that grants: its grant, and further openings after it; absent where
    nothing of it is known yet."""
    return await store.grants_about(tx, entities)


async def record_payments(tx: Tx, payments: Iterable[Payment]) -> None:
    """Remember what was paid, also of a grant that is not known yet: then it waits for it."""
    await store.record_payments(tx, list({one.id: one for one in payments}.values()))


async def record_recoveries(tx: Tx, recoveries: Iterable[Recovery]) -> None:
    """Remember what came back, also of a payment that is not known yet."""
    await store.record_recoveries(tx, list({one.id: one for one in recoveries}.values()))


async def entities_paid(tx: Tx, payments: Collection[UUID]) -> dict[UUID, UUID]:
    """Of which entity these payments are, as far as they are known."""
    return await store.entities_paid(tx, payments)


# --- reading ------------------------------------------------------------------------------------


async def benefit_of(rt: Runtime, actor: Actor, benefit_id: UUID) -> Line:
    """One benefit of a person whom the caller may see, or 404."""
    async with rt.db.looking() as tx:
        return await benefit_in(tx, actor, benefit_id)


async def benefit_in(tx: Tx, actor: Actor, benefit_id: UUID) -> Line:
    found = await reading.some(tx, [benefit_id])
    if not found:
        raise NotFound
    (line,) = found
    if not actor.may_see(line.area_code):
        raise audit.Denied(line.grant.worker_id)
    return line


async def named(tx: Tx, ids: Sequence[UUID]) -> list[Line]:
    """Those of these benefits that there are, in the order of their ids. The caller judges who may see
    them."""
    return await reading.some(tx, ids)


async def waiting(
    tx: Tx, pattern: str, until: date, written_by: str | None, limit: int
) -> list[Line]:
    """What windows wrote in an area until a day (by one account, where it is named) and waits for a
    second person, in the order of the ids."""
    return await reading.waiting(tx, pattern, until, written_by, limit)


async def awaiting(
    tx: Tx, actor: Actor, pattern: str, after: tuple[date, UUID], limit: int
) -> list[Line]:
    """What windows wrote and this caller could confirm, by day and id."""
    return await reading.awaiting(tx, pattern, actor.subject, after, limit)


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
    """Benefits in the order of their ids. Of one person also what other nouns keep, unless only what
    stands on a certificate is asked for."""
    async with rt.db.reading() as tx:
        if worker_id is None or certificate_id is not None:
            records = await identities.records_of(tx, worker_id) if worker_id else None
            return await reading.page(tx, actor.area_pattern, records, certificate_id, after, limit)
        lines = await of(rt, tx, await identities.records_of(tx, worker_id))
    seen = [line for line in lines if actor.may_see(line.area_code)]
    return [line for line in seen if after is None or line.grant.id > after][:limit]


async def of(rt: Runtime, tx: Tx, records: Sequence[UUID]) -> list[Line]:
    """The whole ledger of a person (all of whose records these are), in the order of the ids: what
    stands here, and what the nouns keep that mirror other authorities."""
    written = await reading.page(tx, "", records, None, None, None)
    held = {(line.grant.kind, month) for line in written for month in line.months}
    mirrored = await _kept_elsewhere(rt, tx, records, held)
    return sorted([*written, *mirrored], key=lambda line: line.grant.id)


async def on_paper(rt: Runtime, worker_id: UUID, certificate_id: UUID) -> list[Line]:
    """What a booklet shows of benefits, oldest first: what stands on this certificate, and what the
    person has from other authorities."""
    async with rt.db.reading() as tx:
        lines = await of(rt, tx, await identities.records_of(tx, worker_id))
    shown = [
        line
        for line in lines
        if line.kept_by != "benefits"
        or (line.certificate_id == certificate_id and not line.reversed)
    ]
    return sorted(shown, key=lambda line: (line.grant.valid_from, line.grant.id))


async def _kept_elsewhere(
    rt: Runtime, tx: Tx, records: Sequence[UUID], held: Collection[tuple[domain.Kind, date]]
) -> list[Line]:
    """Months of unemployment insurance that were drawn, and of dibao: a view over the nouns that keep
    them. A month counts once: one that is ``held`` already stands there."""
    drawn = (await unemployment_insurance.facts_of(tx, records[:1])).get(records[0], [])
    life = await life_facts.of(tx, records)
    told: list[tuple[Grant, KeptBy]] = [
        *((one, "unemployment-insurance") for one in kept.insurance(drawn)),
        *(
            (one, "life-facts")
            for record in records
            for one in kept.dibao(life.get(record, ()), rt.today())
        ),
    ]
    if not told:
        return []
    places = await workers.facts_of(tx, {grant.worker_id for grant, _ in told})
    seen, lines = set(held), []
    for grant, by in sorted(told, key=lambda one: (one[0].valid_from, one[0].id)):
        months = tuple(m for m in grant.months or () if (grant.kind, m) not in seen)
        seen.update((grant.kind, month) for month in months)
        if months or not grant.months:
            place = places[grant.worker_id]
            lines.append(
                Line(grant, months, None, None, False, place.area_code, place.office, (), by)
            )
    return lines


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
        records = await identities.records_of(tx, worker_id)
        entries = (await folding.books_of(tx, records[:1]))[records[0]].entries
        held = {(entry.grant.kind, month) for entry in entries for month in entry.months}
        mirrored = await _kept_elsewhere(rt, tx, records, held)
        accounts = await unemployment_insurance.accounts_of(rt, tx, records[:1])
    entries = [*entries, *(Entry(line.grant, line.months) for line in mirrored)]
    law, born = Law(rt), Born(facts.sex, facts.birth_date, facts.claims.cadre)
    months = rules.used(entries)
    found = []
    for kind in domain.KINDS:
        if domain.TABLE[kind].takes == "note":
            continue
        of = [entry for entry in entries if entry.grant.kind == kind and entry.months]
        limit = law.limit(kind, on, born)
        if kind == "unemployment-insurance" and limit is not None:
            limit = _granted(limit, accounts.get(records[0]))
        found.append(_used(kind, months.get(kind, []), of, limit, on))
    return found


def _granted(limit: rules.Limit, account: Account | None) -> rules.Limit:
    """What the agency granted last binds, where it told of that (R21); else the most that there is."""
    if account is None or account.started_on is None:
        return limit
    return replace(limit, count=account.granted)


def _used(
    kind: domain.Kind,
    months: list[date],
    entries: Sequence[Entry],
    limit: rules.Limit | None,
    on: date,
) -> Used:
    counted: Sequence[date] = months
    if domain.TABLE[kind].per == "year":
        counted = [month for month in months if month.year == on.year]
    elif domain.TABLE[kind].per == "grant":
        counted = max(entries, key=lambda entry: entry.place).months if entries else ()
    return Used(
        kind,
        months,
        {entry.grant.id: entry.months for entry in entries},
        limit.count if limit else None,
        limit.clause if limit else None,
        max(limit.count - len(counted), 0) if limit else None,
        limit.until if limit else None,
    )
