"""Life facts recorded, ended and reversed by the authorities that know them, and told to others.

Whoever records holds the lock of the registered people concerned (``labour_status.hold``), then
writes, then calls :func:`bind`, then lets follow what follows (``registry.consequences``).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from kit import indexes
from kit.auth import Actor
from kit.crypto import IdNumber
from kit.db import Tx
from kit.events import Event, EventType, NewEvent
from kit.facts import IdTaken
from kit.outbox import emit
from kit.refusal import Refusal
from kit.service import Runtime
from registry.identities import usecases as identities
from registry.life_facts import domain, events, store
from registry.life_facts.domain import DibaoOnDay, End, Kind, LifeFact, NewFact, Reversal, Step
from registry.life_facts.store import Entry

#: Makes the id of an end that was told together with its fact.
_WITH_THE_FACT = UUID("5f1c1e0e-6b52-5c7e-9a3e-0b8f2f1f7a10")


async def of(
    tx: Tx, workers: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[LifeFact]]:
    """Standing facts by worker, oldest first; absent for those of whom nothing was told."""
    found: dict[UUID, list[LifeFact]] = {}
    for fact in domain.merged(await store.of(tx, list(workers), known_at)):
        found.setdefault(fact.worker_id, []).append(fact)
    return found


async def dibao_on(tx: Tx, days: Mapping[UUID, date]) -> dict[UUID, DibaoOnDay]:
    """What the civil affairs office says of each worker, under all records of the person, on a day
    of his or her own. Absent: it told nothing of the person, so what was claimed stands."""
    if not days:
        return {}
    persons = await identities.person_of(tx, days)
    members = await identities.members_of(tx, set(persons.values()))
    told = await of(tx, [id for ids in members.values() for id in ids])
    found: dict[UUID, DibaoOnDay] = {}
    for worker, day in days.items():
        facts = (fact for id in members[persons[worker]] for fact in told.get(id, ()))
        if (said := domain.dibao_on(day, facts)) is not None:
            found[worker] = said
    return found


async def subjects(rt: Runtime, tx: Tx, numbers: Sequence[IdNumber]) -> list[bytes]:
    """The keyed hashes under which facts about the holders of these numbers are kept now."""
    plain = [number.number for number in numbers]
    keyring = await indexes.writing(tx, rt.keyring, rt.service.hashed, plain, store.SUBJECT)
    return [store.subject(keyring, number) for number in plain]


async def workers_of(rt: Runtime, tx: Tx, subjects: Iterable[bytes]) -> dict[bytes, UUID]:
    """The registered people among these; facts about the others wait for their registration."""
    wanted = set(subjects)
    return await store.workers_of(tx, rt.keyring, wanted) if wanted else {}


async def watch(tx: Tx, strangers: Iterable[bytes]) -> None:
    """These are not registered, as far as this transaction sees. One who is just being registered
    sees as little of what is told here: :func:`watched` finds both when they are committed."""
    wanted = set(strangers)
    if wanted:
        await store.watch(tx, wanted)


async def watched(rt: Runtime, tx: Tx, limit: int) -> tuple[list[UUID], bool]:
    """Registered people among those who are watched, and whether more are to be looked at. Nobody is
    watched for longer than the transactions last that were under way when he was told of."""
    rows = await store.watched(tx, limit)
    if not rows:
        return [], False
    found = await store.workers_of(tx, rt.keyring, {subject for _, subject, _ in rows})
    await store.looked(tx, [id for id, _, _ in rows], [id for id, _, last in rows if last])
    return sorted(found.values()), len(rows) == limit


async def subjects_of(tx: Tx, authority: str, ids: Sequence[UUID]) -> set[bytes]:
    """Whom these facts of an authority, and these ends of its facts, are about."""
    acts = await store.acts(tx, ids)
    facts = await store.known(tx, [*ids, *(act.fact_id for act in acts.values())])
    return {fact.subject for fact in facts.values() if fact.authority == authority}


async def record(
    tx: Tx, authority: str, actor: str, facts: Sequence[NewFact], today: date
) -> list[Refusal | None]:
    """Keep what an authority tells; answers per fact why not, or None. A fact that was told before
    under this id is not written again. Refused: :class:`InTheFuture`, :class:`FactBeforeBirth`,
    :class:`EndsBeforeItBegan`, :class:`DoesNotEnd`, :class:`IdTaken` (by another fact)."""
    known = await store.known(tx, [fact.id for fact in facts])
    seen = {id: (one.authority, store.content(one)) for id, one in known.items()}
    outcome: list[Refusal | None] = []
    new: list[NewFact] = []
    for fact in facts:
        mine = (authority, store.content(fact))
        try:
            domain.check(fact, today)
            if seen.setdefault(fact.id, mine) != mine:
                raise IdTaken
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
        if fact.id not in known:
            new.append(fact)
    if new:
        await store.add(tx, new, authority, actor)
        ended = [End(uuid5(_WITH_THE_FACT, str(f.id)), f.id, f.until) for f in new if f.until]
        await store.add_ends(tx, ended, actor)
    return outcome


async def end(
    tx: Tx, authority: str, actor: str, ends: Sequence[End], today: date
) -> list[Refusal | None]:
    """Facts no longer hold from a day on. Refused: :class:`NoSuchLifeFact` (also another
    authority's), :class:`DoesNotEnd`, :class:`EndsBeforeItBegan`, :class:`InTheFuture`,
    :class:`IdTaken`. An end that was told before under this id is not written again."""
    facts = await store.known(tx, [one.fact_id for one in ends])
    known = await store.acts(tx, [one.id for one in ends])
    seen = {id: ("ended", act.fact_id, act.on) for id, act in known.items() if act.act == "ended"}
    others = {id for id, act in known.items() if act.act != "ended"}
    outcome: list[Refusal | None] = []
    new: list[End] = []
    for one in ends:
        fact = facts.get(one.fact_id)
        mine = ("ended", one.fact_id, one.on)
        try:
            if fact is None or fact.authority != authority:
                raise domain.NoSuchLifeFact
            domain.check_end(fact.kind, fact.on, one.on, today)
            if one.id in others or seen.setdefault(one.id, mine) != mine:
                raise IdTaken
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
        if one.id not in known:
            new.append(one)
    await store.add_ends(tx, new, actor)
    return outcome


async def reverse(
    tx: Tx, authority: str, actor: str, reversals: Sequence[Reversal], today: date
) -> list[Refusal | None]:
    """Facts, or their ends, were told wrongly. Refused: :class:`NoSuchLifeFact` (also another
    authority's), :class:`IdTaken`. What was reversed before under this id is not again."""
    named = [one.reverses for one in reversals]
    acts = await store.acts(tx, [*named, *(one.id for one in reversals)])
    facts = await store.known(tx, [*named, *(act.fact_id for act in acts.values())])
    outcome: list[Refusal | None] = []
    new: list[tuple[Reversal, UUID, UUID | None]] = []
    seen = {id: (act.act, act.fact_id, act.reverses) for id, act in acts.items() if id not in named}
    for one in reversals:
        act = acts.get(one.reverses)
        if act is not None and act.act != "ended":
            act = None
        fact = facts.get(act.fact_id if act else one.reverses)
        if fact is None or fact.authority != authority:
            outcome.append(domain.NoSuchLifeFact())
            continue
        mine = ("reversed", fact.id, act.id if act else None)
        known = one.id in acts
        if seen.setdefault(one.id, mine) != mine or (known and one.id in named):
            outcome.append(IdTaken())
            continue
        outcome.append(None)
        if not known:
            new.append((one, fact.id, act.id if act else None))
    await store.add_reversals(tx, new, today, actor)
    return outcome


# --- telling others

_TYPES: dict[domain.What, EventType] = {
    "recorded": events.LIFE_FACT_RECORDED,
    "ended": events.LIFE_FACT_ENDED,
    "end-reversed": events.LIFE_FACT_REVERSED,
    "reversed": events.LIFE_FACT_REVERSED,
}


async def bind(tx: Tx, workers: Iterable[UUID]) -> dict[UUID, Event]:
    """Tell what changed in the standing facts of these people since it was told last: after a fact,
    an end, a reversal, a registration or a corrected ID number. Answers by worker the last event
    that was told, as the cause of what follows; nobody of whom nothing changed."""
    people = list(workers)
    standing = {f.id: f for facts in (await of(tx, people)).values() for f in facts}
    due = await _due(tx, standing, people)
    about = standing | await _known(tx, [id for id, _, _ in due if id not in standing])
    return await _tell(tx, about, due)


async def bind_declared(
    tx: Tx, workers: Sequence[UUID], facts: Sequence[LifeFact], standing: Container[UUID]
) -> dict[UUID, Event]:
    """The same for facts that the office itself confirmed: of all that it ever confirmed of these
    people, those of ``standing`` hold."""
    about = {fact.id: fact for fact in facts}
    holding = {id: fact for id, fact in about.items() if id in standing}
    return await _tell(tx, about, await _due(tx, holding, workers, declared=True), declared=True)


async def _due(
    tx: Tx, standing: Mapping[UUID, LifeFact], people: Sequence[UUID], *, declared: bool = False
) -> list[tuple[UUID, int, Step]]:
    """What others do not know yet: of which fact, in which place of its order."""
    told = await store.told(tx, list(standing), people, declared)
    due: list[tuple[UUID, int, Step]] = []
    for fact_id in sorted(standing.keys() | told.keys()):
        believed, count = told.get(fact_id, (None, 0))
        steps = domain.steps(believed, standing.get(fact_id))
        due += [(fact_id, count + n, step) for n, step in enumerate(steps, 1)]
    return due


async def _tell(
    tx: Tx,
    about: Mapping[UUID, LifeFact],
    due: Sequence[tuple[UUID, int, Step]],
    *,
    declared: bool = False,
) -> dict[UUID, Event]:
    if not due:
        return {}
    places = await store.places(tx, {step.worker_id for _, _, step in due})
    made = [_event(about[id], step, *places[step.worker_id]) for id, _, step in due]
    rows = [(*one, event.id) for one, event in zip(due, made, strict=True)]
    await store.add_told(tx, rows, declared)
    await emit(tx, made)
    return {step.worker_id: event.as_cause() for (_, _, step), event in zip(due, made, strict=True)}


async def _known(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, LifeFact]:
    """Facts that stand no longer, of whom they were does not matter."""
    return {
        id: LifeFact(id, id, one.kind, one.on, None, one.authority)
        for id, one in (await store.known(tx, ids)).items()
    }


def _event(fact: LifeFact, step: Step, area_code: str, office: str) -> NewEvent:
    data: dict[str, str | None] = {
        "worker_id": str(step.worker_id), "kind": fact.kind, "on": fact.on.isoformat(),
        "authority": fact.authority,
    }  # fmt: skip
    if step.what in ("recorded", "ended"):
        data["until"] = step.until.isoformat() if step.until else None
    else:
        data["what"] = "fact" if step.what == "reversed" else "end"
    valid_from = step.until if step.what == "ended" and step.until else fact.on
    return NewEvent(
        _TYPES[step.what], fact.id, valid_from, area_code, office, data, reverses=step.reverses
    )


# --- reading


async def list_life_facts(
    rt: Runtime,
    actor: Actor,
    worker_id: UUID | None,
    kind: Kind | None,
    after: UUID | None,
    limit: int,
) -> list[Entry]:
    """What was told of people whom the caller may see; of one person under all records."""
    async with rt.db.reading() as tx:
        asked = None
        if worker_id is not None:
            persons = await identities.person_of(tx, [worker_id])
            members = await identities.members_of(tx, persons.values())
            asked = [id for ids in members.values() for id in ids]
        return await store.page(tx, actor.area_pattern, asked, kind, after, limit)
