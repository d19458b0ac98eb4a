"""The list of enterprises closed under the national plan goes before what people claim (R1a(3)).

Business day: 2003-10-31; applications are of 2003-03-03.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest

from kit import decisions
from kit.ids import new_id
from registry.certificates.deciding import RULES
from registry.closures.domain import Keys
from registry.difficulties.usecases import RULES as RECOGNITIONS

from .conftest import DISTRICT, OTHER

PATH = "/v1/enterprise-closures"
FACTORY = {"former_employer": "黑河市第一机械厂", "former_employer_code": "12963418-5"}
CLAIM = {
    "category": "closed_soe_to_be_placed", "labour_status": "to_be_placed",
    "status_since": "2002-01-10", "settlement_received": True, "centre_agreement_on": None,
}  # fmt: skip
CLAUSE = "enterprise-closed"


def line(**fields: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()), "name": "黑河市第一机械厂", "document": "[2001]18号",
        "closed_on": "2001-09-30", "area_code": DISTRICT, **fields,
    }  # fmt: skip


async def applied(registry: Any, **fields: Any) -> tuple[str, str, str, str | None]:
    """Somebody of a closed enterprise applies: worker, certificate, state, first failing condition."""
    form = {**CLAIM, **FACTORY, "former_enterprise_closed": True, **fields}
    worker = await registry.worker(**form)
    id = await registry.certificate(worker)
    state = (await registry.get(f"/v1/certificates/{id}"))["state"]
    answer = await registry.get(f"/v1/certificates/{id}/decision")
    failing = [c["code"] for c in answer["conditions"] if not c["passed"]]
    return worker, id, state, failing[0] if failing else None


async def differing(registry: Any) -> list[tuple[str, bool, list[str]]]:
    page = await registry.get("/v1/certificates/differing")
    return [(d["id"], d["granted"], [c["code"] for c in d["conditions"]]) for d in page["items"]]


def test_enterprises_are_one_by_their_codes_else_by_their_names() -> None:
    factory = Keys("机械厂", "129634185")
    assert factory.same(Keys("第一机械厂", "129634185"))
    assert not factory.same(Keys("机械厂", "129634186"))
    assert factory.same(Keys("机械厂", None))
    assert not factory.same(Keys("第一机械厂", None))
    assert not Keys(None, None).same(Keys(None, None))


async def test_where_there_is_no_list_the_claim_stands(registry: Any) -> None:
    _, _, state, failing = await applied(registry)
    assert (state, failing) == ("publicised", None)
    _, _, state, failing = await applied(registry, former_enterprise_closed=False)
    assert (state, failing) == ("refused", CLAUSE)


@pytest.mark.parametrize(
    ("listed", "employer", "state"),
    [
        ({"code": "12963418-5"}, {}, "publicised"),
        ({}, {}, "publicised"),
        ({"code": "129634185"}, {"former_employer": "机械厂"}, "publicised"),
        ({"name": "黑河市 第一机械厂"}, {"former_employer_code": None}, "publicised"),
        ({"code": "70289001-5"}, {}, "refused"),  # another enterprise of that name
        ({"name": "黑河市第二机械厂"}, {"former_employer_code": None}, "refused"),
        ({}, {"former_employer": None, "former_employer_code": None}, "refused"),
        ({"closed_on": "2003-03-03"}, {}, "publicised"),
        ({"closed_on": "2003-03-04"}, {}, "refused"),  # not closed yet on the day of application
    ],
)
async def test_the_list_goes_before_the_claim(
    registry: Any, listed: dict[str, str], employer: dict[str, Any], state: str
) -> None:
    await registry.loaded(PATH, [line(**listed)])
    for claimed in (True, False):
        _, _, found, failing = await applied(registry, **employer, former_enterprise_closed=claimed)
        assert (found, failing) == (state, None if state == "publicised" else CLAUSE), claimed


async def test_the_decision_keeps_what_the_list_said(registry: Any) -> None:
    await registry.loaded(PATH, [line(name="黑河市第二机械厂")])
    _, id, _, _ = await applied(registry)
    answer = await registry.get(f"/v1/certificates/{id}/decision")
    assert answer["facts"]["closure_list"] == "not_listed"
    async with registry.thing.db.looking() as tx:
        (record,) = (await decisions.load_of(tx, [UUID(id)]))[UUID(id)]
    assert decisions.rederive(record, RULES).same


async def test_late_lines_change_no_decision_and_are_listed(registry: Any) -> None:
    _, granted, _, _ = await applied(registry)
    _, other, _, _ = await applied(registry, former_employer="黑河市第二机械厂",
                                   former_employer_code=None)  # fmt: skip
    assert await differing(registry) == []
    second = line(name="黑河市第二机械厂")
    await registry.loaded(PATH, [second])
    # Now there is a list, and the first factory is not on it.
    assert await differing(registry) == [(granted, True, [CLAUSE])]
    _, refused, _, failing = await applied(registry)
    assert failing == CLAUSE
    await registry.loaded(PATH, [line()])
    assert await differing(registry) == [(refused, False, [CLAUSE])]
    reversals = f"{PATH}/{second['id']}/reversals"
    await registry.post(reversals, {"reason": "不在国家计划之内"})
    assert await differing(registry) == [(other, True, [CLAUSE]), (refused, False, [CLAUSE])]
    assert (await registry.get(f"/v1/certificates/{other}"))["state"] == "publicised"


async def test_a_corrected_employer_asks_the_list_again(registry: Any) -> None:
    await registry.loaded(PATH, [line()])
    worker, id, state, _ = await applied(registry)
    assert state == "publicised"
    moved = {"name": "黑河市第二机械厂", "code": None}
    await registry.correct(worker, "former_employer", moved)
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "refused"


async def test_an_employer_corrected_from_a_later_day_is_not_asked_about_for_the_day_of_application(
    registry: Any,
) -> None:
    await registry.loaded(PATH, [line()])
    worker, id, _, _ = await applied(registry)
    moved = {"name": "黑河市第二机械厂", "code": None}
    await registry.correct(worker, "former_employer", moved, valid_from="2003-06-01")
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "publicised"


async def recognised(registry: Any, **fields: Any) -> tuple[str, str, str | None]:
    """A woman of 45 of an enterprise that is neither state-owned nor collective asks for recognition by
    the law of 2006: the request, its state, the first failing condition."""
    form = {
        "born": "19610201", "labour_status": "unemployed", "status_since": "2003-01-10",
        "category": "none", "former_enterprise_kind": "other", "centre_agreement_on": None,
        **FACTORY, **fields,
    }  # fmt: skip
    asked = await registry.post(
        "/v1/difficulties",
        {"worker_id": await registry.worker(**form), "recognised_on": "2006-03-03"},
    )
    answer = await registry.get(f"/v1/difficulties/{asked['id']}/decision")
    failing = [c["code"] for c in answer["conditions"] if not c["passed"]]
    return asked["id"], asked["state"], failing[0] if failing else None


async def test_recognition_asks_the_list_too(registry_2007: Any) -> None:
    """R5: whoever was laid off by a closed enterprise. The claim stands only while nobody has a list."""
    registry = registry_2007
    closed, open_ = {"former_enterprise_closed": True}, {"former_enterprise_closed": False}
    assert (await recognised(registry, **closed))[1:] == ("recognised", None)
    assert (await recognised(registry, **open_))[1:] == ("refused", "soe-or-collective")
    await registry.loaded(PATH, [line(closed_on="2006-03-03")])
    id, *listed = await recognised(registry, **open_)
    assert listed == ["recognised", None]
    other = {"former_employer": "黑河市第二机械厂", "former_employer_code": None}
    assert (await recognised(registry, **closed, **other))[1:] == ("refused", "soe-or-collective")
    answer = await registry.get(f"/v1/difficulties/{id}/decision")
    assert answer["facts"]["closure_list"] == "listed"
    async with registry.thing.db.looking() as tx:
        (record,) = (await decisions.load_of(tx, [UUID(id)]))[UUID(id)]
    assert decisions.rederive(record, RECOGNITIONS).same


async def test_of_the_state_owned_nobody_asks_whether_they_were_closed(registry_2007: Any) -> None:
    registry = registry_2007
    await registry.loaded(PATH, [line(name="黑河市第二机械厂")])
    id, state, failing = await recognised(registry, former_enterprise_kind="state_owned")
    assert (state, failing) == ("recognised", None)
    answer = await registry.get(f"/v1/difficulties/{id}/decision")
    assert answer["facts"]["closure_list"] is None


async def test_a_line_taken_back_lists_the_recognition_that_rested_on_it(
    registry_2007: Any,
) -> None:
    registry = registry_2007
    first = line()
    await registry.loaded(PATH, [first, line(name="黑河市第二机械厂")])
    id, _, _ = await recognised(registry)
    await registry.post(f"{PATH}/{first['id']}/reversals", {"reason": "录入有误"})
    page = await registry.get("/v1/difficulties/differing")
    assert [(d["id"], [c["code"] for c in d["conditions"]]) for d in page["items"]] == [
        (id, ["soe-or-collective"])
    ]


async def test_bad_lines_and_lines_taken_back(registry: Any) -> None:
    first = line(code="12963418-5")
    rows = [
        first, line(name="第一机械厂", code="129634185"), line(closed_on="2003-11-01", name="甲"),
        line(area_code="231199000000", name="乙"), {**line(name="丙"), "id": first["id"]},
        line(name="丁"),
    ]  # fmt: skip
    answer = await registry.load(PATH, rows, mode="good")
    errors = {one["line"]: one["code"] for one in answer.json()["errors"]}
    assert errors == {
        2: "closure-listed-already", 3: "in-the-future", 4: "unknown-area", 5: "id-taken",
    }  # fmt: skip
    listed = (await registry.get(PATH))["items"]
    assert [one["name"] for one in listed] == ["黑河市第一机械厂", "丁"]
    assert len((await registry.get(PATH, name="黑河市　第一机械厂"))["items"]) == 1
    assert len((await registry.get(PATH, code="129634185"))["items"]) == 1
    assert (await registry.get(PATH, area_code=OTHER))["items"] == []
    reversals = f"{PATH}/{first['id']}/reversals"
    gone = await registry.post(reversals, {"reason": "录入有误"})
    assert (gone["reversed_on"], gone["reversal_reason"]) == ("2003-10-31", "录入有误")
    assert (await registry.post(reversals, {"reason": "x"}, 409))["code"] == "closure-reversed"
    assert [one["name"] for one in (await registry.get(PATH, standing=True))["items"]] == ["丁"]
    await registry.loaded(PATH, [line(code="12963418-5")])


async def test_the_city_keeps_the_list_and_everybody_reads_it(registry: Any) -> None:
    rows = [line()]
    keeper = registry.thing.client("city_administrator")
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": str(new_id())}
    body = b"\n".join(map(orjson.dumps, rows))
    for role in ("registry_clerk", "registry_supervisor", "authority"):
        client = registry.thing.client(role)
        assert (
            await client.post(f"{PATH}/imports", content=body, headers=headers)
        ).status_code == 403
    done = await keeper.post(f"{PATH}/imports", content=body, headers=headers)
    assert done.json()["accepted"] == 1, done.text
    station = registry.thing.client("station_clerk", area=OTHER)
    assert len((await station.get(PATH)).json()["items"]) == 1
