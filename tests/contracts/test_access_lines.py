"""Whoever is shown or changed leaves a line in the access log, whatever operation did it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from kit.testing import PostgresServer, Signer
from tests.contracts.every_call import POLICIES, TODAY, answers
from tests.journeys.city import City, city_on
from tests.rights.calls import Call
from tests.rights.objects import everything

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: That a record was merged into another one says nothing of the other one.
_LINK = re.compile(r'"merged_into":"[^"]*"')

#: Operations that answer with people and write no line, and why.
EXEMPT = {
    "list_events": "the feed for systems: pseudonymous facts, each of them told for everybody",
    "get_event": "one fact of that feed",
    "tell_contribution": "the agency hears its own id again, whether the person is known or not",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    async with city_on(
        postgres, signer, keys_file, business_day=TODAY, policy_overlay=POLICIES
    ) as city:
        yield city


async def test_every_operation_that_shows_a_person_leaves_a_line(city: City) -> None:
    """People are found by the ids in the address and in the answer: their own, and those of things
    that are about them."""
    calls = [*await everything(city), *await _feed(city)]
    contract = city.world["registry"].app.openapi()["paths"]
    shown: list[tuple[str, str, set[UUID]]] = []
    async for call, answer in answers(city, calls, "registry"):
        ids = set(map(UUID, _ID.findall(call.path + _LINK.sub("", answer.text))))
        operation = contract.get(call.template, {}).get(call.method.lower())
        if answer.is_success and operation is not None:
            shown.append((operation["operationId"], answer.headers["x-request-id"], ids))
    people = await _people(city)
    lines = await _lines(city)
    silent = set()
    used = set()
    for name, request, ids in shown:
        missing = {people[one] for one in ids & people.keys()} - lines.get((name, request), set())
        if missing:
            (used if name in EXEMPT else silent).add(name)
    assert sorted(silent) == []
    assert used == EXEMPT.keys()
    assert len(lines) > 50


async def _feed(city: City) -> list[Call]:
    """The feed where it tells of people."""
    event = next(e for e in await city.world["registry"].told() if "worker_id" in e.data)
    return [
        Call("registry", "GET", "/v1/events", query="?limit=100"),
        Call("registry", "GET", "/v1/events/{event_id}", {"event_id": str(event.id)}),
    ]


async def _people(city: City) -> dict[UUID, UUID]:
    """Whom an id is about: a worker's own, and that of every row that names a worker."""
    async with city.world["registry"].db.looking() as tx:
        tables = await tx.fetch(
            "select table_name as name from information_schema.columns where table_schema = 'public'"
            " and column_name in ('id', 'worker_id') group by 1 having count(*) = 2"
        )
        found = {row["id"]: row["id"] for row in await tx.fetch("select id from worker")}
        for table in tables:
            rows = await tx.fetch(f"select id, worker_id from {table['name']}")
            found |= {row["id"]: row["worker_id"] for row in rows if row["worker_id"]}
    return found


async def _lines(city: City) -> dict[tuple[str, str], set[UUID]]:
    """Whom the access log names, by operation and request."""
    found: dict[tuple[str, str], set[UUID]] = {}
    async with city.world["registry"].db.looking() as tx:
        for row in await tx.fetch("select operation, request_id, subject_id from access_log"):
            key = (row["operation"], str(row["request_id"]))
            found.setdefault(key, set()).add(row["subject_id"])
    return found
