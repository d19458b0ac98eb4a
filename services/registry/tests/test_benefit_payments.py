"""What the subsidy service paid and what came back, on the ledger. Business day: 2003-10-31."""

from __future__ import annotations

import random
import tomllib
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kit.events import Event
from kit.ids import new_id
from kit.policy import Policies
from registry.benefits import terms
from registry.benefits.domain import KINDS

from .test_benefits_api import benefit, opened, overlaps, used, write
from .test_merged_benefits import merge

SUBSIDY = Path(__file__).parents[2] / "subsidy" / "policies" / "programmes"
SI = "social-insurance-subsidy"


@dataclass
class Payer:
    """The subsidy service, as it tells of one person."""

    registry: Any
    worker: str

    def opens(self, entitlement: UUID, start: str = "2003-05-01", end: str = "2003-08-31") -> Event:
        event: Event = opened(self.registry, self.worker, entitlement, start, end)
        return event

    def closes(self, entitlement: UUID, on: str, reverses: UUID | None = None) -> Event:
        event: Event = self.registry.thing.heard(
            "subsidy.entitlement.closed.v1", entitlement,
            {"worker_id": self.worker, "reason": "facts-changed"},
            valid_from=date.fromisoformat(on), reverses=reverses,
        )  # fmt: skip
        return event

    def pays(self, month: str, amount: str = "100.00", **fields: Any) -> Event:
        """A month (``2003-05``) or a day is paid; the line is made here unless given."""
        whole = len(month) == 7
        start = date.fromisoformat(f"{month}-01" if whole else month)
        end = start.replace(day=monthrange(start.year, start.month)[1]) if whole else start
        line = fields.pop("line", None) or new_id()
        data = {
            "worker_id": self.worker, "programme": "si-enterprise", "from": start.isoformat(),
            "to": end.isoformat(), "amount": amount, "decision_id": str(new_id()), **fields,
        }  # fmt: skip
        event: Event = self.registry.thing.heard(
            "subsidy.benefit.paid.v1", line, data, valid_from=end
        )
        return event

    def recovers(self, paid: Event, amount: str = "100.00", *, whole: bool = True) -> Event:
        event: Event = self.registry.thing.heard(
            "subsidy.benefit.recovered.v1", paid.entity_id,
            {"worker_id": self.worker, "amount": amount, "whole": whole},
            valid_from=date(2003, 10, 1), reverses=paid.id,
        )  # fmt: skip
        return event

    async def hears(self, *events: Event) -> None:
        await self.registry.thing.deliver(*events)
        assert await self.registry.thing.dead() == []

    async def ledger(self) -> list[tuple[Any, ...]]:
        page = await self.registry.get("/v1/benefits", worker_id=self.worker, limit=100)
        return sorted(
            (o["id"], o["kind"], o["months"], o["months_paid"], o["amount"], o["reversed"])
            for o in page["items"]
        )

    async def months(self, kind: str = SI) -> list[str]:
        found: list[str] = (await used(self.registry, self.worker, kind))["months"]
        return found


@pytest.fixture
async def payer(registry: Any) -> Payer:
    return Payer(registry, await registry.holder())


def about(entitlement: UUID) -> dict[str, str]:
    return {"entitlement_id": str(entitlement)}


async def test_a_paid_month_stands_on_the_grant_of_its_entitlement(payer: Payer) -> None:
    entitlement = new_id()
    paid = payer.pays("2003-06", "163.40", **about(entitlement))
    await payer.hears(payer.opens(entitlement), paid)
    (line,) = await payer.ledger()
    months = ["2003-05", "2003-06", "2003-07", "2003-08"]
    assert line == (str(entitlement), SI, months, ["2003-06"], "163.40", False)
    assert (await overlaps(payer.registry), await payer.months()) == ([], months)
    payments = await payer.registry.get(f"/v1/benefits/{entitlement}/payments")
    (shown,) = payments["items"]
    assert shown["id"] == str(paid.id)
    assert (shown["programme"], shown["amount"], shown["recovered"], shown["whole"]) == (
        "si-enterprise", "163.40", "0.00", False,
    )  # fmt: skip


async def test_a_month_is_given_back_by_full_recovery_only(payer: Payer) -> None:
    """Policy 5.3 no. 3."""
    entitlement = new_id()
    june, july = (payer.pays(month, **about(entitlement)) for month in ("2003-06", "2003-07"))
    await payer.hears(payer.opens(entitlement), june, july)
    await payer.hears(payer.recovers(june, "40.00", whole=False))
    ((*_, months, paid, amount, _),) = await payer.ledger()
    assert (len(months), paid, amount) == (4, ["2003-06", "2003-07"], "160.00")
    await payer.hears(payer.recovers(june, "60.00"))
    ((*_, months, paid, amount, _),) = await payer.ledger()
    assert (months, paid, amount) == (["2003-05", "2003-07", "2003-08"], ["2003-07"], "100.00")
    # The month is free for somebody else's grant, and taken again when it is paid again.
    await payer.hears(payer.pays("2003-06", "70.00", **about(entitlement)))
    ((*_, months, paid, amount, _),) = await payer.ledger()
    assert (len(months), paid, amount) == (4, ["2003-06", "2003-07"], "170.00")


async def test_what_was_paid_counts_when_its_entitlement_is_taken_back(payer: Payer) -> None:
    """Until it has come back whole; what was not paid is free at once."""
    entitlement = new_id()
    opening = payer.opens(entitlement)
    june = payer.pays("2003-06", **about(entitlement))
    await payer.hears(opening, june, payer.closes(entitlement, "2003-05-01", opening.id))
    ((*_, months, _, _, reversed_),) = await payer.ledger()
    assert (months, reversed_) == (["2003-06"], True)
    await payer.hears(payer.recovers(june))
    assert await payer.months() == []


async def test_a_benefit_without_an_entitlement_is_a_grant_of_its_own(payer: Payer) -> None:
    line = new_id()
    post = {"programme": "post-subsidy", "line": line}
    paid = payer.pays("2003-06", "150.00", **post)
    await payer.hears(paid)
    assert await payer.ledger() == [
        (str(line), "post-subsidy", ["2003-06"], ["2003-06"], "150.00", False)
    ]
    taken = benefit(
        payer.worker, kind="post-subsidy", valid_from="2003-06-01", valid_to="2003-06-30"
    )
    assert (await write(payer.registry, taken, 409))["code"] == "benefit-months-taken"
    # A second one for the month is a fact, and found; the first holds the month.
    second = payer.pays("2003-06", "150.00", programme="post-subsidy")
    await payer.hears(second)
    assert await overlaps(payer.registry) == [
        ("duplicate-grant", str(second.entity_id), str(line), ["2003-06"])
    ]
    assert await payer.months("post-subsidy") == ["2003-06"]
    await payer.hears(payer.recovers(second, "150.00"))
    assert await overlaps(payer.registry) == []
    await payer.hears(payer.recovers(paid, "150.00"))
    assert await payer.months("post-subsidy") == []
    await write(payer.registry, taken)
    (annotated, _, _) = await payer.registry.told("benefit.annotated")
    assert (annotated.data["kind"], annotated.data["amount"]) == ("post-subsidy", "150.00")


async def test_a_payment_that_names_another_record_stands_on_its_grant(payer: Payer) -> None:
    """The two were one person when it was paid, and are none any more."""
    other = Payer(payer.registry, await payer.registry.holder())
    entitlement = new_id()
    june = other.pays("2003-06", **about(entitlement))
    await payer.hears(payer.opens(entitlement), june)
    ((*_, paid, amount, _),) = await payer.ledger()
    assert (paid, amount, await other.ledger()) == (["2003-06"], "100.00", [])
    await payer.hears(payer.closes(entitlement, "2003-06-10"), other.recovers(june))
    ((*_, months, paid, _, _),) = await payer.ledger()
    assert (months, paid) == (["2003-05"], [])


async def test_what_the_bank_sent_back_and_was_paid_again_is_one_benefit(payer: Payer) -> None:
    line = new_id()
    post = {"programme": "post-subsidy", "line": line}
    first = payer.pays("2003-06", "150.00", **post)
    back = payer.recovers(first, "150.00")
    await payer.hears(first, back)
    assert await payer.ledger() == [(str(line), "post-subsidy", [], [], "0.00", False)]
    await payer.hears(payer.pays("2003-06", "150.00", **post))
    assert await payer.ledger() == [
        (str(line), "post-subsidy", ["2003-06"], ["2003-06"], "150.00", False)
    ]


async def test_paid_months_that_a_merge_makes_double_are_listed_for_recovery(payer: Payer) -> None:
    other = Payer(payer.registry, await payer.registry.holder())
    mine = payer.pays("2003-06", "150.00", programme="post-subsidy")
    theirs = [
        other.pays(month, "150.00", programme="post-subsidy") for month in ("2003-06", "2003-07")
    ]
    await payer.hears(mine, *theirs)
    assert await overlaps(payer.registry) == []
    await merge(payer.registry, payer.worker, other.worker)
    listed = [("merge", str(theirs[0].entity_id), str(mine.entity_id), ["2003-06"])]
    assert await overlaps(payer.registry) == listed
    assert await payer.months("post-subsidy") == ["2003-06", "2003-07"]
    # In part: still listed. Whole: recovered.
    await payer.hears(payer.recovers(theirs[0], "50.00", whole=False))
    assert await overlaps(payer.registry) == listed
    await payer.hears(payer.recovers(theirs[0], "100.00"))
    assert await overlaps(payer.registry) == []
    (cleared,) = await payer.registry.told("benefit.overlap-cleared")
    assert cleared.data["cause"] == "merge"


async def test_the_parts_of_one_benefit_are_one(payer: Payer) -> None:
    """A training that is paid in two parts was had once."""
    first = payer.pays("2003-05-20", "300.00", programme="training-subsidy")
    second = payer.pays(
        "2003-09-20", "200.00", programme="training-subsidy", part_of=str(first.entity_id)
    )
    await payer.hears(second, first)
    assert await payer.ledger() == [
        (str(first.entity_id), "training-subsidy", ["2003-05"], ["2003-05"], "500.00", False)
    ]
    await payer.hears(payer.recovers(second, "200.00"))
    assert await payer.months("training-subsidy") == ["2003-05"]
    await payer.hears(payer.recovers(first, "300.00"))
    assert await payer.months("training-subsidy") == []


async def test_an_entitlement_that_is_opened_again_stands_again(payer: Payer) -> None:
    """Its certificate came to light later: the first window was never right, and what was paid of it
    stands on the second."""
    entitlement = new_id()
    wrong = payer.opens(entitlement)
    june = payer.pays("2003-06", **about(entitlement))
    back = payer.closes(entitlement, "2003-05-01", wrong.id)
    right = payer.opens(entitlement, "2003-06-01", "2003-09-30")
    ended = payer.closes(entitlement, "2003-08-20")
    await payer.hears(wrong, june, back, right, ended)
    await payer.hears(right, ended)
    before, after = sorted(await payer.ledger(), key=lambda line: not line[-1])
    assert before == (str(entitlement), SI, [], [], None, True)
    assert after[2:] == (["2003-06", "2003-07", "2003-08"], ["2003-06"], "100.00", False)
    assert await overlaps(payer.registry) == []
    page = await payer.registry.get("/v1/benefits", worker_id=payer.worker)
    assert {one["about"] for one in page["items"]} == {None, str(entitlement)}
    written = [one["certificate_id"] is not None and not one["reversed"] for one in page["items"]]
    assert sorted(written) == [False, True]


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_whatever_comes_first(payer: Payer, order: tuple[int, ...]) -> None:
    """Opening, payment and two recoveries straight to their handlers, in any order and twice."""
    entitlement = new_id()
    opening = payer.opens(entitlement)
    june = payer.pays("2003-06", **about(entitlement))
    events = [opening, june, payer.recovers(june, "30.00", whole=False),
              payer.recovers(june, "70.00")]  # fmt: skip
    thing = payer.registry.thing
    consumer = next(c for c in thing.runtime.consumers if c.subscription.publisher == "subsidy")
    for n in [*order, *order[:2]]:
        async with thing.db.transaction() as tx:
            await consumer.subscription.handlers[events[n].type](thing.runtime, tx, [events[n]])
    assert await payer.ledger() == [
        (str(entitlement), SI, ["2003-05", "2003-07", "2003-08"], [], "0.00", False)
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_and_repetition_gives_the_same_ledger(payer: Payer, seed: int) -> None:
    """A story of two entitlements and of paid lines without one, told as it was and told disturbed to
    another person."""
    chance = random.Random(seed)
    other = Payer(payer.registry, await payer.registry.holder())
    names: dict[str, str] = {}
    told: list[list[Event]] = []
    for one in (payer, other):
        told.append(_story(one, random.Random(seed), names))
    await payer.hears(*told[0])
    disturbed = [*told[1], *chance.sample(told[1], len(told[1]) // 2)]
    chance.shuffle(disturbed)
    for event in disturbed:
        await other.registry.thing.deliver(event)
    assert await payer.registry.thing.dead() == []

    async def seen(one: Payer) -> Any:
        lines = await one.ledger()
        found = await overlaps(one.registry, worker_id=one.worker)
        return (
            sorted((names.get(line[0], ""), *line[1:]) for line in lines),
            sorted((o[0], names.get(o[1], ""), names.get(o[2], ""), o[3]) for o in found),
            await one.months(), await one.months("post-subsidy"),
        )  # fmt: skip

    assert await seen(payer) == await seen(other)


def _story(payer: Payer, chance: random.Random, names: dict[str, str]) -> list[Event]:
    told: list[Event] = []
    entitlements = [new_id(), new_id()]
    for n, id in enumerate(entitlements):
        names[str(id)] = f"entitlement {n}"
        opening = payer.opens(id, chance.choice(["2003-05-01", "2003-06-15"]))
        told.append(opening)
        if chance.random() < 0.5:
            told.append(payer.closes(id, "2003-05-01", opening.id))
            again = payer.opens(id, "2003-06-01", "2003-09-30")
            names[str(again.id)] = f"entitlement {n} again"
            told.append(again)
        if chance.random() < 0.5:
            told.append(payer.closes(id, chance.choice(["2003-07-10", "2003-08-01"])))
    for n in range(6):
        of = about(chance.choice(entitlements)) if chance.random() < 0.6 else {}
        programme = "si-enterprise" if of else "post-subsidy"
        month = chance.choice(["2003-05", "2003-06", "2003-07", "2003-09"])
        paid = payer.pays(month, programme=programme, **of)
        names[str(paid.entity_id)] = f"line {n}"
        told.append(paid)
        part = chance.random()
        if part < 0.6:
            told.append(payer.recovers(paid, "30.00", whole=False))
        if part < 0.3:
            told.append(payer.recovers(paid, "70.00"))
    return told


async def test_a_programme_without_a_kind_waits_and_says_so(payer: Payer) -> None:
    unknown = payer.pays("2003-06", programme="heating")
    await payer.registry.thing.deliver(unknown, payer.pays("2003-06", programme="post-subsidy"))
    (dead,) = await payer.registry.thing.dead()
    assert dead["state"] == "poison"
    assert "registry.benefit_programmes" in dead["error"]
    assert "heating" in dead["error"]
    # All others flow on.
    assert await payer.months("post-subsidy") == ["2003-06"]


async def test_a_recovery_that_names_no_payment_waits(payer: Payer) -> None:
    paid = payer.pays("2003-06", programme="post-subsidy")
    nameless = payer.registry.thing.heard(
        "subsidy.benefit.recovered.v1", paid.entity_id,
        {"worker_id": payer.worker, "amount": "100.00", "whole": True},
    )  # fmt: skip
    await payer.registry.thing.deliver(paid, nameless)
    (dead,) = await payer.registry.thing.dead()
    assert "names no payment" in dead["error"]


def test_every_programme_that_pays_a_person_has_its_kind() -> None:
    """As the subsidy service itself calls it, on every day on which its law changes."""
    policies = Policies.load(Path(__file__).parent.parent / "policies")
    asked = 0
    for path in sorted(SUBSIDY.glob("*.toml")):
        for value in tomllib.loads(path.read_text("utf-8"))["values"]:
            version = value.get("value")
            if not isinstance(version, dict) or version["payee"] == "body":
                continue
            kind = terms.kind_of(policies, path.stem, value["since"])
            assert kind == version["kind"], path.stem
            assert kind in KINDS
            asked += 1
    assert asked > 10
