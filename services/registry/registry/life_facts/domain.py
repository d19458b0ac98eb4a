"""Facts that other authorities know: retirement, death, service, emigration, prison, incapacity, dibao.

A fact has the day on which it happened; it may end on a later day, and it may be reversed when it
was wrong. What follows from it (policy 4.1, E8) is folded by the nouns that it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args
from uuid import UUID

from kit import life_facts
from kit.facts import InTheFuture
from kit.refusal import Refusal

#: 退休 / 死亡 / 参军 / 出境定居 / 服刑 / 完全丧失劳动能力 / 享受低保
Kind = Literal[
    "retired", "deceased", "enlisted", "emigrated", "imprisoned", "incapacitated", "dibao"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_ZH: dict[str, str] = {**life_facts.KIND_ZH, "dibao": "享受低保"}

#: Kinds that take a person out of the labour force while they hold.
WITHDRAWS: frozenset[Kind] = frozenset(kind for kind in KINDS if kind in life_facts.WITHDRAWS)
#: Kinds that do not end: what was told wrongly is reversed.
ENDLESS: frozenset[Kind] = frozenset({"deceased", "retired"})


#: What the civil affairs office's list says of a day: 在享 / 不在享.
DibaoOnDay = Literal["receives", "does_not_receive"]


class FactBeforeBirth(Refusal):
    """The fact is dated before the birth date in the ID number."""

    code = "life-fact-before-birth"


class EndsBeforeItBegan(Refusal):
    """The end is dated before the fact."""

    code = "life-fact-ends-before-it-began"


class DoesNotEnd(Refusal):
    """Death and retirement do not end."""

    code = "life-fact-does-not-end"


class NoSuchLifeFact(Refusal):
    """This authority has told no such fact, and no such end."""

    code = "unknown-life-fact"


@dataclass(frozen=True, slots=True)
class LifeFact:
    """One fact as it stands now. ``until`` is the first day on which it no longer holds; None:
    it holds, or nobody told of its end. ``told_event`` told others of it."""

    id: UUID
    worker_id: UUID
    kind: Kind
    on: date
    until: date | None = None
    authority: str = ""
    told_event: UUID | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.on <= day and (self.until is None or day < self.until)


def dibao_on(day: date, facts: Iterable[LifeFact]) -> DibaoOnDay | None:
    """What the civil affairs office's facts say of a day; None where it knows nothing of the person
    (a fact that was reversed is not there). Before the first of them nothing was received."""
    told = [fact for fact in facts if fact.kind == "dibao"]
    if not told:
        return None
    return "receives" if any(fact.holds(day) for fact in told) else "does_not_receive"


def dibao_ended(after: date, facts: Sequence[LifeFact]) -> date | None:
    """The first day behind ``after`` on which the civil affairs office says that dibao is received no
    more; None where it told of no end."""
    ends = sorted(fact.until for fact in facts if fact.until is not None and fact.until > after)
    return next((day for day in ends if dibao_on(day, facts) == "does_not_receive"), None)


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact as an authority names it. ``subject`` is the keyed hash of the person's ID number,
    ``born`` the birth date in it."""

    id: UUID
    subject: bytes
    born: date
    kind: Kind
    on: date
    until: date | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The end of a fact: ``on`` is the first day on which it no longer holds."""

    id: UUID
    fact_id: UUID
    on: date


@dataclass(frozen=True, slots=True)
class Reversal:
    """A fact, or the end of one, was told wrongly. ``reverses`` is its id."""

    id: UUID
    reverses: UUID
    reason: str | None = None


def check(fact: NewFact, today: date) -> None:
    """Raises when the dates of a fact are impossible."""
    if max(fact.on, fact.until or fact.on) > today:
        raise InTheFuture
    if fact.on < fact.born:
        raise FactBeforeBirth
    if fact.until is not None:
        check_end(fact.kind, fact.on, fact.until, today)


def check_end(kind: Kind, began: date, ended: date, today: date) -> None:
    """Raises when a fact cannot end, or not on that day."""
    if kind in ENDLESS:
        raise DoesNotEnd
    if ended > today:
        raise InTheFuture
    if ended < began:
        raise EndsBeforeItBegan


def merged(facts: Iterable[LifeFact]) -> list[LifeFact]:
    """The same fact told by one authority under several ids is one fact: under the id that others
    were told, else the lowest; the earliest end counts. Reversing one of the ids leaves it standing
    under the others."""
    found: dict[tuple[UUID, str, Kind, date], LifeFact] = {}
    for fact in sorted(facts, key=lambda one: (one.on, one.told_event is None, one.id)):
        same = (fact.worker_id, fact.authority, fact.kind, fact.on)
        first = found.setdefault(same, fact)
        ends = [end for end in (first.until, fact.until) if end is not None]
        found[same] = replace(first, until=min(ends, default=None))
    return list(found.values())


# --- what others were told

What = Literal["recorded", "ended", "end-reversed", "reversed"]


@dataclass(frozen=True, slots=True)
class Told:
    """What others believe of a fact: whose it is, and by which events they know."""

    worker_id: UUID
    recorded: UUID
    ended: UUID | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One event to tell; ``reverses`` is the event that it takes back."""

    what: What
    worker_id: UUID
    until: date | None = None
    reverses: UUID | None = None


def believed(rows: Iterable[tuple[What, UUID, UUID, date | None]]) -> Told | None:
    """What rows of (what, worker, event, until), in their order, have made others believe."""
    told: Told | None = None
    for what, worker_id, event_id, until in rows:
        if what == "recorded":
            told = Told(worker_id, event_id, None, until)
        elif what == "reversed" or told is None:
            told = None
        elif what == "ended":
            told = replace(told, ended=event_id, until=until)
        else:
            told = replace(told, ended=None, until=None)
    return told


def steps(told: Told | None, fact: LifeFact | None) -> list[Step]:
    """What is to be told so that others believe what stands; nothing when they do already."""
    if told is None:
        return [] if fact is None else [Step("recorded", fact.worker_id, fact.until)]
    taken_back = Step("reversed", told.worker_id, reverses=told.recorded)
    if fact is None:
        return [taken_back]
    if fact.worker_id != told.worker_id:
        return [taken_back, *steps(None, fact)]
    if fact.until == told.until:
        return []
    ended = [] if fact.until is None else [Step("ended", fact.worker_id, fact.until)]
    if told.until is None:
        return ended
    if told.ended is None:  # the end was told together with the fact
        return [taken_back, *steps(None, fact)]
    return [Step("end-reversed", fact.worker_id, reverses=told.ended), *ended]
