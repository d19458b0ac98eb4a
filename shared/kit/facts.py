"""What every recorded fact has: a day, an area, the office that administers it; and who may tell it.

Pure. The refusals here mean the same in every service; their problems are the platform's.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import Field

from kit.refusal import Refusal

T = TypeVar("T")

#: Code of an office in a wire model, as it was opened (``231102-employment-bureau``).
OfficeCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{6,12}-[a-z0-9-]{1,40}$",
        description="经办机构代码 (code of the administering office)",
        examples=["231102-employment-bureau"],
    ),
]


class OutsideYourArea(Refusal):
    """The fact belongs to an area that the caller's office does not administer."""

    code = "outside-your-area"


class InTheFuture(Refusal):
    """A fact cannot have happened after the business day."""

    code = "in-the-future"


class IdTaken(Refusal):
    """The id that the caller made for the new thing is in use."""

    code = "id-taken"


class MakerIsChecker(Refusal):
    """Whoever made an entry does not decide on it, whatever scopes he or she holds."""

    code = "maker-is-checker"


class StaleWrite(Refusal):
    """Somebody changed the thing since it was read (``If-Match``)."""

    code = "precondition-failed"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where and when somebody writes: the digits that their areas begin with, and the day."""

    area_prefix: str
    today: date

    def admit(self, area_code: str, on: date) -> None:
        """Raises :class:`OutsideYourArea` or :class:`InTheFuture`."""
        if not area_code.startswith(self.area_prefix):
            raise OutsideYourArea
        if on > self.today:
            raise InTheFuture(on=on, today=self.today)


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
    Desk(area_prefix, today).admit(area_code, on)
    if fact_id in taken:
        raise IdTaken
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


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
