"""One city for each module of journeys, and a fresh one for whoever disturbs it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from kit.testing import PostgresServer, Signer
from tests.journeys.city import City, city_on


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    """The city of this module: its tests leave each other's people alone."""
    async with city_on(postgres, signer, keys_file) as city:
        yield city


@pytest.fixture
def another_city(
    postgres: PostgresServer, signer: Signer, keys_file: Path
) -> Callable[..., AbstractAsyncContextManager[City]]:
    """``async with another_city(chaos=Random(1)) as city``: one that may be disturbed."""

    def make(**world: Any) -> AbstractAsyncContextManager[City]:
        return city_on(postgres, signer, keys_file, **world)

    return make
