"""Writing behind making: in order, one at a time, and nothing is left running."""

from __future__ import annotations

import asyncio

import pytest

from kit.behind import TURNS, Behind


async def test_a_slice_is_written_while_the_next_is_made() -> None:
    done: list[str] = []
    made = asyncio.Event()

    async def write(name: str, after: asyncio.Event | None = None) -> None:
        if after is not None:
            await after.wait()
        done.append(name)

    async with Behind() as behind:
        await behind.keep(write("first", made))
        for _ in range(3 * TURNS):
            await behind.turn()
        assert done == []
        made.set()
        for _ in range(3 * TURNS):
            await behind.turn()
        assert done == ["first"]
        await behind.keep(write("second"))
        await behind.keep(write("third"))
    assert done == ["first", "second", "third"]


async def test_what_a_write_raises_stops_the_making() -> None:
    written: list[int] = []

    async def write(number: int) -> None:
        await asyncio.sleep(0)
        if number == 1:
            raise KeyError(number)
        written.append(number)

    async def make(*numbers: int) -> None:
        async with Behind() as behind:
            for number in numbers:
                await behind.keep(write(number))

    for numbers in ((1, 2), (1,)):
        with pytest.raises(KeyError):
            await make(*numbers)
    assert written == []


async def test_a_making_that_fails_waits_for_the_write_under_way() -> None:
    written: list[bool] = []

    async def write() -> None:
        await asyncio.sleep(0.01)
        written.append(True)

    async def make() -> None:
        async with Behind() as behind:
            await behind.keep(write())
            raise ValueError("made wrongly")

    with pytest.raises(ValueError, match="made wrongly"):
        await make()
    assert written == [True]
