"""Who read whom: kept before the answer, together with others, and never given up silently."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from kit import audit, context
from kit.audit import Recorder
from kit.auth import Actor
from kit.db import Database
from kit.ids import new_id
from kit.problems import ProblemError
from kit.testing import PostgresServer

CLERK = Actor(subject="clerk-7", office="231102-employment-bureau", area_code="231102000000")


class Kept:
    """A recorder on a database of its own, and its lines."""

    def __init__(self, owner_url: str, app_url: str) -> None:
        self.owner_url, self.app_url = owner_url, app_url
        self.rt: Any = SimpleNamespace(audit=Recorder("alpha", app_url))

    async def lines(self, sql: str = "select * from access_log order by txid, id") -> list[Any]:
        connection = await asyncpg.connect(self.owner_url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()


@pytest.fixture
async def kept(make_database: Callable[[str], tuple[str, str]]) -> AsyncIterator[Kept]:
    kept = Kept(*await asyncio.to_thread(make_database, "kit"))
    yield kept
    await kept.rt.audit.close()


async def test_a_line_says_who_when_where_why_and_what(kept: Kept) -> None:
    person, request = new_id(), new_id()
    with context.bind(request):
        await audit.note(kept.rt, CLERK, "get_thing", [person], ("name", "sex"), purpose="window")
    (line,) = await kept.lines()
    assert line["account"] == "clerk-7"
    assert line["office"] == "231102-employment-bureau"
    assert line["service"] == "alpha"
    assert line["operation"] == "get_thing"
    assert (line["subject_id"], line["request_id"]) == (person, request)
    assert line["fields"] == ["name", "sex"]
    assert (line["purpose"], line["outcome"]) == ("window", "read")
    assert line["at"] is not None


async def test_a_search_that_found_nobody_leaves_a_line_without_a_person(kept: Kept) -> None:
    await audit.note(kept.rt, CLERK, "search", [], (), outcome="absent")
    await audit.note(kept.rt, CLERK, "list", [], ())
    (line,) = await kept.lines()
    assert (line["subject_id"], line["outcome"], line["fields"]) == (None, "absent", [])


async def test_readers_of_the_same_moment_share_a_commit(kept: Kept) -> None:
    people = [new_id() for _ in range(200)]
    await asyncio.gather(
        *(audit.note(kept.rt, CLERK, "get_thing", [person], ("name",)) for person in people)
    )
    lines = await kept.lines()
    assert {line["subject_id"] for line in lines} == set(people)
    assert len({line["txid"] for line in lines}) <= 5


async def test_a_line_that_cannot_be_stored_fails_alone(kept: Kept) -> None:
    strange = CLERK.model_copy(update={"subject": "a\x00b"})
    results = await asyncio.gather(
        *(
            audit.note(kept.rt, actor, "get_thing", [new_id()], ("name",))
            for actor in (CLERK, strange, CLERK)
        ),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), ProblemError, type(None)]
    assert len(await kept.lines()) == 2


async def test_without_a_database_nothing_is_shown_and_afterwards_it_goes_on(
    kept: Kept, postgres: PostgresServer
) -> None:
    await audit.note(kept.rt, CLERK, "get_thing", [new_id()], ("name",))
    name = kept.app_url.rsplit("/", 1)[1]
    postgres.run(
        f"alter database {name} allow_connections false",
        f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'",
    )
    with pytest.raises(ProblemError) as refused:
        await audit.note(kept.rt, CLERK, "get_thing", [new_id()], ("name",))
    assert refused.value.problem.status == 503
    postgres.run(f"alter database {name} allow_connections true")
    await audit.note(kept.rt, CLERK, "get_thing", [new_id()], ("name",))
    assert len(await kept.lines()) == 2


async def test_more_than_may_wait_is_refused_at_once(kept: Kept) -> None:
    kept.rt.audit.waiting_max = 10
    results = await asyncio.gather(
        *(audit.note(kept.rt, CLERK, "get_thing", [new_id()], ("name",)) for _ in range(15)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, ProblemError) for result in results) == 5
    assert len(await kept.lines()) == 10
    await audit.note(kept.rt, CLERK, "get_thing", [new_id()], ("name",))


@pytest.mark.parametrize(
    "statement",
    [
        "update access_log set outcome = 'read'",
        "delete from access_log",
        "truncate access_log",
        "delete from audit_seal",
        "update audit_seal set lines = 1",
        "insert into access_log (id, txid, service, account, office, operation, fields, outcome,"
        " request_id) values (gen_random_uuid(), '3', 's', 'a', 'o', 'x', '{}', 'read',"
        " gen_random_uuid())",
        "insert into access_log (id, at, service, account, office, operation, fields, outcome,"
        " request_id) values (gen_random_uuid(), '2001-01-01', 's', 'a', 'o', 'x', '{}', 'read',"
        " gen_random_uuid())",
    ],
)
async def test_the_application_adds_lines_and_does_nothing_else(
    kit_db: Database, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with kit_db.transaction() as tx:
            await tx.execute(statement)
