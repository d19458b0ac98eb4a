"""Writing behind making: the database keeps what is made already while more of it is made.

Work on a large set is half deciding and half keeping, and the one waits for the other. Here a slice
is kept while the next is decided, in the one transaction of both, slice by slice in their order::

    async with Behind() as behind:
        for one in many:
            made.append(decide(one))
            if len(made) == SLICE:
                await behind.keep(store.add(tx, made))
                made = []
            await behind.turn()
        await behind.keep(store.add(tx, made))

What is read for deciding is read before: meanwhile the connection is busy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

#: So many turns are made before the loop looks whether the database has answered.
TURNS = 20


class Behind:
    """At most one piece of writing at a time; the block is left when the last one is done. What a
    write raises is raised by the next :meth:`keep`, or where the block ends."""

    def __init__(self) -> None:
        self._writing: asyncio.Task[None] | None = None
        self._turns = 0

    async def __aenter__(self) -> Behind:
        return self

    async def keep(self, writing: Coroutine[Any, Any, None]) -> None:
        """Begin to write, once what was begun before is written."""
        try:
            await self._done()
        except BaseException:
            writing.close()
            raise
        self._writing = asyncio.create_task(writing)
        await asyncio.sleep(0)

    async def turn(self) -> None:
        """To be called between two pieces of making: lets the writing go on."""
        self._turns += 1
        if self._writing is not None and self._turns % TURNS == 0:
            # Once to hear an answer, once to ask for what comes next.
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self._done()
        elif self._writing is not None:
            # The transaction can be undone only when nothing runs in it; the first error counts.
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _done(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing
