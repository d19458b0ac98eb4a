"""Wrong input gets a problem document that names field and reason, in Chinese or English, and
repeats nothing of what was sent. Sixty thousand rows with three bad ones name the three."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.ids import new_id
from tests.journeys.city import LAID_OFF, NDJSON, PLACE, City, id_number, ndjson, worker_form

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = 60_000
BAD = {17: "id_number", 31_007: "sex", 59_999: "birth_date"}
#: What must not come back.
ECHO = "回声echo"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = [None, "en", "zh-CN,en;q=0.5"]

WORKER = {**worker_form(90_000), "id": str(new_id())}
EMPLOYER = {
    "name": "利民商店", "sector": "commerce", "ownership": "private", "registered_on": "2003-01-02",
    **PLACE,
}  # fmt: skip
PLACEMENT = {
    "worker_id": str(new_id()), "channel": "flexible", "evidence": "flexible_declaration",
    "started_on": "2003-06-01", "claimed_on": "2003-06-02", **PLACE,
}  # fmt: skip
MONEY = {
    "fund": "reemployment", "source": "city", "amount": "5.00", "received_on": "2003-06-30",
    "year": 2003, **PLACE,
}  # fmt: skip
PLAN = {
    "fund": "reemployment", "use_code": "training-subsidy", "amount": "1.00",
    "arranged_on": "2003-07-01", "purpose": "培训", **PLACE,
}  # fmt: skip
LOAN = {
    "worker_id": str(new_id()), "principal": "10000.00", "term_months": 24,
    "applied_on": "2003-06-02", **PLACE,
}  # fmt: skip
CONTRIBUTION = {
    "level": "city", "amount": "1.00", "received_on": "2003-05-01", "contributor": "市财政局",
    **PLACE,
}  # fmt: skip
TARGET = {
    "issuer": "city", "level": "city", "indicator": "reemployed", "year": 2003, "value": "100",
    "area_code": "231100000000",
}  # fmt: skip
STATISTIC = {
    "series": "registered_unemployment_rate", "area_code": "231100000000", "as_of": "2003-10-31",
    "value": "3.10", "unit": "%", "source": "统计局",
}  # fmt: skip

OPERATIONS = [
    ("registry", "/v1/workers", WORKER, "status_since", "name"),
    ("registry", "/v1/reliefs/totals", {
        "kind": "tax", "authority": "地税局", "amount": "1.00", "period_from": "2003-01-01",
        "period_to": "2003-10-31", **PLACE,
    }, "period_to", "authority"),
    ("jobs-market", "/v1/employers", EMPLOYER, "registered_on", "name"),
    ("jobs-market", "/v1/placements", PLACEMENT, "started_on", "worker_id"),
    ("subsidy", "/v1/appropriations", MONEY, "received_on", "amount"),
    ("subsidy", "/v1/arrangements", PLAN, "arranged_on", "use_code"),
    ("loans", "/v1/loans", LOAN, "applied_on", "principal"),
    ("loans", "/v1/contributions", CONTRIBUTION, "received_on", "contributor"),
    ("assessment", "/v1/targets", TARGET, "signed_on", "indicator"),
    ("assessment", "/v1/statistics", STATISTIC, "as_of", "series"),
]  # fmt: skip
IDS = [f"{service}{path}" for service, path, *_ in OPERATIONS]


def problem(answer: httpx.Response, status: int, lang: str | None = None) -> dict[str, Any]:
    """The problem document of an answer, checked as such."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:problem:")
    assert body["type"].endswith(f":{body['code']}")
    assert body["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    texts = [body["title"], body.get("detail", ""), *(e["message"] for e in body.get("errors", []))]
    chinese = bool(CHINESE.search(body["title"]))
    assert chinese == (lang != "en"), texts
    assert answer.headers["content-language"] == ("en" if lang == "en" else "zh-CN")
    assert all(texts[2:])
    assert ECHO not in answer.text
    assert "traceback" not in answer.text.lower()
    return body


async def send(
    city: City, service: str, path: str, lang: str | None = None, **request: Any
) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4()), **request.pop("headers", {})}
    if lang:
        headers["Accept-Language"] = lang
    return await city.world.client(service).post(path, headers=headers, **request)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("service", "path", "form", "day", "needed"), OPERATIONS, ids=IDS)
async def test_every_wrong_field_is_named_with_its_reason(
    city: City, service: str, path: str, form: dict[str, Any], day: str, needed: str,
    lang: str | None,
) -> None:  # fmt: skip
    wrong = {**form, day: f"2003-02-30 {ECHO}", ECHO: ECHO, "area_code": f"2311 {ECHO}"}
    del wrong[needed]
    answer = await send(city, service, path, lang, json=wrong)
    body = problem(answer, 422, lang)
    assert body["code"] == "validation-failed"
    found = {error["pointer"]: error for error in body["errors"]}
    assert found[f"#/body/{needed}"]["code"] == "missing"
    assert {f"#/body/{day}", "#/body/area_code", "#/body/*"} <= found.keys()
    assert found["#/body/*"]["code"] == "extra-forbidden"
    assert all(bool(CHINESE.search(e["message"])) == (lang != "en") for e in body["errors"])


BODIES: list[tuple[str, dict[str, Any], int, str]] = [
    ("no json", {"content": f'{{"name": "{ECHO}",,'.encode()}, 400, "malformed-json"),
    ("not text", {"content": b'{"name": "\xff\xfe"}'}, 400, "malformed-json"),
    ("nothing", {"content": b""}, 422, "validation-failed"),
    ("a list", {"json": [ECHO]}, 422, "validation-failed"),
    ("a word", {"json": ECHO}, 422, "validation-failed"),
    ("deep", {"content": b"[" * 100_000}, 400, "malformed-json"),
    ("a number", {"content": b"1" * 5000}, 400, "malformed-json"),
    ("a form", {"data": {"name": ECHO}}, 422, "validation-failed"),
    ("too large", {"content": b'{"name": "' + b"x" * 1024 * 1024 + b'"}'}, 413, "content-too-large"),
]  # fmt: skip


@pytest.mark.parametrize("lang", [None, "en"])
@pytest.mark.parametrize(
    ("content", "status", "code"), [one[1:] for one in BODIES], ids=[one[0] for one in BODIES]
)
@pytest.mark.parametrize(("service", "path"), [(one[0], one[1]) for one in OPERATIONS[::2]])
async def test_a_body_that_is_none(
    city: City, service: str, path: str, content: dict[str, Any], status: int, code: str,
    lang: str | None,
) -> None:  # fmt: skip
    headers = {} if {"json", "data"} & content.keys() else {"Content-Type": "application/json"}
    answer = await send(city, service, path, lang, headers=headers, **content)
    assert problem(answer, status, lang)["code"] == code


@pytest.mark.parametrize("lang", [None, "en"])
async def test_what_is_not_served_says_so(city: City, lang: str | None) -> None:
    headers = {"Accept-Language": lang} if lang else {}
    for service in city.world.services:
        client = city.world.client(service)
        for path in (f"/v1/{ECHO}", "/", "/v2/workers", "/v1/../../etc/passwd", "/v1/events/x/y"):
            body = problem(await client.get(path, headers=headers), 404, lang)
            assert body["code"] == "not-found"
        wrong = await client.delete("/v1/events", headers=headers)
        assert problem(wrong, 405, lang)["code"] == "method-not-allowed"
        assert wrong.headers["Allow"] == "GET"
        bad_id = await client.get(f"/v1/events/{ECHO}", headers=headers)
        assert problem(bad_id, 422, lang)["errors"][0]["pointer"] == "#/path/event_id"
        many = await client.get("/v1/events?limit=100000", headers=headers)
        assert problem(many, 422, lang)["errors"][0]["pointer"] == "#/query/limit"
        cursor = await client.get(f"/v1/events?after={ECHO}", headers=headers)
        assert problem(cursor, 422, lang)["errors"]


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("registry", "/v1/workers"), ("jobs-market", "/v1/placements"),
        ("subsidy", "/v1/payments"), ("loans", "/v1/loans"), ("assessment", "/v1/targets"),
    ],
)  # fmt: skip
async def test_a_file_that_is_none(city: City, service: str, path: str) -> None:
    target = f"{path}/imports"
    body = problem(
        await send(city, service, target, content=b"x", headers={"Content-Type": "image/png"}), 415
    )
    assert body["code"] == "unsupported-media-type"
    lines = f'{{"a": "{ECHO}"\n"{ECHO}"\n\n{{"{ECHO}": 1}}\n'.encode()
    refused = problem(await send(city, service, target, content=lines, headers=NDJSON), 422)
    assert refused["code"] == "import-refused"
    assert {error["line"] for error in refused["errors"]} >= {1, 2}
    odd = problem(
        await send(city, service, f"{target}?mode={ECHO}", content=b"{}", headers=NDJSON), 422
    )
    assert odd["errors"][0]["pointer"] == "#/query/mode"
    table = f"{ECHO},b\n1,2\n".encode()
    answer = await send(
        city, service, target, "en", content=table, headers={"Content-Type": "text/csv"}
    )
    assert problem(answer, 422, "en")["errors"]


# --- sixty thousand rows -------------------------------------------------------------------------


def sixty_thousand() -> bytes:
    """Workers of a whole city; three of them were typed wrongly."""
    rows = []
    for n in range(1, ROWS + 1):
        row = {"id_number": id_number(n + 200_000), "name": "王小明", "registered_on": "2003-01-06",
               **PLACE, **LAID_OFF}  # fmt: skip
        if BAD.get(n) == "id_number":
            row["id_number"] = row["id_number"][:-1] + ("1" if row["id_number"][-1] != "1" else "2")
        elif BAD.get(n) == "sex":
            row["sex"] = "male"
        elif BAD.get(n) == "birth_date":
            row["birth_date"] = "1960-13-04"
        rows.append(row)
    return ndjson(rows)


async def test_sixty_thousand_rows_with_three_bad_ones(
    another_city: Callable[..., AbstractAsyncContextManager[City]],
) -> None:
    """All or nothing by default, the good ones by choice; the three lines are named either way."""
    content = sixty_thousand()
    async with another_city() as city:
        thing = city.world["registry"]

        async def load(mode: str) -> httpx.Response:
            return await city.world.client("registry").post(
                f"/v1/workers/imports?mode={mode}", content=content,
                headers={**NDJSON, "Idempotency-Key": f"sixty-thousand-{mode}"}, timeout=120,
            )  # fmt: skip

        async def count(table: str) -> int:
            async with thing.db.looking() as tx:
                return int(await tx.fetchval(f"select count(*) from {table}"))

        before = await count("event_log")
        refused = problem(await load("all"), 422)
        assert [(e["line"], e["pointer"]) for e in refused["errors"]] == [
            (17, "#/id_number"), (31_007, "#"), (59_999, "#/birth_date"),
        ]  # fmt: skip
        assert (await count("worker"), await count("event_log")) == (0, before)
        taken = await load("good")
        assert taken.status_code == 200, taken.text[:500]
        done = taken.json()
        assert (done["lines"], done["accepted"], done["rejected"]) == (ROWS, ROWS - 3, 3)
        assert [error["line"] for error in done["errors"]] == sorted(BAD)
        assert await count("worker") == ROWS - 3
        assert await count("event_log") == before + ROWS - 3
