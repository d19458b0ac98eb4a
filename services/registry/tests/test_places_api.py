"""The dated tree of areas, the offices on it, and who works there."""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id
from registry.areas import seeds
from registry.offices import usecases as offices

from .conftest import DISTRICT, OFFICE, OTHER, Registry

STREET, COMMUNITY, NEXT = "231102001000", "231102001001", "231102001002"
#: Opened before the districts are merged in these tests, in the areas below them.
STATION = "231102001001-station"


async def establish(registry: Registry, code: str, name: str, on: str = "2001-01-01") -> None:
    await registry.post("/v1/areas", {"code": code, "name": name, "established_on": on})


async def change(
    registry: Registry, code: str, kind: str, on: str, status: int = 201, **more: Any
) -> dict[str, Any]:
    return await registry.post(
        f"/v1/areas/{code}/changes", {"kind": kind, "on": on, **more}, status
    )


async def codes(registry: Registry, **params: Any) -> list[str]:
    page = await registry.get("/v1/areas", limit=100, **params)
    return [area["code"] for area in page["items"]]


async def a_street(registry: Registry) -> None:
    await establish(registry, STREET, "花园街道")
    await establish(registry, COMMUNITY, "东兴社区")
    await establish(registry, NEXT, "西兴社区")


async def test_an_area_hangs_on_one_that_is_there_and_is_not_established_ahead(
    registry: Any,
) -> None:
    street = {"code": "231102009000", "name": "新设街道", "established_on": "2003-01-01"}
    community = {**street, "code": "231102009001", "name": "一社区"}
    refused = await registry.post("/v1/areas", community, 422)
    assert (refused["code"], "231102009000" in refused["detail"]) == ("parent-area-unknown", True)
    ahead = await registry.post("/v1/areas", {**street, "established_on": "2003-11-01"}, 422)
    assert ahead["code"] == "in-the-future"
    for area in (street, community):
        await registry.post("/v1/areas", area)


async def test_an_area_is_called_as_on_the_day(registry: Registry) -> None:
    await change(registry, DISTRICT, "renamed", "2003-06-01", name="爱辉新区")
    await change(registry, DISTRICT, "renamed", "2002-06-01", name="黑河区")
    now = await registry.get(f"/v1/areas/{DISTRICT}")
    assert now["name"] == "爱辉新区"
    assert [(one["name"], one["since"]) for one in now["names"]] == [
        ("爱辉区", "2000-01-01"),
        ("黑河区", "2002-06-01"),
        ("爱辉新区", "2003-06-01"),
    ]
    for on, name in (("2002-05-31", "爱辉区"), ("2002-06-01", "黑河区"), ("2003-05-31", "黑河区")):
        assert (await registry.get(f"/v1/areas/{DISTRICT}", on=on))["name"] == name
        page = await registry.get("/v1/areas", on=on)
        assert {a["name"] for a in page["items"] if a["code"] == DISTRICT} == {name}
    events = await registry.told("area.renamed")
    assert [(e.data["previous"], e.data["name"], str(e.valid_from)) for e in events] == [
        ("爱辉区", "爱辉新区", "2003-06-01"),
        ("爱辉区", "黑河区", "2002-06-01"),
    ]


async def test_a_merged_area_keeps_its_history_and_its_people(registry: Registry) -> None:
    await a_street(registry)
    worker = await registry.worker(area_code=COMMUNITY)
    merged = await change(registry, COMMUNITY, "merged", "2003-06-01", successor_code=NEXT)
    assert (merged["ended_on"], merged["successor_code"]) == ("2003-06-01", NEXT)
    assert await codes(registry, parent_code=STREET) == [COMMUNITY, NEXT]
    assert await codes(registry, parent_code=STREET, on="2003-05-31") == [COMMUNITY, NEXT]
    assert await codes(registry, parent_code=STREET, on="2003-06-01") == [NEXT]
    # The person's record keeps the code of its day, and the office above both sees it.
    assert (await registry.get(f"/v1/workers/{worker}"))["area_code"] == COMMUNITY
    (event,) = await registry.told("area.ended")
    assert (event.data["successor_code"], event.area_code) == (NEXT, COMMUNITY)


async def test_no_fact_is_recorded_where_and_when_the_area_did_not_hold(
    registry: Registry,
) -> None:
    await a_street(registry)
    await change(registry, COMMUNITY, "abolished", "2003-06-01")
    for on, status in (
        ("2000-12-31", 422),  # before it was established
        ("2001-01-01", 201),
        ("2003-05-31", 201),
        ("2003-06-01", 422),  # after its end
    ):
        form = registry.form(area_code=COMMUNITY, registered_on=on, status_since="2000-12-01")
        form |= {"centre_agreement_on": "2000-12-01"}
        answer = await registry.http.post("/v1/workers", json=form)
        assert answer.status_code == status, (on, answer.text)
        if status == 422:
            assert answer.json()["code"] == "area-not-in-force"


@pytest.mark.parametrize(
    ("code", "body", "status", "problem"),
    [
        (DISTRICT, {"kind": "renamed", "on": "2003-11-01", "name": "新区"}, 422, "in-the-future"),
        (DISTRICT, {"kind": "renamed", "on": "1999-01-01", "name": "新区"}, 422, "area-not-in-force"),
        (DISTRICT, {"kind": "renamed", "on": "2003-06-01", "name": "爱辉区"}, 422,
         "area-name-does-not-fit"),
        (DISTRICT, {"kind": "renamed", "on": "2003-06-01"}, 422, "area-name-does-not-fit"),
        (COMMUNITY, {"kind": "merged", "on": "2003-06-01"}, 422, "successor-does-not-fit"),
        (COMMUNITY, {"kind": "merged", "on": "2003-06-01", "successor_code": COMMUNITY}, 422,
         "successor-does-not-fit"),
        (COMMUNITY, {"kind": "merged", "on": "2003-06-01", "successor_code": DISTRICT}, 422,
         "successor-does-not-fit"),
        (COMMUNITY, {"kind": "abolished", "on": "2003-06-01", "successor_code": NEXT}, 422,
         "successor-does-not-fit"),
        (STREET, {"kind": "abolished", "on": "2003-06-01"}, 409, "area-has-parts"),
        ("231181000000", {"kind": "abolished", "on": "2003-06-01"}, 422, "unknown-area"),
    ],
)  # fmt: skip
async def test_a_change_that_cannot_be(
    registry: Registry, code: str, body: dict[str, Any], status: int, problem: str
) -> None:
    await a_street(registry)
    answer = await registry.http.post(f"/v1/areas/{code}/changes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, problem), answer.text


async def test_what_has_ended_changes_no_more(registry: Registry) -> None:
    await a_street(registry)
    await change(registry, COMMUNITY, "abolished", "2003-06-01")
    again = await change(registry, COMMUNITY, "abolished", "2003-05-01", 422)
    assert again["code"] == "area-not-in-force"
    into = await change(registry, NEXT, "merged", "2003-07-01", 422, successor_code=COMMUNITY)
    assert into["code"] == "successor-does-not-fit"


async def test_a_reform_of_the_tree_comes_as_a_list(registry: Registry) -> None:
    """Parts first, then the whole; one that does not fit refuses the list."""
    await a_street(registry)
    lines = [
        {"code": COMMUNITY, "kind": "merged", "on": "2003-06-01", "successor_code": NEXT},
        {"code": NEXT, "kind": "abolished", "on": "2003-07-01"},
        {"code": STREET, "kind": "abolished", "on": "2003-07-01"},
        {"code": DISTRICT, "kind": "renamed", "on": "2003-07-01", "name": "爱辉新区"},
    ]
    wrong = await registry.load("/v1/areas/changes", lines[2:])
    assert wrong.status_code == 422
    assert (wrong.json()["errors"][0]["line"], wrong.json()["errors"][0]["code"]) == (
        1,
        "area-has-parts",
    )
    await registry.loaded("/v1/areas/changes", lines)
    assert await codes(registry, parent_code=DISTRICT, on="2003-07-01") == []
    assert (await registry.get(f"/v1/areas/{STREET}"))["ended_on"] == "2003-07-01"


async def test_the_municipal_list_wins_over_the_published_codes(registry: Registry) -> None:
    seeded = await registry.get("/v1/areas/231121000000", on="2003-01-01")
    assert (seeded["provenance"], seeded["name"]) == ("municipal", "嫩江县")
    published = await registry.get("/v1/areas/231123000000")
    assert (published["provenance"], published["name"], published["id"]) == ("seed", "逊克县", None)
    await establish(registry, "231123000000", "逊克自治县", "2002-01-01")
    mine = await registry.get("/v1/areas/231123000000")
    assert (mine["provenance"], mine["name"]) == ("municipal", "逊克自治县")
    await registry.get("/v1/areas/231199000000", 404)
    page = await registry.get("/v1/area-seeds", on="2003-01-01", limit=100)
    names = {one["code"]: one["name"] for one in page["items"]}
    assert names["230105000000"] == "太平区"
    assert page["next_cursor"]
    rest = await registry.get("/v1/area-seeds", cursor=page["next_cursor"], on="2003-01-01")
    assert rest["items"][0]["code"] > page["items"][-1]["code"]


def test_a_published_code_holds_in_the_years_of_its_assignment() -> None:
    from datetime import date

    found = seeds.of_code("230105000000", date(2003, 1, 1))
    assert found is not None
    assert found.name == "太平区"
    assert seeds.of_code("230105000000", date(2005, 1, 1)) is None
    assert seeds.of_code("230105000000", date(1982, 12, 31)) is None
    east = [(a.name, a.established_on.year, a.ended_on and a.ended_on.year)
            for a in seeds.of_province("12") if a.code == "120110000000"]  # fmt: skip
    assert east == [("东郊区", 1949, 1992), ("东丽区", 1992, None)]
    assert seeds.of_code("231102001001") is None
    assert len({area.code for area in seeds.of_province("23")}) > 150


# --- offices


async def test_an_office_is_renamed_moved_and_closed(registry: Registry) -> None:
    await a_street(registry)
    path = f"/v1/offices/{OFFICE}"
    await registry.post(
        f"{path}/changes", {"kind": "renamed", "on": "2002-06-01", "name": "爱辉区就业服务局"}
    )
    await registry.post(
        f"{path}/changes", {"kind": "moved", "on": "2003-01-01", "area_code": STREET}
    )
    closed = await registry.post(f"{path}/changes", {"kind": "closed", "on": "2003-06-01"})
    assert closed["closed_on"] == "2003-06-01"
    assert [(one["kind"], one["on"]) for one in closed["changes"]] == [
        ("renamed", "2002-06-01"), ("moved", "2003-01-01"), ("closed", "2003-06-01"),
    ]  # fmt: skip
    then = await registry.get(path, on="2002-12-31")
    assert (then["name"], then["area_code"]) == ("爱辉区就业服务局", DISTRICT)
    assert (await registry.get(path))["area_code"] == STREET
    assert (await registry.get(path, on="2002-05-31"))["name"] == "爱辉区就业局"
    late = registry.form(registered_on="2003-06-01")
    assert (await registry.post("/v1/workers", late, 422))["code"] == "office-not-open"
    await registry.post("/v1/workers", registry.form(registered_on="2003-05-31"))
    early = registry.form(registered_on="1999-12-31", status_since="1999-01-01")
    early |= {"centre_agreement_on": "1999-01-01"}
    assert (await registry.post("/v1/workers", early, 422))["code"] in (
        "office-not-open", "area-not-in-force",
    )  # fmt: skip
    again = await registry.post(f"{path}/changes", {"kind": "closed", "on": "2003-05-01"}, 422)
    assert again["code"] == "office-not-open"
    events = await registry.told("office.changed")
    assert [event.data["change"] for event in events] == ["renamed", "moved", "closed"]


async def test_where_an_office_is_shows_at_once_where_its_move_was_written(
    registry: Registry,
) -> None:
    await a_street(registry)
    rt = registry.thing.runtime

    async def areas() -> dict[str, str]:
        async with rt.db.looking() as tx:
            return await offices.areas_lately(rt, tx, [OFFICE, "nowhere"])

    assert await areas() == {OFFICE: DISTRICT}
    move = {"kind": "moved", "on": "2003-01-01", "area_code": STREET}
    await registry.post(f"/v1/offices/{OFFICE}/changes", move)
    assert await areas() == {OFFICE: STREET}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "renamed", "on": "2003-06-01"}, "office-change-does-not-fit"),
        ({"kind": "renamed", "on": "2003-06-01", "name": "爱辉区就业局"},
         "office-change-does-not-fit"),
        ({"kind": "moved", "on": "2003-06-01", "area_code": DISTRICT}, "office-change-does-not-fit"),
        ({"kind": "moved", "on": "2003-06-01", "area_code": "231181000000"}, "unknown-area"),
        ({"kind": "closed", "on": "2003-06-01", "name": "x"}, "office-change-does-not-fit"),
        ({"kind": "closed", "on": "2003-11-01"}, "in-the-future"),
        ({"kind": "closed", "on": "1999-01-01"}, "office-not-open"),
    ],
)  # fmt: skip
async def test_an_office_changes_as_far_as_it_can(
    registry: Registry, body: dict[str, Any], code: str
) -> None:
    answer = await registry.post(f"/v1/offices/{OFFICE}/changes", body, 422)
    assert answer["code"] == code


async def test_an_office_opens_in_an_area_that_holds(registry: Registry) -> None:
    await a_street(registry)
    body = {
        "code": STATION, "name": "东兴社区工作站", "kind": "station", "staff": 2,
        "area_code": COMMUNITY, "opened_on": "2000-06-01",
    }  # fmt: skip
    assert (await registry.post("/v1/offices", body, 422))["code"] == "area-not-in-force"
    await registry.post("/v1/offices", {**body, "opened_on": "2001-06-01"})


async def test_who_worked_at_an_office_on_a_day(registry: Registry) -> None:
    path = f"/v1/offices/{OFFICE}/staff"
    clerk = {"account": "clerk-7", "role": "registry_clerk", "since": "2002-01-01"}
    entry = await registry.post(path, clerk)
    assert (await registry.post(path, {**clerk, "since": "2002-05-01"}, 409))["code"] == (
        "on-staff-already"
    )
    await registry.post(f"{path}/{entry['id']}/ends", {"on": "2003-02-01"})
    twice = await registry.post(f"{path}/{entry['id']}/ends", {"on": "2003-03-01"}, 409)
    assert twice["code"] == "not-on-staff"
    await registry.loaded(
        "/v1/offices/staff",
        [
            {
                "office": OFFICE,
                "account": "clerk-8",
                "role": "registry_clerk",
                "since": "2003-02-01",
            },
            {
                "office": OFFICE,
                "account": "clerk-7",
                "role": "registry_clerk",
                "since": "2003-05-01",
            },
        ],
    )
    for on, accounts in (
        ("2001-12-31", []),
        ("2003-01-31", ["clerk-7"]),
        ("2003-02-01", ["clerk-8"]),
        ("2003-05-01", ["clerk-8", "clerk-7"]),
    ):
        page = await registry.get(path, on=on)
        assert [one["account"] for one in page["items"]] == accounts, on
    everyone = await registry.get(path)
    assert [(one["account"], one["until"]) for one in everyone["items"]] == [
        ("clerk-7", "2003-02-01"), ("clerk-8", None), ("clerk-7", None),
    ]  # fmt: skip
    foreign = registry.thing.client("loader", area=OTHER, office="231121-bureau")
    assert (await foreign.get(path)).status_code == 404
    wrong = await registry.post(path, {**clerk, "account": registry.id_number()}, 422)
    assert wrong["errors"][0]["code"] == "holds-id-number"
    await registry.post(f"{path}/{new_id()}/ends", {"on": "2003-02-01"}, 404)


PLACES = [
    ({"area_code": COMMUNITY}, "area-not-in-force"),
    ({"office": STATION}, "office-not-open"),
]


async def closed_places(registry: Registry) -> None:
    """A community that was abolished and a station that was closed on the same day."""
    await a_street(registry)
    station = {
        "code": STATION, "name": "东兴社区保障站", "kind": "station", "staff": 2,
        "area_code": DISTRICT, "opened_on": "2001-01-01",
    }  # fmt: skip
    await registry.post("/v1/offices", station)
    await registry.post(f"/v1/offices/{STATION}/changes", {"kind": "closed", "on": "2003-06-01"})
    await change(registry, COMMUNITY, "abolished", "2003-06-01")


@pytest.mark.parametrize(("place", "problem"), PLACES)
async def test_no_noun_takes_a_place_that_is_gone(
    registry: Registry, place: dict[str, str], problem: str
) -> None:
    """Reliefs, stated totals and residences, the day before its end and on that day."""
    await closed_places(registry)
    worker = await registry.worker()
    where = {"area_code": DISTRICT, "office": OFFICE, **place}
    relief = {
        "kind": "other", "item": "other_departments", "authority": "公安局",
        "beneficiary_unit": "household", "beneficiary_id": str(new_id()), "amount": "20.00",
    }  # fmt: skip
    total = {
        "kind": "tax", "authority": "地税局", "amount": "100.00", "period_from": "2003-01-01",
        "document": "报告",
    }  # fmt: skip
    residence = {"attribute": "place", "value": where, "reason": "迁居"}
    for on, expected in (("2003-05-31", 201), ("2003-06-01", 422)):
        seen = await registry.http.get(f"/v1/workers/{worker}")
        asked = (
            ("/v1/reliefs", {**relief, "posted_on": on, **where}),
            ("/v1/reliefs/totals", {**total, "period_to": on, **where}),
            (
                f"/v1/workers/{worker}/correction-requests",
                {**residence, "requested_on": "2003-09-01", "valid_from": on},
            ),
        )
        for path, body in asked:
            answer = await registry.http.post(
                path, json=body,
                headers={"Idempotency-Key": str(new_id()), "If-Match": seen.headers["etag"]},
            )  # fmt: skip
            assert answer.status_code == expected, (path, on, answer.text)
            if expected == 422:
                assert answer.json()["code"] == problem


async def test_a_closed_office_helps_nobody_and_issues_nothing(registry: Registry) -> None:
    await closed_places(registry)
    for n, (on, expected) in enumerate((("2003-06-01", 422), ("2003-05-31", 201))):
        worker = await registry.worker()
        paired = await registry.http.post(
            "/v1/pairings", json={"worker_id": worker, "helper_office": STATION, "formed_on": on}
        )
        certificate = await registry.certificate(worker)
        shown = await registry.http.get(f"/v1/certificates/{certificate}")
        issuer = registry.thing.client(area=DISTRICT, office=STATION, subject=f"issuer {n}")
        issued = await issuer.post(
            f"/v1/certificates/{certificate}/issues", json={"on": on},
            headers={"If-Match": shown.headers["etag"]},
        )  # fmt: skip
        assert (paired.status_code, issued.status_code) == (expected, expected), issued.text
        if expected == 422:
            told = [answer.json()["code"] for answer in (paired, issued)]
            assert told == ["office-not-open", "office-not-open"]
