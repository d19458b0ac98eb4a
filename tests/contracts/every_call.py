"""Every operation of a service once, on a city in which everything has happened, and its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import httpx

from tests.contracts.further import Further
from tests.contracts.registry_calls import registry_further
from tests.contracts.subsidy_calls import subsidy_further
from tests.journeys.city import NDJSON, OFFICE, City, ndjson
from tests.rights.calls import Call
from tests.rights.table import committed

RIGHTS = {right.key: right for right in committed()}
#: What the table of rights does not try.
FURTHER = {"registry": registry_further, "subsidy": subsidy_further}
#: Late enough for what the law of 2006 began.
TODAY = date(2006, 11, 15)
#: A city that uses what the national default leaves off.
POLICIES = Path(__file__).parent / "policies"


async def answers(
    city: City, calls: list[Call], service: str
) -> AsyncIterator[tuple[Call, httpx.Response]]:
    """``calls`` of the service, then what they leave out, each by somebody who may make it."""
    waiting = [Further(call, who_calls(call)) for call in calls if call.service == service]
    waiting += await FURTHER[service](city)
    waiting += plain_reads(service, besides={one.call.key for one in waiting})
    while waiting:
        one = waiting.pop(0)
        answer = await ask(city, one)
        if answer.is_success:
            waiting += imports_of(one, answer)
        yield one.call, answer


def plain_reads(service: str, besides: set[tuple[str, str, str]]) -> list[Further]:
    """Operations that need nothing: no id, no body."""
    keys = [key for key in RIGHTS if key[0] == service and key[1] == "GET" and "{" not in key[2]]
    return [Further(Call(*key)) for key in keys if key not in besides]


def imports_of(one: Further, answer: httpx.Response) -> list[Further]:
    """What one asks after an import: its result, and the lines that were refused."""
    call = one.call
    if call.rows is None:
        return []
    read = call.template.split("?")[0] + "/{import_id}"
    made = {**call.ids, "import_id": answer.json()["id"]}
    keys = [(call.service, "GET", read + tail) for tail in ("", "/errors")]
    return [Further(Call(*key, made), one.who) for key in keys if key in RIGHTS]


def who_calls(call: Call) -> tuple[str, str, str, str]:
    """Somebody who may; approvers are other people than makers."""
    right = RIGHTS[call.key]
    role = next(iter([*sorted(right.roles - {"loader"}), *right.roles]), "auditor")
    subject = f"{role} of {call.own_area[:6]}" if role == "authority" else f"{role} who calls"
    return role, call.own_area, OFFICE, subject


async def ask(city: City, one: Further) -> httpx.Response:
    """The call, naming the version that its thing has now."""
    call = one.call
    role, area, office, subject = one.who
    client = city.world[call.service].client(role, area=area, office=office, subject=subject)
    headers = {"Idempotency-Key": str(uuid4())}
    if call.method == "GET":
        return await client.get(call.path)
    if call.rows is not None:
        return await client.post(call.path, content=ndjson(call.rows), headers=headers | NDJSON)
    own = call.template[: call.template.find("}") + 1].format(**call.ids)
    thing = one.version_of or own
    seen = await city.world.client(call.service).get(thing) if thing else None
    headers["If-Match"] = seen.headers.get("etag", '"v1"') if seen else '"v1"'
    return await client.request(call.method, call.path, json=call.body, headers=headers)
