"""What must hold between the parts of a case. Every finding names its path and says why, twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from local.city.case import Case
from local.city.facts import (
    Appropriation,
    Arrangement,
    CertificatesIssued,
    Fact,
    Introductions,
    JobseekerRegistrations,
    Pairing,
    Payment,
    Placements,
    Relief,
    Training,
    Vacancies,
)
from local.city.indicators import SOURCES, known
from local.city.quantities import fen_of

Place = tuple[str | None, str | None]


def place_of(thing: Any) -> Place:
    """(area, office) of a fact, group or published value."""
    return (thing.area, thing.office)


def problems_of(case: Case) -> list[str]:
    """Everything that is wrong, in the order of the file; empty when the case is sound."""
    return [
        *_unique(case),
        *_places(case),
        *_periods(case),
        *_parts(case),
        *_subsets(case),
        *_money(case),
        *_targets(case),
        *_published(case),
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
    for area in case.areas:
        if not area.code.startswith(case.city.code[:4]) or area.code == case.city.code:
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


def _parts(case: Case) -> Iterator[str]:
    facts = {fact.id: fact for fact in case.facts}
    totals: dict[tuple[str, str], int] = defaultdict(int)
    channels: dict[str, Counter[str]] = defaultdict(Counter)
    seen: set[tuple[str, Place]] = set()
    for fact in case.facts:
        if fact.part_of is None:
            continue
        path = f"facts.{fact.id}.part_of"
        whole = facts.get(fact.part_of)
        if whole is None:
            yield f"{path}: 无此事实 / unknown fact {fact.part_of}"
            continue
        if type(whole) is not type(fact) or whole.part_of is not None:
            yield f"{path}: 须为同类的整体 / must be a whole of the same kind"
            continue
        if place_of(fact) == (None, None) or place_of(whole) != (None, None):
            yield f"{path}: 部分须有地点而整体为全市 / a part has a place, its whole is the city's"
        if (whole.id, place_of(fact)) in seen:
            yield f"{path}: 同一地点重复 / this place has a part already"
        seen.add((whole.id, place_of(fact)))
        if fact.period != whole.period:
            yield f"facts.{fact.id}.period: 与整体不同 / differs from its whole's"
        for name, value in _numbers(fact):
            if isinstance(fact, Relief) and name == "count":
                if fact.unit != getattr(whole, "unit", None):
                    continue  # households of a part are not among the persons of the whole
            totals[whole.id, name] += value
        if isinstance(fact, Placements):
            channels[whole.id].update(fact.channels)
            if fact.population != getattr(whole, "population", None):
                yield f"facts.{fact.id}.population: 与整体不同 / differs from its whole's"
    for (identifier, name), value in totals.items():
        largest = dict(_numbers(facts[identifier])).get(name, 0)
        if value > largest:
            yield (
                f"facts.{identifier}.{name}: 各部分之和 {value} 大于整体 {largest}"
                f" / its parts add to more than the whole"
            )
    for identifier, named in channels.items():
        whole = facts[identifier]
        for channel, count in named.items():
            if isinstance(whole, Placements) and count > whole.channels.get(channel, 0):  # type: ignore[call-overload]
                yield (
                    f"facts.{identifier}.channels.{channel}: 部分大于整体"
                    f" / a part is larger than its whole"
                )


def _numbers(fact: Fact) -> Iterator[tuple[str, int]]:
    """Everything in a fact that adds up over parts: counts as they are, money in fen."""
    for name in ("count", "placed", "classes", "employed", "dropped", "hired"):
        value = getattr(fact, name, None)
        if isinstance(value, int):
            yield name, value
    for name in ("amount", "repaid"):
        value = getattr(fact, name, None)
        if isinstance(value, str):
            yield name, fen_of(value)
    if isinstance(fact, Relief):
        for item, amount in fact.items.items():
            yield f"items.{item}", fen_of(amount)


def _subsets(case: Case) -> Iterator[str]:
    people: Counter[str] = Counter()
    for group in case.population:
        people[group.standing] += group.count
    wholes = [fact for fact in case.facts if fact.part_of is None]
    issued = sum(f.count for f in wholes if isinstance(f, CertificatesIssued))
    if issued > people["entitled"]:
        yield (
            f"facts: 发证 {issued} 大于应发 {people['entitled']}"
            " / more certificates are issued than persons are entitled"
        )
    base = people["entitled"] + people["refused"]
    placed = {"base": 0, "outside": 0}
    for fact in wholes:
        if isinstance(fact, Placements):
            placed[fact.population] += fact.count
    if placed["base"] > base:
        yield f"facts: 再就业 {placed['base']} 大于基数 {base} / more re-employed than the base"
    if placed["outside"] > people["outside"]:
        yield (
            f"facts: 就业 {placed['outside']} 大于基数外人数 {people['outside']}"
            " / more employed than persons outside the base"
        )
    for kind, name in ((Pairing, "placed"), (Training, "employed")):
        subset = sum(getattr(f, name) for f in wholes if isinstance(f, kind))
        if subset > placed["base"]:
            yield f"facts: {name} {subset} 大于再就业 / larger than the re-employed"
    trained = sum(f.count + f.dropped - f.employed for f in wholes if isinstance(f, Training))
    if trained > base - placed["base"]:
        yield "facts: 培训后未就业者多于未就业人数 / more trained without work than persons"
    seekers = [f for f in wholes if isinstance(f, JobseekerRegistrations)]
    for seeker in seekers:
        if seeker.count > sum(people.values()):
            yield f"facts.{seeker.id}.count: 大于全部人数 / larger than the whole population"
    referrals = [f for f in wholes if isinstance(f, Introductions)]
    for fact in referrals:
        if not any(s.period == fact.period and s.count >= fact.count for s in seekers):
            yield (
                f"facts.{fact.id}.count: 同期求职登记不足"
                " / needs as many job-seeker registrations in the same period"
            )
        if not any(isinstance(v, Vacancies) and v.period == fact.period for v in wholes):
            yield f"facts.{fact.id}: 同期无空岗 / needs vacancies in the same period"


def _money(case: Case) -> Iterator[str]:
    arrangements = {f.id: f for f in case.facts if isinstance(f, Arrangement)}
    paid: Counter[str] = Counter()
    for fact in case.facts:
        if isinstance(fact, Payment):
            source = arrangements.get(fact.arrangement)
            if source is None:
                yield f"facts.{fact.id}.arrangement: 无此安排 / unknown {fact.arrangement}"
                continue
            if fact.period.first < source.period.first:
                yield f"facts.{fact.id}.period: 早于安排 / begins before its arrangement"
            paid[fact.arrangement] += fen_of(fact.amount)
    for identifier, amount in paid.items():
        if amount > fen_of(arrangements[identifier].amount):
            yield f"facts.{identifier}.amount: 支付大于安排 / more is paid than arranged"
    for fund in ("reemployment", "living_allowance"):
        received = arranged = 0
        for fact in case.facts:
            if getattr(fact, "fund", None) == fund and fact.part_of is None:
                if fact.kind == "appropriation":
                    received += fen_of(fact.amount)
                elif fact.kind == "arrangement":
                    arranged += fen_of(fact.amount)
        if arranged > received:
            yield f"facts: {fund} 安排大于到位 / more is arranged than has arrived"


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
            t.indicator == (value.against or value.indicator)
            and t.issuer == value.issuer
            and place_of(t) == place_of(value)
            and t.year == value.period.last.year
            for t in case.targets
        ):
            yield f"{path}.issuer: 该地该年无此下达者的任务 / no such target there and then"
        for fact in case.facts:
            if fact.kind not in SOURCES.get(value.indicator, ()) or fact.part_of is not None:
                continue
            if place_of(value) in ((None, None), place_of(fact)):
                continue
            if place_of(fact) != (None, None):
                continue
            if not any(
                p.part_of == fact.id and place_of(p) == place_of(value) for p in case.facts
            ) and _touches(value.indicator, fact):
                yield (
                    f"{path}: 事实 {fact.id} 未写明该地多少"
                    f" / fact {fact.id} does not say how many lie there (part_of)"
                )


def _touches(indicator: str, fact: Fact) -> bool:
    if isinstance(fact, Placements):
        return (indicator == "employed") == (fact.population == "outside")
    if isinstance(fact, Relief):
        if indicator.startswith("relief_"):
            return indicator.removeprefix("relief_") in fact.items
        return indicator.startswith(fact.relief)
    if isinstance(fact, Appropriation | Arrangement):
        return (fact.fund == "living_allowance") == indicator.startswith("living")
    return True
