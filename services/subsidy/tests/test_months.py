"""A person's month of a kind of benefit is held once, whoever asks at the same time."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from kit import identity_links
from kit.ids import new_id
from kit.testing import UnderTest
from subsidy.months import domain, usecases
from subsidy.months.domain import FOR_LIFE, Ask, BenefitMonth, Standing
from subsidy.programmes.terms import law_of

from .conftest import CITY, DISTRICT, OFFICE
from .test_policies import POLICIES

KIND, OTHER = "social-insurance-subsidy", "post-subsidy"


def a_month(worker: UUID, month: date = date(2003, 9, 1), **fields: Any) -> BenefitMonth:
    known = {
        "id": new_id(), "worker_id": worker, "programme": "si-enterprise", "kind": KIND,
        "month": month, "counter": "si-months", "reference": None, "holder": "claim",
        "holder_id": uuid4(), "amount": 100_00, "area_code": CITY, "office": OFFICE,
    }  # fmt: skip
    return BenefitMonth(**{**known, **fields})


async def hold(service: UnderTest, *months: BenefitMonth) -> set[UUID]:
    async with service.db.transaction() as tx:
        return await usecases.hold(tx, months)


async def standing(service: UnderTest, *asks: Ask) -> list[Standing]:
    async with service.db.reading() as tx:
        records = await identity_links.records_of(tx, (one.worker_id for one in asks))
        return await usecases.standing(tx, asks, records)


@pytest.mark.parametrize("seed", range(4))
async def test_of_many_who_want_the_same_months_at_once_each_month_has_one_and_the_others_are_told(
    subsidy: UnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    workers = [uuid4() for _ in range(3)]
    wanted = [
        [
            a_month(chance.choice(workers), date(2003, chance.randint(1, 4), 1),
                    kind=chance.choice([KIND, OTHER]))
            for _ in range(chance.randint(1, 12))
        ]
        for _ in range(12)
    ]  # fmt: skip
    given_up: list[UUID] = []

    async def asker(months: list[BenefitMonth]) -> set[UUID]:
        lost = await hold(subsidy, *months)
        if chance.random() < 0.3:
            mine = [one.id for one in months if one.id not in lost][:2]
            async with subsidy.db.transaction() as tx:
                await usecases.give_up(tx, mine)
            given_up.extend(mine)
        return lost

    lost = set().union(*await asyncio.gather(*map(asker, wanted)))
    async with subsidy.db.reading() as tx:
        rows = await tx.fetch("select id, worker_id, kind, month from benefit_month")
    everything = {one.id: one for months in wanted for one in months}
    assert {row["id"] for row in rows} == everything.keys() - lost - set(given_up)
    keys = Counter((row["worker_id"], row["kind"], row["month"]) for row in rows)
    assert set(keys.values()) <= {1}
    freed = {
        (everything[id].worker_id, everything[id].kind, everything[id].month) for id in given_up
    }
    asked = {(one.worker_id, one.kind, one.month) for one in everything.values()}
    assert asked - freed <= set(keys)


OCCUPIES = {
    KIND: {"occupies_insurance": True}, OTHER: {"occupies_post": True},
    "flexible-insurance-subsidy": {"occupies_insurance": True, "occupies_post": True},
}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_of_kinds_that_exclude_each_other_one_stands_for_a_persons_month_whoever_comes_at_once(
    subsidy: UnderTest, seed: int
) -> None:
    """Two records are one person: what one of them holds, the other one cannot be granted."""
    chance = random.Random(seed)
    record, survivor, other = uuid4(), uuid4(), uuid4()
    link = {"survivor_id": str(survivor), "merged_id": str(record)}
    await subsidy.deliver(subsidy.heard("registry.worker.merged.v1", record, link))

    def wanted() -> list[BenefitMonth]:
        kinds = [chance.choice([*OCCUPIES]) for _ in range(6)]
        return [
            a_month(chance.choice([record, survivor, other]), date(2006, chance.randint(1, 3), 1),
                    kind=kind, **OCCUPIES[kind])
            for kind in kinds
        ]  # fmt: skip

    asked = [wanted() for _ in range(12)]
    await asyncio.gather(*(hold(subsidy, *months) for months in asked))
    async with subsidy.db.reading() as tx:
        rows = await tx.fetch("select id, worker_id, kind, month from benefit_month")
    granted: dict[tuple[bool, date], list[str]] = {}
    for row in rows:
        granted.setdefault((row["worker_id"] == other, row["month"]), []).append(row["kind"])
    for kinds in granted.values():
        assert sorted(kinds) in (
            [KIND], [OTHER], [OTHER, KIND], ["flexible-insurance-subsidy"]
        )  # fmt: skip
    assert {*granted} == {
        (one.worker_id == other, one.month) for months in asked for one in months
    }  # fmt: skip


async def test_a_month_taken_for_another_person_goes_with_its_record_when_they_are_parted(
    subsidy: UnderTest,
) -> None:
    record, survivor = uuid4(), uuid4()
    link = {"survivor_id": str(survivor), "merged_id": str(record)}
    merge = subsidy.heard("registry.worker.merged.v1", record, link)
    await subsidy.deliver(merge)
    assert await hold(subsidy, a_month(record)) == set()
    mine = a_month(survivor)
    assert await hold(subsidy, mine) == {mine.id}
    await subsidy.deliver(
        subsidy.heard("registry.worker.unmerged.v1", record, link, reverses=merge.id)
    )
    (asked,) = await standing(subsidy, Ask(survivor, date(2003, 9, 1)))
    assert asked == Standing(), "the month was the other person's"
    assert await hold(subsidy, mine) == set()
    again = a_month(record)
    assert await hold(subsidy, again) == {again.id}


async def test_the_database_keeps_it_by_itself_and_only_a_recovered_month_is_free(
    subsidy: UnderTest,
) -> None:
    worker = uuid4()
    first, second = a_month(worker), a_month(worker)
    assert await hold(subsidy, first) == set()
    assert await hold(subsidy, second) == {second.id}
    async with subsidy.db.transaction() as tx:
        await usecases.pay(tx, [first.id])
        await usecases.give_up(tx, [first.id])
    assert await hold(subsidy, second) == {second.id}, "what is paid is not given up"
    async with subsidy.db.transaction() as tx:
        await usecases.recover(tx, [first.id])
    assert await hold(subsidy, second) == set()
    with pytest.raises(asyncpg.UniqueViolationError):
        async with subsidy.db.transaction() as tx:
            await tx.execute("update benefit_month set state = 'paid' where id = $1", first.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with subsidy.db.transaction() as tx:
            await tx.execute("update benefit_month set worker_id = $1", uuid4())


async def test_counters_have_every_other_month_and_the_month_its_kinds(subsidy: UnderTest) -> None:
    worker, nobody = uuid4(), uuid4()
    months = [a_month(worker, date(2003, n, 1)) for n in (7, 8, 10)]
    post = a_month(worker, date(2003, 8, 1), kind=OTHER, counter="post-months")
    await hold(subsidy, *months, post)
    async with subsidy.db.transaction() as tx:
        await usecases.pay(tx, [months[0].id])
        await usecases.recover(tx, [months[2].id])
    august, september, none = await standing(
        subsidy, Ask(worker, date(2003, 8, 1)), Ask(worker, date(2003, 9, 1)),
        Ask(nobody, date(2003, 8, 1)),
    )  # fmt: skip
    assert august == Standing({"si-months": 1}, (OTHER, KIND))
    assert september == Standing({"si-months": 2, "post-months": 1})
    assert none == Standing()


async def test_what_is_given_once_counts_other_references_of_its_period(subsidy: UnderTest) -> None:
    law = law_of(POLICIES)
    introduction = law.version("job-introduction", date(2006, 3, 1))
    training = law.version("training-subsidy", date(2006, 3, 1))
    before = law.version("training-subsidy", date(2003, 3, 1))
    assert introduction is not None
    assert training is not None
    assert before is not None
    day = date(2006, 5, 17)
    assert domain.month_of(introduction[0], day) == date(2006, 1, 1)
    assert domain.month_of(training[0], day) == FOR_LIFE
    assert domain.month_of(before[0], day) == date(2006, 5, 1)
    worker, course = uuid4(), uuid4()
    kinds = [domain.kind_of(training[0], part) for part in ("first", "second")]
    assert kinds == ["training-subsidy/first", "training-subsidy/second"]
    first, second = [
        a_month(worker, FOR_LIFE, kind=kind, counter="training-times", reference=course)
        for kind in kinds
    ]
    await hold(subsidy, first)
    same, other = await standing(
        subsidy, Ask(worker, FOR_LIFE, once=True, reference=course),
        Ask(worker, FOR_LIFE, once=True, reference=uuid4()),
    )  # fmt: skip
    assert (same, other) == (Standing(), Standing({"training-times": 1}))
    assert await hold(subsidy, second) == set()
    (other,) = await standing(subsidy, Ask(worker, FOR_LIFE, once=True, reference=uuid4()))
    assert other.used == {"training-times": 1}, "two parts of one course are one time"


async def test_all_records_of_a_person_are_asked_and_what_a_merge_makes_double_is_found(
    subsidy: UnderTest,
) -> None:
    record, survivor = uuid4(), uuid4()
    months = [a_month(record), a_month(survivor, area_code=DISTRICT)]
    assert await hold(subsidy, *months) == set()
    merge = subsidy.heard(
        "registry.worker.merged.v1", record,
        {"survivor_id": str(survivor), "merged_id": str(record)},
    )  # fmt: skip
    await subsidy.deliver(merge)
    (asked,) = await standing(subsidy, Ask(survivor, date(2003, 10, 1)))
    assert asked.used == {"si-months": 1}, "one month, whatever number of records"
    (asked,) = await standing(subsidy, Ask(record, date(2003, 9, 1)))
    assert asked.taken == (KIND,)
    reader = subsidy.client("auditor")
    (found,) = (await reader.get("/v1/findings?standing=true")).json()["items"]
    assert (found["subject_id"], found["other_id"]) == (str(months[1].id), str(months[0].id))
    assert (found["code"], found["months"]) == ("same-benefit-month", ["2003-09-01"])
    await subsidy.deliver(
        subsidy.heard("registry.worker.unmerged.v1", record, merge.data, reverses=merge.id)
    )
    assert (await reader.get("/v1/findings?standing=true")).json()["items"] == []


async def test_months_are_listed_by_person_holder_and_area(subsidy: UnderTest) -> None:
    mine, theirs = a_month(uuid4(), area_code=DISTRICT), a_month(uuid4())
    await hold(subsidy, mine, theirs)
    city, district = subsidy.client("auditor"), subsidy.client("auditor", area=DISTRICT)

    async def ids(client: Any, **query: str) -> list[str]:
        answer = await client.get("/v1/benefit-months", params=query)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await ids(city) == [str(mine.id), str(theirs.id)]
    assert await ids(district) == [str(mine.id)]
    assert await ids(city, worker_id=str(theirs.worker_id)) == [str(theirs.id)]
    assert await ids(city, holder_id=str(mine.holder_id), state="held") == [str(mine.id)]
    assert await ids(city, state="paid") == []
