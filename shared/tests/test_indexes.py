"""Keyed hashes come under a new key: what a hash is then, and when it begins."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import Any

import pytest

from kit import indexes
from kit.crypto import Keyring, generation_of, new_keys
from kit.db import Database
from kit.indexes import Hashed


def with_second(content: dict[str, Any], **flags: bool) -> dict[str, Any]:
    """A keyring with one more key for finding; ``flags`` of the new one, the first one retired when
    the new one is primary."""
    new = {"kid": "i2", "purpose": "index", "key": b64encode(b"i" * 32).decode(), **flags}
    old = [
        {**key, "primary": False, "retired": True}
        if key["purpose"] == "index" and flags.get("primary")
        else key
        for key in content["keys"]
    ]
    return {"keys": [*old, new]}


def test_a_hash_comes_under_a_second_key_without_its_value() -> None:
    content = new_keys()
    first = Keyring(content)
    both, second = Keyring(with_second(content)), Keyring(with_second(content, primary=True))
    made = first.blind_index("11010519491231002X", "a.b")
    assert both.blind_index("11010519491231002X", "a.b") == made  # until it begins
    later = second.blind_index("11010519491231002X", "a.b")
    assert (generation_of(made), generation_of(later), len(later)) == (1, 2, 33)
    assert both.rehashed(made, 2) == later == second.rehashed(later, 2)
    assert second.blind_index("11010519491231002X", "a.c") != later
    assert first.blind_indexes("11010519491231002X", "a.b") == [made]
    assert both.blind_indexes("11010519491231002X", "a.b") == [later, made]
    assert second.blind_indexes("11010519491231002X", "a.b") == [later]  # the old one is retired
    assert (both.later(made), both.later(later)) == ([made, later], [later])
    assert both.at(2).blind_index("11010519491231002X", "a.b") == later


async def test_one_key_asks_the_database_nothing() -> None:
    ring = Keyring(new_keys())
    assert await indexes.writing(None, ring, [], ["x"], "a.b") is ring  # type: ignore[arg-type]


async def test_nobody_writes_under_the_old_key_once_it_has_begun(kit_db: Database) -> None:
    """The beginning waits for writers who may not see it; who writes after it sees it."""
    ring = Keyring(with_second(new_keys()))
    async with kit_db.transaction() as tx:
        assert (await indexes.writing(tx, ring, [], ["x"], "a.b")).generation == 1
        beginning = asyncio.create_task(indexes.begin(kit_db, ring))
        await asyncio.sleep(0.2)
        assert not beginning.done()
        async with kit_db.transaction() as other:  # and keeps nobody waiting meanwhile
            assert (await indexes.writing(other, ring, [], ["x"], "a.b")).generation == 1
    await beginning
    async with kit_db.transaction() as tx:
        assert (await indexes.writing(tx, ring, [], ["x"], "a.b")).generation == 2


def test_columns_have_names() -> None:
    with pytest.raises(ValueError, match="no columns"):
        Hashed("thing; drop table thing", ("index",), "index")
