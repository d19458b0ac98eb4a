"""Each service's roles reach their own database and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import asyncpg
import pytest

from kit.embedded import EmbeddedPostgres
from local import databases

PACKAGES = ("registry", "loans")
PASSWORDS = {
    role: f'{role}\'s "secret"'
    for package in PACKAGES
    for role in (databases.owner_of(package), databases.app_of(package))
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    settings = {"fsync": "off", "shared_buffers": "16MB"}
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "data", settings=settings) as running:
        asyncio.run(databases.prepare(running, PACKAGES, PASSWORDS))
        yield running


async def as_role(server: EmbeddedPostgres, database: str, role: str, *statements: str) -> None:
    connection = await asyncpg.connect(server.dsn(database, role, PASSWORDS[role]))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_repeating_changes_nothing(server: EmbeddedPostgres) -> None:
    await as_role(server, "loans", "loans_owner", "create table repeated (a int)")
    await databases.prepare(server, PACKAGES, PASSWORDS)
    await as_role(server, "loans", "loans_owner", "drop table repeated")


async def test_application_role_uses_what_the_owner_grants(server: EmbeddedPostgres) -> None:
    await as_role(
        server, "loans", "loans_owner",
        "create table granted (a int)", "grant select, insert on granted to loans_app",
        "create table hidden (a int)",
    )  # fmt: skip
    await as_role(server, "loans", "loans_app", "insert into granted values (1)")
    for forbidden in ("delete from granted", "update granted set a = 2", "select * from hidden"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_role(server, "loans", "loans_app", forbidden)


@pytest.mark.parametrize(
    "ddl",
    [
        "create table own (a int)",
        "create schema own",
        "create temporary table own (a int)",
        "create role another",
        "create database another",
        "set role loans_owner",
    ],
)
async def test_application_role_defines_nothing(server: EmbeddedPostgres, ddl: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_role(server, "loans", "loans_app", ddl)


@pytest.mark.parametrize("role", ["loans_app", "loans_owner"])
@pytest.mark.parametrize("database", ["registry", "postgres", "template1"])
async def test_no_role_opens_another_database(
    server: EmbeddedPostgres, database: str, role: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
        await as_role(server, database, role)


def test_passwords_are_quoted_in_addresses(server: EmbeddedPostgres) -> None:
    dsn = server.dsn("loans", "loans_app", PASSWORDS["loans_app"])
    assert quote(PASSWORDS["loans_app"], safe="") in dsn
