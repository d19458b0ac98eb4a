"""The record as it was known at any instant is what was answered then, whatever came afterwards; and
what stands in it of a day."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from kit.ids import new_id

from .conftest import Registry
from .test_consumers import confirmed, voided
from .test_contributions_api import agency, paid
from .test_difficulties_api import recognise
from .test_journey_unemployment import Window, refusal
from .test_merges_api import found_same, merged, unmerged
from .test_record import _claim, _tell, instant

DAYS = ("2003-02-15", "2003-05-04", "2003-07-20", "2003-10-31")


class Office:
    """Everything that happens to two records of one person: each call is one thing, at random."""

    def __init__(self, registry: Registry, chance: random.Random) -> None:
        self.registry, self.chance = registry, chance
        self.numbers: dict[str, str] = {}
        self.placed: list[Any] = []
        self.certificates: set[str] = set()
        self.merge: Any = None

    async def begin(self) -> None:
        forms = [self.registry.form(born="19600504") for _ in range(2)]
        await self.registry.loaded("/v1/workers", forms)
        self.numbers = {form["id"]: form["id_number"] for form in forms}

    def day(self) -> str:
        return f"2003-{self.chance.randint(2, 9):02d}-{self.chance.randint(1, 28):02d}"

    async def something(self, what: str) -> None:
        worker = self.chance.choice(list(self.numbers))
        await getattr(self, what)(worker, self.day())

    async def applies(self, worker: str, on: str) -> None:
        row = {"worker_id": worker, "applied_on": on}
        await self.registry.load("/v1/certificates", [row], mode="good")

    async def is_issued(self, worker: str, on: str) -> None:
        row = {"worker_id": worker, "issued_on": on}
        await self.registry.load("/v1/certificates/issues", [row], mode="good")

    async def is_recognised(self, worker: str, on: str) -> None:
        row = {"worker_id": worker, "recognised_on": on}
        await self.registry.load("/v1/difficulties", [row], mode="good")

    async def leaves(self, worker: str, on: str) -> None:
        await self._difficulty(worker, "exits", {"on": on, "reason": "other"}, self.registry.http)

    async def is_restored(self, worker: str, on: str) -> None:
        await self._difficulty(worker, "restorations", {"reason": "误"}, self.registry.checker)

    async def _difficulty(self, worker: str, act: str, body: Any, by: Any) -> None:
        page = await self.registry.get("/v1/difficulties", worker_id=worker)
        for one in page["items"]:
            seen = await self.registry.http.get(f"/v1/difficulties/{one['id']}")
            await by.post(
                f"/v1/difficulties/{one['id']}/{act}", json=body,
                headers={"If-Match": seen.headers["etag"]},
            )  # fmt: skip

    async def is_placed(self, worker: str, on: str) -> None:
        event = confirmed(self.registry, worker, new_id(), on)
        self.placed.append((worker, event))
        await self.registry.thing.deliver(event)

    async def was_never_placed(self, _worker: str, _on: str) -> None:
        if self.placed:
            worker, event = self.placed.pop()
            await self.registry.thing.deliver(voided(self.registry, worker, event.entity_id, event))

    async def refuses_a_job(self, worker: str, on: str) -> None:
        await self.registry.thing.deliver(refusal(self.registry, worker, date.fromisoformat(on)))

    async def registers(self, worker: str, on: str) -> None:
        body = {
            "worker_id": worker, "on": on, "kind": "dismissed", "evidence_kind": "dismissal_notice",
            "evidence_reference": "2003-028", "evidence_on": on,
        }  # fmt: skip
        await self.registry.http.post("/v1/unemployment-registrations", json=body)

    async def is_insured(self, worker: str, on: str) -> None:
        line = paid(self.numbers[worker], on[:7])
        await agency(self.registry).post("/v1/contributions", json=line)

    async def is_told_of(self, worker: str, on: str) -> None:
        await _tell(self.registry, self.chance, self.numbers[worker], on)

    async def is_corrected(self, worker: str, _on: str) -> None:
        await _claim(
            self.registry, self.chance, worker, "category",
            ["none", "soe_laid_off", "soe_unemployed"],
        )  # fmt: skip

    async def has_another_number(self, worker: str, _on: str) -> None:
        """What was told of the number goes with it."""
        number = self.registry.id_number("19600504")
        seen = await self.registry.http.get(f"/v1/workers/{worker}")
        body = {"attribute": "id_number", "value": number, "requested_on": "2003-09-01",
                "reason": "录入有误"}  # fmt: skip
        asked = await self.registry.http.post(
            f"/v1/workers/{worker}/correction-requests", json=body,
            headers={"If-Match": seen.headers["etag"]},
        )  # fmt: skip
        if asked.status_code == 201:
            await self.registry.approve(asked.json())
            self.numbers[worker] = number

    async def turns_out_the_same(self, _worker: str, _on: str) -> None:
        if self.merge is None:
            one, other = self.numbers
            verdict = await found_same(self.registry, one, other)
            self.merge = await merged(self.registry, one, other, verdict)

    async def turns_out_another(self, _worker: str, _on: str) -> None:
        if self.merge is not None and self.merge["state"] == "merged":
            self.merge = await unmerged(self.registry, self.merge)


ACTS = [name for name in vars(Office) if not name.startswith("_") and name not in (
    "begin", "day", "something")]  # fmt: skip


async def answered(registry: Registry, worker: str, known_at: str | None) -> list[Any]:
    """What the window sees of four days."""
    params = {"known_at": known_at} if known_at else {}
    shown = [await registry.get(f"/v1/workers/{worker}/record", on=on, **params) for on in DAYS]
    return [{name: value for name, value in one.items() if name != "known_at"} for one in shown]


@pytest.mark.parametrize("seed", range(3))
async def test_the_record_as_known_then_is_what_was_answered_then(
    registry: Registry, seed: int
) -> None:
    chance = random.Random(seed)
    office = Office(registry, chance)
    await office.begin()
    steps = [*ACTS, *chance.choices(ACTS, k=14)]
    chance.shuffle(steps)
    then: list[tuple[str, str, list[Any], str]] = []
    for step in ["registers", "is_recognised", *steps]:
        await office.something(step)
        for worker in office.numbers:
            now = await answered(registry, worker, None)
            then.append((worker, await instant(registry), now, step))
    for worker, known_at, now, step in then:
        assert await answered(registry, worker, known_at) == now, step
    seen = [day for _, _, days, _ in then for day in days]
    assert {one["state"] for day in seen for one in day["recognitions"]} >= {"recognised", "exited"}
    registered = [one["unemployment_registration"] for one in seen]
    assert {one["state"] for one in registered if one} >= {"registered"}


async def test_registration_recognition_and_insurance_of_a_day(registry: Registry) -> None:
    """As of each day what held on it, not what became of it."""
    form = registry.form(born="19600504")
    await registry.loaded("/v1/workers", [form])
    worker = form["id"]
    window = Window(registry, worker)
    await window.registers("2003-02-10")
    asked = await recognise(registry, worker, "2003-03-03")
    start = {
        "id": str(new_id()), "id_number": form["id_number"], "what": "started", "on": "2003-03-01",
        "months": 12, "years": 4, "authority": "失业保险经办机构",
    }  # fmt: skip
    await registry.loaded("/v1/unemployment-insurance/facts", [start])
    await registry.thing.deliver(confirmed(registry, worker, new_id(), "2003-06-01"))

    async def on(day: str) -> tuple[Any, ...]:
        shown = await registry.get(f"/v1/workers/{worker}/record", on=day)
        registered = shown["unemployment_registration"]
        return (
            registered and (registered["state"], registered["since"]),
            [(one["state"], one["since"], one["reason"]) for one in shown["recognitions"]],
            (shown["unemployment_insurance"], shown["unemployment_insurance_since"]),
        )

    assert await on("2003-02-01") == (None, [], ("not_started", None))
    registered, recognised = ("registered", "2003-02-10"), ("recognised", "2003-03-03", None)
    assert await on("2003-03-02") == (registered, [], ("drawing", "2003-03-01"))
    assert await on("2003-05-31") == (registered, [recognised], ("drawing", "2003-03-01"))
    assert await on("2003-06-01") == (
        ("employed", "2003-06-01"), [("exited", "2003-06-01", "employed")],
        ("employed", "2003-06-01"),
    )  # fmt: skip
    shown = await registry.get(f"/v1/workers/{worker}/record", on="2003-06-01")
    assert shown["recognitions"][0]["difficulty_id"] == asked["id"]
