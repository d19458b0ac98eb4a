"""The committed table of rights against real calls: every role, every operation, own and foreign."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from kit.areas import prefix
from kit.openapi import operations
from kit.roles import ROLES
from tests.journeys.city import DISTRICT, NDJSON, OFFICE, OTHER, OTHER_OFFICE, City, ndjson
from tests.rights.calls import Call
from tests.rights.objects import everything
from tests.rights.table import FILE, FOREIGN, Right, committed, of_operation
from tests.world import PACKAGES

RIGHTS = {right.key: right for right in committed()}
SERVICES = [package.replace("_", "-") for package in PACKAGES]
#: What is served without being an operation: documents about the service, and its counters.
BESIDES = {"/openapi.json", "/docs", "/metrics"}
DONE = {200, 201, 202}
#: The own office's call went through the area, whatever the thing's state then said.
PASSED = DONE | {409, 412}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_has_its_row_and_every_row_its_route(city: City, service: str) -> None:
    app = city.world[service].app
    routes = {right.key: right for right in (of_operation(service, o) for o in operations(app))}
    rows = {key: right for key, right in RIGHTS.items() if key[0] == service}
    assert routes.keys() == rows.keys(), "python -m tests.rights"
    for key, right in routes.items():
        assert (rows[key].scope, rows[key].roles) == (right.scope, right.roles), key
    others = {route.path for route in app.routes if hasattr(route, "path")}
    assert others - {path for _, _, path in routes} <= BESIDES


def test_every_row_says_what_another_office_gets() -> None:
    assert {right.foreign for right in RIGHTS.values()} <= FOREIGN
    silent = [key for key, r in RIGHTS.items() if r.foreign == "n/a" and not r.reason]
    assert silent == []


def test_rows_of_two_branches_with_different_roles_are_not_read_as_one_table(
    tmp_path: Path,
) -> None:
    merged = tmp_path / "rights.csv"
    head, row, *_ = FILE.read_text(encoding="utf-8").splitlines()
    merged.write_text(f"{head}\n{row}\n{row.replace(',own', '', 1)}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not of one piece"):
        committed(merged)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("service", SERVICES)
async def test_what_each_role_may_call(city: City, service: str) -> None:
    """Without a token 401, without the scope 403, with it anything else (these calls are empty)."""
    thing = city.world[service]
    bare = httpx.AsyncClient(
        transport=httpx.ASGITransport(thing.app, raise_app_exceptions=False),
        base_url="http://service",
    )
    clients = {role: thing.client(role, area=DISTRICT, office=OFFICE) for role in ROLES}
    wrong: list[str] = []
    for key, right in RIGHTS.items():
        if key[0] != service:
            continue
        answer = await _empty(bare, right)
        if (answer.status_code == 401) != (right.scope != "public"):
            wrong.append(f"{key} without a token: {answer.status_code}")
        if answer.status_code == 401 and "www-authenticate" not in answer.headers:
            wrong.append(f"{key} without a challenge")
        for role, client in clients.items():
            status = (await _empty(client, right)).status_code
            allowed = status not in (401, 403)
            if allowed != (role in right.roles) or (
                status >= 500 and right.path != "/health/ready"
            ):
                wrong.append(f"{key} as {role}: {status}")
    await bare.aclose()
    assert wrong == []


async def _empty(client: httpx.AsyncClient, right: Right) -> httpx.Response:
    """A call that changes nothing: no such thing, an empty body."""
    path = right.path
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, str(uuid4()))
    if right.method == "GET":
        return await client.get(path)
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
    if path.endswith("/imports"):
        return await client.post(path, content=b"", headers={**headers, **NDJSON})
    return await client.request(right.method, path, json={}, headers=headers)


# --- another office -----------------------------------------------------------------------------


@dataclass
class Offices:
    """The calls about the district's things, and who makes them."""

    city: City
    calls: list[Call]
    clients: dict[tuple[str, str, str], httpx.AsyncClient] = field(default_factory=dict)

    def client(self, service: str, role: str, area: str, office: str) -> httpx.AsyncClient:
        key = (service, role, area)
        if key not in self.clients:
            self.clients[key] = self.city.world[service].client(
                role, area=area, office=office, subject=f"{role} of {area[:6]}"
            )
        return self.clients[key]

    async def ask(self, call: Call, role: str, *, foreign: bool) -> httpx.Response:
        place = (OTHER, OTHER_OFFICE) if foreign else (call.own_area, OFFICE)
        client = self.client(call.service, role, *place)
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
        if call.rows is not None:
            return await client.post(
                call.path, content=ndjson(call.rows), headers={**headers, **NDJSON}
            )
        return await client.request(
            call.method, call.path, json=call.body,
            headers=headers if call.method != "GET" else None,
        )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def offices(city: City) -> Offices:
    return Offices(city, await everything(city))


def judged(answer: httpx.Response) -> str:
    """What the answer to a foreign actor amounts to, in the words of the table."""
    if answer.status_code in (403, 404):
        return str(answer.status_code)
    if "json" not in answer.headers.get("content-type", ""):
        return f"{answer.status_code} a file"
    body = answer.json()
    if answer.status_code == 422 and body.get("code") in HIDDEN:
        return "unknown"
    if answer.status_code == 422 and body.get("code") == "import-refused":
        codes = {error["code"] for error in body["errors"]}
        refused = body["rejected"] == body["lines"]
        return "lines" if refused and codes <= HIDDEN else f"lines: {sorted(codes)}"
    if answer.status_code == 200 and _nothing(body):
        return "empty"
    return f"{answer.status_code} {str(body)[:200]}"


#: Why a line about another office's thing is refused: its area, or that there is no such thing.
HIDDEN = {
    "outside-your-area", "unknown-worker", "unknown-employer", "unknown-training-class",
    "no-certificate", "arrangement-unknown", "not-yet-known", "unknown-certificate",
    "claim-unknown", "unknown-benefit",
}  # fmt: skip


def _nothing(body: Any) -> bool:
    """A list without anything of the district, or sums that are all nothing."""
    if isinstance(body, list):
        return not body
    if "items" in body:
        areas = [one.get("area_code", one.get("areacode", DISTRICT)) for one in body["items"]]
        return not any(DISTRICT.startswith(prefix(area)) for area in areas)
    plain = (v for k, v in body.items() if k not in ("fund", "as_of", "holds"))
    return all(value in (0, None, [], "0.00") for value in plain)


@pytest.mark.asyncio(loop_scope="module")
async def test_another_office_gets_what_the_table_says(offices: Offices) -> None:
    """Each call first by a foreign actor, then by one of the own office, who must get through."""
    asked, wrong = set(), []
    for call in offices.calls:
        right = RIGHTS[call.key]
        asked.add(call.key)
        role = next(
            role for role in (*sorted(right.roles - {"loader"}), "loader") if role in right.roles
        )
        got = judged(await offices.ask(call, role, foreign=True))
        if got != right.foreign:
            wrong.append(f"{call.key} as {role}: {got} for {right.foreign}")
        own = await offices.ask(call, role, foreign=False)
        if own.status_code not in PASSED or (own.status_code in DONE and judged(own) == "empty"):
            wrong.append(
                f"{call.key} as {role} of the own office: {own.status_code} {own.text[:300]}"
            )
    missing = {key for key, right in RIGHTS.items() if right.foreign != "n/a"} - asked
    missing = {key for key in missing if "/imports/{import_id}" not in key[2]}
    assert wrong == [], "\n".join(wrong)
    assert missing == set()


@pytest.mark.asyncio(loop_scope="module")
async def test_an_import_is_read_by_its_maker_only(offices: Offices) -> None:
    """The result and the errors of every kind of import: 404 for another office."""
    wrong = []
    readers = [key for key in RIGHTS if key[2].endswith("/imports/{import_id}")]
    for service, method, template in readers:
        right = RIGHTS[service, method, template]
        role = sorted(right.roles - {"loader"} or right.roles)[0]
        maker = _maker(service, template)
        path = template.removesuffix("/{import_id}")
        rows = Call(service, "POST", f"{path}?mode=good", rows=[{}])
        done = await offices.ask(rows, maker, foreign=False)
        assert (done.status_code, done.json()["rejected"]) == (200, 1), done.text
        for tail in ("", "/errors"):
            call = Call(service, "GET", template + tail, {"import_id": done.json()["id"]})
            foreign = (await offices.ask(call, role, foreign=True)).status_code
            own = (await offices.ask(call, maker, foreign=False)).status_code
            expected = int(RIGHTS[service, method, template + tail].foreign)
            if (foreign, own) != (expected, 200):
                wrong.append(f"{service} {template}{tail} as {role}: {foreign}, own {own}")
    assert wrong == []


def _maker(service: str, template: str) -> str:
    """A role that may both import and read the import."""
    post = RIGHTS[service, "POST", template.removesuffix("/{import_id}")]
    both = post.roles & RIGHTS[service, "GET", template].roles
    return sorted(both - {"loader"} or both)[0]
