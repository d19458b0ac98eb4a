"""One city for all questions of rights."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from kit.testing import PostgresServer, Signer
from tests.journeys.city import City, city_on


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(postgres: PostgresServer, signer: Signer, keys_file: Path) -> AsyncIterator[City]:
    """A city of this module."""
    async with city_on(postgres, signer, keys_file) as city:
        yield city
