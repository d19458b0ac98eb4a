"""TypeScript types from the committed contract compile under strict, and a program uses them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kit.service import create_app
from kit.testing import PostgresServer, Signer
from tests.journeys.city import DISTRICT, OFFICE, OTHER, OTHER_OFFICE, City, city_on, id_number
from tests.serving import serving

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "typescript"
#: Everything that has a program in src/.
SERVICES = ("registry", "subsidy")

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs with their tools and types, compiled, in a folder of their own; the lock says which
    versions."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(
        PROGRAM, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules")
    )
    run(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    for service in SERVICES:
        contract = ROOT / "services" / service / "contract" / "openapi.json"
        # What has a default may be left out: a new optional field breaks no program.
        run(
            folder, "npx", "openapi-typescript", str(contract), "-o", f"src/{service}.types.ts",
            "--default-non-nullable=false",
        )  # fmt: skip
    run(folder, "npx", "tsc", "--project", ".")
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    async with city_on(postgres, signer, keys_file) as city:
        yield city


def program(
    city: City, signer: Signer, workshop: Path, service: str, *arguments: str
) -> dict[str, Any]:
    """What the service's program says of a running service."""
    thing = city.world[service]
    with serving(
        create_app(thing.service, thing.runtime.settings, authenticator=signer.authenticator())
    ) as address:
        said: dict[str, Any] = json.loads(
            run(workshop, "node", f"built/{service}.js", address, *arguments)
        )
    return said


@pytest.mark.timeout(400)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_program_at_the_registrys_window(
    city: City, signer: Signer, workshop: Path
) -> None:
    clerk = signer.token("registry_clerk", area=DISTRICT, office=OFFICE)
    street = signer.token("registry_clerk", area=DISTRICT, office=OFFICE, subject="street-1")
    stranger = signer.token("registry_clerk", area=OTHER, office=OTHER_OFFICE)
    number = id_number(4711)
    said = program(city, signer, workshop, "registry", clerk, street, stranger, number)
    assert said == {
        "name": "王**",
        "twice": {
            "status": 409, "code": "id-number-taken", "title": "The ID number is registered already",
        },
        "found": True,
        "status": "laid_off",
        "certificate": "applied",
        "stale": "precondition-failed",
        "own": "maker-is-checker",
        "checked": "checked",
        "certificates": 1,
        "hidden": 404,
    }  # fmt: skip


@pytest.mark.timeout(400)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_program_at_the_finance_bureaus_desk(
    city: City, signer: Signer, workshop: Path
) -> None:
    officer = signer.token("finance_officer", subject="officer")
    approver = signer.token("finance_approver", subject="approver")
    said = program(city, signer, workshop, "subsidy", officer, approver)
    assert said == {
        "draft": "draft",
        "approved": "approved",
        "too_much": "more-than-approved",
        "released": "500.00",
        "short": {
            "status": 409, "code": "more-than-can-be-reserved",
            "title": "More than the arrangement's line holds", "detail": "1 fen are missing",
        },
        "committed": "committed",
        "account": "**********0002",
        "unseen": "content-hash-differs",
        "batch": ["made", "60.00", "approved"],
        "fund": {
            "received": "1000.00", "arranged": "500.00", "committed": "30.00", "ordered": "60.00",
        },
    }  # fmt: skip
