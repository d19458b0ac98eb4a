"""What must add up in a case: parts and wholes, subsets and people, money and its source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from local.city.case import Case
from local.city.facts import (
    AnyFact,
    Appropriation,
    Arrangement,
    CertificatesIssued,
    Fact,
    Introductions,
    JobseekerRegistrations,
    Pairing,
    Payment,
    Placements,
    PostsLost,
    PostsOpened,
    Relief,
    Training,
    Vacancies,
)
from local.city.quantities import fen_of


def problems_of(case: Case) -> list[str]:
    """Everything that does not add up."""
    return [
        *_parts(case),
        *_totals(case),
        *_people(case),
        *_trained(case),
        *_search(case),
        *_posts(case),
        *_paid(case),
        *_arranged(case),
    ]


def numbers_of(fact: Fact) -> Iterator[tuple[str, int]]:
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
    if isinstance(fact, Placements):
        for channel, count in fact.channels.items():
            yield f"channels.{channel}", count


def _parts(case: Case) -> Iterator[str]:
    facts = {fact.id: fact for fact in case.facts}
    seen: set[tuple[str, str | None, str | None]] = set()
    for fact in case.facts:
        if fact.part_of is None:
            continue
        path = f"facts.{fact.id}.part_of"
        whole = facts.get(fact.part_of)
        if whole is None:
            yield f"{path}: 无此事实 / unknown fact {fact.part_of}"
            continue
        yield from _part(fact, whole)
        key = (whole.id, fact.area, fact.office)
        if key in seen:
            yield f"{path}: 同一地点重复 / this place has a part already"
        seen.add(key)


def _part(fact: AnyFact, whole: AnyFact) -> Iterator[str]:
    path = f"facts.{fact.id}"
    if type(whole) is not type(fact) or whole.part_of is not None:
        yield f"{path}.part_of: 须为同类的整体 / must be a whole of the same kind"
    if (fact.area, fact.office) == (None, None) or (whole.area, whole.office) != (None, None):
        yield f"{path}.part_of: 部分须有地点而整体为全市 / a part has a place, its whole is the city's"
    if fact.period != whole.period:
        yield f"{path}.period: 与整体不同 / differs from its whole's"
    for name in ("population", "relief", "fund", "level"):
        if getattr(fact, name, None) != getattr(whole, name, None):
            yield f"{path}.{name}: 与整体不同 / differs from its whole's"


def _totals(case: Case) -> Iterator[str]:
    """No whole is smaller than its parts together."""
    facts = {fact.id: fact for fact in case.facts}
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for fact in case.facts:
        if fact.part_of is None or fact.part_of not in facts:
            continue
        whole = facts[fact.part_of]
        for name, value in numbers_of(fact):
            # households of a part are not among the persons of its whole
            same = getattr(fact, "unit", None) == getattr(whole, "unit", None)
            if name != "count" or same:
                totals[whole.id, name] += value
    for (identifier, name), value in totals.items():
        largest = dict(numbers_of(facts[identifier])).get(name, 0)
        if value > largest:
            yield (
                f"facts.{identifier}.{name}: 各部分之和 {value} 大于整体 {largest}"
                " / its parts add to more than the whole"
            )


def _wholes(case: Case) -> list[AnyFact]:
    return [fact for fact in case.facts if fact.part_of is None]


def people_of(case: Case) -> Counter[str]:
    """Persons by standing, and ``base`` for the entitled and refused together."""
    people: Counter[str] = Counter()
    for group in case.population:
        people[group.standing] += group.count
    people["base"] = people["entitled"] + people["refused"]
    return people


def placed_of(case: Case) -> Counter[str]:
    """Persons placed, by population."""
    placed: Counter[str] = Counter()
    for fact in _wholes(case):
        if isinstance(fact, Placements):
            placed[fact.population] += fact.count
    return placed


def _people(case: Case) -> Iterator[str]:
    people, placed = people_of(case), placed_of(case)
    issued = sum(f.count for f in _wholes(case) if isinstance(f, CertificatesIssued))
    if issued > people["entitled"]:
        yield (
            f"facts: 发证 {issued} 大于应发 {people['entitled']}"
            " / more certificates are issued than persons are entitled"
        )
    if placed["base"] > people["base"]:
        yield (
            f"facts: 再就业 {placed['base']} 大于基数 {people['base']}"
            " / more re-employed than the base"
        )
    if placed["outside"] > people["outside"]:
        yield (
            f"facts: 就业 {placed['outside']} 大于基数外人数 {people['outside']}"
            " / more employed than persons outside the base"
        )


def _trained(case: Case) -> Iterator[str]:
    placed = placed_of(case)["base"]
    free = people_of(case)["base"] - placed
    for kind, name in ((Pairing, "placed"), (Training, "employed")):
        subset = sum(getattr(f, name) for f in _wholes(case) if isinstance(f, kind))
        if subset > placed:
            yield f"facts: {name} {subset} 大于再就业 {placed} / larger than the re-employed"
    idle = sum(f.count + f.dropped - f.employed for f in _wholes(case) if isinstance(f, Training))
    if idle > free:
        yield "facts: 培训后未就业者多于未就业人数 / more trained without work than such persons"


def _search(case: Case) -> Iterator[str]:
    wholes = _wholes(case)
    everyone = people_of(case)
    total = everyone["base"] + everyone["outside"]
    seekers = [f for f in case.facts if isinstance(f, JobseekerRegistrations)]
    vacancies = [f for f in case.facts if isinstance(f, Vacancies)]
    for seeker in seekers:
        if seeker.count > total:
            yield f"facts.{seeker.id}.count: 大于全部人数 / larger than the whole population"
    for fact in wholes:
        if not isinstance(fact, Introductions):
            continue
        if not any(s.period == fact.period and s.count >= fact.count for s in seekers):
            yield (
                f"facts.{fact.id}.count: 同期求职登记不足"
                " / needs as many job-seeker registrations in the same period"
            )
        if not any(v.period == fact.period and v.count >= fact.hired for v in vacancies):
            yield f"facts.{fact.id}.hired: 同期空岗不足 / needs as many vacancies in the same period"


def _posts(case: Case) -> Iterator[str]:
    counted: dict[tuple[str | None, str | None], Counter[str]] = defaultdict(Counter)
    for fact in case.facts:
        if isinstance(fact, PostsOpened | PostsLost):
            counted[fact.area, fact.office][fact.kind] += fact.count
    for place, kinds in counted.items():
        if kinds["posts-lost"] > kinds["posts-opened"]:
            yield (f"facts: {place} 流失岗位多于新增 / more posts are lost than were opened there")


def _paid(case: Case) -> Iterator[str]:
    arrangements = {f.id: f for f in case.facts if isinstance(f, Arrangement)}
    paid: Counter[str] = Counter()
    for fact in case.facts:
        if not isinstance(fact, Payment):
            continue
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


def _arranged(case: Case) -> Iterator[str]:
    received: Counter[str] = Counter()
    arranged: Counter[str] = Counter()
    for fact in _wholes(case):
        if isinstance(fact, Appropriation):
            received[fact.fund] += fen_of(fact.amount)
        elif isinstance(fact, Arrangement):
            arranged[fact.fund] += fen_of(fact.amount)
    for fund, amount in arranged.items():
        if amount > received[fund]:
            yield f"facts: {fund} 安排大于到位 / more is arranged than has arrived"
