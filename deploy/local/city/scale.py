"""A smaller city with the same proportions: every count and amount times a scale.

Populations and channels are shared out by largest remainder, so that they still add up. What a
subset may not exceed is cut to it. Places, offices, targets and published values stay as they are;
the report says ``scaled``.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, TypeVar

from local.city.case import Case, ClosedQuarter, Group
from local.city.facts import (
    AnyFact,
    CertificatesIssued,
    Fact,
    Introductions,
    JobseekerRegistrations,
    Loans,
    Placements,
    PostsLost,
    PostsOpened,
    Relief,
    Training,
    Vacancies,
)
from local.city.quantities import Period, fen_of
from local.city.shares import largest_remainder, scaled, spread
from local.city.sums import numbers_of

#: Whole numbers of facts, in the order in which they are cut.
COUNTS = ("count", "placed", "classes", "employed", "dropped", "hired")


def scale_case(case: Case, scale: Decimal) -> Case:
    """The case at a scale between 0 (exclusive) and 1. At 1 it is the case itself."""
    if not 0 < scale <= 1:
        raise ValueError("SCALE 须大于 0、不大于 1 / SCALE is above 0 and at most 1")
    if scale == 1:
        return case
    population = _population(case, scale)
    facts = [_scaled(fact, scale) for fact in case.facts]
    facts = _parts_within(facts)
    return case.model_copy(
        update={
            "population": population,
            "facts": _limited(facts, population),
            "closed_quarter": _quarter(case.closed_quarter, scale),
            "model": case.model.model_copy(
                update={"employers": max(60, scaled(case.model.employers, scale))}
            ),
        }
    )


def _quarter(asked: ClosedQuarter | None, scale: Decimal) -> ClosedQuarter | None:
    """With less for its project, which has less money too."""
    if asked is None or asked.project is None:
        return asked
    amount = _yuan(int(fen_of(asked.project.amount) * scale))
    return asked.model_copy(update={"project": asked.project.model_copy(update={"amount": amount})})


def _population(case: Case, scale: Decimal) -> list[Group]:
    total = scaled(sum(group.count for group in case.population), scale)
    counts = largest_remainder(total, [group.count for group in case.population])
    groups = []
    for group, count in zip(case.population, counts, strict=True):
        update: dict[str, Any] = {"count": count}
        if group.mix:
            update["mix"] = spread(count, group.mix)
        groups.append(group.model_copy(update=update))
    return groups


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d} 元"


def _scaled(fact: AnyFact, scale: Decimal) -> AnyFact:
    update: dict[str, Any] = {}
    for name in COUNTS:
        value = getattr(fact, name, None)
        if isinstance(value, int):
            update[name] = scaled(value, scale)
    for name in ("amount", "repaid", "stated_total"):
        value = getattr(fact, name, None)
        if isinstance(value, str):
            update[name] = _yuan(int(fen_of(value) * scale))
    if isinstance(fact, Relief):
        update["items"] = {k: _yuan(int(fen_of(v) * scale)) for k, v in fact.items.items()}
    if isinstance(fact, Placements) and fact.channels:
        update["channels"] = spread(update["count"], fact.channels)
    if isinstance(fact, Loans):
        most = update["count"] * fen_of(fact.cap)
        amount = min(fen_of(update["amount"]), most)
        # whole hundreds of yuan, as banks lend
        update["amount"] = _yuan(max(amount // 10_000 * 10_000, 10_000))
        update["repaid"] = _yuan(min(fen_of(update["repaid"]), fen_of(update["amount"])))
    if isinstance(fact, Training):
        update["employed"] = min(update["employed"], update["count"])
        update["classes"] = min(update["classes"], max(update["count"], 1))
    return fact.model_copy(update=update)


def _parts_within(facts: list[AnyFact]) -> list[AnyFact]:
    """Cut parts that rounding made larger than what is left of their whole."""
    left: dict[tuple[str, str], int] = defaultdict(int)
    units: dict[str, Any] = {}
    for fact in facts:
        if fact.part_of is None:
            units[fact.id] = getattr(fact, "unit", None)
            for name, value in numbers_of(fact):
                left[fact.id, name] = value
    return [fact if fact.part_of is None else _part(fact, units, left) for fact in facts]


def _part(fact: AnyFact, units: dict[str, Any], left: dict[tuple[str, str], int]) -> AnyFact:
    whole = fact.part_of or ""
    update: dict[str, Any] = {}

    def cut(name: str, value: int) -> int:
        """As much of ``value`` as the whole still has; that much is taken from it."""
        taken = min(value, left[whole, name])
        left[whole, name] -= taken
        return taken

    if isinstance(fact, Placements) and fact.channels:
        channels = {name: cut(f"channels.{name}", n) for name, n in fact.channels.items()}
        fact = fact.model_copy(update={"channels": channels, "count": sum(channels.values())})
    for name in COUNTS:
        value = getattr(fact, name, None)
        # households of a part are not among the persons of its whole
        if isinstance(value, int) and getattr(fact, "unit", None) == units[whole]:
            update[name] = cut(name, value)
    for name in ("amount", "repaid"):
        value = getattr(fact, name, None)
        if isinstance(value, str):
            update[name] = _yuan(cut(name, fen_of(value)))
    return fact.model_copy(update=update)


def _limited(facts: list[AnyFact], population: list[Group]) -> list[AnyFact]:
    """Cut wholes that rounding made larger than the people or the wholes that they come from."""
    people: dict[str, int] = defaultdict(int)
    for group in population:
        people[group.standing] += group.count
    return [fact if fact.part_of else _limit(fact, people, facts) for fact in facts]


def _limit(fact: AnyFact, people: dict[str, int], facts: list[AnyFact]) -> AnyFact:
    if isinstance(fact, CertificatesIssued):
        return _cut(fact, people["entitled"])
    if isinstance(fact, Placements):
        base = people["entitled"] + people["refused"]
        return _cut(fact, base if fact.population == "base" else people["outside"])
    if isinstance(fact, PostsLost):
        return _cut(fact, _sum(facts, PostsOpened))
    if isinstance(fact, Introductions):
        fact = _cut(fact, _sum(facts, JobseekerRegistrations, fact.period))
        hired = min(fact.hired, fact.count, _sum(facts, Vacancies, fact.period))
        return fact.model_copy(update={"hired": hired})
    return fact


def _sum(facts: list[AnyFact], kind: type[Fact], period: Period | None = None) -> int:
    return sum(
        getattr(fact, "count", 0)
        for fact in facts
        if isinstance(fact, kind) and fact.part_of is None and period in (None, fact.period)
    )


F = TypeVar("F", CertificatesIssued, Placements, PostsLost, Introductions)


def _cut(fact: F, most: int) -> F:
    if fact.count <= most:
        return fact
    update: dict[str, Any] = {"count": most}
    if isinstance(fact, Placements) and fact.channels:
        update["channels"] = spread(most, fact.channels)
    return fact.model_copy(update=update)
