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
from pathlib import Path
from uuid import uuid4

import httpx
import orjson
import pytest
import pytest_asyncio
import schemathesis

from kit.service import create_app
from kit.testing import PostgresServer, Signer
from tests.journeys.city import DISTRICT, NDJSON, OFFICE, City, city_on, ndjson
from tests.rights.calls import Call
from tests.rights.objects import everything
from tests.rights.table import committed
from tests.serving import serving

SERVICES = ("registry",)
RIGHTS = {right.key: right for right in committed()}
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
    async with city_on(postgres, signer, keys_file) as city:
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
    succeeded, wrong = set(), []
    waiting = [call for call in [*calls, *places()] if call.service == service]
    waiting += plain_reads(service, besides={call.template for call in waiting})
    while waiting:
        call = waiting.pop(0)
        label = f"{call.method} {call.template}"
        if label not in operations:
            continue  # documents about the service, not part of its contract
        answer = await ask(city, call)
        try:
            operations[label].validate_response(answer)
        except Exception as error:  # several failures at once come as a group
            wrong.append(f"{label}: {error!r}")
        if answer.is_success:
            succeeded.add(label)
            waiting += imports_of(call, answer)
        else:
            wrong.append(f"{label}: {answer.status_code} {answer.text[:300]}")
    never = sorted(operations.keys() - succeeded)
    assert (never, wrong) == ([], []), "\n".join([*never, *wrong])


def places() -> list[Call]:
    """What the table of rights does not try, because every role sees the same: places, schemas."""
    area = {"code": "231102009000", "name": "新设街道", "established_on": "2003-01-01"}
    office = {
        "code": "231102-new-station", "name": "新设保障站", "kind": "station", "staff": 2,
        "area_code": DISTRICT, "opened_on": "2003-01-01",
    }  # fmt: skip
    registry = "registry"
    return [
        Call(registry, "POST", "/v1/areas", body=area),
        Call(registry, "POST", "/v1/areas/imports", rows=[area | {"code": "231102008000"}]),
        Call(registry, "GET", "/v1/areas/{code}", {"code": DISTRICT}),
        Call(registry, "POST", "/v1/offices", body=office),
        Call(
            registry, "POST", "/v1/offices/imports", rows=[office | {"code": "231102-old-station"}]
        ),
        Call(registry, "GET", "/v1/offices/{code}", {"code": OFFICE}),
        Call(registry, "GET", "/v1/status-lists/{name}", {"name": "r1"}),
        Call(
            registry, "POST", "/v1/credentials/verifications",
            body={"number": "23110020030000001", "check_code": "0000-0000"},
        ),
        Call(
            registry, "GET", "/v1/contract/events/{name}",
            {"name": "registry.worker.registered.v1.schema.json"},
        ),
    ]  # fmt: skip


def plain_reads(service: str, besides: set[str]) -> list[Call]:
    """Operations that need nothing: no id, no body."""
    keys = [key for key in RIGHTS if key[0] == service and key[1] == "GET" and "{" not in key[2]]
    return [Call(*key) for key in keys if key[2] not in besides]


def imports_of(call: Call, answer: httpx.Response) -> list[Call]:
    """What one asks after an import: its result, and the lines that were refused."""
    if call.rows is None:
        return []
    read = call.template.split("?")[0] + "/{import_id}"
    made = {**call.ids, "import_id": answer.json()["id"]}
    keys = [(call.service, "GET", read + tail) for tail in ("", "/errors")]
    return [Call(*key, made) for key in keys if key in RIGHTS]


async def ask(city: City, call: Call) -> httpx.Response:
    """The call as somebody who may make it; approvers are other people than makers."""
    right = RIGHTS[call.key]
    role = next(iter([*sorted(right.roles - {"loader"}), *right.roles]), "auditor")
    client = city.world[call.service].client(
        role, area=call.own_area, office=OFFICE, subject=f"{role} who calls"
    )
    headers = {"Idempotency-Key": str(uuid4())}
    if call.method == "GET":
        return await client.get(call.path)
    if call.rows is not None:
        return await client.post(call.path, content=ndjson(call.rows), headers=headers | NDJSON)
    seen = await client.get(call.path.rsplit("/", 1)[0])
    headers["If-Match"] = seen.headers.get("etag", '"v1"')
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
"""
