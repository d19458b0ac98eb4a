"""Random cities through all five services: every value of the report against the oracle."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kit.testing import Signer
from local.city.case import parse
from local.city.load import load_case
from local.city.report import as_json, lines, unexpected
from tests.oracle.oracle import Oracle
from tests.oracle.random_city import Maker
from tests.world import World, world_of


@pytest.fixture
async def later_world(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> AsyncIterator[World]:
    """Five services on the business day of the made cities."""
    async with world_of(
        make_database, signer, keys_file, business_day=date(2004, 10, 31)
    ) as five:
        yield five


async def reported(world: World, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Load a case into empty services and read the report, by id of the published value."""
    case = parse(made)

    async def settle(_publisher: str, _consumer: str) -> None:
        await world.settle()

    await load_case(case, world.client, settle)
    await world.settle()
    assert await world.waiting() == {}
    rows = await lines(world.client("assessment"))
    prefix = f"{made['case']}."
    assert not unexpected(case, 1, rows), json.dumps(unexpected(case, 1, rows), indent=1)
    return {row["id"].removeprefix(prefix): row for row in as_json(rows)}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_random_city_agrees_with_the_oracle(later_world: World, seed: int) -> None:
    made = Maker(seed).make()
    oracle = Oracle(made)
    rows = await reported(later_world, made)
    assert len(rows) == len(made["published"])
    for value in made["published"]:
        row = rows[value["id"]]
        assert row["computed"] == oracle.printed(value), (value, row)
        assert row["verdict"] == value["expect"], (value, row)
