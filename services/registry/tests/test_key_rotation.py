"""The registry's people come under a new key while the registry is used, also after a kill -9."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable
from os import urandom
from pathlib import Path
from typing import Any

import orjson

from kit import testing_commands
from kit.testing import Signer, under_test
from registry.app import SERVICE

from .conftest import Registry, settled

PEOPLE = 1200


def rotated(keys_file: Path, folder: Path) -> tuple[Path, Path]:
    """Keyrings of the second step (a new primary key) and of the last (the old key is gone)."""
    content = orjson.loads(keys_file.read_bytes())
    for key in content["keys"]:
        key["primary"] = key["purpose"] == "index"
    content["keys"].append(
        {"kid": "e2", "purpose": "encrypt", "key": b64encode(urandom(32)).decode(), "primary": True}
    )
    second, last = folder / "second.json", folder / "last.json"
    second.write_bytes(orjson.dumps(content))
    content["keys"] = [key for key in content["keys"] if key["kid"] != "e1"]
    last.write_bytes(orjson.dumps(content))
    return second, last


def command(url: str, keys: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ, "DATABASE_URL": url, "KEYS_FILE": str(keys), "LOG_LEVEL": "WARNING", **env,
    }  # fmt: skip
    return testing_commands.run("registry", "rotate-keys", *arguments, env=env)


async def test_people_come_under_a_new_key_while_they_are_read_and_registered(
    make_database: Callable[[str], tuple[str, str]],
    signer: Signer,
    keys_file: Path,
    tmp_path: Path,
) -> None:
    _, url = await asyncio.to_thread(make_database, "registry")
    second, last = rotated(keys_file, tmp_path)
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as before:
        registry = await settled(before)
        forms = [registry.form() for _ in range(PEOPLE)]
        await registry.loaded("/v1/workers", forms)
        masked = (await registry.get(f"/v1/workers/{forms[0]['id']}"))["name_masked"]
    async with under_test(SERVICE, url, signer=signer, keys_file=second) as serving:
        registry.thing, registry.http = serving, serving.client()
        killed = await asyncio.to_thread(command, url, second, FAIL_AT="rotation-after-batch")
        assert killed.returncode == -signal.SIGKILL
        status = told(await asyncio.to_thread(command, url, second, "--status"))
        assert status["worker.id_number"] == {"e1": PEOPLE - 500, "e2": 500}
        going_on = asyncio.create_task(asyncio.to_thread(command, url, second))
        late = []
        while not going_on.done():
            form = registry.form()
            late.append(str((await registry.post("/v1/workers", form))["id"]))
            found = await registry.post(
                "/v1/workers/searches", {"id_number": forms[len(late)]["id_number"]}, 200
            )
            assert [one["id"] for one in found["items"]] == [forms[len(late)]["id"]]
        done = await going_on
        assert done.returncode == 0, done.stderr
        assert "worker.id_number: 500 encrypted again" in done.stderr
        after = json.loads(done.stdout)
        assert (after["finished"], after["key"]) == (True, "e2")
        assert after["replaced"] == 2 * PEOPLE - 500
        assert late
    async with under_test(SERVICE, url, signer=signer, keys_file=last) as without:
        registry.thing, registry.http = without, without.client()
        for form in forms[::100]:
            shown = await registry.get(f"/v1/workers/{form['id']}")
            assert shown["name_masked"] == masked
            assert shown["id_number_masked"][-4:] == form["id_number"][-4:]
        assert (await registry.get(f"/v1/workers/{late[0]}"))["name_masked"] == masked


async def test_the_worker_goes_on_with_a_rotation_that_was_begun(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path, tmp_path: Path
) -> None:
    _, url = await asyncio.to_thread(make_database, "registry")
    second, _ = rotated(keys_file, tmp_path)
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as before:
        registry = await settled(before)
        await registry.loaded("/v1/workers", [registry.form() for _ in range(20)])
    async with under_test(SERVICE, url, signer=signer, keys_file=second) as serving:
        from kit import rotation

        await rotation.go_on(serving.runtime)
        assert told(command(url, second, "--status"))["worker.name"] == {"e1": 20}
        assert command(url, second, "--background").returncode == 0
        await rotation.go_on(serving.runtime)
        assert told(command(url, second, "--status"))["worker.name"] == {"e2": 20}


async def test_every_ciphertext_of_the_registry_is_declared(registry: Registry) -> None:
    """A column of bytes is a ciphertext that a rotation knows, or one of those named here."""
    no_ciphertexts = {
        ("audit_seal", "previous"), ("audit_seal", "leaves"), ("audit_seal", "hash"),
        ("bulk_import", "digest"), ("dead_letter", "message"), ("idempotency_key", "body"),
        ("idempotency_key", "request_hash"), ("certificate_evidence", "digest"),
        ("credential", "hash"),
    }  # fmt: skip
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and data_type = 'bytea'"
        )
    found = {(row["table_name"], row["column_name"]) for row in rows}
    found = {one for one in found if not one[1].endswith("_index")} - no_ciphertexts
    assert found == {(one.table, one.column) for one in SERVICE.sealed}


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    return {one["name"]: one["keys"] for one in json.loads(done.stdout)["columns"]}
