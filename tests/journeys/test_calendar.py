"""A published list of holidays: imported and amended in registry, and counted by whoever counts in working
days."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.city import OFFICE, City, made_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLAIM = {
    "programme": "si-enterprise", "claimant_id": made_id(9, 1), "quarter": "2003Q3",
    "filed_on": "2003-10-09", "papers": {}, "lines": [], "area_code": "231102000000", "office": OFFICE,
}  # fmt: skip


async def test_a_day_that_registry_amends_moves_what_is_due_in_subsidy(city: City) -> None:
    """A claim of Thursday 9 October is to be reviewed within ten working days."""
    filed = await city.post("subsidy", "/v1/claims", CLAIM)

    async def due() -> Any:
        await city.world.settle()
        return (await city.get("subsidy", f"/v1/claims/{filed.json()['id']}"))["due_on"]

    assert await due() == "2003-10-23"
    notice = "国务院办公厅关于2003年部分节假日安排的通知"
    holiday = {"day": "2003-10-10", "working": False, "name": "放假", "document": notice}
    await city.load("registry", "/v1/calendar-days", [holiday])
    assert await due() == "2003-10-24"
    amended = {"working": True, "name": "上班", "document": notice, "reason": "录入有误"}
    path = "/v1/calendar-days/2003-10-10/amendments"
    await city.post("registry", path, amended)
    assert await due() == "2003-10-23"
    await city.post("registry", path, {**amended, "working": False})
    assert await due() == "2003-10-24"
