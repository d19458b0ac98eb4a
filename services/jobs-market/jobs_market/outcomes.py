"""One rule for one thing and for sets: each of many is done or refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import ClassVar, Protocol, TypeVar
from uuid import UUID

from kit.auth import Actor
from kit.facts import Desk, IdTaken
from kit.policy import NoValue
from kit.refusal import Refusal
from kit.service import Runtime

D = TypeVar("D", bound="Identified")
T = TypeVar("T")


class Identified(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def area_code(self) -> str: ...


class NotInForce(Refusal):
    """No parameter was in force on the day of the fact: the rule cannot decide."""

    code: ClassVar[str] = "not-in-force"


def parameter(rt: Runtime, name: str, on: date) -> int:
    """A whole number of this service's policies on a day. Raises :class:`NotInForce`."""
    try:
        value = rt.policies.value(f"jobs-market.{name}", on).value
    except NoValue:
        raise NotInForce(on=on) from None
    assert isinstance(value, int)
    return value


def desk_of(rt: Runtime, actor: Actor) -> Desk:
    """Where and when this caller writes."""
    return Desk(actor.area_prefix, rt.today())


def each(
    drafts: Iterable[D], taken: set[UUID], decide: Callable[[D], T]
) -> tuple[list[T | Refusal], list[T]]:
    """Decide every draft: (an outcome for each, the good ones). Ids are unique, also among these.

    ``decide`` raises a :class:`Refusal`, which becomes that draft's outcome."""
    outcomes: list[T | Refusal] = []
    good: list[T] = []
    seen = set(taken)
    for draft in drafts:
        try:
            if draft.id in seen:
                raise IdTaken
            decided = decide(draft)
        except Refusal as refusal:
            outcomes.append(refusal)
            continue
        seen.add(draft.id)
        outcomes.append(decided)
        good.append(decided)
    return outcomes, good
