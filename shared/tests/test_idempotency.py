"""Asking twice and being served once, against PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from kit import idempotency, openapi
from kit.auth import Actor, requires
from kit.crypto import check_digit
from kit.db import Database
from kit.http import create_http
from kit.idempotency import Claim
from kit.ids import new_id
from kit.money import YuanPositive
from kit.problems import Problem, ProblemError
from kit.settings import Settings
from kit.testing import Signer

PERSON = "99100019600504004" + check_digit("99100019600504004")


class Pay(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: YuanPositive


class Paid(BaseModel):
    id: str
    amount: YuanPositive


@dataclass(frozen=True)
class Described:
    name: str = "subsidy"
    title_zh: str = "补贴"
    title_en: str = "Subsidy"
    description: str = "Test"
    problems: dict[type[Exception], Problem] = field(default_factory=dict)


@dataclass
class Till:
    """How often money moved, and what may go wrong on the way."""

    moved: int = 0
    breaks: bool = False
    slow_s: float = 0.0


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def http(kit_db: Database, signer: Signer, till: Till) -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter()

    async def pay_out(amount: int, claim: Claim) -> Paid:
        async with kit_db.transaction() as tx, idempotency.once(tx, claim) as once:
            till.moved += 1
            await asyncio.sleep(till.slow_s)
            if till.breaks:
                raise ConnectionError
            paid = Paid(id=str(new_id()), amount=amount)
            await once.keep(paid, location=f"/v1/payments/{paid.id}")
        return paid

    @router.post("/v1/funds/{fund}/payments", status_code=201)
    async def pay(
        fund: str,
        body: Pay,
        response: Response,
        actor: Annotated[Actor, requires("subsidy:payment:write")],
        claim: idempotency.Required,
    ) -> Paid:
        paid = await pay_out(body.amount, claim.answering(201, lambda made: made))
        response.headers["Location"] = f"/v1/payments/{paid.id}"
        return paid

    @router.post("/v1/notes")
    async def note(
        request: Request,
        actor: Annotated[Actor, requires("subsidy:fund:write")],
        claim: idempotency.Optional,
    ) -> Paid:
        return await pay_out(100, claim)

    settings = Settings(service="subsidy", database_url="postgresql://none")  # type: ignore[arg-type]
    app = create_http(Described(), settings, routers=[router], auth=signer.authenticator())
    app.state.runtime = SimpleNamespace(db=kit_db, metrics=app.state.metrics)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://t",
        headers={"Authorization": f"Bearer {signer.token('finance_officer')}"},
    ) as client:
        client.app = app  # type: ignore[attr-defined]
        yield client


async def pay(
    http: httpx.AsyncClient,
    key: str | None = "payment-0001",
    amount: str = "12.50",
    fund: str = "f",
    **h: str,
) -> httpx.Response:
    headers = h | ({"Idempotency-Key": key} if key is not None else {})
    return await http.post(f"/v1/funds/{fund}/payments", json={"amount": amount}, headers=headers)


async def test_the_same_request_is_served_once_and_answered_twice(
    http: httpx.AsyncClient, till: Till
) -> None:
    first, second = await pay(http), await pay(http)
    assert till.moved == 1
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]


async def test_a_body_that_means_the_same_is_the_same(http: httpx.AsyncClient, till: Till) -> None:
    await pay(http)
    response = await http.post(
        "/v1/funds/f/payments",
        content=b'{ "amount" :\n "12.50" }',
        headers={"Idempotency-Key": "payment-0001", "Content-Type": "application/json"},
    )
    assert response.headers["idempotency-replayed"] == "true"
    assert till.moved == 1


async def test_another_body_or_another_fund_under_the_same_key_is_422(
    http: httpx.AsyncClient, till: Till
) -> None:
    await pay(http)
    for response in (await pay(http, amount="12.51"), await pay(http, fund="g")):
        assert response.status_code == 422
        assert response.json()["code"] == "idempotency-key-reused"
    assert till.moved == 1


async def test_keys_of_different_people_do_not_meet(
    http: httpx.AsyncClient, signer: Signer, till: Till
) -> None:
    await pay(http)
    other = {"Authorization": f"Bearer {signer.token('finance_officer', subject='other')}"}
    assert "idempotency-replayed" not in (await pay(http, **other)).headers
    assert till.moved == 2


async def test_without_a_key_or_with_a_bad_one_it_is_400_and_nothing_moves(
    http: httpx.AsyncClient, till: Till
) -> None:
    response = await pay(http, key=None)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-missing")
    for bad in ("short", "x" * 129, "with space 1"):
        response = await pay(http, key=bad)
        assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-malformed")
    for personal in (PERSON, f"pay-{PERSON.lower()}-1", PERSON[:6] + PERSON[8:17]):
        response = await pay(http, key=personal)
        assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-personal")
    assert till.moved == 0


async def test_a_stranger_hears_401_before_anything_about_keys(http: httpx.AsyncClient) -> None:
    assert (await pay(http, key=None, Authorization="Bearer x")).status_code == 401


async def test_what_failed_frees_the_key(http: httpx.AsyncClient, till: Till) -> None:
    till.breaks = True
    assert (await pay(http)).status_code == 503
    till.breaks = False
    assert (await pay(http)).status_code == 201
    assert till.moved == 2


async def test_a_hundred_twins_move_the_money_once(
    http: httpx.AsyncClient, kit_db: Database
) -> None:
    answers = await asyncio.gather(*(pay(http) for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    async with kit_db.looking() as tx:
        assert await tx.fetchval("select count(*) from idempotency_key") == 1


async def test_a_twin_waits_two_seconds_and_then_hears_409(
    http: httpx.AsyncClient, till: Till
) -> None:
    till.slow_s = idempotency.WAIT_MS / 1000 + 1
    first = asyncio.create_task(pay(http))
    await asyncio.sleep(0.1)
    second = await pay(http)
    assert (second.status_code, second.json()["code"]) == (409, "request-in-progress")
    assert second.headers["retry-after"] == "1"
    assert (await first).status_code == 201


async def test_where_the_key_is_optional_a_request_without_one_is_a_new_one(
    http: httpx.AsyncClient, till: Till
) -> None:
    assert (await http.post("/v1/notes")).status_code == 200
    assert (await http.post("/v1/notes")).status_code == 200
    assert till.moved == 2
    for _ in range(2):
        await http.post("/v1/notes", headers={"Idempotency-Key": "note-00001"})
    assert till.moved == 3


async def test_the_race_between_look_and_lock_is_settled_by_the_index(kit_db: Database) -> None:
    claim = Claim("s", "POST /x", "key-00001", b"h", 200)
    async with kit_db.transaction() as tx, idempotency.once(tx, claim) as once:
        await once.keep({"a": 1})
    late = idempotency.Once(tx, claim)
    async with kit_db.transaction() as tx:
        late.tx = tx
        with pytest.raises(ProblemError, match="request-in-progress"):
            await late.keep({"a": 2})


async def test_a_use_case_that_keeps_nothing_is_a_mistake(kit_db: Database) -> None:
    claim = Claim("s", "POST /x", "key-00002", b"h")
    with pytest.raises(RuntimeError, match="must keep"):
        async with kit_db.transaction() as tx, idempotency.once(tx, claim):
            pass
    async with kit_db.transaction() as tx, idempotency.once(tx, None) as once:
        await once.keep({"a": 1})


async def test_old_answers_are_forgotten_and_young_ones_kept(kit_db: Database) -> None:
    async with kit_db.transaction() as tx:
        await tx.execute(
            "insert into idempotency_key (subject, route, key, request_hash, status, body, created_at)"
            " select 's', 'r', 'key-' || n, '', 200, '', clock_timestamp() - make_interval(hours => n)"
            " from unnest(array[1, 71, 73, 100]) n"
        )
        assert await idempotency.purge(tx, kept_hours=1) == 2


def test_the_contract_says_where_a_key_is_needed(http: Any) -> None:
    document = http.app.openapi()
    needed = {
        path: [p["required"] for p in item["post"]["parameters"] if p["name"] == "Idempotency-Key"]
        for path, item in document["paths"].items()
        if "post" in item
    }
    assert needed == {"/v1/funds/{fund}/payments": [True], "/v1/notes": [False]}
    assert {one.name for one in openapi.operations(http.app) if one.keyed} == {"pay"}
