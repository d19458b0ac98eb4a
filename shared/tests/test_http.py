"""The edge, problem documents, tokens and the published contract, over a real ASGI application."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import httpx
import pytest
import structlog
from fastapi import APIRouter, Depends, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from openapi_spec_validator import validate
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import BaseModel, ConfigDict, Field

from kit import context, messages, observability, openapi, versions
from kit.auth import Actor, Authenticator, KeySource, requires
from kit.db import Database
from kit.http import create_http
from kit.money import YuanPositive
from kit.problems import Problem, Refusal, language, pointer
from kit.settings import Settings

ID_NUMBER = "11010519491231002X"
ISSUER = "https://issuer.example"
KEY = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
KEYS = KeySet([KEY])


def token(key: Any = KEY, alg: str = "ES256", kid: str | None = "k1", **changed: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": "reemployment", "sub": "clerk-7", "iat": now, "nbf": now - 1,
        "exp": now + 600, "roles": ["registry_clerk"], "office": "231102-01",
        "area_code": "231102000000",
    } | changed  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": alg} | ({"kid": kid} if kid else {})
    return jwt.encode(header, claims, key, algorithms=[alg])


def bearer(**changed: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(**changed)}"}


class AlreadyIssued(Refusal):
    code = "already-issued"


class Forgotten(Exception):
    """An exception that nobody mapped."""


class Register(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id_number: str = Field(min_length=18, max_length=18)
    kind: Literal["laid_off", "unemployed"] = "laid_off"
    amount: YuanPositive
    count: int = Field(default=1, ge=1, le=9)


class Registered(BaseModel):
    amount: YuanPositive
    actor: str | None
    correlation_id: str


router = APIRouter()


@router.post("/v1/workers", status_code=201)
async def register(
    body: Register, actor: Annotated[Actor, requires("registry:worker:write")]
) -> Registered:
    here = context.current()
    return Registered(amount=body.amount, actor=here.actor, correlation_id=str(here.correlation_id))


@router.get("/v1/workers/{worker_id}")
async def get_worker(
    worker_id: int, actor: Annotated[Actor, Depends(requires("registry:worker:read"))]
) -> dict[str, Any]:
    return {"seen": actor.may_see("231102001000"), "other": actor.may_see("231181000000")}


@router.put("/v1/workers/{worker_id}/status")
async def change_worker(
    worker_id: int,
    actor: Annotated[Actor, requires("registry:worker:write")],
    version: versions.Required,
) -> dict[str, Any]:
    return {"version": version}


@router.post("/v1/workers/{worker_id}/notes")
async def note_worker(
    worker_id: int,
    actor: Annotated[Actor, requires("registry:worker:write")],
    version: versions.Optional,
) -> dict[str, Any]:
    return {"version": version}


@router.get("/v1/open", openapi_extra=openapi.PUBLIC)
async def open_door(what: str = "") -> dict[str, str]:
    if what == "issued":
        raise AlreadyIssued(month="2003-10")
    if what == "forgotten":
        raise Forgotten(ID_NUMBER)
    if what == "away":
        raise ConnectionError(ID_NUMBER)
    return {"ok": "yes"}


@dataclass(frozen=True)
class Described:
    name: str = "registry"
    title_zh: str = "登记"
    title_en: str = "Registry"
    description: str = "Test"
    problems: dict[type[Exception], Problem] = field(
        default_factory=lambda: {
            AlreadyIssued: Problem(
                409,
                "already-issued",
                "已发证",
                "Already issued",
                "{month} 已发",
                "Issued in {month}",
                3,
            )
        }
    )


def settings(**changed: Any) -> Settings:
    return Settings(service="registry", database_url="postgresql://none", **changed)  # type: ignore[arg-type]


def application(auth: Authenticator | None = None) -> Any:
    auth = auth or Authenticator(
        KeySource(KEYS), issuer=ISSUER, audience="reemployment", embedded=True
    )
    return create_http(
        Described(), settings(public_path="/api/registry"), routers=[router], auth=auth
    )


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"urn:problem:registry:{code}"
    assert body["request_id"] == response.headers["x-request-id"]
    assert "110105" not in response.text
    return body


async def test_every_wrong_field_is_named_in_chinese_and_none_is_echoed(
    http: httpx.AsyncClient,
) -> None:
    sent = {"id_number": ID_NUMBER[:-1], "kind": ID_NUMBER, "amount": 12, "count": 77, ID_NUMBER: 1}
    body = problem(
        await http.post("/v1/workers", json=sent, headers=bearer()), 422, "validation-failed"
    )
    assert body["title"] == "请求校验失败"
    found = {error["pointer"]: error for error in body["errors"]}
    assert found["#/body/id_number"]["code"] == "string-too-short"
    assert found["#/body/id_number"]["message"] == "至少 18 个字符"
    assert found["#/body/kind"]["message"] == "只能是：'laid_off' or 'unemployed'"
    assert found["#/body/amount"]["code"] == "yuan"
    assert found["#/body/count"]["message"] == "不得大于 9"
    assert found["#/body/*"]["code"] == "extra-forbidden"


async def test_the_same_problem_in_english(http: httpx.AsyncClient) -> None:
    headers = bearer() | {"Accept-Language": "fr, en-GB;q=0.8, zh;q=0.5"}
    response = await http.post("/v1/workers", json={}, headers=headers)
    body = problem(response, 422, "validation-failed")
    assert response.headers["content-language"] == "en"
    assert body["errors"] == [
        {"pointer": f"#/body/{name}", "code": "missing", "message": "this is required"}
        for name in ("id_number", "amount")
    ]


@pytest.mark.parametrize(
    ("accept", "lang"),
    [(None, "zh"), ("", "zh"), ("de", "zh"), ("en", "en"), ("zh;q=0.1, en;q=0.2", "en"), ("*", "zh"),
     ("en-US,en;q=0.9,zh-CN;q=0.8", "en"), ("zh-CN,en;q=0.9", "zh"), ("en;q=0", "zh"), ("x" * 9000, "zh")],
)  # fmt: skip
def test_the_language_is_the_one_that_is_preferred(accept: str | None, lang: str) -> None:
    assert language(accept) == lang


@pytest.mark.parametrize("body", [b"{bad", b'{"a": }', b"", b"\xff\xfe{", b"[" * 200_000])
async def test_a_body_that_is_no_json_is_a_problem(http: httpx.AsyncClient, body: bytes) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    response = await http.post("/v1/workers", content=body, headers=headers)
    expected = (400, "malformed-json") if body else (422, "validation-failed")
    problem(response, *expected)


async def test_a_body_of_another_type_is_a_problem(http: httpx.AsyncClient) -> None:
    headers = bearer() | {"Content-Type": "text/plain"}
    response = await http.post("/v1/workers", content=b'{"id_number": 1}', headers=headers)
    body = problem(response, 422, "validation-failed")
    assert body["errors"][0]["pointer"] == "#/body"


async def test_a_refusal_of_the_domain_has_its_words_and_its_parameters(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/v1/open?what=issued")
    body = problem(response, 409, "already-issued")
    assert (body["title"], body["detail"]) == ("已发证", "2003-10 已发")
    assert response.headers["retry-after"] == "3"


async def test_an_exception_that_nobody_mapped_is_500_and_says_nothing(
    http: httpx.AsyncClient,
) -> None:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with structlog.testing.capture_logs() as logs:
            body = problem(await http.get("/v1/open?what=forgotten"), 500, "internal")
    finally:
        structlog.configure(**before)
    assert "detail" not in body
    assert [type(line["exc_info"]).__name__ for line in logs] == ["Forgotten"]


async def test_a_database_that_is_away_is_503_with_a_time_to_come_back(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/v1/open?what=away")
    problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"


async def test_no_route_and_no_method_are_problems_with_the_right_allow(
    http: httpx.AsyncClient,
) -> None:
    problem(await http.get("/v1/nowhere"), 404, "not-found")
    response = await http.delete("/v1/workers/7")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"
    response = await http.put("/v1/workers")
    assert response.headers["allow"] == "POST"


async def test_a_body_that_is_too_large_is_refused_with_or_without_its_length(
    http: httpx.AsyncClient,
) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    response = await http.post("/v1/workers", content=b"x" * 1_100_000, headers=headers)
    problem(response, 413, "content-too-large")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    response = await http.post("/v1/workers", content=pieces(), headers=headers)
    problem(response, 413, "content-too-large")


async def test_a_request_keeps_its_id_and_a_strange_one_is_replaced(
    http: httpx.AsyncClient,
) -> None:
    given = "0190a1b2c3d44e5f8a9b0c1d2e3f4a5b"
    body = {"id_number": ID_NUMBER, "amount": "12.50"}
    response = await http.post("/v1/workers", json=body, headers=bearer() | {"X-Request-ID": given})
    assert response.status_code == 201
    assert response.headers["x-request-id"] == given
    assert response.json()["correlation_id"].replace("-", "") == given
    assert response.json()["actor"] == "clerk-7"
    assert response.json()["amount"] == "12.50"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    response = await http.get("/v1/open", headers={"X-Request-ID": ID_NUMBER})
    assert response.headers["x-request-id"] != ID_NUMBER


RSA = RSAKey.generate_key(2048, {"kid": "k1"})
WRONG_TOKENS = {
    "expired": lambda: token(exp=int(time.time()) - 60),
    "not yet": lambda: token(nbf=int(time.time()) + 600),
    "no nbf": lambda: token(nbf=None),
    "no exp": lambda: token(exp=None),
    "no sub": lambda: token(sub=None),
    "other audience": lambda: token(aud="other"),
    "other issuer": lambda: token(iss="https://evil.example"),
    "unknown key": lambda: token(ECKey.generate_key("P-256"), kid="k9"),
    "foreign key": lambda: token(ECKey.generate_key("P-256")),
    "other kind of key": lambda: token(RSA, alg="RS256"),
    "no office": lambda: token(office=None),
    "no area": lambda: token(area_code="2311"),
    "roles no list": lambda: token(roles="registry_clerk"),
    "secret key": lambda: token(OctKey.import_key("s" * 32), alg="HS256"),
    "none": lambda: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "tampered": lambda: token()[:-6] + "AAAAAA",
    "garbage": lambda: "x.y",
    "empty": lambda: "",
    "endless": lambda: "x" * 9000,
}


@pytest.mark.parametrize("kind", sorted(WRONG_TOKENS))
async def test_a_token_that_proves_nothing_is_401(http: httpx.AsyncClient, kind: str) -> None:
    headers = {"Authorization": f"Bearer {WRONG_TOKENS[kind]()}"}
    response = await http.get("/v1/workers/7", headers=headers)
    problem(response, 401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer ")


async def test_without_a_token_or_with_another_scheme_it_is_401(http: httpx.AsyncClient) -> None:
    problem(await http.get("/v1/workers/7"), 401, "unauthenticated")
    response = await http.get("/v1/workers/7", headers={"Authorization": "Basic eDp5"})
    problem(response, 401, "unauthenticated")


async def test_a_missing_scope_is_403_and_named(http: httpx.AsyncClient) -> None:
    response = await http.post(
        "/v1/workers", json={"id_number": ID_NUMBER}, headers=bearer(roles=["auditor", "unknown"])
    )
    assert "registry:worker:write" in problem(response, 403, "forbidden")["detail"]


async def test_the_caller_sees_the_subtree_of_the_office(http: httpx.AsyncClient) -> None:
    response = await http.get("/v1/workers/7", headers=bearer())
    assert response.json() == {"seen": True, "other": False}
    city = await http.get("/v1/workers/7", headers=bearer(area_code="231100000000"))
    assert city.json() == {"seen": True, "other": True}


async def test_me_tells_roles_scopes_and_office(http: httpx.AsyncClient) -> None:
    body = (await http.get("/v1/me", headers=bearer(roles=["municipal_system"]))).json()
    assert body["roles"] == ["municipal_system"]
    assert "registry:event:read" in body["scopes"]
    assert body["office"] == "231102-01"


async def test_the_loader_is_nobody_outside_of_the_embedded_run() -> None:
    auth = Authenticator(KeySource(KEYS), issuer=ISSUER, audience="reemployment")
    actor = await auth.actor(f"Bearer {token(roles=['loader'])}")
    assert actor.scopes == frozenset()


class Issuer:
    """The key set of an issuer over HTTP, counted."""

    def __init__(self) -> None:
        self.keys = KeySet([KEY])
        self.asked = 0
        self.away = False
        self.now = 1000.0
        transport = httpx.MockTransport(self.answer)
        client = httpx.AsyncClient(transport=transport)
        source = KeySource(url="https://issuer.example/jwks", client=client, clock=lambda: self.now)
        self.auth = Authenticator(
            source,
            issuer=ISSUER,
            audience="reemployment",
            now=lambda: time.time() + self.now - 1000,
        )
        self.source = source

    def answer(self, _request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            return httpx.Response(503)
        return httpx.Response(200, json=self.keys.as_dict(private=False))


async def refused(auth: Authenticator, given: str) -> int:
    try:
        await auth.actor(f"Bearer {given}")
    except Exception as error:  # the status is the point
        status: int = error.problem.status
        return status
    return 200


async def test_unknown_keys_are_asked_for_once_in_thirty_seconds() -> None:
    issuer = Issuer()
    other = ECKey.generate_key("P-256", {"kid": "k2"})
    stranger = token(other, kid="k2")
    assert await refused(issuer.auth, token()) == 200
    issuer.now += 31
    many = [refused(issuer.auth, token(other, kid=f"x{n}")) for n in range(50)]
    assert set(await asyncio.gather(*many)) == {401}
    assert issuer.asked == 2
    issuer.keys = KeySet([KEY, other])
    assert await refused(issuer.auth, stranger) == 401
    issuer.now += 31
    assert await refused(issuer.auth, stranger) == 200
    assert issuer.asked == 3


async def test_a_withdrawn_key_is_noticed_within_a_minute() -> None:
    issuer = Issuer()
    good = token(exp=int(time.time()) + 6000)
    assert await refused(issuer.auth, good) == 200
    issuer.keys = KeySet([ECKey.generate_key("P-256", {"kid": "k2"})])
    issuer.now += 30
    assert await refused(issuer.auth, good) == 200
    issuer.now += 31
    assert await refused(issuer.auth, good) == 401


async def test_an_issuer_that_goes_away_does_not_stop_us_and_one_that_never_was_there_does() -> (
    None
):
    issuer = Issuer()
    issuer.away = True
    assert await refused(issuer.auth, token()) == 503
    assert not await issuer.source.ready()
    issuer.away = False
    issuer.now += 2
    assert await refused(issuer.auth, token()) == 200
    issuer.away = True
    issuer.now += 120
    assert await refused(issuer.auth, token(exp=int(time.time()) + 6000)) == 200


def test_a_scope_that_does_not_exist_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="no scope"):
        requires("registry:worker:destroy")


def test_the_contract_is_valid_and_names_scopes_and_problems() -> None:
    app = application()
    document = app.openapi()
    validate(document)
    assert document["servers"] == [{"url": "/api/registry"}]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    register_operation = document["paths"]["/v1/workers"]["post"]
    assert register_operation["operationId"] == "register"
    assert register_operation["x-scope"] == "registry:worker:write"
    assert register_operation["security"] == [{"access_token": []}]
    for code in ("401", "403", "422", "default"):
        assert list(register_operation["responses"][code]["content"]) == [
            "application/problem+json"
        ]
    assert document["paths"]["/v1/open"]["get"]["security"] == []


def test_the_contract_says_where_the_version_must_or_may_be_named() -> None:
    paths = application().openapi()["paths"]
    for operation, required, codes in (
        (paths["/v1/workers/{worker_id}/status"]["put"], True, {"412", "428"}),
        (paths["/v1/workers/{worker_id}/notes"]["post"], False, {"412"}),
        (paths["/v1/workers"]["post"], None, set()),
    ):
        named = [one for one in operation.get("parameters", []) if one["name"] == "If-Match"]
        assert [(one["in"], one["required"]) for one in named] == (
            [] if required is None else [("header", required)]
        )
        assert all("ETag" in one["description"] for one in named)
        assert operation["responses"].keys() & {"412", "428"} == codes
        if required:
            assert named[0]["schema"]["type"] == "string"


async def test_a_change_names_the_version_that_was_seen(http: httpx.AsyncClient) -> None:
    path, notes, headers = "/v1/workers/7/status", "/v1/workers/7/notes", bearer()
    told = await http.put(path, headers=headers | {"If-Match": versions.etag(3)})
    assert told.json() == {"version": 3}
    problem(await http.put(path, headers=headers), 428, "precondition-required")
    for nonsense in ("", "*", "v3", 'W/"v3"', '"v3", "v4"', '"v-1"', '"v٣"', f'"v{"9" * 19}"'):
        given = headers | {"If-Match": nonsense.encode()}
        assert (await http.put(path, headers=given)).json() == {"version": versions.NO_VERSION}
        assert (await http.post(notes, headers=given)).json() == {"version": versions.NO_VERSION}
    assert (await http.post(notes, headers=headers)).json() == {"version": None}
    problem(await http.put(path), 401, "unauthenticated")


def test_every_route_tells_the_scope_that_it_asks_for() -> None:
    found = {one.name: one for one in openapi.operations(application())}
    assert found["register"].scope == "registry:worker:write"
    assert found["get_worker"].scope == "registry:worker:read"
    assert found["get_me"].authenticated
    assert found["get_me"].scope is None
    assert found["open_door"].public


def test_pointers_repeat_only_names_of_fields() -> None:
    assert pointer(("body", "items", 3, "worker_id")) == "#/body/items/3/worker_id"
    assert pointer(("body", "张三", ID_NUMBER, "a" * 99, "x12345y")) == "#/body/*/*/*/*"


def test_a_message_never_fails_for_want_of_a_limit() -> None:
    for kind in messages.known_types():
        for text in messages.texts(kind):
            assert "{" not in text
    assert messages.texts("no_such_type") == messages.UNKNOWN
    with pytest.raises(ValueError, match="already means"):
        messages.register_messages({"missing": ("x", "y")})


async def test_metrics_know_templates_and_never_paths(http: httpx.AsyncClient) -> None:
    await http.get("/v1/workers/1101051949", headers=bearer())
    await http.get(f"/v1/{ID_NUMBER}")
    text = (await http.get("/metrics")).text
    assert 'route="/v1/workers/{worker_id}"' in text
    assert 'route="unmatched"' in text
    assert "110105" not in text
    assert "outbox_rows" in text


@pytest.mark.parametrize(
    "address",
    [
        f"/v1/workers/{ID_NUMBER}",
        "/v1/workers/110105491231002",  # the old form
        "/v1/workers/110105194912310021",  # a wrong check digit
        f"/v1/open?what={ID_NUMBER.lower()}",
        f"/v1/open?a=1&{ID_NUMBER}=b",
        "/v1/open?what=%31%31%30%31%30%35%31%39%34%39%31%32%33%31%30%30%32%58",
        "/v1/open?what=" + "".join(f"%EF%BC%{0x90 + int(d):X}" for d in ID_NUMBER[:17]) + "X",
        f"/v1/nowhere/{ID_NUMBER}.json",
    ],
)
async def test_an_address_that_holds_an_id_number_is_refused_and_kept_nowhere(
    http: httpx.AsyncClient, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = structlog.get_config()
    observability.log_to_stdout("registry", "DEBUG")
    try:
        answer = await http.get(address, headers=bearer())
        metrics = (await http.get("/metrics")).text
    finally:
        structlog.configure(**configured)
        logging.getLogger().handlers.clear()
    problem(answer, 400, "id-number-in-address")
    said = capsys.readouterr().out
    for text in (answer.text, str(answer.headers), metrics, said):
        assert ID_NUMBER[6:14] not in text
        assert "110105491231002" not in text


@pytest.mark.parametrize(
    "address",
    [
        "/v1/open?what=2311002003000000123",  # longer
        "/v1/open?what=23110020030000012",  # a certificate's number
        "/v1/open?what=231102001001",  # an area
        "/v1/open?what=019aa0c4000070008000000000000000",  # a UUID without hyphens
        "/v1/open?what=a110105491231002b",
    ],
)
async def test_other_numbers_in_an_address_are_no_persons(
    http: httpx.AsyncClient, address: str
) -> None:
    assert (await http.get(address)).status_code == 200


@router.get("/v1/kept", openapi_extra=openapi.PUBLIC)
async def kept(request: Request, text: str = "", number: str = "0") -> dict[str, str]:
    db: Database = request.app.state.db
    async with db.transaction() as tx:
        await tx.fetchval("select $1::text", text)
        await tx.fetchval("select $1::text::int", number)
        await tx.fetchval("select jsonb_build_object('text', $1::text)", text)
    return {}


async def test_what_the_database_cannot_keep_is_the_callers_mistake(kit_db: Database) -> None:
    app = application()
    app.state.db = kit_db
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        assert (await client.get("/v1/kept", params={"text": "龘"})).status_code == 200
        response = await client.get("/v1/kept", params={"text": "a\0b"})
        problem(response, 422, "text-not-storable")
        response = await client.get("/v1/kept", params={"number": "99999999999"})
        problem(response, 422, "out-of-range")


async def test_half_a_character_is_refused_before_anything_is_done(http: httpx.AsyncClient) -> None:
    headers = bearer() | {"Content-Type": "application/json"}
    body = b'{"id_number": "11010519491231002\\ud800", "amount": "1"}'
    response = await http.post("/v1/workers", content=body, headers=headers)
    assert problem(response, 422, "validation-failed")["errors"][0]["code"] == "string-unicode"


async def test_a_request_is_a_span_of_the_callers_trace(http: httpx.AsyncClient) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observability.trace_with(provider)
    try:
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        headers = bearer() | {"traceparent": parent}
        response = await http.get("/v1/workers/7", headers=headers)
    finally:
        observability.trace_with(None)
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET /v1/workers/{worker_id}"
    assert response.headers["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
    assert "7" not in str(span.attributes.get("http.route"))
