"""A project: what a street office or the owner of a labour market was approved to do, up to an amount.

It is claimed for by quarters or by a year; of each quarter it is granted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal
from subsidy.programmes.domain import Programme
from subsidy.programmes.facts import months_after

#: 一个季度 / 一个年度
Span = Literal["quarter", "year"]
SPANS = {"quarter": "所申季度", "year": "所申季度为止的全年（须为第四季度）"}


class NotOfProjects(Refusal):
    """The programme is not in force on the day, or pays no projects."""

    code = "programme-without-projects"


class ProjectKnown(Refusal):
    """This approval of this body was recorded before."""

    code = "project-known"


@dataclass(frozen=True, slots=True)
class Project:
    """``amount``: fen approved; ``approval``: its reference; ``provincial_approval``: the joint reference
    of the province for a use outside the list (B1)."""

    id: UUID
    programme: str
    body_id: UUID
    title: str
    approval: str
    approved_on: date
    amount: int
    provincial_approval: str | None
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Quarters of a project that a line of a claim is granted."""

    line_id: UUID
    project_id: UUID
    quarters: tuple[date, ...]


def admit(programme: Programme | None) -> None:
    """``programme``: the version in force on the day of the approval. Raises :class:`NotOfProjects`."""
    if programme is None or programme.facts != "project":
        raise NotOfProjects


def quarters_of(quarter: date, span: Span) -> tuple[date, ...]:
    """The first days of the quarters that are claimed for; of a year its four, up to ``quarter``."""
    return tuple(
        months_after(quarter, -back) for back in ((9, 6, 3, 0) if span == "year" else (0,))
    )


def in_one_order(holds: Sequence[Hold]) -> list[tuple[UUID, date, UUID]]:
    """(project, quarter, line) in the order in which all reviews take them."""
    return sorted((one.project_id, day, one.line_id) for one in holds for day in one.quarters)
