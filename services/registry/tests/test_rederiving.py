"""Any past decision derives again from its record alone, and one that was touched is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from kit.testing import Signer, under_test
from registry.app import SERVICE

from .conftest import settled
from .test_access_log_commands import Commands


async def test_a_command_derives_one_decision_or_all_of_them(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    owner, url = make_database("registry")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as thing:
        registry = await settled(thing)
        worker = await registry.worker()
        certificate = await registry.certificate(worker)
        registration = {
            "worker_id": worker, "on": "2003-09-01", "kind": "contract_ended",
            "evidence_kind": "separation_proof", "evidence_reference": "28", "evidence_on": "2003-09-01",
        }  # fmt: skip
        await registry.post("/v1/unemployment-registrations", registration)
    commands = Commands(url, owner, keys_file)

    async def run(*about: str, status: int = 0) -> dict[str, Any]:
        return await asyncio.to_thread(commands.run, "rederive", *about, status=status)

    assert await run() == {"holds": True, "decisions": 2, "different": 0, "differing": []}
    assert (await run(certificate))["decisions"] == 1
    assert (await run(worker))["decisions"] == 1
    assert (await run(str(uuid4()), status=1))["decisions"] == 0, "nothing was looked at"
    connection = await asyncpg.connect(owner)
    await connection.execute(
        "update decision set record = jsonb_set(record, '{facts,cadre}', 'true'::jsonb)"
        " || '{\"granted\": false}' where entity_id = $1", worker,
    )  # fmt: skip
    await connection.close()
    found = await run(status=1)
    assert (found["decisions"], found["different"]) == (2, 1)
    (differing,) = found["differing"]
    assert (differing["about"], differing["differs"]) == (worker, ["granted"])
