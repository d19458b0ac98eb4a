"""The key of the keyed hashes is changed while the registry is used, also after a kill -9: everybody
is found all the time, and nobody is registered twice."""

from __future__ import annotations

import asyncio
import json
import signal
from base64 import b64encode
from collections.abc import Callable
from os import urandom
from pathlib import Path
from typing import Any

import orjson

from kit.ids import new_id
from kit.testing import Signer, under_test
from registry.app import SERVICE

from .conftest import Registry, settled
from .test_key_rotation import command

PEOPLE = 1200
AGENCY = "231100-civil-affairs"


def keyrings(keys_file: Path, folder: Path) -> tuple[Path, Path]:
    """Keyrings of the first step (a second key) and of the last (the first one is retired)."""
    content = orjson.loads(keys_file.read_bytes())
    new = {"kid": "i2", "purpose": "index", "key": b64encode(urandom(32)).decode()}
    content["keys"].append(new)
    first, last = folder / "first.json", folder / "last.json"
    first.write_bytes(orjson.dumps(content))
    for key in content["keys"]:
        if key["purpose"] == "index":
            key |= {"primary": key is new, "retired": key is not new}
    last.write_bytes(orjson.dumps(content))
    return first, last


async def dibao(registry: Registry, numbers: list[str]) -> None:
    """Civil affairs tells of these numbers, whoever has them."""
    agency = registry.thing.client("authority", office=AGENCY, subject=AGENCY)
    rows = [
        {"id": str(new_id()), "id_number": number, "kind": "dibao", "on": "2003-05-01"}
        for number in numbers
    ]
    done = await agency.post(
        "/v1/life-facts/imports", content=b"\n".join(map(orjson.dumps, rows)),
        headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert done.json()["rejected"] == 0, done.text


async def facts(registry: Registry, worker: str) -> list[str]:
    listed = await registry.get("/v1/life-facts", worker_id=worker)
    return [one["kind"] for one in listed["items"]]


async def found(registry: Registry, form: dict[str, Any]) -> bool:
    body = {"id_number": form["id_number"]}
    answer = await registry.post("/v1/workers/searches", body, 200)
    return [one["id"] for one in answer["items"]] == [form["id"]]


async def named(registry: Registry, form: dict[str, Any]) -> bool:
    answer = await registry.post("/v1/workers/name-searches", {"name": form["name"]}, 200)
    return [one["id"] for one in answer["items"]] == [form["id"]]


def status(done: Any) -> dict[str, int]:
    assert done.returncode == 0, done.stderr
    left: dict[str, int] = json.loads(done.stdout)["left"]
    return left


async def test_people_are_found_and_unique_while_the_key_is_changed(
    make_database: Callable[[str], tuple[str, str]],
    signer: Signer,
    keys_file: Path,
    tmp_path: Path,
) -> None:
    _, url = await asyncio.to_thread(make_database, "registry")
    first, last = keyrings(keys_file, tmp_path)
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as before:
        registry = await settled(before)
        forms = [registry.form() for _ in range(PEOPLE)]
        forms[0]["name"], forms[-1]["name"] = "欧阳小明", "欧阳大明"
        strangers = [registry.form() for _ in range(3)]
        await registry.loaded("/v1/workers", forms)
        await dibao(registry, [one["id_number"] for one in (*forms[::400], *strangers)])
        forms[1]["id_number"] = corrected = registry.id_number()
        await registry.correct(forms[1]["id"], "id_number", corrected)
    async with under_test(SERVICE, url, signer=signer, keys_file=first) as serving:
        registry.thing, registry.http = serving, serving.client()
        assert await found(registry, forms[0])
        killed = await asyncio.to_thread(
            command, url, first, "--index", FAIL_AT="indexes-after-batch"
        )
        assert killed.returncode == -signal.SIGKILL
        left = status(await asyncio.to_thread(command, url, first, "--index", "--status"))
        # Two of the first 500 are those of whom a fact was told: it came along.
        assert left == {
            "worker": PEOPLE - 500, "life_fact": 4, "insurance_fact": 0, "worker_change": 1,
        }  # fmt: skip
        assert await named(registry, forms[0])
        assert await named(registry, forms[-1])
        # A stranger comes in between: what was told of the number is there, under either key.
        await registry.post("/v1/workers", strangers[0])
        assert await facts(registry, strangers[0]["id"]) == ["dibao"]
        going_on = asyncio.create_task(asyncio.to_thread(command, url, first, "--index"))
        tried = 0
        while not going_on.done() or tried < 5:
            for form in (forms[tried % PEOPLE], forms[-1 - tried % PEOPLE]):
                assert await found(registry, form)
                again = await registry.http.post("/v1/workers", json={**form, "id": str(new_id())})
                assert (again.status_code, again.json()["code"]) == (409, "id-number-taken")
            twin = registry.form()
            both = await asyncio.gather(
                *(registry.http.post("/v1/workers", json={**twin, "id": str(new_id())})
                  for _ in range(2))
            )  # fmt: skip
            assert sorted(one.status_code for one in both) == [201, 409]
            tried += 1
        done = await going_on
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["finished"]
        assert status(done) == dict.fromkeys(left, 0)
        await registry.post("/v1/workers", strangers[1])
        assert await facts(registry, strangers[1]["id"]) == ["dibao"]
        for form in forms[::400]:
            assert await facts(registry, form["id"]) == ["dibao"]
    async with under_test(SERVICE, url, signer=signer, keys_file=last) as after:
        registry.thing, registry.http = after, after.client()
        await registry.post("/v1/workers", strangers[2])
        assert await facts(registry, strangers[2]["id"]) == ["dibao"]
        assert await named(registry, forms[0])
        for form in (forms[0], forms[700], strangers[0]):
            assert await found(registry, form)
            await registry.post("/v1/workers", {**form, "id": str(new_id())}, 409)
        async with after.db.looking() as tx:
            under = await tx.fetch(
                "select distinct octet_length(h) as size from worker,"
                " unnest(array[id_number_index, name_index, sound_index]) as h"
            )
        assert [row["size"] for row in under] == [33]


async def test_the_worker_goes_on_with_a_change_that_was_begun(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path, tmp_path: Path
) -> None:
    from kit import indexes

    _, url = await asyncio.to_thread(make_database, "registry")
    first, _ = keyrings(keys_file, tmp_path)
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as before:
        registry = await settled(before)
        await registry.loaded("/v1/workers", [registry.form() for _ in range(20)])
    async with under_test(SERVICE, url, signer=signer, keys_file=first) as serving:
        await indexes.go_on(serving.runtime)
        assert status(command(url, first, "--index", "--status"))["worker"] == 20
        assert command(url, first, "--index", "--background").returncode == 0
        await indexes.go_on(serving.runtime)
        assert status(command(url, first, "--index", "--status"))["worker"] == 0


async def test_every_keyed_hash_of_the_registry_is_declared(registry: Registry) -> None:
    """A column that ends in ``_index`` is one that a change knows; the watch lives for seconds only,
    and is looked for under both keys."""
    async with registry.thing.db.looking() as tx:
        rows = await tx.fetch(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and data_type = 'bytea' and column_name like '%\\_index'"
        )
    declared = {(one.table, column) for one in SERVICE.hashed for column in one.columns}
    found = {(row["table_name"], row["column_name"]) for row in rows}
    assert found - declared == {("life_fact_watch", "subject_index")}
    assert declared <= found
