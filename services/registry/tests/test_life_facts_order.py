"""Any order and repetition of the same facts, ends and reversals, before or after registration, gives
the same state, and others come to believe it; the told steps by themselves, too."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.ids import new_id
from registry.life_facts.domain import KINDS, LifeFact, Told, What, believed, merged, steps

from .test_difficulties_api import recognise
from .test_journey_unemployment import Window
from .test_merged_benefits import opened

OFFICES = {
    "imprisoned": ("231100-justice-bureau", "231100-police"),
    "emigrated": ("231100-police",),
    "enlisted": ("231100-conscription-office",),
    "incapacitated": ("231100-labour-appraisal",),
    "dibao": ("231100-civil-affairs",),
    "deceased": ("231100-civil-affairs", "231100-police"),
    "retired": ("231100-insurance-agency",),
}
DAYS = ["2003-02-01", "2003-04-01", "2003-06-01", "2003-08-01", "2003-10-01"]


@dataclass(frozen=True)
class Sent:
    """One thing told: who tells, on which path, what."""

    office: str
    path: str
    body: dict[str, Any]


def told_of(number: str, chance: random.Random) -> list[Sent]:
    """Facts about a person, ends and reversals of some, in the order in which they make sense."""
    sent: list[Sent] = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.choice(list(OFFICES))
        office = chance.choice(OFFICES[kind])
        on = chance.randint(0, len(DAYS) - 2)
        ids = []
        for _ in range(chance.choice((1, 1, 2))):  # now and then under a second id
            body = {"id_number": number, "kind": kind, "on": DAYS[on]}
            if kind not in ("deceased", "retired") and chance.random() < 0.2:
                body["until"] = DAYS[chance.randint(on, len(DAYS) - 1)]
            ids.append(str(UUID(int=chance.getrandbits(128), version=4)))
            sent.append(Sent(office, "", body | {"id": ids[-1]}))
        facts = list(ids)
        if kind not in ("deceased", "retired"):
            for _ in range(chance.choice((0, 1, 2))):
                end = {
                    "id": str(UUID(int=chance.getrandbits(128), version=4)),
                    "life_fact_id": chance.choice(facts),
                    "on": DAYS[chance.randint(on, len(DAYS) - 1)],
                }
                sent.append(Sent(office, "/ends", end))
                ids.append(end["id"])
        if chance.random() < 0.5:
            back = {"reverses": chance.choice(ids)}
            id = str(UUID(int=chance.getrandbits(128), version=4))
            sent.append(Sent(office, "/reversals", back | {"id": id}))
    return sent


class World:
    """The people of one example in one registry."""

    def __init__(self, registry: Any) -> None:
        self.registry = registry
        self.clients: dict[str, Any] = {}

    def client(self, office: str) -> Any:
        if office not in self.clients:
            client = self.registry.thing.client("authority", office=office, subject=office)
            self.clients[office] = client
        return self.clients[office]

    async def deliver(self, sent: list[Sent]) -> None:
        """Each once at least; what names something that has not come yet is tried again later."""
        waiting = sent
        while waiting:
            again = []
            for one in waiting:
                answer = await self.client(one.office).post(
                    f"/v1/life-facts{one.path}", json=one.body
                )
                if answer.status_code == 422:
                    assert answer.json()["code"] == "unknown-life-fact", answer.text
                    again.append(one)
                else:
                    assert answer.status_code == 201, answer.text
            assert len(again) < len(waiting)
            waiting = again

    async def state(self, worker: str) -> tuple[Any, ...]:
        """Status spells, what stands, and what others believe."""
        standing = await self.registry.get(f"/v1/workers/{worker}/labour-status")
        spells = [(one["status"], one["since"]) for one in standing["spells"]]
        page = await self.registry.get("/v1/life-facts", worker_id=worker, limit=100)
        shown = {
            (one["kind"], one["on"], one["authority"])
            for one in page["items"]
            if not one["reversed"]
        }
        rows: dict[UUID, list[tuple[What, UUID, UUID, date | None]]] = {}
        about: dict[UUID, tuple[str, str, str]] = {}
        whats: dict[str, What] = {"recorded": "recorded", "ended": "ended"}
        for event in await self.registry.thing.told():
            if not event.type.startswith("registry.life-fact.") or (
                event.data["worker_id"] != worker
            ):
                continue
            verb = event.type.split(".")[2]
            what = whats.get(verb) or (
                "reversed" if event.data["what"] == "fact" else "end-reversed"
            )
            until = event.data.get("until")
            rows.setdefault(event.entity_id, []).append(
                (what, UUID(worker), event.id, date.fromisoformat(until) if until else None)
            )
            about[event.entity_id] = tuple(event.data[k] for k in ("kind", "on", "authority"))
        others = sorted(
            (*about[fact], str(one.until))
            for fact, steps_of in rows.items()
            if (one := believed(steps_of)) is not None
        )
        assert {one[:3] for one in others} == shown
        return spells, others


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32 - 1))
async def test_any_order_gives_the_same_state(registry: Any, seed: int) -> None:
    world = World(registry)
    first, second = registry.form(), registry.form()
    await registry.post("/v1/workers", first)
    await world.deliver(_named(told_of(first["id_number"], random.Random(seed))))
    # The same of somebody else: shuffled, repeated, with the registration anywhere among them.
    chance = random.Random(seed + 1)
    same = _named(told_of(second["id_number"], random.Random(seed)))
    same += chance.choices(same, k=3)
    chance.shuffle(same)
    cut = chance.randint(0, len(same))
    await _known_ones(world, same[:cut])
    await registry.post("/v1/workers", second)
    await world.deliver(same)
    assert await world.state(second["id"]) == await world.state(first["id"])


def _named(sent: list[Sent]) -> list[Sent]:
    """The same under names of their own: one seed tells many people."""
    salt = new_id().int
    return [
        Sent(
            one.office,
            one.path,
            {
                key: str(UUID(int=UUID(value).int ^ salt))
                if key in ("id", "life_fact_id", "reverses")
                else value
                for key, value in one.body.items()
            },
        )
        for one in sent
    ]


async def _known_ones(world: World, sent: list[Sent]) -> None:
    """As a sender that does not wait: what is refused comes again with the rest."""
    for one in sent:
        await world.client(one.office).post(f"/v1/life-facts{one.path}", json=one.body)


#: What follows from life facts, by where it is listed and what is compared of each row.
FOLLOWS = {
    "/v1/certificates": ("state", "state_on", "reason", "revoked_on", "held_state", "valid_until"),
    "/v1/difficulties": ("kind", "state", "exited_on", "exit_reason"),
    "/v1/unemployment-registrations": ("state", "since", "kind", "reason", "spell"),
    "/v1/unemployment-insurance": (
        "state", "since", "reason", "started_on", "months_drawn", "months_left",
    ),
    "/v1/benefits": ("kind", "valid_from", "valid_to", "months", "kept_by", "reversed"),
    "/v1/benefits/overlaps": ("kind", "cause", "months"),
}  # fmt: skip


async def consequences(registry: Any, worker: str) -> dict[str, list[str]]:
    """All that facts of life reach, without names that were made for it."""
    found = {}
    for path, compared in FOLLOWS.items():
        page = await registry.get(path, worker_id=worker, limit=100)
        assert page["next_cursor"] is None
        found[path] = sorted(str([row[name] for name in compared]) for row in page["items"])
    months = await registry.get(f"/v1/workers/{worker}/benefit-months")
    found["months"] = [
        str((kind["kind"], kind["used"], kind["months"], kind["remaining"], kind["until"]))
        for kind in months["kinds"]
    ]
    return found


async def somebody_with_rights(registry: Any, form: dict[str, Any]) -> None:
    """With a certificate and benefits on it, recognised, registered as unemployed, drawing."""
    worker = form["id"]
    await registry.certificate(worker, issued_on="2003-03-20")
    await recognise(registry, worker, "2003-03-25")
    await Window(registry, worker).registers("2003-04-15")
    start = {
        "id": str(new_id()), "id_number": form["id_number"], "what": "started", "on": "2003-05-01",
        "months": 12, "years": 4, "authority": "失业保险经办机构",
    }  # fmt: skip
    drawn = [
        start | {"id": str(new_id()), "what": "drawn", "on": f"2003-{month:02d}-01"}
        for month in (5, 6, 7)
    ]
    await registry.loaded("/v1/unemployment-insurance/facts", [start, *drawn])
    period = ("2003-05-01", "2003-12-31")
    await registry.thing.deliver(opened(registry, worker, new_id(), period))


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_has_the_same_consequences(registry: Any, seed: int) -> None:
    """On certificates, recognitions, the registration, insurance and benefits of two people of whom
    the same was told, of the second one shuffled and repeated."""
    world = World(registry)
    first, second = registry.form(), registry.form()
    for form in (first, second):
        await registry.post("/v1/workers", form)
        await somebody_with_rights(registry, form)
    told = told_of(first["id_number"], random.Random(seed))
    await world.deliver(_named(told))
    chance = random.Random(seed + 1)
    same = _named(told_of(second["id_number"], random.Random(seed)))
    same += chance.choices(same, k=3)
    chance.shuffle(same)
    await world.deliver(same)
    after = await consequences(registry, first["id"])
    assert await consequences(registry, second["id"]) == after
    assert all(after[path] for path in ("/v1/certificates", "/v1/difficulties", "/v1/benefits"))


# --- without a database

WORKERS = [new_id() for _ in range(2)]
UNTIL = st.none() | st.integers(0, 4).map(lambda n: date(2003, 6, 1) + timedelta(n))
FACT = st.builds(
    LifeFact,
    id=st.uuids(),
    worker_id=st.sampled_from(WORKERS),
    kind=st.sampled_from(KINDS),
    on=st.sampled_from([date(2003, 5, 1), date(2003, 6, 1)]),
    until=UNTIL,
    authority=st.sampled_from(["231100-police", "231100-civil-affairs"]),
)


@given(versions=st.lists(st.none() | FACT, min_size=1, max_size=6))
def test_others_believe_what_stands_after_any_history(versions: list[LifeFact | None]) -> None:
    """A fact appears, changes, moves to another person and goes: each time the steps close the gap,
    and each taken back event is one that was told before."""
    rows: list[tuple[What, UUID, UUID, date | None]] = []
    for version in versions:
        told = believed(rows)
        for step in steps(told, version):
            if step.reverses is not None:
                assert step.reverses in {event for _, _, event, _ in rows}
            rows.append((step.what, step.worker_id, new_id(), step.until))
        now = believed(rows)
        assert steps(now, version) == []
        if version is None:
            assert now is None
        else:
            assert isinstance(now, Told)
            assert (now.worker_id, now.until) == (version.worker_id, version.until)


@given(facts=st.lists(FACT, max_size=8), seed=st.integers(0, 99))
def test_equal_facts_are_one_whatever_the_order(facts: list[LifeFact], seed: int) -> None:
    once = merged(facts)
    shuffled = [*facts, *facts]
    random.Random(seed).shuffle(shuffled)
    assert sorted(merged(shuffled), key=lambda f: f.id) == sorted(once, key=lambda f: f.id)
    same = {(f.worker_id, f.authority, f.kind, f.on) for f in facts}
    assert len(once) == len(same)
