"""A key is changed under running writers, and nothing is lost, left behind or held up."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from dataclasses import dataclass, field
from os import urandom
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kit import rotation
from kit.crypto import Keyring, NotOpened, new_keys, place
from kit.db import Database
from kit.ids import new_id
from kit.rotation import Sealed
from kit.testing import PostgresServer

THING = """
create table thing (id uuid primary key, secret bytea not null, other bytea, n integer not null);
grant select, insert, update on thing to kit_app
"""
COLUMNS = [Sealed("thing", "secret"), Sealed("thing", "other")]


def with_new_key(keys: dict[str, Any], kid: str = "e2") -> dict[str, Any]:
    """The keyring after the second step: the new key is primary, the old one still opens."""
    after = deepcopy(keys)
    for key in after["keys"]:
        if key["purpose"] == "encrypt":
            key["primary"] = False
    fresh = {"kid": kid, "purpose": "encrypt", "key": b64encode(urandom(32)).decode()}
    after["keys"].append({**fresh, "primary": True})
    return after


def without(keys: dict[str, Any], kid: str) -> Keyring:
    return Keyring({"keys": [key for key in keys["keys"] if key["kid"] != kid]})


@dataclass
class Things:
    """Rows with secrets, under an old keyring and a new one."""

    db: Database
    owner: asyncpg.Connection[Any]
    keys: dict[str, Any] = field(default_factory=lambda: with_new_key(new_keys()))

    def __post_init__(self) -> None:
        self.new = Keyring(self.keys)
        old = deepcopy(self.keys)
        for key in old["keys"]:
            if key["purpose"] == "encrypt":
                key["primary"] = key["kid"] == "e1"
        self.old = Keyring(old)

    async def fill(self, count: int) -> list[UUID]:
        ids = [new_id() for _ in range(count)]
        rows = []
        for n, id in enumerate(ids):
            other = self.old.encrypt(f"o{n}", place("thing.other", id)) if n % 3 else None
            rows.append((id, self.old.encrypt(f"s{n}", place("thing.secret", id)), other, n))
        async with self.db.transaction() as tx:
            await tx.copy("thing", ["id", "secret", "other", "n"], rows)
        return ids

    async def write(self, keyring: Keyring, id: UUID, text: str) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(
                "update thing set secret = $2, n = n where id = $1",
                id,
                keyring.encrypt(text, place("thing.secret", id)),
            )

    async def rotate(self, **more: Any) -> int:
        return await rotation.rotate(self.db, self.new, COLUMNS, **more)

    async def standing(self) -> dict[str, dict[str, int]]:
        async with self.db.reading() as tx:
            return {s.name: s.keys for s in await rotation.standing(tx, self.new, COLUMNS)}

    async def secrets(self, keyring: Keyring) -> dict[UUID, str]:
        async with self.db.reading() as tx:
            rows = await tx.fetch("select id, secret, other from thing")
        for row in rows:
            if row["other"] is not None:
                assert keyring.decrypt(row["other"], place("thing.other", row["id"]))[0] == "o"
        return {
            row["id"]: keyring.decrypt(row["secret"], place("thing.secret", row["id"]))
            for row in rows
        }


@pytest.fixture
async def things(
    make_database: Callable[[str], tuple[str, str]],
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Things]:
    monkeypatch.setattr(rotation, "BATCH", 20)
    monkeypatch.setattr(rotation, "PASS_PAUSE_S", 0.05)
    _, app = await asyncio.to_thread(make_database, "kit")
    owner = await asyncpg.connect(postgres.url(app.rsplit("/", 1)[1]))
    await owner.execute(THING)
    db = await Database.connect(app, min_size=1, max_size=8)
    yield Things(db, owner)
    await db.close()
    await owner.close()


async def test_at_the_end_nothing_is_under_the_old_key_and_it_may_go(things: Things) -> None:
    ids = await things.fill(150)
    assert await things.standing() == {"thing.secret": {"e1": 150}, "thing.other": {"e1": 100}}
    heard: list[tuple[str, int, int]] = []
    assert await things.rotate(progress=lambda *told: heard.append(told)) == 250
    assert await things.standing() == {"thing.secret": {"e2": 150}, "thing.other": {"e2": 100}}
    assert heard[0] == ("thing.secret", 20, 130)
    assert heard[-1] == ("thing.other", 100, 0)
    found = await things.secrets(without(things.keys, "e1"))
    assert found == {id: f"s{n}" for n, id in enumerate(ids)}
    assert await things.rotate() == 0


async def test_what_is_written_meanwhile_stays_written(things: Things) -> None:
    """Writers with the new keyring, and a straggler with the old one, during the rotation."""
    ids = await things.fill(400)
    expected = {id: f"s{n}" for n, id in enumerate(ids)}
    stop = asyncio.Event()

    async def writer(keyring: Keyring, mine: list[UUID], name: str) -> int:
        written = 0
        while not stop.is_set():
            for id in mine:
                expected[id] = f"{name}{written}"
                await things.write(keyring, id, expected[id])
                written += 1
                await asyncio.sleep(0)
        return written

    writers = [
        asyncio.create_task(writer(things.new, ids[::7], "new")),
        asyncio.create_task(writer(things.new, ids[3::7], "fresh")),
        asyncio.create_task(writer(things.old, ids[5:30:7], "old")),
    ]
    rotating = asyncio.create_task(things.rotate())
    await asyncio.sleep(0.6)
    stop.set()
    written = await asyncio.gather(*writers)
    await rotating
    assert min(written) > 0
    await things.rotate()
    assert await things.standing() == {"thing.secret": {"e2": 400}, "thing.other": {"e2": 266}}
    assert await things.secrets(without(things.keys, "e1")) == expected


async def test_rows_that_somebody_holds_are_left_and_come_later(things: Things) -> None:
    ids = await things.fill(60)
    async with things.db.transaction() as holder:
        await holder.fetch("select from thing where id = any($1::uuid[]) for update", ids[10:15])
        rotating = asyncio.create_task(things.rotate())
        for _ in range(100):
            if (await things.standing())["thing.secret"].get("e2") == 55:
                break
            await asyncio.sleep(0.05)
        assert (await things.standing())["thing.secret"] == {"e1": 5, "e2": 55}
        assert not rotating.done()
    assert await rotating == 100
    assert (await things.standing())["thing.secret"] == {"e2": 60}


async def test_a_run_goes_on_where_the_last_one_was_cut_off(things: Things) -> None:
    await things.fill(200)
    heard: list[int] = []

    def cut(_name: str, done: int, _left: int) -> None:
        heard.append(done)
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await things.rotate(progress=cut)
    assert (await things.standing())["thing.secret"] == {"e1": 100, "e2": 100}
    after = await things.owner.fetchval("select after from key_rotation")
    assert after is not None
    assert await things.rotate() == 100 + 133
    assert (await things.standing())["thing.secret"] == {"e2": 200}


async def test_only_one_process_rotates(things: Things) -> None:
    await things.fill(300)
    done = await asyncio.gather(*(things.rotate() for _ in range(3)))
    assert sorted(done) == [0, 0, 300 + 200]


async def test_a_value_that_no_key_opens_stops_it_and_nothing_is_destroyed(things: Things) -> None:
    ids = await things.fill(30)
    broken = Keyring(with_new_key(new_keys(), "e9")).encrypt("x", place("thing.secret", ids[7]))
    await things.owner.execute("update thing set secret = $2 where id = $1", ids[7], broken)
    with pytest.raises(NotOpened):
        await things.rotate()
    kept = await things.owner.fetchval("select secret from thing where id = $1", ids[7])
    assert bytes(kept) == broken


def test_a_column_has_a_name() -> None:
    with pytest.raises(ValueError, match="no column"):
        Sealed("thing; drop table thing", "secret")
