"""The census (摸底): who may qualify and has not been asked, and what those said who were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import IdTaken, InTheFuture
from kit.refusal import Refusal
from kit.service import Runtime
from registry.difficulties import reading, rule, store
from registry.difficulties.deciding import Judge, people
from registry.difficulties.domain import Asked
from registry.difficulties.rule import Kind
from registry.identities import usecases as identities
from registry.labour_status.domain import BASE_STATUSES
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker

#: So many people are looked at with one set of statements.
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Possible:
    """Somebody for whom everything in the registers speaks. ``to_prove``: clauses that only papers
    prove, about which the person is to be asked. ``asked_on``: when he or she said to apply."""

    worker_id: UUID
    area_code: str
    office: str
    to_prove: tuple[str, ...]
    asked_on: date | None = None


def _to_prove(version: str, kind: Kind) -> tuple[str, ...]:
    return tuple(
        clause.met.code for clause in rule.clauses_of(version, kind) if clause in rule.PROVED
    )


async def census(
    rt: Runtime,
    actor: Actor,
    pattern: str,
    kind: Kind,
    after: UUID | None,
    limit: int,
    *,
    applies: bool = False,
) -> list[Possible]:
    """Who may qualify by today's law and has not been asked under it, by id; with ``applies`` those
    who said that they would apply, and of whom nothing was decided since. A new law asks again.
    Raises ``recognition-not-in-force`` before the first law."""
    found: list[Possible] = []
    async with rt.db.reading() as tx:
        today = rt.today()
        law = Judge(rt).law(today)
        if kind not in rule.census_kinds(law.version, law.terms.kinds):
            return []
        reference = rule.age_day(law.terms, today)
        born = (
            rule.born_by(law.terms.male_age, reference),
            rule.born_by(law.terms.female_age, reference),
        )
        while len(found) < limit:
            rows = await reading.candidates(
                tx, pattern, sorted(BASE_STATUSES), born if kind == "4050" else None, after,
                max(100, 2 * limit), law.since, applies=applies,
            )  # fmt: skip
            if not rows:
                break
            after = rows[-1].worker_id
            known = await people(tx, [(row.worker_id, today) for row in rows])
            for row in rows:
                person = known[row.worker_id, today]
                facts = person.facts(today, wishes=True)
                if kind not in row.recognised and rule.may_qualify(
                    kind, law.version, facts, law.terms, today
                ):
                    place = person.place
                    found.append(
                        Possible(
                            row.worker_id, place.area_code, place.office,
                            _to_prove(law.version, kind), row.asked_on,
                        )
                    )  # fmt: skip
    return found[:limit]


@dataclass(frozen=True, slots=True)
class CensusCounts:
    """The census of an area in numbers: by kind who may qualify and was not asked, and who is
    recognised; and how many answered what."""

    possible: Mapping[Kind, int]
    recognised: Mapping[Kind, int]
    answers: Mapping[str, int]


async def census_counts(rt: Runtime, actor: Actor, pattern: str) -> CensusCounts:
    """Counted by the rule itself, chunk by chunk, for the people of an area."""
    possible: dict[Kind, int] = {}
    after: UUID | None = None
    async with rt.db.reading() as tx:
        today = rt.today()
        law = Judge(rt).law(today)
        kinds = rule.census_kinds(law.version, law.terms.kinds)
        while rows := await reading.candidates(
            tx, pattern, sorted(BASE_STATUSES), None, after, CHUNK, law.since
        ):
            after = rows[-1].worker_id
            known = await people(tx, [(row.worker_id, today) for row in rows])
            for row in rows:
                facts = known[row.worker_id, today].facts(today, wishes=True)
                for kind in kinds:
                    if kind not in row.recognised and rule.may_qualify(
                        kind, law.version, facts, law.terms, today
                    ):
                        possible[kind] = possible.get(kind, 0) + 1
        return CensusCounts(
            {kind: possible.get(kind, 0) for kind in kinds},
            await reading.recognised(tx, pattern),
            await reading.answers(tx, pattern),
        )


async def note_asked(
    rt: Runtime, tx: Tx, actor: Actor, asked: Sequence[Asked]
) -> list[Refusal | None]:
    """People of the census were asked; answers per question why it was not noted, or None."""
    known = await workers.facts_of(tx, {one.worker_id for one in asked})
    merged = await identities.merged_among(tx, known)
    used = await store.asked_in_use(tx, [one.id for one in asked])
    outcome: list[Refusal | None] = []
    made: list[Asked] = []
    for one in asked:
        place = known.get(one.worker_id)
        refusal: Refusal | None = merged.get(one.worker_id)
        if refusal is not None:
            pass
        elif place is None or not actor.may_see(place.area_code):
            refusal = NoSuchWorker()
        elif one.id in used:
            refusal = IdTaken()
        elif one.asked_on > rt.today():
            refusal = InTheFuture(on=one.asked_on, today=rt.today())
        else:
            used.add(one.id)
            made.append(replace(one, actor=actor.subject))
        outcome.append(refusal)
    if made:
        await store.note_asked(tx, made)
    return outcome


async def note_answer(rt: Runtime, actor: Actor, asked: Asked) -> Asked:
    async with rt.db.transaction() as tx:
        (refusal,) = await note_asked(rt, tx, actor, [asked])
        if refusal is not None:
            raise refusal
    return asked


async def answers_of(
    tx: Tx, workers: Sequence[UUID], after: UUID | None, limit: int
) -> list[Asked]:
    """What these records answered, by the ids of the answers."""
    return await store.asked_of(tx, workers, after, limit)
