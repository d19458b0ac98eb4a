"""The ledger folded: months, overlaps and annotations, derived from what was told.

For a set of persons whose records are locked: who holds which month, what overlaps, and what stands
on which certificate. Set-based: so many statements, however many persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.db import Tx
from kit.events import Event, NewEvent
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.service import Runtime
from registry.benefits import domain, events, rules, store
from registry.benefits.domain import TABLE, Act, Annotation, Cause, Grant, Holder, Overlap, Paid
from registry.benefits.rules import Entry, Found
from registry.benefits.terms import Born, Law
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Spell
from registry.workers import usecases as workers
from registry.workers.domain import Facts


@dataclass(slots=True)
class Book:
    """Everything in the ledger about one person, of all records that are this person."""

    person: UUID
    members: list[UUID]
    facts: Facts | None
    spells: list[Spell]
    entries: list[Entry]
    withdrawn: set[UUID]
    acts: Mapping[UUID, Sequence[Act]]

    @property
    def grants(self) -> list[Grant]:
        return [entry.grant for entry in self.entries]

    def stands(self, grant: Grant, holder: Holder) -> bool:
        return domain.holds(grant, holder, withdrawn=grant.id in self.withdrawn)

    def found(self, holder: Holder | None, law: Law, more: Sequence[Entry] = ()) -> list[Found]:
        """What is wrong in it, with ``more`` entries supposed."""
        if self.facts is None:
            return []
        return self._found([*self.entries, *more], holder, law)

    def due(self, law: Law) -> list[Found]:
        """What is wrong in it whether or not orders that followed from it brought anything back."""
        if self.facts is None:
            return []
        acts = {id: [act for act in done if act.finding is None] for id, done in self.acts.items()}
        return self._found(
            [
                replace(one, months=rules.live_months(one.grant, acts[one.grant.id]))
                if one.grant.written_by is not None and one.grant.id in acts
                else one
                for one in self.entries
            ],
            None, law,
        )  # fmt: skip

    def _found(self, entries: Sequence[Entry], holder: Holder | None, law: Law) -> list[Found]:
        assert self.facts is not None
        born = Born(self.facts.sex, self.facts.birth_date, self.facts.claims.cadre)
        return rules.overlaps(
            entries,
            self.spells,
            holder,
            lambda grant: law.of(born, grant),
            lambda on: law.retires_on(born, on),
        )


async def paid_by_grant(tx: Tx, grants: Sequence[Grant]) -> dict[UUID, list[Paid]]:
    """What was paid of these grants. ``grants``: all openings of each entity among them."""
    if not grants:
        return {}
    of = rules.latest(grants)
    return {of[entity]: paid for entity, paid in (await store.paid_of(tx, list(of))).items()}


async def books_of(tx: Tx, persons: Iterable[UUID], *, writing: bool = False) -> dict[UUID, Book]:
    """The books of these persons (surviving records), in a fixed number of statements. For
    ``writing`` the persons are read even when nothing stands in their book: a first benefit is
    checked like any other."""
    members = await identities.members_of(tx, persons)
    everyone = [id for ids in members.values() for id in ids]
    grants = await store.grants_of(tx, everyone)
    acts = await store.acts_on(tx, [grant.id for grant in grants]) if grants else {}
    paid = await paid_by_grant(tx, grants)
    entries = {
        grant.id: Entry(
            grant, rules.live_months(grant, acts.get(grant.id, ()), paid.get(grant.id, ()))
        )
        for grant in grants
    }
    by_worker: dict[UUID, list[Entry]] = {}
    for entry in entries.values():
        by_worker.setdefault(entry.grant.worker_id, []).append(entry)
    looked_at = [
        person
        for person, ids in members.items()
        if writing
        or any(
            entry.months or TABLE[entry.grant.kind].by_money
            for id in ids
            for entry in by_worker.get(id, ())
        )
    ]
    spells = await labour_status.spells_of(tx, looked_at) if looked_at else {}
    facts = await workers.facts_of(tx, looked_at) if looked_at else {}
    gone = {grant for grant, done in acts.items() if rules.account(done).withdrawn}
    gone |= {grant.id for grant in grants if rules.waits(grant, acts.get(grant.id, ()))}
    return {
        person: Book(
            person,
            ids,
            facts.get(person),
            spells.get(person, []),
            [entry for id in ids for entry in by_worker.get(id, ())],
            gone,
            acts,
        )
        for person, ids in members.items()
    }


async def fold(
    rt: Runtime,
    tx: Tx,
    persons: Iterable[UUID],
    holders: Sequence[Holder],
    causes: Mapping[UUID, Event],
) -> None:
    """Derive the ledger of these persons (surviving records, locked) again: months, overlaps and
    annotations. ``holders``: those of them who hold a certificate."""
    books = await books_of(tx, persons)
    by_person = {holder.worker_id: holder for holder in holders}
    told = [
        *await _fold_months(rt, tx, books, by_person),
        *await _fold_annotations(tx, books, by_person),
    ]
    because = {
        id: causes[book.person]
        for book in books.values()
        if book.person in causes
        for id in book.members
    }
    await emit(tx, [_because(event, because) for event in told])


async def _fold_months(
    rt: Runtime, tx: Tx, books: Mapping[UUID, Book], holders: Mapping[UUID, Holder]
) -> list[NewEvent]:
    """Slots are released before they are taken: never is a month held twice, not even inside."""
    members = [id for book in books.values() for id in book.members]
    held = await store.held(tx, members)
    wanted: dict[UUID, set[date]] = {}
    of: dict[UUID, Grant] = {}
    for book in books.values():
        for (_, _, month), grant_id in rules.slots(book.entries).items():
            wanted.setdefault(grant_id, set()).add(month)
        of.update({grant.id: grant for grant in book.grants})
    released = [
        (id, month) for id, months in held.items() for month in months - wanted.get(id, set())
    ]
    taken = [
        (id, month, of[id].worker_id, of[id].kind)
        for id, months in wanted.items()
        for month in sorted(months - held.get(id, set()))
    ]
    if released:
        await store.release(tx, released)
    if taken:
        await store.take(tx, taken)
    return await _fold_overlaps(rt, tx, books, holders)


async def _fold_overlaps(
    rt: Runtime, tx: Tx, books: Mapping[UUID, Book], holders: Mapping[UUID, Holder]
) -> list[NewEvent]:
    """Tell of what is wrong now and was not, or was and no longer is. A merged record's own row
    stands still while it is merged: what was found of it is cleared by name of the survivor."""
    law, today = Law(rt), rt.today()
    everyone = [id for book in books.values() for id in book.members]
    known: dict[UUID, dict[tuple[Cause, UUID, UUID | None], Overlap]] = {}
    for overlap in await store.overlaps_of(tx, everyone):
        key = (overlap.cause, overlap.benefit_id, overlap.other_id)
        known.setdefault(overlap.person_id, {})[key] = overlap
    changed: list[Overlap] = []
    told: list[NewEvent] = []
    for book in books.values():
        holder = holders.get(book.person)
        found = {one.key: one for one in book.found(holder and domain.until(today, holder), law)}
        kinds = {grant.id: grant.kind for grant in book.grants}
        for key, one in found.items():
            assert book.facts is not None
            before = known.get(book.person, {}).get(key)
            if before is not None and before.standing and before.months == one.months:
                continue
            after = Overlap(
                before.id if before else new_id(), book.person, kinds[one.benefit_id], one.cause,
                one.benefit_id, one.other_id, one.months, book.facts.area_code, book.facts.office,
                today,
            )  # fmt: skip
            event = _overlap_found(after)
            changed.append(replace(after, told_event=event.id))
            told.append(event)
        for person in book.members:
            for key, before in known.get(person, {}).items():
                if before.standing and (person != book.person or key not in found):
                    event = _overlap_cleared(before, today)
                    changed.append(replace(before, standing=False, told_event=event.id))
                    told.append(event)
    if changed:
        await store.save_overlaps(tx, changed)
    return told


async def _fold_annotations(
    tx: Tx, books: Mapping[UUID, Book], holders: Mapping[UUID, Holder]
) -> list[NewEvent]:
    """Annotate what stands on these certificates and is not written yet; reverse what no longer
    stands. What stands on an earlier certificate of the person stays there."""
    held = [book for book in books.values() if book.person in holders]
    if not held:
        return []
    written = await store.standing(
        tx,
        [id for book in held for id in book.members],
        [holders[book.person].certificate_id for book in held],
    )
    on: dict[UUID, list[Annotation]] = {}
    for annotation in written:
        on.setdefault(annotation.certificate_id, []).append(annotation)
    gone = [
        annotation
        for book in held
        for annotation in on.get(holders[book.person].certificate_id, ())
        if not _still(annotation, book, holders[book.person])
    ]
    struck = {annotation.id for annotation in gone}
    have = {a.source_event: a for a in written if a.id not in struck}
    made = [
        _annotation(grant, holders[book.person])
        for book in held
        for grant in book.grants
        if grant.source_event not in have and book.stands(grant, holders[book.person])
    ]
    if gone:
        await store.reverse(tx, sorted(struck))
    if made:
        await store.annotate(tx, [annotation for annotation, _ in made])
    return [*map(_reversed, gone), *(event for _, event in made)]


def _still(annotation: Annotation, book: Book, holder: Holder) -> bool:
    """Whether what is written on this certificate is still right. It is not when the grant is none
    of this person's: its record was merged with this one, and no longer is."""
    grant = next((g for g in book.grants if g.source_event == annotation.source_event), None)
    return grant is not None and book.stands(grant, holder)


# --- what is told -------------------------------------------------------------------------------


def _because(event: NewEvent, causes: Mapping[UUID, Event]) -> NewEvent:
    cause = causes.get(UUID(event.data["worker_id"]))
    return event.because_of(cause) if cause else event


def _annotation(grant: Grant, holder: Holder) -> tuple[Annotation, NewEvent]:
    id = new_id()
    event = NewEvent(
        events.BENEFIT_ANNOTATED, id, grant.valid_from, holder.area_code, holder.office,
        {
            "worker_id": str(grant.worker_id), "certificate_id": str(holder.certificate_id),
            "kind": grant.kind, "from": grant.valid_from.isoformat(),
            "to": grant.valid_to.isoformat() if grant.valid_to else None,
            "amount": yuan(grant.amount_fen) if grant.amount_fen is not None else None,
            "granted_by": grant.granted_by, "source_event": str(grant.source_event),
        },
    )  # fmt: skip
    made = Annotation(
        id, grant.worker_id, holder.certificate_id, grant.kind, grant.valid_from, grant.valid_to,
        grant.amount_fen, grant.granted_by, grant.source_event, holder.area_code, holder.office,
        event.id,
    )  # fmt: skip
    return made, event


def _reversed(annotation: Annotation) -> NewEvent:
    return NewEvent(
        events.BENEFIT_REVERSED, annotation.id, annotation.valid_from, annotation.area_code,
        annotation.office,
        {
            "worker_id": str(annotation.worker_id),
            "certificate_id": str(annotation.certificate_id), "kind": annotation.kind,
        },
        reverses=annotation.annotated_event,
    )  # fmt: skip


def _of(overlap: Overlap) -> dict[str, object]:
    return {
        "worker_id": str(overlap.person_id), "kind": overlap.kind, "cause": overlap.cause,
        "benefit_id": str(overlap.benefit_id),
        "other_id": str(overlap.other_id) if overlap.other_id else None,
    }  # fmt: skip


def _overlap_found(overlap: Overlap) -> NewEvent:
    return NewEvent(
        events.OVERLAP_FOUND, overlap.id, overlap.months[0], overlap.area_code, overlap.office,
        {**_of(overlap), "months": [month.isoformat() for month in overlap.months]},
    )  # fmt: skip


def _overlap_cleared(overlap: Overlap, on: date) -> NewEvent:
    return NewEvent(
        events.OVERLAP_CLEARED, overlap.id, on, overlap.area_code, overlap.office, _of(overlap),
        reverses=overlap.told_event,
    )  # fmt: skip
