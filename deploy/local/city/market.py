"""Rows for jobs-market: employers, posts, placements, training, and the search for work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from local.city.facts import Introductions, PostsLost, PostsOpened, Vacancies
from local.city.identity import Ids, organisation_code
from local.city.leaf import Leaf, leaves
from local.city.places import Place, Site
from local.city.plan import CHANNELS, DROPPED, PASSED, WELFARE, Plan

DAY = date.fromordinal

SECTORS = (
    "commerce", "catering", "services", "services", "industry", "construction", "agriculture",
    "other",
)  # fmt: skip
_OWNERSHIP = ("private", "self_employed", "collective", "state")
_TRADES = ("商店", "饭店", "服务社", "家政公司", "加工厂", "建筑队", "农场", "公司")
_SUBJECTS = ("微机", "烹饪", "面点", "按摩", "美容美发", "服装裁剪", "家政服务", "创业")
_KINDS = ("cleaning", "greening", "public_order", "security", "community_service", "logistics")
_OCCUPATIONS = ("营业员", "服务员", "厨工", "保洁员", "缝纫工", "司机", "保安员", "瓦工")
#: Vacancies are told in heads; one report names up to so many.
HEADS = 4


@dataclass(frozen=True, slots=True)
class Employer:
    """One employer; ``number`` is its place in the order of ids."""

    number: int
    sector: str
    site: Site


class Market:
    """Streams of rows about employers and work."""

    def __init__(self, plan: Plan, ids: Ids) -> None:
        self.plan = plan
        self.ids = ids
        self.worker = ids.prefix("worker")
        self.employer = ids.prefix("employer")
        self.post = ids.prefix("post")
        self.vacancy = ids.prefix("vacancy")
        self.jobseeker = ids.prefix("jobseeker")
        self.referral = ids.prefix("referral")
        self.placement = ids.prefix("placement")
        self.welfare_post = ids.prefix("public-welfare-post")
        self.klass = ids.prefix("training-class")
        self.enrolment = ids.prefix("enrolment")
        self._by_place: dict[Place, list[Employer]] = {}
        self._all: list[Employer] = []
        self._found()

    def _found(self) -> None:
        """Employers everywhere where something happens; one public body among them."""
        offices = sorted({p.place[1] for p in self.plan.pools if p.place[1] is not None})
        offices += sorted({f.office for f in self.plan.case.facts if f.office} - set(offices))
        where: list[Place] = [(d, None) for d in self.plan.places.districts]
        where += [(None, office) for office in offices]
        each = max(10, self.plan.case.model.employers // len(where))
        for place in where:
            sites = self.plan.places.sites(place)
            listed = []
            for n in range(each):
                sector = "public" if n < 2 else SECTORS[n % len(SECTORS)]
                listed.append(Employer(len(self._all), sector, sites[n % len(sites)]))
                self._all.append(listed[-1])
            self._by_place[place] = listed

    def employers(self) -> Iterator[str]:
        """All employers, registered before everything else."""
        days = [p.group.registered.first for p in self.plan.pools]
        days += [fact.period.first for fact in self.plan.case.facts]
        day = date(min(days).year, 1, 1)
        for one in self._all:
            n = one.number
            public = one.sector == "public"
            name = f"第{n + 1}{'社区服务中心' if public else _TRADES[n % 8]}"
            ownership = "public_institution" if public else _OWNERSHIP[n % 4]
            yield (
                f'{{"id":"{self.employer}{n:08x}","name":"{name}","sector":"{one.sector}",'
                f'"ownership":"{ownership}","registered_on":"{day}",'
                f'"organisation_code":"{organisation_code(n)}",'
                f'"area_code":"{one.site.area}","office":"{one.site.office}"}}\n'
            )

    def _somewhere(self, leaf: Leaf) -> list[Employer]:
        """Employers at a leaf's place, without public bodies."""
        if leaf.place in self._by_place:
            found = self._by_place[leaf.place]
        else:
            found = [
                one
                for place, listed in self._by_place.items()
                if place not in leaf.without and place[1] is None
                for one in listed
            ]
        return [one for one in found if one.sector != "public"]

    # --- posts ----------------------------------------------------------------------------------

    def _opened(self) -> Iterator[tuple[int, Leaf, Employer, int, bool]]:
        """(number, leaf, employer, day, new investment) of each post."""
        number = 0
        for leaf in leaves(self.plan.case, PostsOpened):
            rng = self.plan.rng("posts", leaf.fact.id)
            first, last = leaf.period.first.toordinal(), leaf.period.last.toordinal()
            share = int(Decimal(leaf.fact.new_investment) * 1000)
            somewhere = self._somewhere(leaf)
            for _ in range(leaf.numbers["count"]):
                employer = rng.choice(somewhere)
                yield number, leaf, employer, rng.randint(first, last), rng.randrange(1000) < share
                number += 1

    def posts(self) -> Iterator[str]:
        """Posts opened, some of them lost since."""
        lost = self._lost()
        reasons = ("employer_closed", "layoff", "natural_loss", "other")
        for number, _, employer, day, new in self._opened():
            gone = ""
            if number in lost:
                reason = reasons[number % 4]
                gone = f'"lost_on":"{DAY(lost[number])}","lost_reason":"{reason}",'
            yield (
                f'{{"id":"{self.post}{number:08x}","employer_id":"{self.employer}'
                f'{employer.number:08x}","sector":"{employer.sector}",'
                f'"new_investment":{"true" if new else "false"},"opened_on":"{DAY(day)}",{gone}'
                f'"area_code":"{employer.site.area}","office":"{employer.site.office}"}}\n'
            )

    def _lost(self) -> dict[int, int]:
        """Post -> day of its loss: at the place that the fact names, not before it was opened."""
        lost: dict[int, int] = {}
        for leaf in leaves(self.plan.case, PostsLost):
            rng = self.plan.rng("lost", leaf.fact.id)
            first, last = leaf.period.first.toordinal(), leaf.period.last.toordinal()
            missing = leaf.numbers["count"]
            for number, opened, _, day, _ in self._opened():
                if not missing:
                    break
                if number not in lost and day <= last and self._same(leaf, opened):
                    lost[number] = rng.randint(max(day, first), last)
                    missing -= 1
        return lost

    def _same(self, leaf: Leaf, opened: Leaf) -> bool:
        """Whether a post of a leaf may be among the losses of another one."""
        if leaf.place == (None, None):
            return opened.place not in leaf.without
        return opened.place == leaf.place

    # --- placements -----------------------------------------------------------------------------

    def welfare_posts(self) -> Iterator[str]:
        """One public-welfare post for each person who takes one."""
        for pool in self.plan.pools:
            public = self._by_place[pool.place][:2]
            for i in range(pool.start, pool.stop):
                if self.plan.placed_on[i] and self.plan.channel[i] == WELFARE:
                    employer = public[i % 2]
                    yield (
                        f'{{"id":"{self.welfare_post}{i:08x}",'
                        f'"employer_id":"{self.employer}{employer.number:08x}",'
                        f'"kind":"{_KINDS[i % len(_KINDS)]}",'
                        f'"developed_on":"{DAY(self.plan.placed_on[i] - 5)}",'
                        f'"area_code":"{employer.site.area}","office":"{employer.site.office}"}}\n'
                    )

    def placements(self) -> Iterator[str]:
        """Every placement with its evidence: a contract, a licence, or a declaration."""
        new = int(Decimal(self.plan.case.model.new_post_share) * 1000)
        for pool in self.plan.pools:
            rng = self.plan.rng("placement", pool.group.id, *map(str, pool.place))
            listed = self._by_place[pool.place]
            for i in range(pool.start, pool.stop):
                day = self.plan.placed_on[i]
                if day:
                    channel = CHANNELS[self.plan.channel[i]]
                    site = pool.sites[i % len(pool.sites)]
                    yield (
                        f'{{"id":"{self.placement}{i:08x}","worker_id":"{self.worker}{i:08x}",'
                        f'"channel":"{channel}",{self._evidence(i, channel, listed, new, rng)},'
                        f'"started_on":"{DAY(day)}","area_code":"{site.area}",'
                        f'"office":"{site.office}"}}\n'
                    )

    def _evidence(
        self, index: int, channel: str, listed: list[Employer], new: int, rng: Random
    ) -> str:
        if channel in ("flexible", "farming"):
            return '"evidence":"flexible_declaration"'
        if channel == "private_economy" and rng.randrange(10) < 4:
            return '"evidence":"licence"'
        if channel == "public_welfare_4050":
            employer, months, post = listed[index % 2], 36, f"{self.welfare_post}{index:08x}"
        else:
            employer, months, post = listed[2 + rng.randrange(len(listed) - 2)], 0, ""
            months = (6, 12, 12, 24, 36)[rng.randrange(5)]
        wage = 300 + rng.randrange(60) * 10
        is_new = post == "" and rng.randrange(1000) < new
        return (
            f'"evidence":"contract","employer_id":"{self.employer}{employer.number:08x}",'
            f'"contract_months":{months},"wage":"{wage}.00","new_post":{"true" if is_new else "false"}'
            + (f',"public_welfare_post_id":"{post}"' if post else "")
        )

    # --- training -------------------------------------------------------------------------------

    def classes(self) -> Iterator[str]:
        """Training classes, one in eight of them for domestic service, one in sixteen for founders."""
        for number, (_, one) in enumerate(self.plan.classes):
            kind = "vocational"
            if number % 8 == 6:
                kind = "domestic-service"
            elif number % 16 == 7:
                kind = "entrepreneurship"
            yield (
                f'{{"id":"{self.klass}{number:08x}","provider":"就业训练中心",'
                f'"subject":"{_SUBJECTS[number % 8]}","kind":"{kind}",'
                f'"planned":{max(len(one.members), 1)},"starts_on":"{DAY(one.starts_on)}",'
                f'"ends_on":"{DAY(one.ends_on)}","area_code":"{one.site.area}",'
                f'"office":"{one.site.office}"}}\n'
            )

    def enrolments(self) -> Iterator[str]:
        """Who took part in which class, and how it ended for each of them."""
        for number, (_, one) in enumerate(self.plan.classes):
            for i in one.members:
                found = self.plan.result[i]
                result = (
                    "dropped" if found == DROPPED else "passed" if found == PASSED else "failed"
                )
                yield (
                    f'{{"id":"{self.enrolment}{i:08x}","class_id":"{self.klass}{number:08x}",'
                    f'"worker_id":"{self.worker}{i:08x}","enrolled_on":"{DAY(one.starts_on)}",'
                    f'"result":"{result}","resulted_on":"{DAY(one.ends_on)}"}}\n'
                )

    def completions(self) -> Iterator[str]:
        """Classes that are over and have all their results."""
        for number, (_, one) in enumerate(self.plan.classes):
            yield f'{{"class_id":"{self.klass}{number:08x}","completed_on":"{DAY(one.ends_on)}"}}\n'

    # --- the search for work --------------------------------------------------------------------

    def jobseekers(self) -> Iterator[str]:
        """Registrations of persons who look for work."""
        number = 0
        for listed in self.plan.seeks_on.values():
            for day, i in listed:
                site = self.plan.site_of(i)
                yield (
                    f'{{"id":"{self.jobseeker}{number:08x}","worker_id":"{self.worker}{i:08x}",'
                    f'"registered_on":"{DAY(day)}","area_code":"{site.area}",'
                    f'"office":"{site.office}"}}\n'
                )
                number += 1

    def _vacancies(self) -> Iterator[tuple[int, Leaf, Employer, int, int]]:
        """(number, leaf, employer, heads, day): days rise inside a leaf."""
        number = 0
        for leaf in leaves(self.plan.case, Vacancies):
            rng = self.plan.rng("vacancy", leaf.fact.id)
            first, last = leaf.period.first.toordinal(), leaf.period.last.toordinal()
            left = total = leaf.numbers["count"]
            somewhere = self._somewhere(leaf)
            while left:
                heads = min(left, rng.randint(1, HEADS))
                day = first + (total - left) * (last - first) // total
                yield number, leaf, rng.choice(somewhere), heads, day
                left -= heads
                number += 1

    def vacancies(self) -> Iterator[str]:
        """Vacancies as employers reported them."""
        for number, _, employer, heads, day in self._vacancies():
            wage = 300 + number * 37 % 50 * 10
            yield (
                f'{{"id":"{self.vacancy}{number:08x}","employer_id":"{self.employer}'
                f'{employer.number:08x}","occupation":"{_OCCUPATIONS[number % 8]}",'
                f'"headcount":{heads},"wage":"{wage}.00","term_months":12,'
                f'"reported_on":"{DAY(day)}","area_code":"{employer.site.area}",'
                f'"office":"{employer.site.office}"}}\n'
            )

    def _referrals(self) -> Iterator[tuple[int, int, int, int, int, bool]]:
        """(number, jobseeker, person, vacancy, day, hired).

        The k-th of a period's registrations meets the vacancy at the same part of the period, so
        that both are open on the day; a vacancy is never asked to hire more than its heads.
        """
        number = 0
        starts: dict[str, int] = {}
        running = 0
        for fact, listed in self.plan.seeks_on.items():
            starts[fact] = running
            running += len(listed)
        for leaf in leaves(self.plan.case, Introductions):
            rng_last = leaf.period.last.toordinal()
            seekers = self._same_leaf(leaf, starts)
            slots = [
                (vacancy, day)
                for vacancy, other, _, heads, day in self._vacancies()
                if other.period == leaf.period and other.place == leaf.place
                for _ in range(heads)
            ]
            count, hired = leaf.numbers["count"], leaf.numbers["hired"]
            for k in range(count):
                jobseeker, seen, i = seekers[k * len(seekers) // count]
                # Every hired one has a slot of its own: hired are spread over the referrals.
                takes = (k + 1) * hired // count > k * hired // count
                vacancy, reported = slots[k * len(slots) // count]
                if takes:
                    turn = k * hired // count
                    vacancy, reported = slots[turn * len(slots) // hired]
                day = min(max(seen, reported), rng_last)
                yield number, jobseeker, i, vacancy, day, takes
                number += 1

    def _same_leaf(self, leaf: Leaf, starts: dict[str, int]) -> list[tuple[int, int, int]]:
        """(registration, day, person) of the same period and place, in order of days."""
        for fact in self.plan.case.facts:
            if fact.id in starts and fact.period == leaf.period:
                if (fact.area, fact.office) == leaf.place:
                    start = starts[fact.id]
                    return [
                        (start + n, day, i)
                        for n, (day, i) in enumerate(self.plan.seeks_on[fact.id])
                    ]
        return []

    def referrals(self) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Letters of introduction, each with the employer's answer."""
        for number, jobseeker, i, vacancy, day, hired in self._referrals():
            outcome = "hired" if hired else ("not_hired", "no_show", "refused")[number % 3]
            yield (
                {
                    "id": f"{self.referral}{number:08x}",
                    "jobseeker_id": f"{self.jobseeker}{jobseeker:08x}",
                    "vacancy_id": f"{self.vacancy}{vacancy:08x}",
                    "issued_on": str(DAY(day)),
                    "office": self.plan.site_of(i).office,
                },
                {"outcome": outcome, "resolved_on": str(DAY(day))},
            )
