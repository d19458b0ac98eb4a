"""PostgreSQL through asyncpg: one pool, transactions opened only by use cases, plain statements.

``Tx`` is what stores receive. It cannot commit or roll back: leaving :meth:`Database.transaction`
does, before the answer leaves the building.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

#: No statement of ours may hold a lock or a connection for longer (milliseconds).
STATEMENT_TIMEOUT_MS = 60_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000

#: Errors that say "the database is away or busy", never "this input is wrong".
UNAVAILABLE: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionError,
    TimeoutError,
)


class Tx:
    """One open transaction. Statements use ``$1`` parameters; values never enter the SQL text."""

    __slots__ = ("driver",)

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self.driver.fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        row: asyncpg.Record | None = await self.driver.fetchrow(sql, *args)
        return row

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self.driver.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and answer how many rows it touched."""
        tag: str = await self.driver.execute(sql, *args)
        tail = tag.rsplit(" ", 1)[-1]
        return int(tail) if tail.isdigit() else 0

    async def copy(
        self, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]
    ) -> None:
        """COPY rows in: the fastest way into a table, for work that is a set."""
        await self.driver.copy_records_to_table(table, columns=list(columns), records=records)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo only what is inside when it raises."""
        async with self.driver.transaction():
            yield


async def _leave(_connection: Any) -> None:
    """Give a connection back as it is. The driver would ask the server each time to forget session
    state, a round trip per request: nothing of ours sets any (a session lock is given back by who
    took it), and an open transaction is rolled back by the driver before."""


class Database:
    """A pool of connections to one service's database, as its application role."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def connect(cls, url: str, *, min_size: int = 2, max_size: int = 10) -> Database:
        pool = await asyncpg.create_pool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=10,
            reset=_leave,
            server_settings={
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
                "timezone": "UTC",
                "jit": "off",
            },
        )
        return cls(pool)

    @asynccontextmanager
    async def transaction(self, *, flushed: bool = True) -> AsyncIterator[Tx]:
        """One use case, one transaction: committed when the block ends, undone when it raises.

        Not ``flushed``: a crash of the server within the next second may undo it again. Only for a step
        of work that is then done anew, and of which nobody is told before a later commit that is flushed:
        that one brings all before it to the disk.
        """
        async with self.pool.acquire(timeout=5) as connection, connection.transaction():
            if not flushed:
                await connection.execute("set local synchronous_commit = off")
            yield Tx(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """A read-only look at one snapshot; the server refuses writes in it."""
        async with (
            self.pool.acquire(timeout=5) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Tx(connection)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Tx]:
        """One single statement without a transaction around it: a third of the round trips."""
        async with self.pool.acquire(timeout=5) as connection:
            yield Tx(connection)

    async def close(self) -> None:
        await self.pool.close()
