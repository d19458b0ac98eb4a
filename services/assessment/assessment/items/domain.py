"""Folding facts into items: a pure function of the set of facts, whatever order they come in.

An item has three halves, what opened it, what took it back and what ended it. Each half keeps the
fact with the highest sequence of its entity, so merging is commutative, associative and idempotent;
a half may arrive before the others. Whether an item counts on a day is read from the halves.

Two records found to be one person stay two rows; a link between them says from which day they count
as one (E1). So a merge changes no item, and one that is taken back leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from assessment.folds.domain import (
    AREA,
    CORRECTED,
    MERGED,
    OFFICE,
    PERSON,
    RULES_OF,
    UNMERGED,
    Fact,
    Rule,
)
from kit.identities import Link, link_of, newest
from kit.money import fen

#: "It never was": a day before every period.
NEVER = date.min


class Item(NamedTuple):
    """One thing that may be counted. Money in fen; ``closed_on`` = :data:`NEVER` when voided, None
    when whatever closed it was taken back."""

    entity_id: UUID
    kind: str
    n: int  # 0, or the fact's sequence where one entity gives many items
    opened_seq: int | None = None
    opened_by: UUID | None = None
    on_date: date | None = None
    area_code: str | None = None
    office: str | None = None
    worker_id: UUID | None = None
    unit_id: UUID | None = None
    tag: str | None = None
    aspect: str | None = None
    mark: str | None = None
    amount_fen: int | None = None
    quantity: int | None = None
    until_seq: int | None = None
    until: date | None = None
    closed_seq: int | None = None
    closed_by: UUID | None = None
    closed_on: date | None = None
    ended_seq: int | None = None
    ended_by: UUID | None = None
    ended_on: date | None = None

    @property
    def key(self) -> tuple[UUID, str, int]:
        return (self.entity_id, self.kind, self.n)

    def counts_on(self, day: date) -> bool:
        """Whether this has happened by ``day`` and was not taken back by then."""
        if self.opened_seq is None or self.on_date is None or self.on_date > day:
            return False
        if self.closed_seq is None or self.closed_seq < self.opened_seq:
            return True
        return self.closed_on is None or self.closed_on > day


OPENED = Item._fields[3:15]
UNTIL = Item._fields[15:17]
CLOSED = Item._fields[17:20]
ENDED = Item._fields[20:23]


class Person(NamedTuple):
    """What figures need of a person: a pseudonym, the population and where he is registered."""

    worker_id: UUID
    sequence: int
    opened_by: UUID
    population: str  # base 下岗失业人员 | outside
    sex: str | None
    birth_date: date | None
    category: str | None
    area_code: str
    office: str
    on_date: date


class Move(NamedTuple):
    """A person is administered elsewhere from a day on: another office took the case over, or the
    place had been written down wrongly (then from the beginning)."""

    worker_id: UUID
    sequence: int
    told_by: UUID
    since: date
    area_code: str
    office: str


class Place(NamedTuple):
    """The name of an area or of an office, for people who read a report."""

    code: str
    sequence: int
    kind: str  # area | office
    name: str
    level: str


class Folded(NamedTuple):
    """What a set of facts comes to, one row per key."""

    items: list[Item]
    persons: list[Person]
    moves: list[Move]
    places: list[Place]
    links: list[Link]


def merge(one: Item, other: Item) -> Item:
    """All parts of knowledge about one item; the later fact wins each part."""
    return Item(
        *one[:3],
        *_later(one[3:15], other[3:15]),
        *_later(one[15:17], other[15:17]),
        *_later(one[17:20], other[17:20]),
        *_later(one[20:23], other[20:23]),
    )


def _later(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return other if (other[0] or 0) > (one[0] or 0) else one


def fold(facts: Iterable[Fact]) -> Folded:
    """Fold facts. Raises ``ValueError`` or ``KeyError`` for a payload that is not to its contract."""
    items: dict[tuple[UUID, str, int], Item] = {}
    persons: dict[UUID, Person] = {}
    moves: dict[tuple[UUID, int], Move] = {}
    places: dict[str, Place] = {}
    links: list[Link] = []
    for fact in facts:
        for rule in RULES_OF.get(fact.type, ()):
            item = apply(rule, fact)
            if item is None:
                continue
            key = (item.entity_id, item.kind, item.n)
            known = items.get(key)
            items[key] = item if known is None else merge(known, item)
        if fact.type == PERSON:
            person = _person(fact)
            before = persons.get(person.worker_id)
            if before is None or before.sequence < person.sequence:
                persons[person.worker_id] = person
        elif fact.type == CORRECTED and "place" in fact.data["attributes"]:
            move = _move(fact)
            moves[move.worker_id, move.sequence] = move
        elif fact.type in (MERGED, UNMERGED):
            links.append(link_of(fact))
        elif fact.type in (AREA, OFFICE):
            place = _place(fact)
            held = places.get(place.code)
            if held is None or held.sequence < place.sequence:
                places[place.code] = place
    return Folded(
        list(items.values()), list(persons.values()), list(moves.values()), list(places.values()),
        newest(links),
    )  # fmt: skip


def apply(rule: Rule, fact: Fact) -> Item | None:
    """The half item that one fact gives under one rule; None when the rule does not apply."""
    data = fact.data
    if rule.when is not None and data.get(rule.when) is None:
        return None
    if rule.only is not None and data.get(rule.only[0]) != rule.only[1]:
        return None
    on = fact.valid_from if rule.on is None else _day(data[rule.on])
    until_seq = None if rule.until is None else fact.sequence
    until = None if rule.until is None else _optional_day(data.get(rule.until))
    if rule.effect == "opens":
        return Item(
            fact.entity_id,
            rule.kind,
            fact.sequence if rule.each else 0,
            fact.sequence,
            fact.id,
            on,
            fact.area_code,
            fact.office,
            fact.worker_id,
            _identifier(data, rule.unit),
            _text(data, rule.tag),
            _text(data, rule.aspect),
            _mark(data, rule.mark),
            _amount(data, rule.amount),
            None if rule.quantity is None else _whole(data.get(rule.quantity)),
            until_seq,
            until,
        )
    effect = rule.effect
    if effect == "closes":
        effect = "ends" if fact.reverses is None else "voids"
    if effect == "ends":
        return Item(
            fact.entity_id, rule.kind, 0, ended_seq=fact.sequence, ended_by=fact.id, ended_on=on
        )
    if effect == "restores":
        return Item(
            fact.entity_id, rule.kind, 0, until_seq=until_seq, until=until,
            closed_seq=fact.sequence, closed_by=fact.id, ended_seq=fact.sequence, ended_by=fact.id,
        )  # fmt: skip
    closed_on = NEVER if effect == "voids" else on
    return Item(
        fact.entity_id,
        rule.kind,
        0,
        closed_seq=fact.sequence,
        closed_by=fact.id,
        closed_on=closed_on,
    )


def _person(fact: Fact) -> Person:
    data = fact.data
    return Person(
        fact.entity_id,
        fact.sequence,
        fact.id,
        data["population"],
        data.get("sex"),
        _optional_day(data.get("birth_date")),
        data.get("category"),
        fact.area_code,
        fact.office,
        fact.valid_from,
    )


def _move(fact: Fact) -> Move:
    since = date.min if fact.data["from_the_beginning"] else fact.valid_from
    return Move(fact.entity_id, fact.sequence, fact.id, since, fact.area_code, fact.office)


def _place(fact: Fact) -> Place:
    data = fact.data
    if fact.type == AREA:
        return Place(data["code"], fact.sequence, "area", data["name"], data["level"])
    return Place(data["code"], fact.sequence, "office", data["name"], data["kind"])


def _day(value: Any) -> date:
    return date.fromisoformat(value)


def _optional_day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _identifier(data: dict[str, Any], name: str | None) -> UUID | None:
    value = None if name is None else data.get(name)
    return None if value is None else UUID(value)


def _text(data: dict[str, Any], name: str | None) -> str | None:
    value = None if name is None else data.get(name)
    return None if value is None else str(value)


def _mark(data: dict[str, Any], name: str | None) -> str | None:
    value = None if name is None else data.get(name)
    if name is None or value is None or value is False:
        return None
    return name if value is True else str(value)


def _amount(data: dict[str, Any], name: str | None) -> int | None:
    value = None if name is None else data.get(name)
    return None if value is None else fen(value)


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a quantity is a whole number")
    return value
