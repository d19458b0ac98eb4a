"""The census (摸底): who may qualify and has not been asked, and what those said who were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import IdTaken, InTheFuture
from kit.pagination import Stretch
from kit.refusal import Refusal
from kit.service import Runtime
from registry.difficulties import reading, rule, store
from registry.difficulties.deciding import Judge, Person, people
from registry.difficulties.domain import Asked
from registry.difficulties.reading import Candidate
from registry.difficulties.rule import Facts, Kind
from registry.identities import usecases as identities
from registry.labour_status.domain import BASE_STATUSES
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker

#: So many people are looked at with one set of statements, and so many for one page of the list and
#: of the counts.
CHUNK, LOOKED, COUNTED = 500, 2_000, 20_000


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
    pattern: str,
    kind: Kind,
    after: UUID | None,
    limit: int,
    *,
    applies: bool = False,
    looked: int = LOOKED,
) -> Stretch[Possible]:
    """Who may qualify by today's law and has not been asked under it, by id; with ``applies`` those
    who said that they would apply, and of whom nothing was decided since. A new law asks again. At
    most ``looked`` people are looked at in one request. Raises ``recognition-not-in-force`` before
    the first law."""
    found: list[Possible] = []
    async with rt.db.reading() as tx:
        asking = _Asking(rt, applies)
        if kind not in asking.kinds:
            return Stretch(found)
        while looked > 0:
            wanted = min(CHUNK, looked)
            ids = await reading.some(tx, pattern, after, wanted)
            for row, person, facts in await asking.of(tx, ids, asking.born(kind)):
                if asking.may(kind, row, facts):
                    found.append(
                        Possible(
                            row.worker_id, person.place.area_code, person.place.office,
                            _to_prove(asking.law.version, kind), row.asked_on,
                        )
                    )  # fmt: skip
                if len(found) == limit:
                    return Stretch(found, row.worker_id)
            if len(ids) < wanted:
                return Stretch(found)
            after, looked = ids[-1], looked - wanted
    return Stretch(found, after)


class _Asking:
    """The rule as the census asks it today."""

    def __init__(self, rt: Runtime, applies: bool = False) -> None:
        self.today, self.applies = rt.today(), applies
        self.law = Judge(rt).law(self.today)
        self.kinds = rule.census_kinds(self.law.version, self.law.terms.kinds)

    def born(self, kind: Kind) -> tuple[date, date] | None:
        """The last birth dates of men and women that a kind of an age looks for."""
        terms = self.law.terms
        day = rule.age_day(terms, self.today)
        ages = (terms.male_age, terms.female_age)
        return (rule.born_by(ages[0], day), rule.born_by(ages[1], day)) if kind == "4050" else None

    async def of(
        self, tx: Tx, ids: Sequence[UUID], born: tuple[date, date] | None = None
    ) -> list[tuple[Candidate, Person, Facts]]:
        """Those of these people whom the rule is to be asked about, with what it looks at."""
        rows = await reading.candidates(
            tx, ids, sorted(BASE_STATUSES), born, self.law.since, applies=self.applies
        )
        known = await people(tx, [(row.worker_id, self.today) for row in rows])
        persons = [known[row.worker_id, self.today] for row in rows]
        return [
            (row, person, person.facts(self.today, wishes=True))
            for row, person in zip(rows, persons, strict=True)
        ]

    def may(self, kind: Kind, row: Candidate, facts: Facts) -> bool:
        """Whether everything in the registers speaks for a kind that does not hold already."""
        law = self.law
        return kind not in row.recognised and rule.may_qualify(
            kind, law.version, facts, law.terms, self.today
        )


@dataclass(frozen=True, slots=True)
class CensusCounts:
    """The census of an area in numbers: by kind who may qualify and was not asked, of the people that
    were looked at up to ``ended`` (None: of all that are left); and of the whole area, with the first
    of them, who is recognised, and how many answered what."""

    possible: Mapping[Kind, int]
    ended: UUID | None
    recognised: Mapping[Kind, int]
    answers: Mapping[str, int]


async def census_counts(
    rt: Runtime, pattern: str, after: UUID | None, *, looked: int = COUNTED
) -> CensusCounts:
    """Counted by the rule itself, chunk by chunk, for at most ``looked`` people of an area in one
    request."""
    first, possible = after is None, dict[Kind, int]()
    async with rt.db.reading() as tx:
        asking = _Asking(rt)
        ended: UUID | None = None
        while looked > 0:
            wanted = min(CHUNK, looked)
            ids = await reading.some(tx, pattern, after, wanted)
            for row, _, facts in await asking.of(tx, ids):
                for kind in asking.kinds:
                    possible[kind] = possible.get(kind, 0) + asking.may(kind, row, facts)
            ended = after = ids[-1] if len(ids) == wanted else None
            looked = looked - wanted if ended is not None else 0
        return CensusCounts(
            {kind: possible.get(kind, 0) for kind in asking.kinds},
            ended,
            await reading.recognised(tx, pattern) if first else {},
            await reading.answers(tx, pattern) if first else {},
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
