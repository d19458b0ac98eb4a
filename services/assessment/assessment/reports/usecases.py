"""The report: every published value beside what the facts come to, evaluated in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from assessment.figures.domain import Figure, FigureId, Finding, convert, plain, rounded
from assessment.figures.usecases import Evaluation
from assessment.indicators.domain import UnknownIndicator
from assessment.measures import usecases as measures
from assessment.publications import usecases as publications
from assessment.publications.domain import Publication
from assessment.reports.domain import Computed, Judged, judge
from kit.auth import Actor
from kit.db import Tx

if TYPE_CHECKING:
    from kit.service import Runtime

#: A report has so many values at most; a city's has some eighty.
VALUES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a report."""

    published: Publication
    figure: Figure | None
    figure_id: FigureId
    judged: Judged


async def report(
    rt: Runtime, actor: Actor, as_of: date | None, after: str | None, limit: int
) -> tuple[list[Line], dict[str, str]]:
    """Compare published values of the caller's area; with the names of areas and offices."""
    async with rt.db.reading() as tx:
        rows = await publications.published(tx, actor.area_prefix, as_of, after, limit)
        evaluation = Evaluation(tx)
        lines = [await _line(evaluation, row) for row in rows]
        names = await _names(tx, rows)
    return lines, names


async def _line(evaluation: Evaluation, published: Publication) -> Line:
    wanted = FigureId(
        indicator=published.indicator,
        form=published.form,
        area_code=published.area_code,
        office=published.office,
        as_of=published.as_of,
        semantics=published.semantics,
        issuer=published.issuer,
        target_indicator=published.target_indicator,
    )
    try:
        figure = await evaluation.figure(wanted)
    except UnknownIndicator:
        missing = Finding(
            "unknown-indicator",
            "此日没有这一指标的定义",
            "no definition of this indicator is in force on that day",
        )
        return Line(published, None, wanted, judge(published, Computed(None, [missing])))
    return Line(published, figure, figure.id, judge(published, computed(published, figure)))


def computed(published: Publication, figure: Figure) -> Computed:
    """The figure in the published unit, and the series where definitions differ."""
    if figure.exact is None:
        return Computed(None, figure.findings)
    exact = convert(figure.exact, figure.unit, published.unit)
    if exact is None:
        finding = Finding(
            "unit-differs",
            f"公布的单位与指标的单位（{figure.unit}）不可换算",
            f"the published unit cannot be compared with the indicator's ({figure.unit})",
        )
        return Computed(None, [*figure.findings, finding])
    differs = (
        [_series(one) for one in (figure, figure.companion) if one] if figure.companion else []
    )
    return Computed(exact, figure.findings, differs)


def _series(figure: Figure) -> tuple[str, str, str, str]:
    done = rounded(figure.exact, figure.decimals) if figure.exact is not None else None
    value = plain(rounded(Fraction(figure.numerator.value), 2))
    return (
        figure.definition.title_zh, figure.definition.title_en, value,
        "—" if done is None else f"{done:f}",
    )  # fmt: skip


async def _names(tx: Tx, rows: Sequence[Publication]) -> dict[str, str]:
    codes = {row.area_code for row in rows} | {row.office for row in rows}
    return await measures.names(tx, sorted(codes))
