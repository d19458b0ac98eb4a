"""Five databases, each with an owner (migrations) and an application role that may not define.

Neither role of a service can open another service's database, nor `postgres` or `template1`.
What the application role may do with a table is granted by the migration that makes the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import asyncpg


class Cluster(Protocol):
    """A PostgreSQL server that we may open as its superuser: embedded or in a container."""

    def dsn(self, dbname: str = "postgres") -> str: ...


def owner_of(package: str) -> str:
    return f"{package}_owner"


def app_of(package: str) -> str:
    return f"{package}_app"


async def prepare(server: Cluster, packages: Sequence[str], passwords: Mapping[str, str]) -> None:
    """Make what is missing and set what is there; safe to repeat. `passwords` by role name."""
    connection = await asyncpg.connect(server.dsn())
    try:
        for database in ("postgres", "template1"):
            await connection.execute(f"revoke all on database {database} from public")
        databases = {row["datname"] for row in await connection.fetch(_DATABASES)}
        roles = {row["rolname"] for row in await connection.fetch(_ROLES)}
        for package in packages:
            for role in (owner_of(package), app_of(package)):
                await _role(connection, role, passwords[role], exists=role in roles)
            if package not in databases:
                await connection.execute(f"create database {package} owner {owner_of(package)}")
            await connection.execute(f"revoke all on database {package} from public")
            await connection.execute(f"grant connect on database {package} to {app_of(package)}")
    finally:
        await connection.close()
    for package in packages:
        connection = await asyncpg.connect(server.dsn(package))
        try:
            await connection.execute("revoke all on schema public from public")
            await connection.execute(f"grant usage on schema public to {app_of(package)}")
        finally:
            await connection.close()


_DATABASES = "select datname from pg_database"
_ROLES = "select rolname from pg_roles"
_RIGHTS = "login nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls"


async def _role(
    connection: asyncpg.Connection[asyncpg.Record], role: str, password: str, *, exists: bool
) -> None:
    verb = "alter" if exists else "create"
    # DDL takes no parameters: the server itself quotes the password for us.
    quoted = await connection.fetchval("select quote_literal($1::text)", password)
    await connection.execute(f"{verb} role {role} {_RIGHTS} password {quoted}")
