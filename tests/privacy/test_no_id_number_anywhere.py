"""People go through all five services; afterwards nobody's number, telephone or name is anywhere.

Not in the five databases, the streams, the log, the answers, the metrics. A planted canary in each
kind of place proves that the scan would have seen it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
import structlog

from kit.crypto import check_digit
from kit.testing import PostgresServer
from tests.journeys.city import NDJSON, PAST, PLACE, City, id_number, ndjson, worker_form
from tests.privacy.scan import Hit, Scanner, old_form
from tests.rights.table import committed

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = 300
#: Stands in every name as its second character, which the mask hides.
MARK = "龘"
OTHER_NUMBER = worker_form(PEOPLE + 1)["id_number"]
#: Somebody who is never loaded, with a mark of their own in the name.
CANARY_MARK = "靐"
CANARY = {
    "id_number": id_number(PEOPLE + 2), "name": f"欧{CANARY_MARK}雀", "phone": "0456-8299999",
}  # fmt: skip


@dataclass
class Evidence:
    """What was sent and what came back."""

    city: City
    scanner: Scanner
    forms: list[dict[str, Any]]
    answers: io.BytesIO = field(default_factory=io.BytesIO)

    async def note(self, response: httpx.Response) -> None:
        """Keep one answer with its headers."""
        await response.aread()
        head = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        self.answers.write(f"\n{response.status_code}\n{head}\n".encode() + response.content)


def person(serial: int) -> dict[str, Any]:
    """A form with a name, a number and a telephone that occur nowhere else."""
    form = worker_form(serial, sex="male" if serial % 2 else "female", born="19650504")
    form |= {"name": f"欧{MARK}{chr(0x4E00 + serial)}", "phone": f"0456-829{serial:04d}"}
    if serial % 5 == 0:
        form["id_number"] = old_form(form["id_number"])
    return form


def full(number: str) -> str:
    """The eighteen digits of either form."""
    if len(number) == 18:
        return number
    digits = f"{number[:6]}19{number[6:]}"
    return digits + check_digit(digits)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evidence(city: City) -> Evidence:
    """Everything that the city did with these people."""
    forms = [person(next(city.serial)) for _ in range(PEOPLE)]
    scanner = Scanner(marks={MARK.encode(), CANARY_MARK.encode()})
    scanner.add(CANARY["id_number"], CANARY["phone"])
    for form in forms:
        scanner.add(full(form["id_number"]), form["phone"])
    scanner.add(OTHER_NUMBER)
    evidence = Evidence(city, scanner, forms)
    for service in city.world.services:
        for persona in ("loader", "clerk", "foreign-clerk"):
            client = city.world.client(service, persona)
            client.event_hooks = {"response": [evidence.note]}
    await lives(evidence)
    await mistakes(evidence)
    await city.world.settle()
    await reading(evidence)
    return evidence


async def lives(evidence: Evidence) -> None:
    """Registered, certified, placed, lent to, paired, relieved."""
    city, forms = evidence.city, evidence.forms
    for form in forms[:20]:
        await city.post("registry", "/v1/workers", form)
    await city.load("registry", "/v1/workers", forms[20:])
    ids = [form["id"] for form in forms]
    await city.load(
        "registry", "/v1/certificates",
        [{"worker_id": one, "applied_on": "2003-03-03", **PAST} for one in ids],
    )  # fmt: skip
    await city.load(
        "registry", "/v1/certificates/issues",
        [{"worker_id": one, "issued_on": "2003-04-10"} for one in ids[:200]],
        persona="issuer",
    )  # fmt: skip
    await city.load(
        "registry", "/v1/pairings",
        [{"worker_id": one, "helper_office": PLACE["office"], "formed_on": "2003-02-01"}
         for one in ids[:30]],
    )  # fmt: skip
    await city.load(
        "registry", "/v1/difficulties",
        [{"worker_id": one, "recognised_on": "2003-05-01"} for one in ids[:30]],
    )  # fmt: skip
    story = city.story()
    await city.an_employer(story)
    await city.world.settle()
    await city.load(
        "jobs-market", "/v1/placements",
        [{"worker_id": one, "employer_id": story.employer, "channel": "private_economy",
          "evidence": "contract", "contract_months": 36, "new_post": True,
          "started_on": "2003-09-01", **PLACE} for one in ids[:100]],
    )  # fmt: skip
    await city.post(
        "loans", "/v1/contributions",
        {"level": "city", "amount": "900000.00", "received_on": "2003-05-01",
         "contributor": "市财政局", **PLACE},
    )  # fmt: skip
    await city.load(
        "loans", "/v1/loans",
        [{"worker_id": one, "principal": "10000.00", "term_months": 24, "applied_on": "2003-06-02",
          "recommended_on": "2003-06-05", "reviewed_on": "2003-06-10",
          "committed_on": "2003-06-16", "disbursed_on": "2003-06-20", "bank": "农村信用社",
          "annual_rate": "5.49", **PLACE} for one in ids[100:140]],
    )  # fmt: skip
    await city.world.settle()


async def mistakes(evidence: Evidence) -> None:
    """People are put where they do not belong, in every way that we could think of."""
    city, (one, two, old, *_) = evidence.city, evidence.forms
    number, name, phone = full(one["id_number"]), one["name"], one["phone"]
    old_number = old_form(full(two["id_number"]))
    everybody = [city.world.client(service) for service in city.world.services]
    client_of_registry = city.world.client("registry")
    wrong = number[:17] + ("1" if number[17] != "1" else "2")
    evidence.scanner.add(wrong)
    bodies: list[Any] = [
        {**one, "id": str(uuid4())},  # taken
        {**old, "id": str(uuid4()), "sex": "male", "birth_date": "1965-05-05"},
        {**one, "id_number": wrong},
        {**one, "id_number": int(number[:17])},
        {**one, number: number, name: 1},
        {**one, "phone": {"number": phone}, "category": name, "area_code": number},
        {**one, "labour_status": number, "office": name, "status_since": old_number},
        {**one, "name": name * 200, "id": number},
        [number],
        number,
    ]
    for client in everybody:
        await in_bodies(client, bodies)
        await in_addresses(client, number, old_number, name)
    await in_headers(client_of_registry, one, number, old_number)
    await in_files(client_of_registry, one, two, wrong)
    await client_of_registry.post("/v1/workers/searches", json={"id_number": wrong})
    for form in evidence.forms[:40]:
        for persona in ("clerk", "foreign-clerk"):
            await city.world.client("registry", persona).post(
                "/v1/workers/searches", json={"id_number": form["id_number"]}
            )


async def in_bodies(client: httpx.AsyncClient, bodies: list[Any]) -> None:
    """In fields that are not theirs, in names of fields, instead of a form."""
    for path in ("/v1/workers", "/v1/employers", "/v1/loans", "/v1/payments", "/v1/targets"):
        for body in bodies:
            await client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())})


async def in_addresses(client: httpx.AsyncClient, *values: str) -> None:
    """In paths and queries."""
    for value in values:
        for path in (
            "workers",
            "events",
            "loans",
            "figures",
            "funds",
            "contract/events",
            "nothing",
        ):
            await client.get(f"/v1/{path}/{value}")
            await client.delete(f"/v1/{path}/{value}")
        for query in ("id_number", "number", "worker_id", "cursor", "limit", "after"):
            for path in ("workers", "certificates", "events", "placements", "loans", "payments"):
                await client.get(f"/v1/{path}", params={query: value})


async def in_headers(
    client: httpx.AsyncClient, one: dict[str, Any], number: str, old_number: str
) -> None:
    """Also where a header is kept: the key of a write."""
    for header in ("X-Request-ID", "Idempotency-Key", "If-Match", "Accept-Language", "Wait-For",
                   "traceparent", "User-Agent", "Content-Type", "Authorization", "Origin"):  # fmt: skip
        for value in (number, old_number, f"key-{number}", f"Bearer {number}"):
            for body in ({**one, "id_number": OTHER_NUMBER}, one):
                await client.post("/v1/workers", json=body, headers={header: value})
            await upload(client, ndjson([one]), {header: value})


async def in_files(
    client: httpx.AsyncClient, one: dict[str, Any], two: dict[str, Any], wrong: str
) -> None:
    """In rows, broken lines, and files that are no files."""
    number, name = full(one["id_number"]), one["name"]
    files = [
        ndjson([one, {**two, "id_number": wrong}, {**two, name: number}]),
        f'{{"id_number": "{number}", "name": "{name}'.encode(),
        f"{number}\n{name}\n".encode(),
        (f'"{number}",{name}\n' * 3).encode(),
        number.encode("utf-16"),
    ]
    for content in files:
        for kind in ("application/x-ndjson", "text/csv"):
            for mode in ("all", "good"):
                await upload(client, content, {"Content-Type": kind}, mode)
    await client.post("/v1/workers", content=f'{{"id_number": "{number}",,'.encode())


async def upload(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], mode: str = "good"
) -> None:
    """An import of workers, whatever comes of it."""
    await client.post(
        f"/v1/workers/imports?mode={mode}", content=content, headers={**NDJSON, **headers}
    )


async def reading(evidence: Evidence) -> None:
    """Every list there is, and single things of the first people."""
    city = evidence.city
    for right in committed():
        if right.method == "GET" and "{" not in right.path:
            await city.world.client(right.service).get(right.path, params={"limit": 100})
    for form in evidence.forms[:20]:
        for tail in ("", "/labour-status", "/correction-requests"):
            await city.world.client("registry").get(f"/v1/workers/{form['id']}{tail}")
    for service in city.world.services:
        for path in ("/metrics", "/v1/events?limit=100"):
            await city.world.client(service).get(path)


# --- where it could be ---------------------------------------------------------------------------


async def dump(url: str) -> bytes:
    """Every row of every table of a database, as text; bytes as hexadecimal."""
    connection = await asyncpg.connect(url)
    out = io.BytesIO()
    try:
        tables = await connection.fetch(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables "
            "where schemaname not in ('pg_catalog', 'information_schema')"
        )
        for table in tables:
            out.write(f"\n-- {table['name']}\n".encode())
            await connection.copy_from_query(f"select * from {table['name']}", output=out)
    finally:
        await connection.close()
    return out.getvalue()


def database_url(postgres: PostgresServer, city: City, service: str) -> str:
    """The service's database as the superuser, who sees all of it."""
    own = city.world[service].runtime.settings.database_url.get_secret_value()
    return postgres.url(urlsplit(own).path.removeprefix("/"))


async def places(evidence: Evidence, postgres: PostgresServer, log_file: Path) -> dict[str, bytes]:
    """All bytes that the city left behind, by place."""
    city = evidence.city
    found = {
        f"database {service}": await dump(database_url(postgres, city, service))
        for service in city.world.services
    }
    for stream, messages in city.world.bus.streams.items():
        found[f"stream {stream}"] = b"\n".join(
            f"{m.subject} {m.id} ".encode() + m.body for m in messages
        )
    found["log"] = log_file.read_bytes()
    found["answers"] = evidence.answers.getvalue()
    return found


def hits(evidence: Evidence, found: dict[str, bytes]) -> Iterator[Hit]:
    for where, text in found.items():
        yield from evidence.scanner.scan(where, text)


async def plant(postgres: PostgresServer, city: City) -> set[str]:
    """Write the canary, in as many ways, into a scratch table of each database; answers where."""
    form, number = CANARY, CANARY["id_number"]
    planted: dict[str, tuple[str, Any]] = {
        "registry": ("text", number),
        "jobs-market": ("text", base64.b64encode(b".." + old_form(number).encode()).decode()),
        "subsidy": ("bytea", number.encode()),
        "loans": ("bytea", base64.b64encode(f"name={form['name']}".encode())),
        "assessment": ("jsonb", f'{{"phone": ["{form["phone"]}"]}}'),
    }
    for service, (kind, value) in planted.items():
        connection = await asyncpg.connect(database_url(postgres, city, service))
        await connection.execute(f"create table canary (it {kind})")
        await connection.execute("insert into canary values ($1)", value)
        await connection.close()
    return {f"database {service}" for service in planted}


async def test_the_canary_is_found_wherever_it_was_planted_and_nobody_else_anywhere(
    evidence: Evidence, postgres: PostgresServer, log_file: Path
) -> None:
    structlog.get_logger("test").warning("a slip", number=full(evidence.forms[0]["id_number"]))
    planted = await plant(postgres, evidence.city)
    found = await places(evidence, postgres, log_file)
    # That there was something to find: everybody was heard of, and the log and the answers speak.
    assert sum(form["id"].encode() in found["database assessment"] for form in evidence.forms) > 290
    assert sum(form["id"].encode() in found["stream REGISTRY"] for form in evidence.forms) == PEOPLE
    assert b"a slip" in found["log"]
    assert found["answers"].count(b"urn:problem:") > 500
    seen = {(hit.where, hit.layer, hit.what) for hit in hits(evidence, found)}
    assert {where for where, _, _ in seen} == planted
    about = {CANARY["id_number"], old_form(CANARY["id_number"]), CANARY["phone"], CANARY_MARK}
    assert {what for _, _, what in seen} == about
    # The places that cannot be written to by hand: what a slip there would have looked like.
    for where in ("log", "stream REGISTRY", "answers"):
        slip = f'{{"event": "x", "name": "{CANARY["name"]}"}}\n'.encode()
        assert list(evidence.scanner.scan(where, found[where][-2000:] + slip))


async def test_what_is_kept_of_a_person_opens_with_the_key_only(evidence: Evidence) -> None:
    """The number is there, encrypted: the own office finds the person by it, another does not."""
    form = evidence.forms[3]
    body = {"id_number": form["id_number"]}
    own = await evidence.city.world.client("registry", "clerk").post(
        "/v1/workers/searches", json=body
    )
    assert [one["id"] for one in own.json()["items"]] == [form["id"]]
    assert own.json()["items"][0]["name_masked"] == "欧**"
    other = await evidence.city.world.client("registry", "foreign-clerk").post(
        "/v1/workers/searches", json=body
    )
    assert other.json()["items"] == []


FREE_TEXT = [
    ("subsidy", "/v1/appropriations", "document", {
        "fund": "reemployment", "source": "city", "amount": "5.00", "received_on": "2003-06-30",
        "year": 2003, **PLACE,
    }),
    ("loans", "/v1/contributions", "contributor", {
        "level": "city", "amount": "1.00", "received_on": "2003-05-01", **PLACE,
    }),
    ("jobs-market", "/v1/employers", "name", {
        "sector": "commerce", "ownership": "self_employed", "registered_on": "2003-01-02", **PLACE,
    }),
    ("registry", "/v1/workers/{}/correction-requests", "reason", {
        "attribute": "category", "value": "none", "requested_on": "2003-09-01",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("service", "path", "field_name", "body"), FREE_TEXT)
async def test_free_text_takes_no_number(
    evidence: Evidence, service: str, path: str, field_name: str, body: dict[str, Any]
) -> None:
    """What a clerk writes freely goes into events and lists."""
    form = evidence.forms[9]
    for number in (full(form["id_number"]), old_form(full(form["id_number"]))):
        answer = await evidence.city.world.client(service).post(
            path.format(form["id"]),
            json={**body, field_name: f"王某（{number}）"},
            headers={"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'},
        )
        (error,) = answer.json()["errors"]
        # A body that is one of several kinds names its kind on the way.
        where = error["pointer"].split("/")
        told = (answer.status_code, where[:2], where[-1], error["code"])
        assert told == (422, ["#", "body"], field_name, "holds-id-number")
        assert number not in answer.text
