"""Evaluating figures from items, persons, declared series and targets, whenever they are asked for.

Nothing here knows what was published: an import rule keeps it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from assessment.figures.domain import (
    CAP_EXCEEDED,
    CAP_MET,
    NO_LAST_YEAR,
    NO_TARGET,
    NOT_DECLARED,
    NOTHING_TO_DIVIDE_BY,
    Figure,
    FigureId,
    Finding,
    Part,
    TargetUsed,
    UnknownFigure,
    canonical,
    growth,
    percent,
    period_of,
    reconciliation,
)  # fmt: skip
from assessment.indicators import usecases as indicators
from assessment.indicators.domain import (
    UNITS,
    Definition,
    Period,
    Term,
    UnknownIndicator,
    a_year_before,
    period,
)
from assessment.measures import usecases as measures
from assessment.statistics import usecases as statistics
from assessment.targets import usecases as targets
from kit.areas import prefix
from kit.db import Tx


@dataclass(frozen=True, slots=True)
class Scope:
    """Where: an area with all below it, and one office or all."""

    area_code: str
    office: str | None


class Evaluation:
    """Figures of one snapshot. A sum that several figures share is measured once."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._sums: dict[tuple[measures.Choice, str], int] = {}

    async def figure(self, figure: FigureId) -> Figure:
        """Evaluate one figure. Raises ``UnknownFigure`` or ``UnknownIndicator``."""
        definition = definition_of(figure)
        figure = canonical(figure, definition)
        if figure.form == "completion":
            return await self._completion(figure, definition)
        if figure.form == "growth":
            return await self._growth(figure, definition)
        if figure.form == "stated":
            return await self._declared(figure, definition)
        return await self._own(figure, definition)

    # --- the forms ------------------------------------------------------------------------------

    async def _own(self, figure: FigureId, definition: Definition) -> Figure:
        """A count, a sum or a rate."""
        when = period_of(figure, definition)
        scope = Scope(figure.area_code, figure.only_office)
        sum_ = await self._sum(definition.numerator, when, scope)
        unit = _counted_in(definition)
        numerator = _part(definition, sum_, unit, when)
        if definition.is_rate:
            below = await self._sum(definition.denominator, when, scope)
            divisor = Part(
                Fraction(below, UNITS[unit]),
                unit,
                when,
                definition.base or "",
                "分母",
                "denominator",
            )
            exact = percent(Fraction(sum_), Fraction(below))
            empty = (NOTHING_TO_DIVIDE_BY,) if exact is None else ()
            return Figure(
                figure, definition, when, numerator, divisor, exact, "%", definition.decimals,
                findings=empty,
            )  # fmt: skip
        stated, findings = await self._stated(definition, numerator.value, when, scope)
        return Figure(
            figure, definition, when, numerator, None, numerator.value, unit, definition.decimals,
            stated=stated, findings=findings,
        )  # fmt: skip

    async def _declared(self, figure: FigureId, definition: Definition) -> Figure:
        """A value that somebody else counted."""
        when = period("PIT", figure.as_of)
        series = definition.numerator[0].series or definition.id
        found = await statistics.value_at(
            self.tx, series, figure.area_code, figure.office, figure.as_of
        )
        value = Fraction(found.value) if found else None
        unit = found.unit if found else definition.unit
        decimals = max(0, -int(found.value.as_tuple().exponent)) if found else definition.decimals
        return Figure(
            figure, definition, when, _title(definition, value or Fraction(0), unit, when), None,
            value, unit, decimals, source=found.source if found else None,
            findings=() if found else (NOT_DECLARED,),
        )  # fmt: skip

    async def _completion(self, figure: FigureId, definition: Definition) -> Figure:
        """The value against the target in force of the named issuer (I17)."""
        base = await self.figure(
            replace(
                figure, form="value", issuer=None, target_indicator=None, semantics=figure.semantics
            )
        )
        wanted = indicators.in_force(figure.of_target, figure.as_of)
        used = await self._target(figure)
        result = replace(
            base, id=figure, unit="%", decimals=0, stated=None, target_definition=wanted, target=used,
            exact=None, denominator=None,
        )  # fmt: skip
        if used is None:
            return replace(result, findings=(*base.findings, NO_TARGET))
        asked = Fraction(used.value)
        divisor = Part(
            asked, wanted.unit, base.period, wanted.id, f"{wanted.title_zh}（目标）",
            f"{wanted.title_en} (target)",
        )  # fmt: skip
        result = replace(result, denominator=divisor)
        if base.exact is None:
            return result
        if definition.cap:
            met = CAP_MET if base.exact <= asked else CAP_EXCEEDED
            return replace(result, findings=(*base.findings, met))
        exact = percent(base.exact, asked)
        if exact is None:
            return replace(result, findings=(*base.findings, NOTHING_TO_DIVIDE_BY))
        result = replace(
            result, exact=exact, numerator=replace(base.numerator, value=base.exact, unit=base.unit)
        )
        if result.definitions_differ:
            return await self._differing(result)
        return result

    async def _differing(self, result: Figure) -> Figure:
        """A value of one definition set against a target of another: show both series (N5)."""
        used = result.target
        assert used is not None
        own = replace(result.id, indicator=used.indicator, target_indicator=None, version=None)
        companion = await self.figure(own)
        finding = Finding(
            "definition-differs",
            f"以“{result.definition.title_zh}”对照“{companion.definition.title_zh}”的目标",
            f"'{result.definition.title_en}' is set against a target for '{companion.definition.title_en}'",
        )
        return replace(result, companion=companion, findings=(*result.findings, finding))

    async def _growth(self, figure: FigureId, definition: Definition) -> Figure:
        """This period against the same calendar cut of last year (I16)."""
        own = replace(figure, form="value")
        this = await self.figure(own)
        last = await self.figure(
            replace(own, as_of=a_year_before(figure.as_of), version=definition.version or None)
        )
        result = replace(
            this, id=figure, unit="%", decimals=2, stated=None, exact=None,
            numerator=replace(this.numerator, value=this.exact or Fraction(0), unit=this.unit),
            denominator=replace(last.numerator, value=last.exact or Fraction(0), unit=last.unit),
        )  # fmt: skip
        if this.exact is None or last.exact is None:
            return replace(result, findings=(*this.findings, *last.findings))
        grown = growth(this.exact, last.exact)
        if grown is None:
            return replace(result, findings=(*this.findings, NO_LAST_YEAR))
        return replace(result, exact=grown)

    # --- sums -----------------------------------------------------------------------------------

    async def _sum(self, terms: Sequence[Term], when: Period, scope: Scope) -> int:
        total = 0
        for term in terms:
            choice = choice_of(term, when, scope)
            key = (choice, term.aggregate)
            if key not in self._sums:
                self._sums[key] = await measures.measure(self.tx, choice, term.aggregate)
            total += term.sign * self._sums[key]
        return total

    async def _stated(
        self, definition: Definition, value: Fraction, when: Period, scope: Scope
    ) -> tuple[Fraction | None, tuple[Finding, ...]]:
        if definition.stated is None:
            return None, ()
        fen = await measures.stated(
            self.tx, definition.stated, when.start, when.end, scope.area_code, scope.office
        )
        stated = None if fen is None else Fraction(fen, UNITS[definition.unit])
        gap = reconciliation(value, stated, definition.unit, definition.decimals)
        return stated, (gap,) if gap else ()

    async def _target(self, figure: FigureId) -> TargetUsed | None:
        assert figure.issuer is not None
        found = await targets.of_issuer(
            self.tx,
            figure.issuer,
            figure.of_target,
            figure.as_of.year,
            figure.area_code,
            figure.office,
        )
        held = found.value_on(figure.as_of) if found else None
        if found is None or held is None:
            return None
        value, since = held
        return TargetUsed(
            str(found.id), found.issuer, found.indicator, value, since, since != found.signed_on
        )


def definition_of(figure: FigureId) -> Definition:
    """The version that the id names, or the one in force. Raises ``UnknownIndicator``."""
    try:
        if figure.version is not None:
            return indicators.version(figure.indicator, figure.version)
        return indicators.in_force(figure.indicator, figure.as_of)
    except UnknownIndicator:
        if figure.form == "stated":
            return _of_series(figure.indicator)
        raise


def choice_of(term: Term, when: Period, scope: Scope) -> measures.Choice:
    """The items or persons that a term counts for a period and place."""
    if term.source == "statistic":
        raise UnknownFigure
    own = (
        when
        if term.semantics in (None, when.semantics)
        else period(term.semantics or "CUM", when.end)
    )
    return measures.Choice(
        start=own.start,
        end=own.end,
        area_prefix=prefix(scope.area_code),
        office=scope.office,
        kind=term.kind if term.source == "items" else None,
        tags=term.tags,
        not_tags=term.not_tags,
        aspects=term.aspects,
        marks=term.marks,
        population=term.population,
        dated=term.dated,
        matured=term.matured,
        live=term.live,
        without=term.without,
    )


async def evaluate(tx: Tx, figure: FigureId) -> Figure:
    """One figure on its own."""
    return await Evaluation(tx).figure(figure)


@dataclass(frozen=True, slots=True)
class Listed:
    """A figure that can be asked for, not yet evaluated."""

    id: FigureId
    definition: Definition


async def catalogue(
    tx: Tx, area_code: str, office: str, as_of: date, indicator: str | None
) -> list[Listed]:
    """Which figures a place has on a day: every indicator, its growth, and each target's completion."""
    listed = []
    for definition in indicators.all_in_force(as_of):
        own = canonical(FigureId(definition.id, "value", area_code, office, as_of), definition)
        listed.append(Listed(own, definition))
        if definition.semantics == "YTD" and not definition.is_rate:
            listed.append(Listed(replace(own, form="growth"), definition))
    by_id = {one.id.indicator: one.definition for one in listed}
    for target in await targets.signed_for(tx, area_code, office, as_of):
        if target.area_code == area_code and target.indicator in by_id:
            done = FigureId(
                target.indicator, "completion", area_code, office, as_of, issuer=target.issuer
            )
            listed.append(Listed(done, by_id[target.indicator]))
    return sorted(
        (one for one in listed if indicator in (None, one.id.indicator)),
        key=lambda one: str(one.id),
    )


def _counted_in(definition: Definition) -> str:
    """The two sums of a rate are counts or yuan; everything else is in its own unit."""
    if not definition.is_rate:
        return definition.unit
    return "yuan" if definition.numerator[0].aggregate == "sum_fen" else "count"


def _part(definition: Definition, sum_: int, unit: str, when: Period) -> Part:
    return _title(definition, Fraction(sum_, UNITS[unit]), unit, when)


def _title(definition: Definition, value: Fraction, unit: str, when: Period) -> Part:
    return Part(value, unit, when, definition.id, definition.title_zh, definition.title_en)


def _of_series(series: str) -> Definition:
    """A declared series that no indicator stands for: shown as it was declared."""
    return Definition(
        id=series, version=1, since=date.min, title_zh=series, title_en=series, unit="%", decimals=2,
        semantics="PIT", owner="assessment", clause="申报统计 declared series",
        numerator=(Term(source="statistic", aggregate="value", series=series),),
    )  # fmt: skip
