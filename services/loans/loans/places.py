"""The place of a fact: every fact has an area and an office, and an actor writes only its own area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from kit.refusal import Refusal

T = TypeVar("T")


class OutsideYourArea(Refusal):
    """The fact belongs to an area that the actor's office does not administer."""

    code = "outside-your-area"


class IdTaken(Refusal):
    """The id given by the caller names a fact that is recorded."""

    code = "id-taken"


class InTheFuture(Refusal):
    """A fact cannot have happened after the business day."""

    code = "in-the-future"


def admit(
    fact_id: UUID,
    area_code: str,
    on: date,
    *,
    area_prefix: str,
    today: date,
    taken: set[UUID],
) -> None:
    """Rules that every new fact keeps; raises the refusal that applies and notes the id as taken."""
    if not area_code.startswith(area_prefix):
        raise OutsideYourArea(area_code=area_code)
    if on > today:
        raise InTheFuture(today=today)
    if fact_id in taken:
        raise IdTaken()
    taken.add(fact_id)


def only(results: Sequence[T | Refusal]) -> T:
    """The result of a set of one; raises its refusal."""
    (result,) = results
    if isinstance(result, Refusal):
        raise result
    return result


def accepted(results: Iterable[T | Refusal]) -> list[T]:
    """The results that are no refusals."""
    return [result for result in results if not isinstance(result, Refusal)]
