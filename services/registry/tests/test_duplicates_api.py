"""Possible duplicates over HTTP: searched before registering, found by the job, adjudicated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kit.crypto import check_digit
from registry.duplicates import usecases as duplicates

FORM = {"name": "王小明", "household_number": "2311020001", "former_employer": "黑河市毛纺厂"}


def slipped(number: str, at: int = 15) -> str:
    """The number with one digit written wrongly, and its check digit."""
    digits = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 : 17]
    return digits + check_digit(digits)


async def searched(registry: Any, **form: Any) -> list[tuple[str, dict[str, str]]]:
    found = await registry.post("/v1/duplicates/searches", form, 200)
    return [
        (m["worker"]["id"], {p["attribute"]: p["outcome"] for p in m["parts"]})
        for m in found["items"]
    ]


async def find(registry: Any) -> None:
    while await duplicates.find_next(registry.thing.runtime):
        pass


async def test_searching_before_registering(registry: Any) -> None:
    form = registry.form(**FORM)
    await registry.post("/v1/workers", form)
    await registry.post("/v1/workers", registry.form(born="19710822", name="李红"))
    number = form["id_number"]
    ((id, parts),) = await searched(registry, name="王晓明", id_number=slipped(number))
    assert id == form["id"]
    assert parts == {
        "id_number": "one-digit", "name": "sounds-equal", "birth_date": "equal", "sex": "equal",
    }  # fmt: skip
    assert (await searched(registry, name="王小明", id_number=number))[0][1]["id_number"] == "equal"
    # A digit of the birth date slipped: the number and the date are each one digit away.
    ((_, parts),) = await searched(registry, name="王小明", id_number=slipped(number, 9))
    assert (parts["birth_date"], parts["id_number"]) == ("one-digit", "one-digit")
    by_household = await searched(
        registry, name="王小明", birth_date="1960-04-05", household_number="2311020001", sex="female"
    )  # fmt: skip
    assert by_household[0][1] == {
        "name": "equal", "birth_date": "day-month-swapped", "sex": "equal",
        "household_number": "equal",
    }  # fmt: skip
    assert await searched(registry, name="赵四", birth_date="1960-05-04", sex="male") == []


async def test_the_answer_is_masked_and_adds_up(registry: Any) -> None:
    form = registry.form(**FORM)
    await registry.post("/v1/workers", form)
    found = await registry.post(
        "/v1/duplicates/searches",
        {"name": form["name"], "id_number": slipped(form["id_number"])}, 200,
    )  # fmt: skip
    assert form["id_number"] not in str(found)
    assert form["name"] not in str(found)
    (match,) = found["items"]
    assert match["score"] == sum(part["points"] for part in match["parts"]) >= found["threshold"]


async def test_a_city_weighs_by_its_own_matchers(registry: Any, tmp_path: Path) -> None:
    rt = registry.thing.runtime
    default = (rt.service.root / duplicates.MATCHERS).read_text("utf-8")
    own = tmp_path / duplicates.MATCHERS
    own.parent.mkdir()
    own.write_text(default.replace("threshold = 60", "threshold = 999"), "utf-8")
    form = registry.form(**FORM)
    await registry.post("/v1/workers", form)
    asked = {"name": form["name"], "id_number": slipped(form["id_number"])}
    assert len(await searched(registry, **asked)) == 1
    registry.thing.runtime.settings = rt.settings.model_copy(update={"policy_overlay": tmp_path})
    assert await searched(registry, **asked) == []


async def test_another_office_hears_only_how_many(registry: Any) -> None:
    await registry.post("/v1/workers", registry.form(**FORM))
    there = registry.thing.client("station_clerk", area="231121000000", office="231121-x")
    found = await there.post(
        "/v1/duplicates/searches",
        json={"name": "王小明", "birth_date": "1960-05-04", "sex": "female"},
    )
    assert found.json() == {"items": [], "elsewhere": 1, "threshold": 60}


async def test_the_job_finds_pairs_once_whatever_the_order(registry: Any) -> None:
    first = registry.form(**FORM)
    second = {
        **registry.form(**{**FORM, "name": "王晓明"}),
        "id_number": slipped(first["id_number"]),
    }
    other = registry.form(born="19710822", name="李红", sex="male")
    await registry.loaded("/v1/workers", [first, second, other])
    await find(registry)
    await find(registry)
    (pair,) = (await registry.get("/v1/duplicates"))["items"]
    assert {pair["worker"]["id"], pair["other"]["id"]} == {first["id"], second["id"]}
    assert pair["state"] == "open"
    assert pair["score"] == sum(part["points"] for part in pair["parts"])
    (told,) = await registry.told("duplicate.found")
    assert {told.data["worker_id"], told.data["other_id"]} == {first["id"], second["id"]}
    async with registry.thing.db.looking() as tx:
        dump = await tx.fetchval("select string_agg(x::text, '') from duplicate_pair x")
    for value in (first["name"], second["name"], first["id_number"], "2311020001", "毛纺厂"):
        assert value not in dump


async def test_the_job_goes_on_in_small_steps(registry: Any) -> None:
    rows = [registry.form(name=name) for name in ("王小明", "李红", "王晓明", "赵刚", "王小明")]
    await registry.loaded("/v1/workers", rows)
    seen = 0
    while compared := await duplicates.find_next(registry.thing.runtime, 2):
        assert compared <= 2
        seen += compared
    assert seen == 5
    pairs = {
        frozenset((p["worker"]["id"], p["other"]["id"]))
        for p in (await registry.get("/v1/duplicates"))["items"]
    }
    assert frozenset((rows[0]["id"], rows[4]["id"])) in pairs


async def verdict(registry: Any, pair: Any, what: str, status: int = 201, **more: Any) -> Any:
    seen = await registry.http.get(f"/v1/duplicates/{pair['id']}")
    return await registry.post(
        f"/v1/duplicates/{pair['id']}/adjudications",
        {"verdict": what, "on": "2003-09-01", "reason": "核对户口簿", **more}, status,
        **{"If-Match": seen.headers["etag"]},
    )  # fmt: skip


async def a_pair(registry: Any) -> Any:
    first = registry.form(**FORM)
    second = {**registry.form(**FORM), "id_number": slipped(first["id_number"])}
    await registry.loaded("/v1/workers", [first, second])
    await find(registry)
    return (await registry.get("/v1/duplicates"))["items"][0]


async def test_verdicts_are_kept_and_not_same_is_not_proposed_again(registry: Any) -> None:
    pair = await a_pair(registry)
    assert (await verdict(registry, pair, "not_same", 422, on="2003-12-01"))["code"] == (
        "in-the-future"
    )
    await verdict(registry, pair, "not_same")
    assert (await verdict(registry, pair, "not_same", 409))["code"] == "duplicate-state"
    await registry.correct(pair["worker"]["id"], "dibao", True)
    await find(registry)
    assert (await registry.get(f"/v1/duplicates/{pair['id']}"))["state"] == "not_same"
    # Another name: the parts have changed, so somebody looks again.
    await registry.correct(pair["worker"]["id"], "name", "李红")
    await find(registry)
    assert (await registry.get(f"/v1/duplicates/{pair['id']}"))["state"] == "open"
    await verdict(registry, pair, "same")
    said = await registry.get(f"/v1/duplicates/{pair['id']}/adjudications")
    assert [one["verdict"] for one in said["items"]] == ["not_same", "same"]
    told = await registry.told("duplicate.adjudicated")
    assert [event.data["verdict"] for event in told] == ["not_same", "same"]


async def test_a_corrected_record_is_compared_again(registry: Any) -> None:
    pair = await a_pair(registry)
    worker = pair["worker"]["id"]
    for attribute, value in (
        ("id_number", registry.id_number(born="19480101", sex="male")), ("name", "赵四"),
        ("household_number", None),
    ):  # fmt: skip
        await registry.correct(worker, attribute, value)
    await find(registry)
    assert (await registry.get(f"/v1/duplicates/{pair['id']}"))["state"] == "dropped"


async def test_who_sees_both_sees_the_pair(registry: Any) -> None:
    pair = await a_pair(registry)
    here = registry.thing.client("registry_supervisor", area="231102000000", office="231102-x")
    there = registry.thing.client("registry_supervisor", area="231121000000", office="231121-x")
    assert (await here.get(f"/v1/duplicates/{pair['id']}")).status_code == 200
    assert (await there.get(f"/v1/duplicates/{pair['id']}")).status_code == 404
    assert (await there.get("/v1/duplicates")).json()["items"] == []
    clerk = registry.thing.client("registry_clerk")
    answer = await clerk.post(
        f"/v1/duplicates/{pair['id']}/adjudications",
        json={"verdict": "same", "on": "2003-09-01", "reason": "x"}, headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert answer.status_code == 403


@pytest.mark.parametrize("form", [{}, {"name": ""}, {"name": "王", "id_number": "1" * 18}])
async def test_a_wrong_search(registry: Any, form: dict[str, Any]) -> None:
    assert (await registry.post("/v1/duplicates/searches", form, 422))["code"] == (
        "validation-failed"
    )


async def test_records_from_before_are_given_their_keys(registry: Any) -> None:
    """A city that ran an earlier version: names get their keys in the background, then pairs."""
    pair = await a_pair(registry)
    async with registry.thing.db.transaction() as tx:
        await tx.execute("update worker set name_index = null, sound_index = null")
        await tx.execute("update duplicate_pair set state = 'dropped', parts = '[]'")
    await find(registry)
    async with registry.thing.db.looking() as tx:
        assert await tx.fetchval("select count(*) from worker where sound_index is null") == 0
    assert (await registry.get(f"/v1/duplicates/{pair['id']}"))["state"] == "open"
