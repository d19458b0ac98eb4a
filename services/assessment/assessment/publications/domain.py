"""A value as a city printed it, with how it must be understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from assessment.indicators.domain import Semantics
from kit.refusal import Refusal

Form = Literal["value", "rate", "stated", "completion", "growth"]
Qualifier = Literal["exact", "at_least", "at_most", "about"]
Verdict = Literal["agrees", "does-not-reconcile", "definition-differs", "scaled"]


class IssuerMissing(Refusal):
    """A completion names whose target it is measured against; nothing else does."""

    code = "issuer-and-form"


class MoreDecimals(Refusal):
    """The value has more decimals than it says it was printed with."""

    code = "more-decimals"


@dataclass(frozen=True, slots=True)
class Publication:
    """One published value. ``scale`` is the share of the city's facts that was loaded (1: all)."""

    id: str
    indicator: str
    form: Form
    area_code: str
    office: str
    issuer: str | None
    target_indicator: str | None
    as_of: date
    semantics: Semantics | None
    unit: str
    value: Decimal
    decimals: int
    qualifier: Qualifier
    tolerance: Decimal | None
    scale: Decimal
    expect: Verdict | None
    title: str | None
    printed: bool
    source: str | None


def publish(value: Publication) -> Publication:
    """A publication that can be compared. Raises :class:`IssuerMissing`, :class:`MoreDecimals`."""
    if (value.form == "completion") != (value.issuer is not None):
        raise IssuerMissing
    if value.value != round(value.value, value.decimals):
        raise MoreDecimals(decimals=value.decimals)
    return value
