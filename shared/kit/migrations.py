"""Alembic, run by a step of its own as the owner role: never by a service at start-up.

A service's ``migrations/env.py`` is one call of :func:`run_environment`. Migrations are SQL.
"""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from kit import schema

LOCK_TIMEOUT = "5s"


def folder(package: str) -> Path:
    """Where the migrations of a service live: beside its package."""
    module = importlib.import_module(package)
    assert module.__file__ is not None
    return Path(module.__file__).parent.parent / "migrations"


def configuration(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder(package)))
    config.set_main_option("path_separator", "os")
    config.attributes["package"] = package
    return config


def head(package: str) -> str:
    """The newest revision in the code; readiness compares it with the database's."""
    revision = ScriptDirectory.from_config(configuration(package)).get_current_head()
    assert revision is not None, f"{package} has no migration"
    return revision


def upgrade(package: str, owner_url: str, *, target: str = "head") -> None:
    """Bring a database to ``target``. ``owner_url`` is a postgresql:// URL of the owner role."""
    asyncio.run(upgrade_async(package, owner_url, target=target))


async def upgrade_async(package: str, owner_url: str, *, target: str = "head") -> None:
    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
    config = configuration(package)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, target)

    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def run_environment() -> None:
    """What ``env.py`` does: one transaction for the whole upgrade, on the connection that it is given."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


def app_role() -> str:
    """The application role of the service that is being migrated."""
    return f"{context.config.attributes['package']}_app"


def execute(sql: str) -> None:
    """Run SQL of several statements inside the migration's transaction."""
    driver: Any = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(sql))


def platform() -> None:
    """The platform's tables and grants; the first thing a service's first migration does."""
    for statement in schema.statements(app_role()):
        execute(statement)


def grant(*, append_only: tuple[str, ...] = (), mutable: tuple[str, ...] = ()) -> None:
    """Open the service's own tables to its application role: no more than each table needs."""
    for statement in schema.grants(
        app_role(), append_only=list(append_only), mutable=list(mutable)
    ):
        execute(statement)
    execute(f"grant select on alembic_version to {app_role()}")
