"""Two houses on folders of their own, and the city that both are told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.live.harness import LiveHouse
from tests.live.workload import Workload, record


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city() -> Workload:
    return await record()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveHouse]:
    """The one that is hurt."""
    it = LiveHouse(tmp_path_factory.mktemp("house"))
    try:
        await it.start()
        yield it
    finally:
        await it.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def twin(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveHouse]:
    """The one that is left in peace; started when it is needed, for it takes its share of the machine."""
    it = LiveHouse(tmp_path_factory.mktemp("twin"))
    try:
        await it.start()
        yield it
    finally:
        await it.close()
