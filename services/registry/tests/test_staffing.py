"""Tokens are held against the staff list of the office that they name, as the city has set it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from kit.ids import new_id
from registry.offices import usecases as offices
from registry.staffing.domain import judge

from .conftest import DISTRICT, OFFICE, OTHER, Registry, settled

FINDINGS = "/v1/staff-findings"


def caller(
    registry: Registry, account: str, *roles: str, office: str = OFFICE
) -> httpx.AsyncClient:
    return registry.thing.client(
        *(roles or ("registry_clerk",)), area=DISTRICT, office=office, subject=account
    )


async def assign(registry: Registry, account: str, **fields: Any) -> str:
    body = {"account": account, "role": "registry_clerk", "since": "2003-01-06", **fields}
    return str((await registry.post(f"/v1/offices/{OFFICE}/staff", body))["id"])


async def found(registry: Registry, **params: Any) -> list[tuple[str, str, bool]]:
    page = await registry.get(FINDINGS, **params)
    return [(one["account"], one["reason"], one["refused"]) for one in page["items"]]


def test_a_token_says_what_the_list_says() -> None:
    clerk, approver = frozenset({"registry_clerk"}), frozenset({"certificate_approver"})
    assert judge(clerk, clerk) is None
    assert judge(clerk, clerk | approver) is None
    assert judge(clerk | approver, clerk) == "other-role"
    assert judge(clerk, frozenset()) == "not-on-staff"
    for machine in ("authority", "municipal_system", "loader"):
        assert judge(frozenset({machine}), frozenset()) is None
        assert judge(clerk | {machine}, frozenset()) == "not-on-staff"
        assert judge(clerk | {machine}, clerk) is None
    assert judge(frozenset(), frozenset()) is None


async def test_where_the_city_does_not_check_nobody_is_found(registry: Registry) -> None:
    stranger = caller(registry, "stranger")
    assert (await stranger.get("/v1/workers")).status_code == 200
    assert await found(registry) == []


async def test_where_the_city_reports_strangers_go_on_and_are_listed_once_a_day(
    running: Callable[..., Any],
) -> None:
    registry = await settled(await running("registry", staff_check="report"))
    await assign(registry, "clerk-7")
    known, stranger = caller(registry, "clerk-7"), caller(registry, "stranger")
    promoted = caller(registry, "clerk-7", "registry_clerk", "certificate_approver")
    for client in (known, stranger, stranger, promoted):
        assert (await client.get("/v1/workers")).status_code == 200
    assert await found(registry) == [
        ("stranger", "not-on-staff", False), ("clerk-7", "other-role", False),
    ]  # fmt: skip
    (line,) = [
        one for one in (await registry.get(FINDINGS))["items"] if one["account"] == "clerk-7"
    ]
    assert (line["roles"], line["listed"], line["on"]) == (
        ["certificate_approver", "registry_clerk"], ["registry_clerk"], "2003-10-31",
    )  # fmt: skip
    assert await found(registry, on="2003-10-30") == []
    assert len(await found(registry, on="2003-10-31", office=OFFICE)) == 2
    assert await found(registry, office="231121-employment-bureau") == []
    assert await found(registry, area_code=OTHER) == []
    away = registry.thing.client("auditor", area=OTHER, office="231121-office", subject="away")
    assert {one["account"] for one in (await away.get(FINDINGS)).json()["items"]} == {"away"}
    assert (await known.get(FINDINGS)).status_code == 403


async def test_where_the_city_refuses_only_those_on_the_list_get_through(
    running: Callable[..., Any],
) -> None:
    registry = await settled(await running("registry", staff_check="refuse"))
    stranger = caller(registry, "stranger")
    refused = await stranger.get("/v1/workers")
    assert (refused.status_code, refused.json()["code"]) == (403, "account-not-on-staff")
    assert OFFICE in refused.json()["detail"]
    form = registry.form()
    assert (await stranger.post("/v1/workers", json=form)).status_code == 403
    assert (await registry.get("/v1/workers"))["items"] == []
    # The city's administrator puts the account on the list, and is not locked out without being on one.
    keeper = registry.thing.client("city_administrator", subject="keeper")
    body = {"account": "stranger", "role": "registry_clerk", "since": "2003-01-06"}
    answer = await keeper.post(f"/v1/offices/{OFFICE}/staff", json=body)
    assert answer.status_code == 201, answer.text
    assert (await stranger.post("/v1/workers", json=form)).status_code == 201
    # The list is of an office, of a role and of days.
    elsewhere = caller(registry, "stranger", office="231100-employment-bureau")
    promoted = caller(registry, "stranger", "certificate_approver")
    for client in (elsewhere, promoted):
        assert (await client.get("/v1/workers")).status_code == 403
    path = f"/v1/offices/{OFFICE}/staff/{answer.json()['id']}/ends"
    assert (await keeper.post(path, json={"on": "2003-10-31"})).status_code == 201
    assert (await stranger.get("/v1/workers")).status_code == 403
    assert await found(registry) == [
        ("stranger", "not-on-staff", True), ("keeper", "not-on-staff", False),
        ("stranger", "not-on-staff", True), ("stranger", "other-role", True),
    ]  # fmt: skip


async def test_machines_and_other_authorities_are_on_no_staff_list(
    running: Callable[..., Any],
) -> None:
    registry = await settled(await running("registry", staff_check="refuse"))
    agency = registry.thing.client("authority", office="231100-civil-affairs", subject="agency")
    number = registry.id_number()
    fact = {"id": str(new_id()), "id_number": number, "kind": "dibao", "on": "2003-05-01"}
    assert (await agency.post("/v1/life-facts", json=fact)).status_code in (201, 202)
    system = registry.thing.client("municipal_system", subject="datacentre")
    assert (await system.get("/v1/events")).status_code == 200
    service = registry.thing.client("none", scope="registry:worker:read", subject="portal")
    assert (await service.get("/v1/workers")).status_code == 200
    public = httpx.AsyncClient(
        transport=httpx.ASGITransport(registry.thing.app), base_url="http://service"
    )
    async with public:
        assert (await public.get("/v1/credentials/keys")).status_code == 200
    assert await found(registry) == []


async def test_the_list_is_not_read_for_every_request_and_is_read_again(
    running: Callable[..., Any],
) -> None:
    """What another process writes is noticed after a few seconds: it takes so long."""
    registry = await settled(await running("registry", staff_check="refuse"))
    entry = await assign(registry, "clerk-7")
    known = caller(registry, "clerk-7")
    assert (await known.get("/v1/workers")).status_code == 200
    async with registry.thing.db.transaction() as tx:
        await tx.execute(
            "insert into office_staff_end (id, on_day, actor) values ($1, '2003-06-01', 'elsewhere')",
            entry,
        )
    assert (await known.get("/v1/workers")).status_code == 200
    await asyncio.sleep(offices.FRESH_S)
    assert (await known.get("/v1/workers")).status_code == 403
