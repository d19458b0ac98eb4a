"""Alembic, run by a step of its own as the owner role: never by a service at start-up.

A service's ``migrations/env.py`` is one call of :func:`run_environment`. Migrations are SQL.

Alembic and SQLAlchemy are imported where a migration really runs: a service that only serves
neither waits for them nor keeps them in memory.
"""

from __future__ import annotations

import ast
import asyncio
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit import schema

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

LOCK_TIMEOUT = "5s"


def folder(package: str) -> Path:
    """Where the migrations of a service live: beside its package."""
    module = importlib.import_module(package)
    assert module.__file__ is not None
    return Path(module.__file__).parent.parent / "migrations"


def configuration(package: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder(package)))
    config.set_main_option("path_separator", "os")
    config.attributes["package"] = package
    return config


def head(package: str) -> str:
    """The newest revision in the code; readiness compares it with the database's.

    Raises RuntimeError when the migrations are not one line with one end.
    """
    links = [_link(file) for file in sorted((folder(package) / "versions").glob("*.py"))]
    ends = {revision for revision, _ in links} - {before for _, before in links}
    if len(ends) != 1:
        raise RuntimeError(f"the migrations of {package} have {len(ends)} ends, not one")
    return str(ends.pop())


def _link(file: Path) -> tuple[Any, Any]:
    """``revision`` and ``down_revision`` of a migration, read without running it."""
    found = {
        target.id: ast.literal_eval(node.value)
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id in ("revision", "down_revision")
    }
    return found["revision"], found["down_revision"]


def upgrade(package: str, owner_url: str, *, target: str = "head") -> None:
    """Bring a database to ``target``. ``owner_url`` is a postgresql:// URL of the owner role."""
    asyncio.run(upgrade_async(package, owner_url, target=target))


async def upgrade_async(package: str, owner_url: str, *, target: str = "head") -> None:
    from alembic import command
    from sqlalchemy import pool
    from sqlalchemy.ext.asyncio import create_async_engine

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
    from alembic import context
    from sqlalchemy import text

    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


def app_role() -> str:
    """The application role of the service that is being migrated."""
    from alembic import context

    return f"{context.config.attributes['package']}_app"


def execute(sql: str) -> None:
    """Run SQL of several statements inside the migration's transaction."""
    from alembic import op

    driver: Any = op.get_bind().connection.dbapi_connection
    driver.run_async(lambda connection: connection.execute(sql))


def platform() -> None:
    """The platform's tables and grants; the first thing a service's first migration does."""
    for statement in schema.statements(app_role()):
        execute(statement)


def audit() -> None:
    """The platform's tables of who read whom, with their grants."""
    for statement in schema.audit_statements(app_role()):
        execute(statement)


def identities(*tables: str) -> None:
    """The table of which records are one person (``identity_link``), or those named."""
    for statement in schema.identity_statements(app_role(), tables or ("identity_link",)):
        execute(statement)


def findings() -> None:
    """The table of what was granted and should not have been."""
    for statement in schema.finding_statements(app_role()):
        execute(statement)


def key_rotation(sealed: Mapping[str, Sequence[str]] | None = None) -> None:
    """The platform's table of key rotations; ``sealed``: columns of ciphertexts, by the append-only
    tables that have them."""
    for statement in schema.rotation_statements(app_role(), sealed or {}):
        execute(statement)


def reencrypted(table: str, *columns: str) -> None:
    """Let a key rotation replace ciphertexts or keyed hashes of an append-only table, nothing else."""
    execute(schema.reencrypted(app_role(), table, columns))


def grant(*, append_only: tuple[str, ...] = (), mutable: tuple[str, ...] = ()) -> None:
    """Open the service's own tables to its application role: no more than each table needs."""
    for statement in schema.grants(
        app_role(), append_only=list(append_only), mutable=list(mutable)
    ):
        execute(statement)
    execute(f"grant select on alembic_version to {app_role()}")
