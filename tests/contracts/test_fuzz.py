"""The whole contract of a service against the running service: schemathesis, on seeded data.

Two questions. Does every operation succeed at least once, with an answer that keeps the contract? And
does anything that a caller may send, well or badly formed, lead to a 5xx or to an answer that the
contract does not know?
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
import pytest_asyncio
import schemathesis

from kit.service import create_app
from kit.testing import PostgresServer, Signer
from tests.contracts.further_calls import Further, registry_further
from tests.journeys.city import NDJSON, OFFICE, City, city_on, ndjson
from tests.rights.calls import Call
from tests.rights.objects import everything
from tests.rights.table import committed
from tests.serving import serving

SERVICES = ("registry",)
RIGHTS = {right.key: right for right in committed()}
#: What the table of rights does not try.
FURTHER = {"registry": registry_further}
#: Late enough for what the law of 2006 began.
TODAY = date(2006, 11, 15)
#: So many made requests per operation and phase: a few minutes on two cores would find little more.
EXAMPLES = 12
SEED = 20021130
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "unsupported_method,allow_header_conformance,ignored_auth"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    """A city in which everything has happened once."""
    async with city_on(postgres, signer, keys_file, business_day=TODAY) as city:
        yield city


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def calls(city: City) -> list[Call]:
    return list(await everything(city))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("service", SERVICES)
async def test_every_operation_succeeds_and_keeps_the_contract(
    city: City, calls: list[Call], service: str
) -> None:
    contract = schemathesis.openapi.from_dict(city.world[service].app.openapi())
    operations = {op.ok().label: op.ok() for op in contract.get_all_operations()}
    succeeded, refused, wrong = set(), {}, []
    waiting = [Further(call, who_calls(call)) for call in calls if call.service == service]
    waiting += await FURTHER[service](city)
    waiting += plain_reads(service, besides={one.call.key for one in waiting})
    while waiting:
        one = waiting.pop(0)
        call = one.call
        label = f"{call.method} {call.template}"
        if label not in operations:
            continue  # documents about the service, not part of its contract
        answer = await ask(city, one)
        try:
            operations[label].validate_response(answer)
        except Exception as error:  # several failures at once come as a group
            wrong.append(f"{label}: {error!r}")
        if answer.is_success:
            succeeded.add(label)
            waiting += imports_of(one, answer)
        else:
            refused[label] = f"{answer.status_code} {answer.text[:300]}"
    never = [f"{label}: {refused.get(label)}" for label in sorted(operations.keys() - succeeded)]
    assert (never, wrong) == ([], []), "\n".join([*never, *wrong])


def plain_reads(service: str, besides: set[tuple[str, str, str]]) -> list[Further]:
    """Operations that need nothing: no id, no body."""
    keys = [key for key in RIGHTS if key[0] == service and key[1] == "GET" and "{" not in key[2]]
    return [Further(Call(*key)) for key in keys if key not in besides]


def imports_of(one: Further, answer: httpx.Response) -> list[Further]:
    """What one asks after an import: its result, and the lines that were refused."""
    call = one.call
    if call.rows is None:
        return []
    read = call.template.split("?")[0] + "/{import_id}"
    made = {**call.ids, "import_id": answer.json()["id"]}
    keys = [(call.service, "GET", read + tail) for tail in ("", "/errors")]
    return [Further(Call(*key, made), one.who) for key in keys if key in RIGHTS]


def who_calls(call: Call) -> tuple[str, str, str, str]:
    """Somebody who may; approvers are other people than makers."""
    right = RIGHTS[call.key]
    role = next(iter([*sorted(right.roles - {"loader"}), *right.roles]), "auditor")
    subject = f"{role} of {call.own_area[:6]}" if role == "authority" else f"{role} who calls"
    return role, call.own_area, OFFICE, subject


async def ask(city: City, one: Further) -> httpx.Response:
    """The call, naming the version that its thing has now."""
    call = one.call
    role, area, office, subject = one.who
    client = city.world[call.service].client(role, area=area, office=office, subject=subject)
    headers = {"Idempotency-Key": str(uuid4())}
    if call.method == "GET":
        return await client.get(call.path)
    if call.rows is not None:
        return await client.post(call.path, content=ndjson(call.rows), headers=headers | NDJSON)
    thing = call.template[: call.template.find("}") + 1].format(**call.ids)
    seen = await city.world.client(call.service).get(thing) if thing else None
    headers["If-Match"] = seen.headers.get("etag", '"v1"') if seen else '"v1"'
    return await client.request(call.method, call.path, json=call.body, headers=headers)


# --- badly formed, well formed, and everything between ------------------------------------------


@pytest.mark.fuzz
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_that_is_sent_breaks_the_contract(
    city: City, calls: list[Call], signer: Signer, service: str, tmp_path: Path
) -> None:
    thing = city.world[service]
    app = create_app(thing.service, thing.runtime.settings, authenticator=signer.authenticator())
    ids = known_ids([call for call in calls if call.service == service])
    hooks = tmp_path / "known_ids.py"
    hooks.write_text(HOOKS.format(ids=orjson.dumps(ids).decode()))
    with serving(app) as address:
        done = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json",
                "--url", address, "--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", str(SEED),
                "--max-examples", str(EXAMPLES), "--workers", "1", "--warnings", "off",
                "--header", f"Authorization: Bearer {signer.token('loader')}",
            ],
            capture_output=True, text=True, timeout=580, cwd=tmp_path,
            env=os.environ | {"SCHEMATHESIS_HOOKS": "known_ids", "PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]


def known_ids(calls: list[Call]) -> dict[str, list[str]]:
    """Ids of things that exist, by the name of their path parameter."""
    found: dict[str, set[str]] = {}
    for call in calls:
        for name, value in call.ids.items():
            found.setdefault(name, set()).add(value)
    return {name: sorted(values) for name, values in found.items()}


#: Half of the made requests go to things that exist: the others mostly learn that nothing is there.
#: Most name a version that such a thing may have: the others learn that it is another.
HOOKS = """
import random
import schemathesis

IDS = {ids}
CHANCE = random.Random(1)

@schemathesis.hook
def map_path_parameters(ctx, path_parameters):
    if path_parameters and CHANCE.random() < 0.5:
        for name in list(path_parameters):
            if name in IDS:
                path_parameters[name] = CHANCE.choice(IDS[name])
    return path_parameters

@schemathesis.hook
def map_headers(ctx, headers):
    if headers and "If-Match" in headers and CHANCE.random() < 0.8:
        headers["If-Match"] = CHANCE.choice(('"v1"', '"v2"', '"v3"'))
    return headers
"""
