"""Fixtures for what needs more than one service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kit.testing import Signer
from tests.world import World, world_of


@pytest.fixture
async def world(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> AsyncIterator[World]:
    """Five services in this process; see ``tests.world``."""
    async with world_of(make_database, signer, keys_file) as five:
        yield five
