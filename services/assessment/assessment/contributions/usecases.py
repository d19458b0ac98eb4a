"""Listing the facts behind a figure, by the same choices that it was measured with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from assessment.figures import usecases as figures
from assessment.figures.domain import FigureId, period_of
from assessment.indicators.domain import a_year_before
from assessment.measures import usecases as measures
from kit.db import Tx

Side = str  # numerator | denominator


@dataclass(frozen=True, slots=True)
class Contribution:
    """One fact behind a figure: its event, what it is about, and what it adds (fen for money)."""

    event_id: UUID
    type: str
    entity_id: UUID
    on_date: date
    area_code: str
    office: str
    sign: int
    amount_fen: int | None
    quantity: int | None
    tag: str | None
    person_id: UUID | None  # for whom it counts: of merged records, the surviving one


Position = tuple[int, UUID | None]  # which term, after which event


async def contributions(
    tx: Tx, figure: FigureId, side: Side, start: Position, limit: int
) -> list[tuple[int, Contribution]]:
    """The facts of one side, term by term, each with the number of its term.

    The denominator of a growth is last year's facts; that of a completion is a target, not facts.
    """
    definition = figures.definition_of(figure)
    when = period_of(figure, definition)
    terms = definition.numerator
    if side == "denominator":
        if figure.form == "growth":
            when = period_of(replace(figure, as_of=a_year_before(figure.as_of)), definition)
        elif figure.form == "completion":
            return []
        else:
            terms = definition.denominator
    scope = figures.Scope(figure.area_code, figure.only_office)
    found: list[tuple[int, Contribution]] = []
    index, after = start
    while index < len(terms) and len(found) < limit:
        term = terms[index]
        if term.source != "statistic":
            rows = await measures.contributing(
                tx, figures.choice_of(term, when, scope), after, limit - len(found)
            )
            found += [(index, _contribution(row, term.sign)) for row in rows]
        index, after = index + 1, None
    return found


def _contribution(row: Any, sign: int) -> Contribution:
    return Contribution(
        row["opened_by"], row["type"], row["entity_id"], row["on_date"], row["area_code"],
        row["office"], sign, row["amount_fen"], row["quantity"], row["tag"], row["person_id"],
    )  # fmt: skip
