"""What programmes are told of a line, out of events alone, in whichever order these came."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit import identity_links
from kit.events import Event
from kit.testing import UnderTest
from subsidy.heard import usecases
from subsidy.heard.facts import Answer, Given, Line
from subsidy.programmes.facts import (
    AllowanceFacts,
    Contribution,
    IntroductionFacts,
    MonthFacts,
    Recognition,
    Spell,
    TrainingFacts,
)  # fmt: skip

from .conftest import DISTRICT

CODE = "70289001-5"
START = date(2003, 9, 15)


@dataclass
class World:
    """A person with everything that may be told of her, and the events that tell it."""

    service: UnderTest
    names: dict[str, UUID] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    sequences: dict[UUID, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> UUID:
        return self.names.setdefault(name, uuid4())

    def say(self, type: str, entity: str, on: date, /, **data: Any) -> Event:
        """Something is told of a named entity; its worker is ``worker`` unless said otherwise."""
        id, reverses = self[entity], data.pop("reverses", None)
        self.sequences[id] = self.sequences.get(id, 0) + 1
        event = self.service.heard(
            f"{type}.v1", id, {"worker_id": str(self["worker"]), **data}, valid_from=on,
            sequence=self.sequences[id], area_code=DISTRICT,
            reverses=reverses.id if reverses else None,
        )  # fmt: skip
        self.events.append(event)
        return event

    def registered(self, worker: str = "worker", **data: Any) -> Event:
        return self.say(
            "registry.worker.registered", worker, date(2003, 1, 1),
            **{
                "sex": "female", "birth_date": "1962-05-04", "labour_status": "laid_off",
                "category": "soe_laid_off", "population": "base",
                "centre_agreement_on": "2001-03-01", **data,
            },
        )  # fmt: skip

    def employer(self, name: str = "employer", **data: Any) -> Event:
        told = {"name": "某单位", "sector": "services", "ownership": "private", **data}
        return self.say("jobs-market.employer.registered", name, date(2003, 1, 1), **told)

    def placed(self, name: str = "placement", on: date = START, **data: Any) -> Event:
        told = {
            "employer_id": str(self["employer"]), "channel": "private_economy",
            "started_on": on.isoformat(), "contract_months": 12, "wage": "600.00",
            "new_post": True, "sector": None, **data,
        }  # fmt: skip
        return self.say("jobs-market.placement.confirmed", name, on, **told)

    def paid(self, name: str, month: str, payer: str | None = CODE, **data: Any) -> Event:
        told = {"insurances": ["pension", "unemployment"], "base": "600.00", **data}
        return self.say(
            "registry.contribution.recorded", name, date.fromisoformat(f"{month}-01"),
            month=month, payer=payer, **told,
        )  # fmt: skip

    async def tell(self, *, seed: int | None = None) -> None:
        """Everything that was said and not yet told: as it was said, or in some order that keeps that
        of each entity, in batches of some size, some of it twice."""
        events, self.events = self.events, []
        if seed is None:
            await self.service.deliver(*events)
            return
        chance = random.Random(seed)
        waiting: dict[UUID, list[Event]] = {}
        for event in events:
            waiting.setdefault(event.entity_id, []).append(event)
        mixed: list[Event] = []
        while waiting:
            entity = chance.choice(list(waiting))
            mixed.append(waiting[entity].pop(0))
            if not waiting[entity]:
                del waiting[entity]
        while mixed:
            size = chance.randint(1, 6)
            batch, mixed = mixed[:size], mixed[size:]
            await self.service.deliver(*batch)
            if chance.random() < 0.3:
                await self.service.deliver(*batch)

    async def asked(self, *lines: Line) -> list[Answer]:
        async with self.service.db.reading() as tx:
            records = await identity_links.records_of(tx, (one.worker_id for one in lines))
            return await usecases.facts_of(tx, lines, records)

    def month(self, day: date, placement: str = "placement", **given: Any) -> Line:
        return Line("month", self["worker"], day, self[placement], Given(**given))


@pytest.fixture
def world(subsidy: UnderTest) -> World:
    return World(subsidy)


def life(world: World) -> None:
    """Everything of one person, with corrections of nearly all of it."""
    world.registered(birth_date="1960-05-04")
    world.say(
        "registry.worker.corrected", "worker", date(2003, 2, 1), attributes=["birth_date"],
        from_the_beginning=True, sex="female", birth_date="1962-05-04",
    )  # fmt: skip
    world.say("registry.certificate.granted", "certificate", date(2003, 3, 1))
    world.say(
        "registry.certificate.issued", "certificate", date(2003, 3, 10), valid_until="2006-03-09"
    )
    gone = world.say("registry.certificate.revoked", "certificate", date(2003, 6, 1))
    world.say(
        "registry.certificate.restored", "certificate", date(2003, 3, 10), reverses=gone,
        state="issued", issued_on="2003-03-10", valid_until="2006-03-09",
    )  # fmt: skip
    world.say("registry.certificate.suspended", "certificate", date(2004, 1, 1), year=2003)
    world.say(
        "registry.certificate.reinstated",
        "certificate",
        date(2004, 2, 20),
        valid_until="2006-03-09",
    )
    world.say("registry.certificate.expired", "certificate", date(2006, 3, 10))
    first = world.say("registry.difficulty.recognised", "difficulty", date(2003, 4, 1), kind="4050")
    world.say("registry.difficulty.exited", "difficulty", date(2003, 9, 15), kind="4050")
    world.say(
        "registry.difficulty.reinstated", "difficulty", date(2003, 9, 15), kind="4050",
        recognised_on="2003-04-01", reverses=first,
    )  # fmt: skip
    recognised = world.say(
        "registry.difficulty.recognised",
        "other difficulty",
        date(2003, 4, 1),
        kind="zero-household",
    )
    world.say(
        "registry.difficulty.exited", "other difficulty", date(2003, 4, 1), kind="zero-household",
        reverses=recognised,
    )  # fmt: skip
    world.say(
        "registry.unemployment.registered",
        "registration",
        date(2003, 3, 1),
        since="2003-03-01",
        spell=1,
    )
    employed = world.say(
        "registry.unemployment.employed",
        "registration",
        date(2003, 9, 1),
        since="2003-09-01",
        spell=1,
    )
    world.say(
        "registry.unemployment.employed", "registration", START, since=START.isoformat(), spell=1,
        reverses=employed,
    )  # fmt: skip
    imprisoned = {"kind": "imprisoned", "on": "2003-05-20", "authority": "231100-justice"}
    world.say("registry.life-fact.recorded", "prison", date(2003, 5, 20), **imprisoned)
    world.say(
        "registry.life-fact.ended", "prison", date(2003, 7, 1), **imprisoned, until="2003-07-01"
    )
    dead = {"kind": "deceased", "on": "2003-08-01", "authority": "231100-police"}
    told = world.say("registry.life-fact.recorded", "death", date(2003, 8, 1), **dead)
    world.say(
        "registry.life-fact.reversed", "death", date(2003, 8, 1), **dead, what="fact", reverses=told
    )
    world.employer(organisation_code=CODE)
    world.placed()
    world.paid("wrong", "2003-09", base="900.00")
    world.paid("september", "2003-09")
    world.say(
        "registry.contribution.reversed", "wrong", date(2003, 9, 1), month="2003-09",
        insurances=["pension", "unemployment"], payer=CODE, base="900.00",
    )  # fmt: skip
    world.paid("october", "2003-10", payer="12345678-9")
    world.paid("by herself", "2003-10", payer=None, insurances=["medical"])
    conflict = {"month": "2003-08", "finding": "insured-while-unemployed"}
    world.say(
        "registry.contribution.conflict-found",
        "conflict",
        date(2003, 8, 1),
        payers=[CODE],
        **conflict,
    )


async def test_a_month_is_told_with_all_its_facts_and_their_events(world: World) -> None:
    life(world)
    by_entity = {event.entity_id: event.id for event in world.events}  # the last one of each
    await world.tell()
    (answer,) = await world.asked(
        world.month(date(2003, 9, 20), used={"si-months": 3}, taken=("post-subsidy",))
    )
    facts = answer.facts
    assert isinstance(facts, MonthFacts)
    assert facts.month == date(2003, 9, 1)
    assert facts.days == (START, date(2003, 9, 30))
    assert (facts.used, facts.taken) == ({"si-months": 3}, ("post-subsidy",))
    person, work = facts.person, facts.work
    assert (person.sex, person.birth_date, person.cadre) == ("female", date(1962, 5, 4), False)
    assert person.certificates == (
        Spell(date(2003, 3, 10), date(2003, 12, 31)), Spell(date(2004, 2, 20), date(2006, 3, 9)),
    )  # fmt: skip
    assert person.recognitions == (Recognition("4050", date(2003, 4, 1)),)
    assert person.unemployed == (Spell(date(2003, 3, 1), START - timedelta(days=1)),)
    assert person.left_on is None
    assert (work.started_on, work.contract_months, work.wage) == (START, 12, 60000)
    assert (work.sector, work.new_post, work.sole_occupant) == ("services", True, True)
    assert facts.contributions == (
        Contribution("pension", 60000, "employer"), Contribution("unemployment", 60000, "employer"),
    )  # fmt: skip
    names = {
        "worker": "worker", "placement": "placement", "employer": "employer",
        f"certificate:{world['certificate']}": "certificate",
        f"difficulty:{world['difficulty']}": "difficulty",
        f"unemployment:{world['registration']}": "registration",
        f"life-fact:{world['prison']}": "prison",
        f"contribution:{world['september']}": "september",
    }  # fmt: skip
    assert answer.events == {name: by_entity[world[entity]] for name, entity in names.items()}
    assert (answer.missing, answer.conflicts) == ((), ())
    assert await world.service.dead() == []


async def test_who_paid_is_told_from_the_employer_of_the_line(world: World) -> None:
    life(world)
    await world.tell()
    (october,) = await world.asked(world.month(date(2003, 10, 1)))
    assert isinstance(october.facts, MonthFacts)
    assert {(one.insurance, one.payer) for one in october.facts.contributions} == {
        ("pension", "other"), ("unemployment", "other"), ("medical", "self"),
    }  # fmt: skip


async def test_an_employers_credit_code_contains_the_code_by_which_it_pays(world: World) -> None:
    world.registered()
    world.employer(uscc="91110000702890015L", organisation_code=None)
    world.placed()
    world.paid("september", "2003-09")
    await world.tell()
    (answer,) = await world.asked(world.month(START))
    assert isinstance(answer.facts, MonthFacts)
    assert {one.payer for one in answer.facts.contributions} == {"employer"}


async def test_a_payer_that_cannot_be_compared_is_missing_and_no_other_employer(
    world: World,
) -> None:
    world.registered()
    world.employer()
    world.placed()
    world.paid("september", "2003-09")
    await world.tell()
    september, october = await world.asked(world.month(START), world.month(date(2003, 10, 1)))
    assert (september.facts, september.missing) == (None, ("employer-code",))
    assert isinstance(october.facts, MonthFacts)


async def test_a_conflict_holds_its_month_until_it_is_cleared(world: World) -> None:
    life(world)
    await world.tell()
    august, september = world.month(date(2003, 8, 1)), world.month(date(2003, 9, 1))
    held, free = await world.asked(august, september)
    assert (len(held.conflicts), free.conflicts) == (1, ())
    world.say(
        "registry.contribution.conflict-cleared", "conflict", date(2003, 8, 1), month="2003-08",
        finding="insured-while-unemployed", explained=True,
    )  # fmt: skip
    await world.tell()
    assert (await world.asked(august))[0].conflicts == ()


async def test_who_came_back_before_the_month_had_not_left(world: World) -> None:
    life(world)
    world.placed("earlier", date(2003, 6, 1))
    await world.tell()
    answers = await world.asked(
        *(world.month(date(2003, month, 1), "earlier") for month in (6, 7)),
    )
    left = [one.facts.person.left_on for one in answers if isinstance(one.facts, MonthFacts)]
    assert left == [date(2003, 5, 20), None]


async def test_what_has_not_arrived_is_named(world: World) -> None:
    world.placed()
    line = world.month(START)
    assert (await world.asked(line))[0].missing == ("placement",)
    await world.tell()
    assert (await world.asked(line))[0].missing == ("employer",)
    world.employer(organisation_code=CODE)
    await world.tell()
    assert (await world.asked(line))[0].missing == ("worker",)
    world.registered("somebody else")
    world.registered()
    await world.tell()
    assert (await world.asked(line))[0].missing == ()
    (foreign,) = await world.asked(Line("month", world["somebody else"], START, world["placement"]))
    assert (foreign.facts, foreign.missing) == (None, ("of-another-person",))


async def test_records_that_are_one_person_share_their_papers(world: World) -> None:
    life(world)
    world.registered("second record")
    line = Line("month", world["second record"], START, world["placement"])
    await world.tell()
    assert (await world.asked(line))[0].missing == ("of-another-person",)
    merge = world.say(
        "registry.worker.merged", "second record", date(2003, 10, 1),
        survivor_id=str(world["worker"]), merged_id=str(world["second record"]),
    )  # fmt: skip
    await world.tell()
    (answer,) = await world.asked(line)
    assert isinstance(answer.facts, MonthFacts)
    assert len(answer.facts.person.certificates) == len(answer.facts.contributions) == 2
    world.say(
        "registry.worker.unmerged", "second record", date(2003, 10, 1), reverses=merge,
        survivor_id=str(world["worker"]), merged_id=str(world["second record"]),
    )  # fmt: skip
    await world.tell()
    assert (await world.asked(line))[0].missing == ("of-another-person",)


def occupied(world: World, placement: str, on: date) -> Event:
    world.placed(placement, on, public_welfare_post_id=str(world["post"]))
    return world.say(
        "jobs-market.public-welfare-post.occupied", "post", on,
        placement_id=str(world[placement]),
    )  # fmt: skip


def vacated(world: World, placement: str, on: date, reverses: Event | None = None) -> None:
    world.say(
        "jobs-market.public-welfare-post.vacated", "post", on, reverses=reverses,
        placement_id=str(world[placement]),
    )  # fmt: skip


async def test_one_post_and_two_occupants_are_found_until_one_never_was(world: World) -> None:
    world.registered()
    world.employer(organisation_code=CODE)
    occupied(world, "first", date(2003, 9, 1))
    second = occupied(world, "second", date(2003, 11, 10))
    vacated(world, "first", date(2003, 12, 1))
    await world.tell()
    lines = [world.month(date(2003, month, 1), "first") for month in (10, 11)]
    lines.append(world.month(date(2003, 12, 1), "second"))
    works = [
        one.facts.work for one in await world.asked(*lines) if isinstance(one.facts, MonthFacts)
    ]
    assert [work.sole_occupant for work in works] == [True, False, True]
    assert (works[0].started_on, works[0].ended_on) == (date(2003, 9, 1), date(2003, 11, 30))
    auditor = world.service.client("auditor")
    (finding,) = (await auditor.get("/v1/findings")).json()["items"]
    assert finding["subject_id"] == str(world["second"])
    assert finding["other_id"] == str(world["first"])
    assert (finding["code"], finding["months"]) == ("two-occupants", ["2003-11-01"])
    vacated(world, "second", date(2003, 11, 10), reverses=second)
    await world.tell()
    (finding,) = (await auditor.get("/v1/findings")).json()["items"]
    assert finding["cleared_at"] is not None
    first, _, void = await world.asked(*lines)
    assert isinstance(first.facts, MonthFacts)
    assert first.facts.work.sole_occupant
    assert isinstance(void.facts, MonthFacts)
    assert void.facts.work.voided


async def test_who_hands_a_post_over_within_a_month_shares_no_day(world: World) -> None:
    world.registered()
    world.employer(organisation_code=CODE)
    occupied(world, "first", date(2003, 9, 1))
    vacated(world, "first", date(2003, 9, 16))
    occupied(world, "second", date(2003, 9, 16))
    await world.tell()
    answers = await world.asked(*(world.month(START, name) for name in ("first", "second")))
    assert all(
        isinstance(one.facts, MonthFacts) and one.facts.work.sole_occupant for one in answers
    )
    assert (await world.service.client("auditor").get("/v1/findings")).json()["items"] == []


async def test_a_post_is_not_told_before_its_occupancy(world: World) -> None:
    world.registered()
    world.employer(organisation_code=CODE)
    told = occupied(world, "placement", START)
    world.events.remove(told)
    await world.tell()
    assert (await world.asked(world.month(START)))[0].missing == ("occupancy",)


def trained(world: World, enrolment: str, result: str, employed_on: date | None) -> None:
    of_class = {"class_id": str(world["class"])}
    world.say("jobs-market.enrolment.enrolled", enrolment, date(2003, 3, 1), **of_class)
    world.say(
        "jobs-market.enrolment.resulted", enrolment, date(2003, 6, 2), result=result, **of_class
    )
    if employed_on is not None:
        work = {"placement_id": str(uuid4()), **of_class}
        told = world.say("jobs-market.enrolment.employed", enrolment, date(2003, 6, 15), **work)
        world.say(
            "jobs-market.enrolment.unemployed", enrolment, date(2003, 6, 15), reverses=told, **work
        )
        work = {"placement_id": str(uuid4()), **of_class}
        world.say("jobs-market.enrolment.employed", enrolment, employed_on, **work)


def training(world: World) -> None:
    world.registered()
    world.say(
        "jobs-market.training-class.opened", "class", date(2003, 3, 1), provider="市就业训练中心",
        subject="烹饪", kind="vocational", planned=45, ends_on="2003-06-01",
    )  # fmt: skip
    trained(world, "enrolment", "passed", date(2003, 7, 1))
    trained(world, "classmate", "passed", date(2003, 12, 1))
    trained(world, "failed", "failed", date(2003, 7, 1))
    world.say(
        "jobs-market.training-class.completed", "class", date(2003, 6, 20), enrolled=4, passed=2,
        failed=1, dropped=1,
    )  # fmt: skip


async def test_a_trained_person_is_told_with_the_class(world: World) -> None:
    training(world)
    await world.tell()
    line = Line(
        "training", world["worker"], date(2003, 10, 8), world["enrolment"],
        Given(used={"training-times": 1}, provider_qualified=True, part="second"),
    )  # fmt: skip
    (answer,) = await world.asked(line)
    assert isinstance(answer.facts, TrainingFacts)
    facts = answer.facts
    assert (facts.opened_on, facts.completed_on) == (date(2003, 3, 1), date(2003, 6, 1))
    assert (facts.completed, facts.class_passed, facts.class_employed) == (3, 2, 1)
    assert (facts.passed, facts.employed_on) == (True, date(2003, 7, 1))
    assert (facts.provider_qualified, facts.part, facts.used) == (
        True, "second", {"training-times": 1},
    )  # fmt: skip
    assert set(answer.events) == {
        "worker", "enrolment", "class", f"employed:{world['enrolment']}",
    }  # fmt: skip


async def test_an_introduction_is_the_work_that_names_its_letter(world: World) -> None:
    world.registered()
    world.employer(organisation_code=CODE)
    line = Line(
        "introduction", world["worker"], date(2004, 1, 10), world["referral"],
        Given(free_of_charge=True, group="certificate"),
    )  # fmt: skip
    world.say("jobs-market.referral.issued", "referral", date(2003, 9, 1))
    await world.tell()
    assert (await world.asked(line))[0].missing == ("referral",)
    world.say("jobs-market.referral.resolved", "referral", date(2003, 9, 10), outcome="hired")
    await world.tell()
    assert (await world.asked(line))[0].missing == ("placement",)
    world.placed(referral_id=str(world["referral"]))
    await world.tell()
    (answer,) = await world.asked(line)
    assert isinstance(answer.facts, IntroductionFacts)
    assert (answer.facts.work.started_on, answer.facts.claimed_on) == (START, date(2004, 1, 10))
    assert {"referral", "placement", "worker"} <= set(answer.events)


async def test_months_in_a_centre_know_the_agreement_and_other_work(world: World) -> None:
    life(world)
    await world.tell()
    (answer,) = await world.asked(
        Line(
            "allowance", world["worker"], date(2003, 5, 1), None,
            Given(agreement_until=date(2003, 6, 30), enterprise_pays=8000),
        )
    )  # fmt: skip
    assert isinstance(answer.facts, AllowanceFacts)
    assert answer.facts.agreement == Spell(date(2001, 3, 1), date(2003, 6, 30))
    assert answer.facts.working == (Spell(START),)
    assert answer.facts.enterprise_pays == 8000


TABLES = (
    "known_worker", "known_telling", "known_spell", "known_certificate", "known_contribution",
    "known_conflict", "known_employer", "known_placement", "known_occupancy", "known_class",
    "known_enrolment", "known_referral",
)  # fmt: skip


async def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of what was heard."""
    async with world.service.db.reading() as tx:
        return {
            table: sorted(
                [dict(row) for row in await tx.fetch(f"select * from {table}")],
                key=repr,
            )
            for table in TABLES
        }


@pytest.mark.parametrize("seeds", [range(0, 4), range(4, 8)], ids=str)
async def test_any_order_and_duplicates_leave_the_same_rows_and_the_same_facts(
    running: Any, seeds: Sequence[int]
) -> None:
    first = World(await running("subsidy"))
    life(first)
    training(first)
    occupied(first, "on a post", date(2004, 1, 1))
    occupied(first, "on the same post", date(2004, 1, 20))
    vacated(first, "on a post", date(2004, 2, 1))
    lines = [
        *(first.month(date(2003, month, 1)) for month in (6, 9, 10)),
        first.month(date(2004, 1, 1), "on a post"),
        Line("training", first["worker"], date(2003, 10, 8), first["enrolment"]),
    ]
    events = list(first.events)
    await first.tell()
    rows, facts = await everything(first), await first.asked(*lines)
    assert all(answer.facts is not None for answer in facts)
    for seed in seeds:
        other = World(await running("subsidy"), first.names, list(events))
        await other.tell(seed=seed)
        assert await everything(other) == rows
        assert await other.asked(*lines) == facts
        assert await other.service.dead() == []
