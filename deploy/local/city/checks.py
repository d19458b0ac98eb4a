"""What must hold between the parts of a case. Every finding names its path and says why, twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from local.city import sums, windows
from local.city.case import Case, Published
from local.city.facts import Fact
from local.city.indicators import SOURCES, known
from local.city.quantities import fen_of
from local.city.quarter import BUILDING, USE, days_of, line_of

Place = tuple[str | None, str | None]
#: What a closed quarter pays counts in these.
_PAID = ("fund_paid", "social_insurance_subsidy_paid")


def place_of(thing: Any) -> Place:
    """(area, office) of a fact, group or published value."""
    return (thing.area, thing.office)


def problems_of(case: Case) -> list[str]:
    """Everything that is wrong, in the order of the file; empty when the case is sound."""
    return [
        *_unique(case),
        *_places(case),
        *_periods(case),
        *sums.problems_of(case),
        *_targets(case),
        *_published(case),
        *windows.problems_of(case),
        *_closed_quarter(case),
    ]


def _unique(case: Case) -> Iterator[str]:
    for name in ("facts", "population", "targets", "statistics", "published"):
        counted = Counter(item.id for item in getattr(case, name))
        for identifier, times in counted.items():
            if times > 1:
                yield f"{name}.{identifier}: 重复 / the id occurs {times} times"
    for code, times in Counter(area.code for area in case.areas).items():
        if times > 1:
            yield f"areas.{code}: 重复 / the code occurs {times} times"
    inside = case.city.code[:2] if case.city.code.endswith("0000") else case.city.code[:4]
    for area in case.areas:
        if not area.code.startswith(inside) or area.code.endswith("00"):
            yield f"areas.{area.code}: 不属本市 / is no district or county of {case.city.code}"


def _places(case: Case) -> Iterator[str]:
    areas = {case.city_area} | {area.code.ljust(12, "0") for area in case.areas}
    offices = {office.code for office in case.offices}
    for office in case.offices:
        if office.area not in areas:
            yield f"offices.{office.code}.area: 无此地区 / unknown area {office.area}"
    for name in ("population", "facts", "targets", "statistics", "published"):
        for item in getattr(case, name):
            if item.area is not None and item.area not in areas:
                yield f"{name}.{item.id}.area: 无此地区 / unknown area {item.area}"
            if item.office is not None and item.office not in offices:
                yield f"{name}.{item.id}.office: 无此机构 / unknown office {item.office}"
            if item.office is not None and item.area is not None:
                yield (
                    f"{name}.{item.id}: 地区与机构只写其一 / name the area or the office, not both"
                )


def _periods(case: Case) -> Iterator[str]:
    for fact in case.facts:
        if fact.period.last > case.as_of:
            yield f"facts.{fact.id}.period.to: 晚于数据截止日 / is after as_of {case.as_of}"
    for group in case.population:
        for name in ("registered", "applied"):
            period = getattr(group, name)
            if period is not None and period.last > case.as_of:
                yield (
                    f"population.{group.id}.{name}.to: 晚于数据截止日 / is after as_of {case.as_of}"
                )
    for value in case.published:
        if value.period.last > case.as_of:
            yield f"published.{value.id}.period.to: 晚于数据截止日 / is after as_of {case.as_of}"


def _targets(case: Case) -> Iterator[str]:
    series = frozenset(s.series for s in case.statistics)
    for target in case.targets:
        if not known(target.indicator, series):
            yield f"targets.{target.id}.indicator: 无此指标 / unknown {target.indicator}"


def _published(case: Case) -> Iterator[str]:
    series = frozenset(s.series for s in case.statistics)
    for value in case.published:
        path = f"published.{value.id}"
        if not known(value.indicator, series):
            yield f"{path}.indicator: 无此指标 / unknown indicator {value.indicator}"
        if value.form == "completion" and not any(
            signed == (value.issuer, value.against or value.indicator, value.period.last.year)
            and place == place_of(value)
            for signed, place in _signed(case)
        ):
            yield f"{path}.issuer: 该地该年无此下达者的任务 / no such target there and then"
        for fact in _unlocated(case, value):
            yield (
                f"{path}: 事实 {fact.id} 未写明该地多少"
                f" / fact {fact.id} does not say how many lie there (part_of)"
            )


def _signed(case: Case) -> Iterator[tuple[tuple[str | None, str, int], Place]]:
    """((issuer, indicator, year), place) of every target and of every part of one."""
    for target in case.targets:
        yield (target.issuer, target.indicator, target.year), place_of(target)
        for part in target.parts:
            issuer = part.issuer or target.issuer
            yield (issuer, target.indicator, target.year), place_of(part)


def _unlocated(case: Case, value: Published) -> Iterator[Fact]:
    """Facts of the whole city that a figure of a place counts and that name no part there."""
    here = place_of(value)
    if here == (None, None):
        return
    for fact in case.facts:
        if fact.kind not in SOURCES.get(value.indicator, ()) or place_of(fact) != (None, None):
            continue
        there = any(p.part_of == fact.id and place_of(p) == here for p in case.facts)
        if not there and windows.counts(fact, value):
            yield fact


def _closed_quarter(case: Case) -> Iterator[str]:
    """A quarter that is worked through has its time before ``as_of``, and money to come from."""
    asked = case.closed_quarter
    if asked is None:
        return
    if days_of(asked.last, case.as_of) is None:
        yield f"closed_quarter.quarter: 数据截止日前办理不完 / ends too late for {case.as_of}"
    if line_of(case) is None:
        yield f"closed_quarter: 没有安排 {USE} / no fact of the whole city arranges money for it"
    project = asked.project
    if project is not None and line_of(case, BUILDING, fen_of(project.amount)) is None:
        yield f"closed_quarter.project: 没有足够的 {BUILDING} 安排 / too little is arranged for it"
    if project is not None and project.approved_on > asked.last:
        yield "closed_quarter.project: 批准晚于该季度 / approved after the quarter"
    if asked.centre is not None and asked.centre > asked.quarter:
        yield "closed_quarter.centre: 晚于该季度 / later than the quarter itself"
    for value in case.published:
        if value.indicator in _PAID:
            yield f"closed_quarter: 会改变 {value.id} / what it pays would move published.{value.id}"
