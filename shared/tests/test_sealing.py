"""The chain over the access log: whole in peace, and broken at the line that somebody touched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kit import audit, sealing
from kit.audit import Recorder
from kit.auth import Actor
from kit.crypto import Keyring, new_keys
from kit.db import Database
from kit.ids import new_id
from kit.sealing import Verdict
from kit.testing import PostgresServer

CLERK = Actor(subject="clerk-7", office="231102-employment-bureau", area_code="231102000000")


@dataclass
class Log:
    """A log with lines in it, as the application sees it and as its owner could change it."""

    db: Database
    owner: asyncpg.Connection[Any]
    recorder: Recorder
    keyring: Keyring

    async def read(self, lines: int) -> None:
        people = [new_id() for _ in range(lines)]
        await audit.note(self, CLERK, "get_thing", people, ("name", "sex"))  # type: ignore[arg-type]

    @property
    def audit(self) -> Recorder:
        return self.recorder

    async def seal(self) -> int:
        return await sealing.seal(self.db, self.keyring)

    async def verify(self, keyring: Keyring | None = None) -> Verdict:
        async with self.db.reading() as tx:
            return await sealing.verify(tx, keyring or self.keyring)

    async def line(self, number: int) -> UUID:
        found: UUID = await self.owner.fetchval(
            "select id from access_log order by txid, id offset $1 limit 1", number
        )
        return found


@pytest.fixture
async def access(
    make_database: Callable[[str], tuple[str, str]], postgres: PostgresServer
) -> AsyncIterator[Log]:
    _, app = await asyncio.to_thread(make_database, "kit")
    db = await Database.connect(app, min_size=1, max_size=5)
    # The superuser: whom no grant stops.
    owner = await asyncpg.connect(postgres.url(app.rsplit("/", 1)[1]))
    log = Log(db, owner, Recorder("alpha", app), Keyring(new_keys()))
    yield log
    await log.recorder.close()
    await owner.close()
    await db.close()


async def test_what_was_sealed_holds_and_what_came_later_is_told(
    access: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(25)
    assert await access.seal() == 25
    assert await access.seal() == 0
    await access.read(3)
    verdict = await access.verify()
    assert (verdict.broken, verdict.seals, verdict.lines, verdict.unsealed) == (None, 3, 25, 3)
    assert await access.seal() == 3
    verdict = await access.verify()
    assert (verdict.broken, verdict.seals, verdict.lines, verdict.unsealed) == (None, 4, 28, 0)
    async with access.db.reading() as tx:
        assert (await sealing.head(tx))["head"] == verdict.head


async def test_a_line_that_commits_late_never_falls_under_an_older_seal(access: Log) -> None:
    await access.read(2)
    async with access.db.transaction() as slow:
        # Its transaction id is older than those of the lines that are written meanwhile.
        await slow.execute(
            "insert into access_log (id, service, account, office, operation, fields, outcome,"
            " request_id) values ($1, 'alpha', 'late', 'o', 'x', '{}', 'read', $1)",
            new_id(),
        )
        await access.read(5)
        assert await access.seal() == 2
    assert await access.seal() == 6
    verdict = await access.verify()
    assert (verdict.broken, verdict.lines, verdict.seals) == (None, 8, 2)


async def test_two_sealers_make_one_chain(access: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 5)
    await access.read(100)
    await asyncio.gather(*(access.seal() for _ in range(4)))
    await access.seal()
    verdict = await access.verify()
    assert (verdict.broken, verdict.lines, verdict.seals) == (None, 100, 20)


LINE = "(select id from access_log order by txid, id offset 12 limit 1)"
CHANGES = {
    "account": (f"update access_log set account = 'other' where id = {LINE}", "changed"),
    "field list": (f"update access_log set fields = '{{name}}' where id = {LINE}", "changed"),
    "time": (f"update access_log set at = at - interval '1 second' where id = {LINE}", "changed"),
    "person": (f"update access_log set subject_id = null where id = {LINE}", "changed"),
    "purpose": (f"update access_log set purpose = 'good' where id = {LINE}", "changed"),
    "outcome": (f"update access_log set outcome = 'absent' where id = {LINE}", "changed"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_field_is_found_at_its_line(
    access: Log, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(30)
    await access.seal()
    statement, what = CHANGES[change]
    changed = await access.line(12)
    assert await access.owner.execute(statement) == "UPDATE 1"
    broken = (await access.verify()).broken
    assert broken is not None
    assert what in broken.what
    assert (broken.seal, broken.line) == (2, changed)


@pytest.mark.parametrize("at", [0, 12, 19, 29])
async def test_a_removed_line_is_found(
    access: Log, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(30)
    await access.seal()
    removed = await access.line(at)
    before = await access.line(at - 1) if at % 10 else None
    await access.owner.execute("delete from access_log where id = $1", removed)
    broken = (await access.verify()).broken
    assert broken is not None
    assert "removed" in broken.what
    assert (broken.seal, broken.line) == (at // 10 + 1, before)


async def test_a_line_put_into_a_sealed_range_is_found(
    access: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(15)
    await access.read(15)
    await access.seal()
    planted = new_id()
    await access.owner.execute(
        "insert into access_log select $1, txid, at, service, 'planted', office, operation,"
        " subject_id, fields, purpose, outcome, request_id from access_log"
        " order by txid, id limit 1",
        planted,
    )
    broken = (await access.verify()).broken
    assert broken is not None
    assert "put in" in broken.what
    assert (broken.seal, broken.line) == (2, planted)


async def test_a_changed_seal_is_found(access: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(30)
    await access.seal()
    for statement, number in (
        ("update audit_seal set sealed_at = sealed_at - interval '1 day' where number = 2", 2),
        ("update audit_seal set previous = hash where number = 2", 2),
        ("update audit_seal set lines = 9 where number = 3", 3),
        ("update audit_seal set hash = sha256(hash) where number = 1", 1),
        ("delete from audit_seal where number = 2", 2),
        ("delete from audit_seal where number = 1", 1),
    ):
        change = access.owner.transaction()
        await change.start()
        assert (await access.owner.execute(statement)).endswith(" 1")
        found = await sealing.verify(_tx(access.owner), access.keyring)
        await change.rollback()
        assert found.broken is not None, statement
        assert found.broken.seal == number, statement
    assert (await access.verify()).broken is None


async def test_a_chain_made_again_without_the_keys_does_not_hold(access: Log) -> None:
    """Who owns the database changes a line and seals everything anew: the key is not theirs."""
    await access.read(10)
    await access.seal()
    await access.owner.execute("update access_log set account = 'other'")
    await access.owner.execute("delete from audit_seal")
    forger = Keyring(new_keys())
    await sealing.seal(access.db, forger)
    assert (await access.verify(forger)).broken is None
    broken = (await access.verify()).broken
    assert broken is not None
    assert (broken.seal, broken.what) == (1, "the seal was changed")


async def test_seals_cut_off_the_end_are_found_by_the_head_that_was_written_down(
    access: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LINES_MAX", 10)
    await access.read(20)
    await access.seal()
    written = (await access.verify()).head
    await access.owner.execute("delete from audit_seal where number = 2")
    await access.owner.execute(
        "delete from access_log where (txid, id) > (select last_txid, last_id from audit_seal)"
    )
    verdict = await access.verify()
    assert verdict.broken is None
    assert written not in verdict.heads


async def test_a_database_whose_transactions_began_anew_is_not_sealed(access: Log) -> None:
    await access.read(5)
    await access.seal()
    await access.owner.execute("update audit_seal set last_txid = '999999999'")
    await access.read(5)
    with pytest.raises(sealing.ClockWentBack):
        await access.seal()


def _tx(connection: Any) -> Any:
    from kit.db import Tx

    return Tx(connection)
