"""The record of a person through time: as of any day, and as it was known at any instant.

Every attribute began with what the registration said. A change says from which day another value
holds (None: from the beginning, what was written was wrong all the time). Of two changes from the
same day the one recorded later stands. Nothing is edited: a correction of a correction is a change
from the same day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from kit.crypto import Sex
from registry.workers.domain import Claims, Employer

#: 姓名 / 身份号码 / 电话 / 住址 / 户号: kept encrypted, shown masked, never told in an event.
PersonalAttribute = Literal["name", "id_number", "phone", "address", "household_number"]
PERSONAL: frozenset[str] = frozenset(get_args(PersonalAttribute))
#: What a person claims, with proofs: what rules look at.
CLAIMS: tuple[str, ...] = tuple(field.name for field in fields(Claims))
#: 原单位 / 类别证明 / 所在地与经办机构 (a transfer)
EMPLOYER = "former_employer"
OTHER: tuple[str, ...] = (EMPLOYER, "category_proof", "place")
#: Derived from the ID number: changed with it, never by themselves.
DERIVED: frozenset[str] = frozenset({"sex", "birth_date"})

#: Before any day of fact.
BEGINNING = date.min


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one attribute. Values are JSON values; ``previous`` is what held on
    ``valid_from`` as it was known before. ``told_event`` told others of it; ``reverses`` names the
    event of the change that this one undoes."""

    id: UUID
    worker_id: UUID
    attribute: str
    value: Any
    previous: Any
    valid_from: date | None
    request_id: UUID
    actor: str
    told_event: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A value and the day it holds from (None: always). ``change`` is None for the registration."""

    value: Any
    since: date | None
    recorded_at: datetime
    change: Change | None = None


def timeline(
    now: Any, registered_at: datetime, changes: Sequence[Change], known_at: datetime | None = None
) -> list[Held]:
    """The values of one attribute in time, as known at an instant (None: now).

    ``now`` is the value that holds as things stand; with ``changes`` (all of the attribute, in any
    order) the first one is found again.
    """
    recorded = sorted(changes, key=lambda c: (c.recorded_at, c.id))
    first = recorded[0].previous if recorded else now
    held: dict[date, Held] = {BEGINNING: Held(first, None, registered_at)}
    for change in recorded:
        if known_at is None or change.recorded_at <= known_at:
            day = change.valid_from or BEGINNING
            held[day] = Held(change.value, change.valid_from, change.recorded_at, change)
    return [held[day] for day in sorted(held)]


def on(day: date | None, held: Sequence[Held]) -> Held:
    """What holds on a day (None: at the beginning)."""
    return [one for one in held if (one.since or BEGINNING) <= (day or BEGINNING)][-1]


def by_attribute(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.attribute, []).append(change)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What rules look at, as of a day and as known at an instant."""

    claims: Claims
    sex: Sex
    birth_date: date
    employer: Employer


def facts_on(
    known: Known,
    registered_at: datetime,
    changes: Iterable[Change],
    day: date,
    known_at: datetime | None = None,
) -> Known:
    """The facts of a day. ``known`` are those that hold as things stand now."""
    for attribute, ones in by_attribute(changes).items():
        if attribute in PERSONAL:
            continue
        is_claim = attribute in CLAIMS
        if not is_claim and attribute not in DERIVED and attribute != EMPLOYER:
            continue
        value = on(day, timeline(None, registered_at, ones, known_at)).value
        if attribute == EMPLOYER:
            known = replace(known, employer=Employer(value["name"], value["code"]))
        elif is_claim:
            known = replace(known, claims=with_claim(known.claims, attribute, value))
        elif attribute == "sex":
            known = replace(known, sex=value)
        else:
            known = replace(known, birth_date=date.fromisoformat(value))
    return known


def with_claim(claims: Claims, attribute: str, value: Any) -> Claims:
    """The claims with one of them as its JSON value says."""
    if attribute == "cadre":
        # Kept with its paper: whoever has shown one is a cadre.
        value = value is not None
    elif isinstance(value, str) and _is_day(attribute):
        value = date.fromisoformat(value)
    return replace(claims, **{attribute: value})


def _is_day(attribute: str) -> bool:
    return attribute.endswith(("_on", "_since"))
