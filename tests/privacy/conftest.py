"""A city whose log goes to a file, as a process's does."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from kit import observability
from kit.testing import PostgresServer, Signer
from tests.journeys.city import City, city_on


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything that is logged while this module runs, by the kit's own configuration."""
    path = tmp_path_factory.mktemp("log") / "services.jsonl"
    root, before = logging.getLogger(), (logging.getLogger().handlers[:], logging.getLogger().level)
    configured, stdout = structlog.get_config(), sys.stdout
    with path.open("w", encoding="utf-8", buffering=1) as file:
        sys.stdout = file
        try:
            observability.log_to_stdout("five", "DEBUG")
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(file))
        finally:
            sys.stdout = stdout
        yield path
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.configure(**configured)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(
    postgres: PostgresServer, signer: Signer, keys_file: Path, log_file: Path
) -> AsyncIterator[City]:
    """A city of this module."""
    async with city_on(postgres, signer, keys_file) as city:
        yield city
