"""The verdict on a published value: pure rules, one answer and its reason.

In this order: a scaled-down city is not compared; no value or another value; a stated total
that is not the sum of its items; a value of one definition against a target of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessment.figures.domain import Finding, as_text, plain, rounded
from assessment.publications.domain import Publication, Verdict


@dataclass(frozen=True, slots=True)
class Computed:
    """What the report knows of a figure: its exact value in the published unit, and its findings."""

    exact: Fraction | None
    findings: Sequence[Finding] = ()
    differs: Sequence[tuple[str, str, str, str]] = ()  # series: title zh, en, value, completion


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict. ``computed`` is at the published precision; the reasons are None where all agrees."""

    verdict: Verdict
    computed: Decimal | None
    reason_zh: str | None = None
    reason_en: str | None = None


def judge(published: Publication, computed: Computed) -> Judged:
    """Compare one published value with what the facts come to."""
    value = None if computed.exact is None else rounded(computed.exact, published.decimals)
    if published.scale != 1:
        share = plain(published.scale * 100)
        return Judged(
            "scaled", value,
            f"只载入了 {share}% 的事实，不作比较", f"only {share} % of the facts are loaded: not compared",
        )  # fmt: skip
    if computed.exact is None or value is None:
        return Judged("does-not-reconcile", None, *_no_value(computed))
    if not agrees(published, computed.exact):
        return Judged("does-not-reconcile", value, *_other_value(published, computed, value))
    gap = next((one for one in computed.findings if one.code == "reconciliation-gap"), None)
    if gap is not None:
        return Judged("does-not-reconcile", value, gap.zh, gap.en)
    if computed.differs:
        return Judged("definition-differs", value, *_series(computed))
    return Judged("agrees", value)


def agrees(published: Publication, exact: Fraction) -> bool:
    """Whether a value fits what was printed, read with its qualifier.

    ``about`` allows half of the last printed place unless the source states a tolerance.
    """
    at_precision = rounded(exact, published.decimals)
    match published.qualifier:
        case "exact":
            return at_precision == published.value
        case "at_least":
            return at_precision >= published.value
        case "at_most":
            return at_precision <= published.value
        case "about":
            allowed = (
                Fraction(1, 2 * 10**published.decimals)
                if published.tolerance is None
                else Fraction(published.tolerance)
            )
            return abs(exact - Fraction(published.value)) <= allowed
    raise AssertionError(published.qualifier)


_QUALIFIERS = {
    "exact": ("", ""), "at_least": ("至少 ", "at least "), "at_most": ("至多 ", "at most "),
    "about": ("约 ", "about "),
}  # fmt: skip


def _other_value(published: Publication, computed: Computed, value: Decimal) -> tuple[str, str]:
    """Both values and the gap; if a stated total explains it, that as well."""
    zh, en = _QUALIFIERS[published.qualifier]
    printed = f"{published.value:.{published.decimals}f}"
    assert computed.exact is not None
    gap = plain(rounded(Fraction(published.value) - computed.exact, max(published.decimals, 2)))
    notes = [one for one in computed.findings if one.code == "reconciliation-gap"]
    more_zh = "".join(f"；{one.zh}" for one in notes)
    more_en = "".join(f"; {one.en}" for one in notes)
    return (
        f"公布 {zh}{printed}，由事实得 {value:f}，相差 {gap}{more_zh}",
        f"published {en}{printed}, the facts come to {value:f}, a gap of {gap}{more_en}",
    )


def _no_value(computed: Computed) -> tuple[str, str]:
    zh = "；".join(one.zh for one in computed.findings) or "无法计算"
    en = "; ".join(one.en for one in computed.findings) or "there is no value"
    return zh, en


def _series(computed: Computed) -> tuple[str, str]:
    zh = "；".join(f"{title} {value}，完成 {done}%" for title, _, value, done in computed.differs)
    en = "; ".join(
        f"{title} {value}, completion {done} %" for _, title, value, done in computed.differs
    )
    return f"数与目标口径不同：{zh}", f"value and target are of different definitions: {en}"


def shown(exact: Fraction | None) -> str | None:
    """The unrounded value for whoever wants to check."""
    return None if exact is None else as_text(exact)
