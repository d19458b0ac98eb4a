"""From sums to a figure: exact fractions, rounded half up once, at publication.

Two published values prove the rounding (policy dossier 2.2): 69.55 is printed as 69.6, which binary
floats miss, and 115.665 as 115.67, which half-even and truncation miss.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from assessment.indicators.domain import UNITS, Definition, Period, Semantics, period
from kit.refusal import Refusal

Form = Literal["value", "rate", "stated", "completion", "growth"]

_FORMS: dict[str, Form] = {form: form for form in get_args(Form)}
_SEMANTICS: dict[str, Semantics] = {one.lower(): one for one in get_args(Semantics)}

ALL = "all"  # office of a figure that is about everything in its area

_ID = re.compile(
    r"(?P<indicator>[a-z0-9_-]{2,80})(?:@(?P<version>[0-9]{1,4}))?"
    rf"\.(?P<form>{'|'.join(_FORMS)})"
    r"\.(?P<area>[0-9]{12})\.(?P<office>[a-z0-9-]{2,60})"
    rf"\.(?:(?P<semantics>{'|'.join(_SEMANTICS)})-)?"
    r"(?P<as_of>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:\.(?P<issuer>[a-z0-9-]{2,60})(?:\.(?P<target>[a-z0-9_-]{2,80}))?)?",
    re.ASCII,
)


class UnknownFigure(Refusal):
    """The id names no figure: it cannot be read, or its parts do not fit together."""

    code = "unknown-figure"


@dataclass(frozen=True, slots=True)
class FigureId:
    """Everything that a figure depends on besides facts; its text is the stable, readable id."""

    indicator: str
    form: Form
    area_code: str
    office: str
    as_of: date
    version: int | None = None
    semantics: Semantics | None = None
    issuer: str | None = None
    target_indicator: str | None = None

    def __str__(self) -> str:
        version = f"@{self.version}" if self.version else ""
        semantics = f"{self.semantics.lower()}-" if self.semantics else ""
        parts = [
            f"{self.indicator}{version}",
            self.form,
            self.area_code,
            self.office,
            f"{semantics}{self.as_of.isoformat()}",
        ]
        if self.issuer:
            parts.append(self.issuer)
            if self.target_indicator and self.target_indicator != self.indicator:
                parts.append(self.target_indicator)
        return ".".join(parts)

    @property
    def of_target(self) -> str:
        """The indicator that the issuer's target is about."""
        return self.target_indicator or self.indicator

    @property
    def only_office(self) -> str | None:
        return None if self.office == ALL else self.office


def parse(text: str) -> FigureId:
    """Read an id. Raises :class:`UnknownFigure`."""
    match = _ID.fullmatch(text)
    if match is None:
        raise UnknownFigure
    try:
        as_of = date.fromisoformat(match["as_of"])
    except ValueError:
        raise UnknownFigure from None
    found = FigureId(
        indicator=match["indicator"],
        form=_FORMS[match["form"]],
        area_code=match["area"],
        office=match["office"],
        as_of=as_of,
        version=int(match["version"]) if match["version"] else None,
        semantics=_SEMANTICS[match["semantics"]] if match["semantics"] else None,
        issuer=match["issuer"],
        target_indicator=match["target"],
    )
    if (found.form == "completion") != (found.issuer is not None):
        raise UnknownFigure
    return found


def canonical(figure: FigureId, definition: Definition) -> FigureId:
    """The same figure in its one spelling: ``value`` of a rate is ``rate``, of a declared series
    ``stated``; semantics is named only when it is not the definition's own."""
    form = figure.form
    if form in ("value", "rate", "stated"):
        form = "rate" if definition.is_rate else "stated" if definition.is_declared else "value"
    own = figure.semantics in (None, definition.semantics)
    other = figure.target_indicator
    return replace(
        figure,
        form=form,
        semantics=None if own else figure.semantics,
        target_indicator=None if other == figure.indicator else other,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader must know; never hidden, never repaired."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Part:
    """A numerator or denominator: an exact number in a unit, for a period, and what it is."""

    value: Fraction
    unit: str
    period: Period
    indicator: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class TargetUsed:
    """The target in force of the named issuer on the as-of date."""

    id: str
    issuer: str
    indicator: str
    value: Decimal
    since: date
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One evaluated figure. ``exact`` is None when there is no value; a finding says why."""

    id: FigureId
    definition: Definition
    period: Period
    numerator: Part
    denominator: Part | None
    exact: Fraction | None
    unit: str
    decimals: int
    target: TargetUsed | None = None
    target_definition: Definition | None = None
    stated: Fraction | None = None
    source: str | None = None
    findings: tuple[Finding, ...] = ()
    companion: Figure | None = None  # the same target met by the target's own indicator

    @property
    def value(self) -> Decimal | None:
        return None if self.exact is None else rounded(self.exact, self.decimals)

    @property
    def definitions_differ(self) -> bool:
        return self.target is not None and self.target.indicator != self.definition.id


def rounded(exact: Fraction, decimals: int) -> Decimal:
    """ROUND_HALF_UP (away from zero) to so many decimals, from the exact fraction and only here."""
    scaled = abs(exact) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    sign = "-" if exact < 0 and whole else ""
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return Decimal(sign + text)


def as_text(exact: Fraction) -> str:
    """The unrounded value: ``30161/12100``, or a whole number."""
    if exact.denominator == 1:
        return str(exact.numerator)
    return f"{exact.numerator}/{exact.denominator}"


def percent(numerator: Fraction, denominator: Fraction) -> Fraction | None:
    """``100 · numerator ÷ denominator``; None for nothing to divide by."""
    return None if denominator == 0 else 100 * numerator / denominator


def growth(this: Fraction, last: Fraction) -> Fraction | None:
    """``100 · (this − last) ÷ last`` at equal calendar cuts (I16); None when there was nothing."""
    return None if last == 0 else 100 * (this - last) / last


def convert(exact: Fraction, unit: str, wanted: str) -> Fraction | None:
    """The same value in another unit (wan yuan to yuan, wan persons to persons); None if no such."""
    if unit == wanted:
        return exact
    money = {"yuan", "wan_yuan", "yi_yuan"}
    if {unit, wanted} <= money or {unit, wanted} <= {"person", "wan_person"}:
        return exact * UNITS[unit] / UNITS[wanted]
    return None


def reconciliation(
    items: Fraction, stated: Fraction | None, unit: str, decimals: int
) -> Finding | None:
    """A stated total that is not the sum of its items, as far as it is printed (N1)."""
    if stated is None or rounded(items, decimals) == rounded(stated, decimals):
        return None
    gap = plain(rounded(stated - items, max(decimals, 2)))
    said, summed = plain(rounded(stated, max(decimals, 2))), plain(rounded(items, max(decimals, 2)))
    return Finding(
        "reconciliation-gap",
        f"申报合计 {said} 与分项之和 {summed} 相差 {gap}（{UNIT_ZH[unit]}）",
        f"the stated total {said} and the sum of items {summed} differ by {gap} ({UNIT_EN[unit]})",
    )


def plain(value: Decimal) -> str:
    """Decimal text without useless zeros: ``0.20`` is ``0.2``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def period_of(figure: FigureId, definition: Definition) -> Period:
    """The days that the figure is about."""
    return period(figure.semantics or definition.semantics, figure.as_of)


UNIT_ZH = {
    "count": "个",
    "person": "人", "household": "户", "certificate": "本", "post": "个", "class": "期",
    "office": "个", "loan": "笔", "referral": "人次", "wan_person": "万人", "yuan": "元",
    "wan_yuan": "万元", "yi_yuan": "亿元", "%": "%",
}  # fmt: skip
UNIT_EN = {unit: unit.replace("_", " ") for unit in UNIT_ZH} | {"%": "%"}

NOTHING_TO_DIVIDE_BY = Finding(
    "denominator-zero", "分母为零，不计算", "the denominator is zero: no value"
)
NO_LAST_YEAR = Finding(
    "last-year-zero",
    "上年同期为零，增幅不计算",
    "last year's value at the same cut is zero: no growth",
)
NO_TARGET = Finding(
    "no-target-in-force",
    "该下达者在此日没有有效目标",
    "this issuer has no target in force on that day",
)
NOT_DECLARED = Finding(
    "not-declared", "尚无申报数", "nobody has declared a value for this place by that day"
)
CAP_MET = Finding("cap-met", "未超过控制目标", "the limit is kept")
CAP_EXCEEDED = Finding("cap-exceeded", "超过控制目标", "the limit is exceeded")
