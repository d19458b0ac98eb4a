"""Who gets a certificate, finds work, is trained, borrows: the decisions of a plan, in order.

Each takes one leaf (a piece of a fact) and picks persons for it. Dates hang together: people are
registered before they apply, hold a certificate before they find work with it, and find work after
the class that led to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from local.city.case import Group
from local.city.facts import (
    CertificatesIssued,
    JobseekerRegistrations,
    Loans,
    Pairing,
    Placements,
    Relief,
    Training,
)
from local.city.leaf import Leaf, leaves
from local.city.plan import (
    CHANNELS,
    DROPPED,
    FAILED,
    KINDS,
    OLD,
    PASSED,
    WELFARE,
    YOUNG,
    Class,
    Plan,
    Pool,
)
from local.city.quantities import Period
from local.city.shares import spread

BASE = ("entitled", "refused")
#: Between an application and the certificate lie check and publicity.
APPLIED_BEFORE = 25
#: A loan goes from application to payment in about two weeks.
LOAN_DAYS = 15
#: For so long a certificate runs at the least: three years, less a day.
CERTIFICATE_DAYS = 3 * 365 - 1
#: Categories of persons who are registered as unemployed.
REGISTERED = frozenset({"soe_unemployed", "dibao_long_term_unemployed"})


def decide(plan: Plan) -> None:
    """Fill the plan's arrays. Raises ``PlanImpossible`` when a fact needs more people than fit."""
    start = 0
    for group in plan.case.population:
        _stand(plan, group, start)
        start += group.count
    for leaf in leaves(plan.case, CertificatesIssued):
        _issue(plan, leaf)
    for leaf in leaves(plan.case, Placements):
        _place(plan, leaf)
    for leaf in leaves(plan.case, Training):
        _train(plan, leaf)
    for leaf in leaves(plan.case, Pairing):
        _pair(plan, leaf)
    borrowing: set[int] = set()
    for leaf in leaves(plan.case, Loans):
        _lend(plan, leaf, borrowing)
    relieved: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for leaf in leaves(plan.case, Relief):
        key = (leaf.fact.relief, leaf.fact.unit, leaf.period.last.year)
        _relieve(plan, leaf, relieved[key])
    seeking: dict[int, list[Period]] = {}
    for leaf in leaves(plan.case, JobseekerRegistrations):
        _seek(plan, leaf, seeking)
    for pool in plan.pools:
        _register(plan, pool)


def _issue(plan: Plan, leaf: Leaf) -> None:
    rng = plan.rng(leaf.fact.id)
    first, last = days(leaf.period)

    def free(i: int) -> bool:
        return not plan.cert_on[i]

    for i in plan.pick(leaf, leaf.numbers["count"], free, standing=("entitled",)):
        plan.cert_on[i] = rng.randint(first, last)
        plan.met(i, plan.cert_on[i] - APPLIED_BEFORE)


def _place(plan: Plan, leaf: Leaf) -> None:
    plan.placements.append(leaf)
    number = len(plan.placements)
    rng = plan.rng(leaf.fact.id)
    first, last = days(leaf.period)
    count = leaf.numbers["count"]

    def free(i: int) -> bool:
        return not plan.placed_on[i]

    if leaf.fact.population == "outside":
        chosen = plan.pick(leaf, count, free, standing=("outside",))
        channels = [CHANNELS.index("first_employment")] * count
    else:
        chosen, channels = _reemployed(plan, leaf, count, last, rng)
    for i, channel in zip(chosen, channels, strict=True):
        after = max(first, plan.cert_on[i]) if plan.cert_on[i] <= last else first
        plan.placed_on[i] = rng.randint(after, last)
        plan.channel[i] = channel
        plan.placed_leaf[i] = number
        if channel == WELFARE:
            plan.age[i] = OLD
        plan.met(i, plan.placed_on[i] - 4)


def _reemployed(
    plan: Plan, leaf: Leaf, count: int, last: int, rng: Random
) -> tuple[list[int], list[int]]:
    """Persons and their channels: those in welfare posts first, then holders, then others."""
    taken: set[int] = set()

    def holder(i: int) -> bool:
        return not plan.placed_on[i] and 0 < plan.cert_on[i] <= last and i not in taken

    def without(i: int) -> bool:
        return not plan.placed_on[i] and not plan.cert_on[i] and i not in taken

    def free(i: int) -> bool:
        return not plan.placed_on[i] and i not in taken

    chosen: list[int] = []

    def take(
        wanted: int, ok: Callable[[int], bool], standing: tuple[str, ...], least: bool
    ) -> None:
        found = plan.pick(leaf, max(0, wanted), ok, standing=standing, least=least)
        chosen.extend(found)
        taken.update(found)

    welfare = leaf.numbers.get("channels.public_welfare_4050", 0)
    take(welfare, holder, ("entitled",), True)
    take(welfare - len(chosen), free, ("entitled",), False)
    take(part(count, leaf.fact.certificate_share) - len(chosen), holder, BASE, True)
    take(count - len(chosen), without, BASE, True)
    take(count - len(chosen), free, BASE, False)
    rest = [
        number
        for number, name in enumerate(CHANNELS)
        if number != WELFARE
        for _ in range(leaf.numbers.get(f"channels.{name}", 0))
    ]
    rng.shuffle(rest)
    return chosen, [WELFARE] * welfare + rest


def _train(plan: Plan, leaf: Leaf) -> None:
    rng = plan.rng(leaf.fact.id)
    first, last = days(leaf.period)
    sites = plan.places.sites(leaf.place, leaf.without)
    length = max(0, min(30, (last - first) // 4))
    latest = max(first, last - length - (last - first) // 5)
    starts = sorted(rng.randint(first, latest) for _ in range(leaf.numbers["classes"]))
    classes = [Class(start, start + length, rng.choice(sites)) for start in starts]
    _enrol(plan, leaf, classes, last, rng)
    plan.classes += [(leaf.fact, one) for one in classes]


def _enrol(plan: Plan, leaf: Leaf, classes: list[Class], last: int, rng: Random) -> None:
    trained = leaf.numbers["count"]
    employed = plan.pick(leaf, leaf.numbers["employed"], _employable(plan, leaf))
    chosen = set(employed)

    def free(i: int) -> bool:
        return not plan.placed_on[i] and not plan.klass[i] and i not in chosen

    others = plan.pick(leaf, trained - len(employed) + leaf.numbers["dropped"], free)
    base = len(plan.classes)
    failed = trained - part(trained, leaf.fact.passed)
    for j, i in enumerate(employed + others):
        number = j * 7 % len(classes)
        one = classes[number]
        one.members.append(i)
        plan.klass[i] = base + number + 1
        plan.met(i, one.starts_on)
        if j >= trained:
            plan.result[i] = DROPPED
        else:
            plan.result[i] = FAILED if j >= trained - failed else PASSED
        if j < len(employed):
            until = min(last, days(plan.placements[plan.placed_leaf[i] - 1].period)[1])
            plan.placed_on[i] = rng.randint(max(one.ends_on, plan.cert_on[i]), until)


def _employable(plan: Plan, leaf: Leaf) -> Callable[[int], bool]:
    """Placed in the same year and not before the classes, so that work can follow a class."""
    last = days(leaf.period)[1]
    numbers = {
        number
        for number, placement in enumerate(plan.placements, 1)
        if placement.fact.population == "base"
        and placement.period.first.year == leaf.period.first.year
        and placement.period.last >= leaf.period.last
    }

    def ok(i: int) -> bool:
        return plan.placed_leaf[i] in numbers and not plan.klass[i] and plan.cert_on[i] <= last

    return ok


def _pair(plan: Plan, leaf: Leaf) -> None:
    rng = plan.rng(leaf.fact.id)
    first, last = days(leaf.period)
    paired = {i for i, _ in plan.pairs}

    def placed(i: int) -> bool:
        return first <= plan.placed_on[i] <= last and i not in paired

    def free(i: int) -> bool:
        return not plan.placed_on[i] and i not in paired

    chosen = plan.pick(leaf, leaf.numbers["placed"], placed)
    chosen += plan.pick(leaf, leaf.numbers["count"] - len(chosen), free)
    for i in chosen:
        day = rng.randint(first, plan.placed_on[i] or last)
        plan.pairs.append((i, day))
        plan.met(i, day)


def _lend(plan: Plan, leaf: Leaf, borrowing: set[int]) -> None:
    rng = plan.rng(leaf.fact.id)
    first, last = days(leaf.period)

    def free(i: int) -> bool:
        return plan.age[i] != OLD and i not in borrowing

    def until(i: int) -> int:
        """The last day for it: of the certificate, or before the work that ends the registration."""
        ends = plan.cert_on[i] + CERTIFICATE_DAYS if plan.cert_on[i] else plan.placed_on[i]
        return min(last, ends or last)

    def holder(i: int) -> bool:
        held = 0 < plan.cert_on[i] <= last - LOAN_DAYS - 5
        return held and until(i) >= first + LOAN_DAYS and free(i)

    def registered(i: int) -> bool:
        unemployed = not plan.cert_on[i] and KINDS[plan.kind[i]] in REGISTERED
        return unemployed and until(i) >= first + LOAN_DAYS and free(i)

    count = leaf.numbers["count"]
    chosen = plan.pick(leaf, count, holder, standing=("entitled",), least=True)
    # A city that reports no certificates lends to the registered unemployed, where the law admits.
    chosen += plan.pick(leaf, count - len(chosen), registered, standing=("entitled",))
    borrowing.update(chosen)
    listed = []
    for i in chosen:
        plan.age[i] = YOUNG
        begins = max(first, plan.cert_on[i] + 1)
        paid = rng.randint(min(begins + LOAN_DAYS, until(i)), until(i))
        plan.met(i, paid - LOAN_DAYS)
        listed.append((i, paid))
    plan.loans.append((leaf, listed))


def _relieve(plan: Plan, leaf: Leaf, taken: set[int]) -> None:
    """Beneficiaries of one kind, unit and year are counted once: ``taken`` holds them."""
    last = days(leaf.period)[1]
    count = leaf.numbers["count"]

    def holder(i: int) -> bool:
        return 0 < plan.cert_on[i] <= last and i not in taken

    def free(i: int) -> bool:
        return i not in taken

    chosen = plan.pick(leaf, count, holder, standing=("entitled",), least=True)
    taken.update(chosen)
    more = plan.pick(leaf, count - len(chosen), free)
    taken.update(more)
    plan.reliefs.append((leaf, chosen + more))


def _seek(plan: Plan, leaf: Leaf, seeking: dict[int, list[Period]]) -> None:
    first, last = days(leaf.period)

    def free(i: int) -> bool:
        return all(abs((p.first - leaf.period.first).days) >= 360 for p in seeking.get(i, ()))

    everyone = (*BASE, "outside")
    listed = []
    for i in plan.pick(leaf, leaf.numbers["count"], free, standing=everyone):
        # The same day of every year: a registration is over before the next one begins.
        day = first + i * 2654435761 % (last - first + 1)
        seeking.setdefault(i, []).append(leaf.period)
        listed.append((day, i))
        plan.met(i, day)
    listed.sort()
    plan.seeks_on[leaf.fact.id] = listed


def _stand(plan: Plan, group: Group, start: int) -> None:
    """Categories and reasons by largest remainder over a whole group, then shuffled."""
    weights = {str(kind): weight for kind, weight in (group.mix or group.reasons).items()}
    shares = spread(group.count, weights or {"outside": 1})
    kinds = [KINDS.index(kind) for kind, share in shares.items() for _ in range(share)]
    plan.rng("kind", group.id).shuffle(kinds)
    plan.kind[start : start + group.count] = bytes(kinds)


def _register(plan: Plan, pool: Pool) -> None:
    """Days of registration and application: before everything else that is known of someone."""
    group = pool.group
    draw = plan.rng("register", group.id, *map(str, pool.place)).random
    first, last = days(group.registered)
    begins, ends = days(group.applied) if group.applied is not None else (0, 0)
    for i in range(pool.start, pool.stop):
        seen = plan.first_on[i]
        if begins:
            applied = begins + int(draw() * (ends - begins + 1))
            if seen and seen <= applied:
                applied = seen - 1
            plan.applied_on[i] = seen = applied
        registered = first + int(draw() * (last - first + 1))
        plan.registered_on[i] = min(registered, seen) if seen else registered


def days(period: Period) -> tuple[int, int]:
    """First and last day as ordinals."""
    return period.first.toordinal(), period.last.toordinal()


def part(count: int, share: str) -> int:
    """A share of a count, half up, in decimal."""
    return int((count * Decimal(share)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
