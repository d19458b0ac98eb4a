"""Registrations of unemployment (失业登记) for whoever hears of them: what is told of one, and the days on
which the person was registered. What follows from it, whoever hears of it decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

#: What begins a spell of unemployment; what else is told ends one, or says that none ever was.
_BEGINS = ("registered", "resumed")
_DAY = timedelta(days=1)


class UnemploymentTold(BaseModel):
    """registry.unemployment.*.v1. ``since``: the first day of the stage; a registration that was a mistake
    (``voided``) has no day and no spells."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    worker_id: UUID
    since: date | None = None
    spell: int = 0


@dataclass(frozen=True, slots=True)
class Telling:
    """One event of a registration. ``fact``: registered, resumed, employed, cancelled or voided; ``on``: the
    first day of that; ``spell``: which spell of unemployment began or ended; ``reverses``: the event that
    told before what was not so."""

    sequence: int
    fact: str
    on: date
    spell: int
    event_id: UUID
    reverses: UUID | None = None


class Told(Protocol):
    """What counts of a telling; whoever hears of more than registrations has tellings of its own."""

    @property
    def sequence(self) -> int: ...
    @property
    def fact(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def spell(self) -> int: ...
    @property
    def event_id(self) -> UUID: ...
    @property
    def reverses(self) -> UUID | None: ...


def spells(tellings: Sequence[Told]) -> tuple[tuple[date, date | None], ...]:
    """First and last day of each spell of one registration (None: it goes on), from all that was told of it
    in any order. Each telling is of the latest stage, from its day on: what was told for that day or later
    is overtaken, so is what it reverses, and so are spells that its own number leaves no place for."""
    stages: list[Told] = []
    for one in sorted(tellings, key=lambda telling: telling.sequence):
        if one.fact == "voided":
            stages = []
            continue
        begins = one.fact in _BEGINS
        stages = [
            stage
            for stage in stages
            if stage.on < one.on
            and stage.event_id != one.reverses
            and (stage.spell < one.spell if begins else stage.spell <= one.spell)
        ]
        stages.append(one)
    stages.sort(key=lambda one: one.on)
    following = [*(stage.on - _DAY for _, stage in pairwise(stages)), None]
    return tuple(
        (stage.on, last)
        for stage, last in zip(stages, following, strict=False)
        if stage.fact in _BEGINS
    )
