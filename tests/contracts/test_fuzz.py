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

import orjson
import pytest
import pytest_asyncio
import schemathesis

from kit.rates import Rates
from kit.service import create_app
from kit.testing import PostgresServer, Signer
from tests.contracts.every_call import POLICIES, TODAY, answers
from tests.journeys.city import City, city_on
from tests.rights.calls import Call
from tests.rights.objects import everything
from tests.serving import serving

#: So many made requests per operation and phase: a few minutes on two cores would find little more.
#: Subsidy's bodies are deep (facts of programmes, rosters, lines of budgets), and dear to make at random;
#: every rule of every field of them is asked for anyway, in the phase that covers the contract.
EXAMPLES = {"registry": 8, "subsidy": 4}
SERVICES = tuple(EXAMPLES)
SEED = 20021130
MISSING = (
    "nobody calls it: add the call of the own office to tests/rights, or to <service>_calls.py beside this"
    " test when it needs what the things there do not have"
)
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "unsupported_method,allow_header_conformance,ignored_auth"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    """A city in which everything has happened once."""
    async with city_on(
        postgres, signer, keys_file, business_day=TODAY, policy_overlay=POLICIES
    ) as city:
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
    async for call, answer in answers(city, calls, service):
        label = f"{call.method} {call.template}"
        if label not in operations:
            continue  # documents about the service, not part of its contract
        try:
            operations[label].validate_response(answer)
        except Exception as error:  # several failures at once come as a group
            wrong.append(f"{label}: {error!r}")
        if answer.is_success:
            succeeded.add(label)
        else:
            refused[label] = f"only refused, {answer.status_code} {answer.text[:300]}"
    never = [
        f"{label}: {refused.get(label, MISSING)}" for label in sorted(operations.keys() - succeeded)
    ]
    assert (never, wrong) == ([], []), "\n".join([*never, *wrong])


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
    # More is asked than one address may: what refuses it is tried elsewhere.
    app.state.public_rates = Rates("1000000/minute")
    ids = known_ids([call for call in calls if call.service == service])
    hooks = tmp_path / "known_ids.py"
    hooks.write_text(HOOKS.format(ids=orjson.dumps(ids).decode()))
    with serving(app) as address:
        done = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json",
                "--url", address, "--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", str(SEED),
                "--max-examples", str(EXAMPLES[service]), "--workers", "1", "--warnings", "off",
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
