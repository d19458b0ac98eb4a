"""The closed quarter of a case: on which days what is done, and for whom. Facts; the service decides.

Who claims follows from the entitlements that the service opened, who is on the roll from the posts
that were taken; so a city of any size has its own, and a tiny one has less of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import orjson

from local.city.case import Case
from local.city.facts import Arrangement, Payment
from local.city.market import Market
from local.city.people import People
from local.city.quantities import fen_of

#: What hiring enterprises and public-welfare posts are paid from.
USE = "social-insurance-subsidy"
#: What projects of the labour market are paid from.
BUILDING = "market-construction"
#: So many persons of one employer are claimed for, and are on the roll of the month, at most.
PERSONS, ROLL = 6, 24
#: A contract of so few months never opened the subsidy.
SHORT_TERM = 6
_ON_A_POST = "public_welfare_4050"
_HIRED = ("private_economy", "tertiary_industry")


@dataclass(frozen=True)
class Days:
    """When the claims were filed and reviewed, approved and ordered, when the bank answered, and when
    the month's run was drafted. A run is frozen and paid on the business day."""

    filed: date
    reviewed: date
    approved: date
    ordered: date
    answered: date
    drafted: date


def days_of(last: date, as_of: date) -> Days | None:
    """The days after a quarter's ``last``; None when they are not over by ``as_of``."""
    days = Days(*(last + timedelta(days=n) for n in (9, 13, 14, 15, 16, 20)))
    return days if days.drafted <= as_of else None


def line_of(case: Case, use: str = USE, fen: int = 1) -> int | None:
    """The number of the fact that arranges the whole city's money for a use and leaves so much of it."""
    for number, fact in enumerate(case.facts):
        if not isinstance(fact, Arrangement) or (fact.area, fact.office) != (None, None):
            continue
        paid = sum(
            fen_of(one.amount)
            for one in case.facts
            if isinstance(one, Payment) and one.arrangement == fact.id
        )
        if (fact.fund, fact.use_code) == ("reemployment", use) and paid + fen <= fen_of(
            fact.amount
        ):
            return number
    return None


@dataclass(frozen=True, slots=True)
class Work:
    """A contract as it was loaded. ``id_number``, ``payer``: by what the insurance agency knows the
    person and the employer."""

    placement: str
    worker: str
    employer: str
    since: date
    months: int
    wage: str
    area_code: str
    channel: str
    id_number: str = ""
    payer: str = ""

    @property
    def district(self) -> str:
        return self.area_code[:6]


@dataclass(frozen=True, slots=True)
class Picked:
    """Whose work the quarter is about. Four employers claim: one is paid, the bank rejects what the
    second is paid, the third is sent back because its contributions were not paid, the fourth has
    only short contracts. ``roll``: persons on public-welfare posts. Any of them may be empty."""

    paid: list[Work]
    rejected: list[Work]
    returned: list[Work]
    refused: list[Work]
    roll: list[Work]


def pick(market: Market, people: People, entitled: set[str], last: date) -> Picked:
    """By facts alone, from contracts that had begun by ``last``; ``entitled``: the placements that
    open the subsidy. The most persons first; what the bank rejects lies in another district."""
    works = [work for work in _contracts(market) if work.since <= last]
    entitled_works = [one for one in works if one.placement in entitled]
    claimants = {one.employer for one in entitled_works}
    short = [
        one for one in works
        if one.months <= SHORT_TERM and one.channel in _HIRED and one.employer not in claimants
    ]  # fmt: skip
    roll = [one for one in works if one.channel == _ON_A_POST]
    roll.sort(key=lambda one: (one.since, one.worker))
    first, *others = _padded(_by_employer(entitled_works))
    others.sort(key=lambda one: not one or one[0].district == first[0].district)
    groups = [first, *others[:2], _padded(_by_employer(short))[0], roll[:ROLL]]
    return Picked(*_known(market, people, groups))


@dataclass(frozen=True, slots=True)
class Centre:
    """A state enterprise and workers, each with the last day of the agreement with its centre."""

    enterprise: str
    workers: list[tuple[str, str]]


def in_the_centre(market: Market, people: People, last: date) -> Centre | None:
    """Workers who were in a centre in the month of ``last``, and an enterprise that claims for them: who
    had laid them off the rows do not say. None where there is nobody."""
    employers = map(orjson.loads, market.employers())
    state = next((one["id"] for one in employers if one["ownership"] == "state"), None)
    first, until = str(last.replace(day=1)), str(last)
    workers = [
        (row["id"], row["centre_agreement_ended_on"])
        for row in map(orjson.loads, people.workers())
        if row.get("centre_agreement_on", "9") <= first
        and until <= row["centre_agreement_ended_on"]
    ]
    return None if state is None or not workers else Centre(state, sorted(workers)[:PERSONS])


def _padded(groups: list[list[Work]]) -> list[list[Work]]:
    """With empty ones behind, where a small city has too few."""
    return [*groups, [], [], []]


def _contracts(market: Market) -> Iterator[Work]:
    for row in market.placements():
        one = orjson.loads(row)
        if one["evidence"] == "contract":
            yield Work(
                one["id"], one["worker_id"], one["employer_id"],
                date.fromisoformat(one["started_on"]), one["contract_months"], one["wage"],
                one["area_code"], one["channel"],
            )  # fmt: skip


def _by_employer(works: Iterable[Work]) -> list[list[Work]]:
    """At most so many persons of each employer; who has most of them comes first."""
    found: dict[str, list[Work]] = defaultdict(list)
    for one in works:
        found[one.employer].append(one)
    ranked = sorted(found.values(), key=lambda one: (-len(one), one[0].employer))
    return [one[:PERSONS] for one in ranked]


def _known(market: Market, people: People, groups: list[list[Work]]) -> list[list[Work]]:
    """The same with what the insurance agency knows of them."""
    workers = {one.worker for group in groups for one in group}
    rows = map(orjson.loads, people.workers())
    numbers = {row["id"]: row["id_number"] for row in rows if row["id"] in workers}
    codes = {row["id"]: row["organisation_code"] for row in map(orjson.loads, market.employers())}
    return [
        [replace(one, id_number=numbers[one.worker], payer=codes[one.employer]) for one in group]
        for group in groups
    ]


def months_of(work: Work, first: date, last: date) -> list[str]:
    """The months of a quarter in which somebody was at work, as they are written."""
    numbers = range(max(first, work.since).month, last.month + 1)
    return [f"{last.year}-{number:02d}" for number in numbers]
