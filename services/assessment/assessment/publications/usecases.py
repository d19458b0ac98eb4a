"""Taking in what was published, and handing it to the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from assessment.indicators.domain import Semantics
from assessment.publications import store
from assessment.publications.domain import IssuerMissing, MoreDecimals, Publication, publish
from kit.auth import Actor
from kit.bulk import row_error
from kit.db import Tx
from kit.problems import FieldError

if TYPE_CHECKING:
    from kit.service import Runtime


OUTSIDE = (
    "outside-your-area",
    "不在本人可见的区域内",
    "the area is not among those that you may see",
)
TAKEN = (
    "already-published",
    "此编号已录入；公布数不得更改",
    "this id is taken: what was printed stays",
)
NO_DAY = ("no-such-day", "没有这一天", "there is no such day")
NO_PERIOD = ("period-differs", "起始日与口径不符", "the first day is not that of the semantics")
NO_ISSUER = (
    "issuer-and-form",
    "完成率须写明下达者，别的形式不写",
    "a completion, and only that, names an issuer",
)
TOO_FINE = (
    "more-decimals",
    "数值的小数位多于所写的小数位",
    "the value has more decimals than it says",
)


class Line(Protocol):
    """One line of an import, as it was validated."""

    @property
    def period(self) -> str: ...
    @property
    def semantics(self) -> Semantics | None: ...
    def publication(self) -> Publication: ...


async def import_publications(
    tx: Tx, actor: Actor, rows: Sequence[tuple[int, Line]]
) -> list[FieldError]:
    """Keep the lines of a file; answers the lines that were not taken and why."""
    errors: list[FieldError] = []
    read: list[tuple[int, Publication]] = []
    for line, row in rows:
        try:
            read.append((line, _publication(row)))
        except _Wrong as wrong:
            errors.append(row_error(line, *wrong.texts, pointer=wrong.pointer))
    taken = await store.known(tx, [one.id for _, one in read])
    good: list[Publication] = []
    for line, one in read:
        if not actor.may_see(one.area_code):
            errors.append(row_error(line, *OUTSIDE, pointer="#/area_code"))
        elif one.id in taken:
            errors.append(row_error(line, *TAKEN, pointer="#/id"))
        else:
            taken.add(one.id)
            good.append(one)
    if good:
        await store.add(tx, good)
    return errors


class _Wrong(Exception):
    """A line that is no publication: where and why."""

    def __init__(self, pointer: str, texts: tuple[str, str, str]) -> None:
        super().__init__(texts[0])
        self.pointer, self.texts = pointer, texts


def _publication(row: Line) -> Publication:
    try:
        one = publish(row.publication())
        right = _starts_right(row, one.as_of)
    except ValueError:
        raise _Wrong("#/period", NO_DAY) from None
    except IssuerMissing:
        raise _Wrong("#/issuer", NO_ISSUER) from None
    except MoreDecimals:
        raise _Wrong("#/value", TOO_FINE) from None
    if not right:
        raise _Wrong("#/period", NO_PERIOD)
    return one


def _starts_right(row: Line, end: date) -> bool:
    """A year to date begins on 1 January, a month on its first day; other periods begin anywhere."""
    if "/" not in row.period:
        return True
    start = date.fromisoformat(row.period[:10])
    if row.semantics in ("YTD", "ANN"):
        return start == date(end.year, 1, 1)
    if row.semantics == "MON":
        return start == end.replace(day=1)
    return start <= end


async def published(
    tx: Tx, area_prefix: str, as_of: date | None, after: str | None, limit: int
) -> list[Publication]:
    """Published values of an area, in order."""
    return await store.listing(tx, area_prefix, as_of, after, limit)


async def list_publications(
    rt: Runtime, actor: Actor, as_of: date | None, after: str | None, limit: int
) -> list[Publication]:
    async with rt.db.looking() as tx:
        return await store.listing(tx, actor.area_prefix, as_of, after, limit)
