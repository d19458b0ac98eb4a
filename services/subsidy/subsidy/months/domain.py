"""A person's month of a kind of benefit: held once by a line of a claim or a run, then paid.

held → paid → recovered; a bank that sends money back makes it held again, and a hold that is given up
is gone. What is held or paid counts: for the same kind of the same month nobody else is granted, nor a
kind that excludes it, and the counters of the person have it. Only what has come back whole is free again
(policy 5.3 no. 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from subsidy.programmes.domain import Programme
from subsidy.programmes.facts import Part

#: 申领 / 批次发放
Holder = Literal["claim", "run"]
#: 已占用 / 已发放 / 已全部退回
State = Literal["held", "paid", "recovered"]
STATES = {"held": "已占用（待发放）", "paid": "已发放", "recovered": "已全部退回"}

#: The month under which a benefit stands that a person has once and for all.
FOR_LIFE = date(1900, 1, 1)


class BenefitMonth(NamedTuple):
    """``id``: of the line that was granted it. ``month``: see :func:`month_of`. ``counter``: whose months
    it uses up; ``reference``: the work, enrolment or introduction; ``amount`` in fen. ``occupies_insurance``,
    ``occupies_post``: which of the month's places it takes (:data:`subsidy.programmes.domain.Place`)."""

    id: UUID
    worker_id: UUID
    programme: str
    kind: str
    month: date
    counter: str | None
    reference: UUID | None
    holder: Holder
    holder_id: UUID
    amount: int
    area_code: str
    office: str
    occupies_insurance: bool = False
    occupies_post: bool = False
    state: State = "held"


class Ask(NamedTuple):
    """What is about to be decided on: a month of a person, or (``once``) the benefit of a reference."""

    worker_id: UUID
    month: date
    once: bool = False
    reference: UUID | None = None


class Standing(NamedTuple):
    """What a person has already, under all records. ``used``: months that each counter holds besides the
    one that is asked about, earlier and later ones (of a once-benefit: times in its period, for other
    references); ``taken``: kinds of the month that is asked about."""

    used: Mapping[str, int] = {}
    taken: tuple[str, ...] = ()


def month_of(programme: Programme, day: date) -> date:
    """Under which month a benefit stands: its own; of one that is given once, the first day of the year
    or of all time, as the programme has it; without such a limit the month in which it arose."""
    if programme.frequency == "life":
        return FOR_LIFE
    return day.replace(day=1) if programme.frequency is None else day.replace(month=1, day=1)


def kind_of(programme: Programme, part: Part = "whole") -> str:
    """The kind of benefit; the parts of one payment are kinds of their own."""
    return programme.kind if part == "whole" else f"{programme.kind}/{part}"
