"""What authorities publish on their intake subjects: applied once, or parked without a number."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import OKPKey

from kit.bus import Outgoing
from kit.ids import new_id
from kit.intake import IntakeConsumer

SUBJECT = "intake.{}.{}.v1"


def intake(registry: Any) -> IntakeConsumer:
    consumer: IntakeConsumer = registry.thing.runtime.consumers[-1]
    return consumer


async def key(registry: Any) -> dict[str, str]:
    bare = httpx.AsyncClient(
        transport=httpx.ASGITransport(registry.thing.app), base_url="http://service"
    )
    async with bare:
        (one,) = (await bare.get("/v1/intake/keys")).json()["keys"]
    return dict(one)


async def sealed(registry: Any, number: str, alg: str = "ECDH-ES+A256KW") -> str:
    public = await key(registry)
    header = {"alg": alg, "enc": "A256GCM", "kid": public["kid"]}
    return jwe.encrypt_compact(header, number, OKPKey.import_key(public | {"alg": alg}))


def message(authority: str, type: str, data: Any, **fields: Any) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0", "id": str(uuid4()), "source": f"/authorities/{authority}",
            "type": type, "data": data, **fields,
        }
    )  # fmt: skip


async def fact(registry: Any, number: str, kind: str = "deceased", **more: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "id_number": await sealed(registry, number), "kind": kind,
        "on": "2003-05-20", **more,
    }  # fmt: skip


async def publish(registry: Any, authority: str, noun: str, *bodies: bytes) -> None:
    """As the broker would hand it on: the subject says who sent it."""
    await registry.thing.bus.publish(
        [Outgoing(SUBJECT.format(authority, noun), str(uuid4()), body) for body in bodies]
    )


async def read_all(registry: Any) -> None:
    pull = await registry.thing.bus.pull("INTAKE", "registry-intake")
    while deliveries := await pull.fetch(100, 0):
        await intake(registry).receive(deliveries)
        for delivery in deliveries:
            await delivery.ack()


async def status(registry: Any, worker: str) -> tuple[str, str]:
    standing = await registry.get(f"/v1/workers/{worker}/labour-status")
    return standing["status"], standing["since"]


async def a_worker(registry: Any, **fields: Any) -> tuple[str, str]:
    form = registry.form(**fields)
    await registry.post("/v1/workers", form)
    return form["id"], form["id_number"]


async def dead(registry: Any) -> list[tuple[str, str]]:
    return [(row["state"], row["error"]) for row in await registry.thing.dead()]


async def test_the_published_key_is_public_only(registry: Any) -> None:
    public = await key(registry)
    assert set(public) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (public["kty"], public["crv"], public["use"]) == ("OKP", "X25519", "enc")


@pytest.mark.parametrize("alg", ["ECDH-ES+A256KW", "ECDH-ES"])
async def test_a_fact_comes_in(registry: Any, alg: str) -> None:
    worker, number = await a_worker(registry)
    told = await fact(registry, number)
    told["id_number"] = await sealed(registry, number, alg)
    body = message("civil-affairs", "life-fact.recorded.v1", told)
    await publish(registry, "civil-affairs", "life-fact", body, body)
    await read_all(registry)
    assert await dead(registry) == []
    assert await status(registry, worker) == ("deceased", "2003-05-20")
    (event,) = await registry.told("life-fact.recorded")
    assert event.data["authority"] == "231100-civil-affairs"
    async with registry.thing.db.looking() as tx:
        assert await tx.fetchval("select count(*) from life_fact") == 1
        seen = await tx.fetchrow("select event_id from inbox where durable = 'registry-intake'")
    assert seen is not None


async def test_both_doors_are_one(registry: Any) -> None:
    """What was told on the bus is reversed over HTTP, by the same authority."""
    worker, number = await a_worker(registry)
    told = await fact(registry, number)
    body = message("civil-affairs", "life-fact.recorded.v1", told)
    await publish(registry, "civil-affairs", "life-fact", body)
    await read_all(registry)
    office = "231100-civil-affairs"
    civil = registry.thing.client("authority", office=office, subject=office)
    back = {"id": str(new_id()), "reverses": told["id"]}
    assert (await civil.post("/v1/life-facts/reversals", json=back)).status_code == 201
    assert await status(registry, worker) == ("laid_off", "2001-03-01")


async def test_ends_reversals_and_contributions(registry: Any) -> None:
    worker, number = await a_worker(registry)
    told = await fact(registry, number, "imprisoned")
    end = {"id": str(new_id()), "life_fact_id": told["id"], "on": "2003-08-20"}
    back = {"id": str(new_id()), "reverses": end["id"], "reason": "误报"}
    for kind, data in (("recorded", told), ("ended", end), ("reversed", back)):
        await publish(
            registry, "police", "life-fact", message("police", f"life-fact.{kind}.v1", data)
        )
    await read_all(registry)
    assert await status(registry, worker) == ("imprisoned", "2003-05-20")
    paid = {
        "id": str(new_id()), "id_number": await sealed(registry, number), "month": "2003-05",
        "pension": True, "payer": "70289001-5", "base": "860.00",
    }  # fmt: skip
    undone = {"id": str(new_id()), "contribution_id": paid["id"]}
    agency = "insurance-agency"
    for kind, data in (("recorded", paid), ("reversed", undone)):
        await publish(
            registry, agency, "contribution", message(agency, f"contribution.{kind}.v1", data)
        )
    await read_all(registry)
    assert await dead(registry) == []
    assert len(await registry.told("contribution.recorded")) == 1
    assert len(await registry.told("contribution.reversed")) == 1


async def test_an_end_before_its_fact_waits_for_it(registry: Any) -> None:
    worker, number = await a_worker(registry)
    told = await fact(registry, number, "imprisoned")
    end = {"id": str(new_id()), "life_fact_id": told["id"], "on": "2003-08-20"}
    await publish(registry, "police", "life-fact", message("police", "life-fact.ended.v1", end))
    await read_all(registry)
    assert await dead(registry) == [("poison", "Refused: unknown-life-fact")]
    await publish(registry, "police", "life-fact", message("police", "life-fact.recorded.v1", told))
    await read_all(registry)
    (waiting,) = await intake(registry).inbox.poison()
    assert await intake(registry).retry(waiting)
    assert await dead(registry) == []
    assert await status(registry, worker) == ("laid_off", "2003-08-20")


async def test_one_bad_message_among_many(registry: Any) -> None:
    """It is parked alone; whatever comes with it is applied, once, in whatever order."""
    people = [await a_worker(registry) for _ in range(12)]
    bodies = [
        message("civil-affairs", "life-fact.recorded.v1", await fact(registry, number))
        for _, number in people
    ]
    stranger = await fact(registry, registry.id_number(), on="2004-01-01")
    bodies.insert(5, message("civil-affairs", "life-fact.recorded.v1", stranger))
    registry.thing.bus.chaos = random.Random(4)
    await publish(registry, "civil-affairs", "life-fact", *bodies)
    await read_all(registry)
    assert await dead(registry) == [("poison", "Refused: in-the-future")]
    assert {(await status(registry, worker))[0] for worker, _ in people} == {"deceased"}
    assert len(await registry.told("life-fact.recorded")) == 12


async def test_bad_messages_are_parked_and_say_why(registry: Any) -> None:
    """Not understood: malformed. Understood and refused: poison, tried again. The next one flows."""
    worker, number = await a_worker(registry)
    good = await fact(registry, number)
    foreign = OKPKey.generate_key("X25519", {"kid": "r1"})
    theirs = jwe.encrypt_compact({"alg": "ECDH-ES", "enc": "A256GCM", "kid": "r1"}, number, foreign)
    other_kid = jwe.encrypt_compact(
        {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "x9"}, number, foreign
    )
    recorded = "life-fact.recorded.v1"
    cases: list[tuple[str, str, bytes, str]] = [
        ("police", "life-fact", b"{", "not-json"),
        ("police", "life-fact", b'{"specversion":"1.0"}', "no-id"),
        ("police", "life-fact", b"[1]", "no-cloudevent"),
        ("police", "life-fact", message("police", recorded, 3), "no-data"),
        ("police", "life-fact", message("civil-affairs", recorded, good), "foreign-source"),
        ("police", "life-fact", message("police", "life-fact.born.v1", good), "unknown-type"),
        ("police", "contribution", message("police", recorded, good), "unknown-type"),
        ("police", "weather", message("police", "weather.told.v1", good), "unknown-type"),
        ("police", "life-fact", b'"' + b"x" * 70_000 + b'"', "too-large"),
        ("police", "life-fact", message("police", recorded, good | {"kind": "ill"}), "literal_error"),
        ("police", "life-fact", message("police", recorded, good | {"kind": "retired"}),
         "authority-may-not-tell"),
        ("police", "life-fact", message("police", recorded, good | {"id_number": theirs}),
         "it does not open"),
        ("police", "life-fact", message("police", recorded, good | {"id_number": other_kid}),
         "a key that is not here"),
        ("police", "life-fact", message("police", recorded, good | {"id_number": "x"}),
         "no compact JWE"),
        ("police", "life-fact", message("police", recorded, good | {"id_number": 1}),
         "id-number-missing"),
        ("police", "life-fact",
         message("police", recorded, good | {"id_number": await sealed(registry, "12")}),
         "#/id_number id_number"),
        ("police", "life-fact", message("police", recorded, good | {"name": "王小明"}),
         "extra_forbidden"),
    ]  # fmt: skip
    for authority, noun, body, _ in cases:
        await publish(registry, authority, noun, body)
    await publish(registry, "police", "life-fact", message("police", recorded, good))
    await read_all(registry)
    found = await dead(registry)
    assert len(found) == len(cases)
    errors = sorted(error for _, error in found)
    for _, _, _, expected in cases:
        assert any(expected in error for error in errors), (expected, errors)
    assert await status(registry, worker) == ("deceased", "2003-05-20")
    assert len(await registry.told("life-fact.recorded")) == 1
    await _no_number_is_parked(registry, number)


async def test_a_number_in_plain_is_not_kept(registry: Any) -> None:
    """Wherever it stands, and however it is written; sent again, it is parked once."""
    _, number = await a_worker(registry)
    recorded = "life-fact.recorded.v1"
    plain = await fact(registry, number) | {"id_number": number}
    note = await fact(registry, number, document=f"身份证 {number}")
    escaped = message("police", recorded, plain).replace(b"99", b"\\u0039\\u0039")
    broken = message("police", recorded, plain)[:-1]
    as_id = message("police", recorded, await fact(registry, number), id=number)
    for body in (message("police", recorded, plain), message("police", recorded, note), escaped,
                 broken, as_id):  # fmt: skip
        await publish(registry, "police", "life-fact", body, body)
    await read_all(registry)
    found = await dead(registry)
    assert {state for state, _ in found} == {"malformed"}
    assert len(found) == 5
    assert sum("id-number-in-plain" in error for _, error in found) == 4
    await _no_number_is_parked(registry, number)
    assert await registry.told("life-fact.recorded") == []


async def _no_number_is_parked(registry: Any, number: str) -> None:
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch("select message, error from dead_letter")
    assert rows
    for row in rows:
        assert number.encode() not in bytes(row["message"])
        assert number not in row["error"]


async def test_a_message_for_a_key_that_was_missing_is_retried(registry: Any) -> None:
    """As after a restart without the key file: nothing is lost."""
    worker, number = await a_worker(registry)
    told = await fact(registry, number)
    keyring = registry.thing.runtime.keyring
    kept, keyring._receive = keyring._receive, {}
    body = message("civil-affairs", "life-fact.recorded.v1", told)
    await publish(registry, "civil-affairs", "life-fact", body)
    await read_all(registry)
    ((state, error),) = await dead(registry)
    assert (state, "a key that is not here" in error) == ("poison", True)
    keyring._receive = kept
    waiting: list[UUID] = await intake(registry).inbox.poison()
    assert await intake(registry).retry(waiting[0])
    assert await status(registry, worker) == ("deceased", "2003-05-20")
