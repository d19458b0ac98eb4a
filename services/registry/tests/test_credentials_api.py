"""Credentials over HTTP: signed, listed, verified by strangers, revoked, rotated."""

from __future__ import annotations

import gzip
import json
from base64 import urlsafe_b64decode
from datetime import date
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kit import signing
from kit.rates import Rates
from kit.testing import under_test
from registry.app import SERVICE
from registry.credentials.verifying import StatusLists

WRONG = {"valid": False, "valid_until": None}


class Stranger:
    """Somebody with a phone: knows what is published, asks nothing, and uses none of our code."""

    def __init__(self, keys: dict[str, Any], lists: dict[str, str]) -> None:
        self.keys = {key["kid"]: OKPKey.import_key(key) for key in keys["keys"]}
        self.lists = lists

    @classmethod
    async def informed(cls, http: httpx.AsyncClient) -> Stranger:
        keys = (await http.get("/v1/credentials/keys")).json()
        lists = {name: (await http.get(f"/v1/status-lists/{name}")).text for name in ("r1", "s1")}
        return cls(keys, lists)

    def opened(self, token: str) -> dict[str, Any]:
        kid = jws.extract_compact(token.encode()).headers()["kid"]
        found = jws.deserialize_compact(token, self.keys[kid], algorithms=["Ed25519"])
        assert found.headers()["typ"] == "vc+jwt"
        claims: dict[str, Any] = json.loads(found.payload)
        return claims

    def believes(self, token: str, today: date) -> bool:
        try:
            claims = self.opened(token)
        except (JoseError, KeyError, ValueError):
            return False
        for entry in claims["credentialStatus"]:
            name = entry["statusListCredential"].rsplit("/", 1)[1]
            subject = self.opened(self.lists[name])["credentialSubject"]
            assert subject["statusPurpose"] == entry["statusPurpose"]
            text = subject["encodedList"][1:]
            bits = gzip.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            index = int(entry["statusListIndex"])
            if bits[index // 8] & (128 >> index % 8):
                return False
        return claims["validFrom"][:10] <= today.isoformat() <= claims["validUntil"][:10]


@pytest.fixture
async def public(registry: Any) -> httpx.AsyncClient:
    """A client without a token."""
    client = registry.thing.client()
    del client.headers["Authorization"]
    registry.thing.app.state.public_rates = Rates("1000/minute")
    return client


async def issued(registry: Any, **fields: Any) -> str:
    worker = await registry.worker(**fields)
    return str(await registry.certificate(worker, issued_on="2003-04-10"))


async def signed(registry: Any, certificate: str, status: int = 201) -> dict[str, Any]:
    path = f"/v1/certificates/{certificate}/credentials"
    answer: dict[str, Any] = await registry.post(path, {}, status)
    return answer


async def verified(public: httpx.AsyncClient, **question: str) -> Any:
    answer = await public.post("/v1/credentials/verifications", json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def revoke(registry: Any, certificate: str) -> None:
    """By a path that knows nothing of credentials: the holder's category is corrected."""
    worker = (await registry.get(f"/v1/certificates/{certificate}"))["worker_id"]
    await registry.correct(worker, "category", "none")


async def test_a_stranger_verifies_it_without_asking_us(
    registry: Any, public: httpx.AsyncClient
) -> None:
    certificate = await issued(registry)
    told = await signed(registry, certificate)
    token = told["credential"]
    stranger = await Stranger.informed(public)
    claims = stranger.opened(token)
    assert claims["issuer"] == "http://127.0.0.1:8000/api/registry"
    assert claims["credentialSubject"] == {"number": told["number"], "holder": "王**"}
    assert stranger.believes(token, date(2003, 10, 31))
    assert not stranger.believes(token, date(2003, 4, 9)), "before its first day"
    assert stranger.believes(token, date(2006, 4, 10)), "on its last day"
    assert not stranger.believes(token, date(2006, 4, 11)), "after it"
    head, body, signature = token.split(".")
    assert not stranger.believes(f"{head}.{body[:-2]}AA.{signature}", date(2003, 10, 31))
    assert told["verification_url"] == f"http://127.0.0.1:8000/verify#{token}"


async def test_signing_again_answers_the_same_bytes(registry: Any) -> None:
    certificate = await issued(registry)
    await registry.get(f"/v1/certificates/{certificate}/credential", 404)
    first = await signed(registry, certificate)
    assert await signed(registry, certificate) == first
    record = await registry.get(f"/v1/certificates/{certificate}/credential")
    assert record == {k: v for k, v in first.items() if k not in ("credential", "verification_url")}
    assert 0 <= record["status_index"] < 131_072


async def test_only_what_is_in_force_is_signed(registry: Any) -> None:
    worker = await registry.worker()
    certificate = await registry.certificate(worker)
    refused = await signed(registry, certificate, 409)
    assert refused["code"] == "certificate-not-in-force"
    assert refused["detail"] == "现状态：publicised"


async def test_verification_tells_valid_and_until_when_and_nothing_else(
    registry: Any, public: httpx.AsyncClient
) -> None:
    told = await signed(registry, await issued(registry))
    good = {"valid": True, "valid_until": "2006-04-10"}
    assert await verified(public, credential=told["credential"]) == good
    by_code = {"number": told["number"], "check_code": told["check_code"]}
    assert await verified(public, **by_code) == good
    typed = told["check_code"].lower().replace("-", " ")
    assert await verified(public, number=told["number"], check_code=typed) == good


async def test_whatever_is_wrong_has_one_answer(registry: Any, public: httpx.AsyncClient) -> None:
    one = await signed(registry, await issued(registry))
    other = await signed(registry, await issued(registry))
    head, body, signature = one["credential"].split(".")
    foreign = OKPKey.generate_key("Ed25519")
    header = jws.extract_compact(one["credential"].encode()).headers()
    payload = jws.extract_compact(one["credential"].encode()).payload
    forged = jws.serialize_compact(header, payload, foreign, algorithms=["Ed25519"])
    keys = registry.thing.runtime.signing
    unlisted = keys.primary.sign(payload.replace(b"\xe7\x8e\x8b", b"\xe6\x9d\x8e"), "vc+jwt")
    for token in (
        forged, unlisted, keys.primary.sign(b"{}", "vc+jwt"), keys.primary.sign(b"\xff", "vc+jwt"),
        f"{head}.{body}.{signature[::-1]}", f"{head}.{other['credential'].split('.')[1]}.{signature}",
        "x", "证",
    ):  # fmt: skip
        assert await verified(public, credential=token) == WRONG
    for number, code in (
        (one["number"], other["check_code"]), (one["number"], "0000-0000"), (one["number"], "龘"),
        ("23110020039999999", one["check_code"]), ("nobody", "x"),
    ):  # fmt: skip
        assert await verified(public, number=number, check_code=code) == WRONG


@pytest.mark.parametrize(
    "body",
    [{}, {"number": "1"}, {"check_code": "1"}, {"credential": "x", "number": "1", "check_code": "1"},
     {"credential": "x" * 5000}, {"credential": None}, {"name": "王"}],
)  # fmt: skip
async def test_a_number_alone_is_no_question(
    public: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await public.post("/v1/credentials/verifications", json=body)
    assert answer.status_code == 422


async def test_a_revocation_by_any_path_shows_up(registry: Any, public: httpx.AsyncClient) -> None:
    now = 0.0
    registry.thing.app.state.status_lists = StatusLists(
        registry.thing.runtime, 60, clock=lambda: now
    )
    certificate = await issued(registry)
    neighbour = await signed(registry, await issued(registry))
    told = await signed(registry, certificate)
    today = date(2003, 10, 31)
    assert (await Stranger.informed(public)).believes(told["credential"], today)
    await revoke(registry, certificate)
    assert await verified(public, credential=told["credential"]) == WRONG, "at once"
    by_code = {"number": told["number"], "check_code": told["check_code"]}
    assert await verified(public, **by_code) == WRONG
    assert (await Stranger.informed(public)).believes(told["credential"], today), "a minute old"
    now = 60.0
    informed = await Stranger.informed(public)
    assert not informed.believes(told["credential"], today)
    assert informed.believes(neighbour["credential"], today)
    assert (await signed(registry, certificate, 409))["code"] == "certificate-not-in-force"


async def test_a_revocation_by_a_fact_that_was_not_so_unsets_its_bit(
    registry: Any, public: httpx.AsyncClient
) -> None:
    """W3C calls a revocation final; nothing true was told here (ADR 10)."""
    certificate = await issued(registry)
    told = await signed(registry, certificate)
    worker = (await registry.get(f"/v1/certificates/{certificate}"))["worker_id"]
    path, today = f"/v1/workers/{worker}/labour-status/declarations", date(2003, 10, 31)
    registry.thing.app.state.status_lists = StatusLists(registry.thing.runtime, 0)
    wrong = await registry.declare(worker, "deceased", "2003-09-01")
    assert not (await Stranger.informed(public)).believes(told["credential"], today)
    back = f"{path}/{wrong}/confirmations/reversals"
    await registry.post(back, {"reason": "同名误报"}, by=registry.street)
    assert (await Stranger.informed(public)).believes(told["credential"], today)


@pytest.mark.parametrize(
    ("state", "bit"),
    [("suspended", "s1"), ("expired", "r1"), ("lost", "r1"), ("under_investigation", "s1")],
)
async def test_states_that_others_give_a_certificate_are_not_valid(
    registry: Any, public: httpx.AsyncClient, state: str, bit: str
) -> None:
    """Written by hand into the row, as whatever step leads there will write it."""
    certificate = await issued(registry)
    told = await signed(registry, certificate)
    await put_state(registry, certificate, state)
    assert await verified(public, credential=told["credential"]) == WRONG
    stranger = await Stranger.informed(public)
    assert not stranger.believes(told["credential"], date(2003, 10, 31))
    other = {"s1": "r1", "r1": "s1"}[bit]
    empty = stranger.opened(stranger.lists[other])["credentialSubject"]["encodedList"]
    assert not any(gzip.decompress(urlsafe_b64decode(empty[1:] + "==")))


async def put_state(registry: Any, certificate: str, state: str) -> None:
    async with registry.thing.db.transaction() as tx:
        await tx.execute(
            "update certificate set state = $2, missed_year = 2003 where id = $1::uuid",
            certificate,
            state,
        )


async def test_status_lists_are_cacheable(registry: Any, public: httpx.AsyncClient) -> None:
    first = await public.get("/v1/status-lists/r1")
    assert first.headers["content-type"] == "application/vc+jwt"
    assert first.headers["cache-control"] == "public, max-age=60"
    same = await public.get("/v1/status-lists/r1", headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    claims = (await Stranger.informed(public)).opened(first.text)
    assert claims["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert claims["id"].endswith("/api/registry/v1/status-lists/r1")
    assert claims["credentialSubject"]["ttl"] == 60_000
    assert claims["validFrom"] == "2003-10-31T00:00:00+08:00"
    assert (await public.get("/v1/status-lists/r2")).status_code == 404
    assert (await public.get("/v1/status-lists/x1")).status_code == 422


async def test_after_a_rotation_old_ones_verify_and_new_ones_have_the_new_key(
    registry: Any, public: httpx.AsyncClient
) -> None:
    certificate = await issued(registry)
    old = await signed(registry, certificate)
    signing.main(["rotate", str(registry.thing.runtime.settings.signing_keys_file)])
    assert (await verified(public, credential=old["credential"]))["valid"] is True
    by_code = {"number": old["number"], "check_code": old["check_code"]}
    assert (await verified(public, **by_code))["valid"] is True
    stranger = await Stranger.informed(public)
    assert stranger.believes(old["credential"], date(2003, 10, 31))
    new = await signed(registry, certificate)
    assert new["key_id"] != old["key_id"]
    assert new["status_index"] == old["status_index"], "one number, one bit"
    for told in (old, new):
        assert stranger.believes(told["credential"], date(2003, 10, 31))
        question = {"number": told["number"], "check_code": told["check_code"]}
        assert (await verified(public, **question))["valid"] is True
    signing.main(
        ["withdraw", str(registry.thing.runtime.settings.signing_keys_file), old["key_id"]]
    )
    assert await verified(public, credential=old["credential"]) == WRONG
    assert await verified(public, **by_code) == WRONG
    assert (await verified(public, credential=new["credential"]))["valid"] is True


async def test_the_keys_are_published_without_their_private_parts(
    public: httpx.AsyncClient,
) -> None:
    answer = await public.get("/v1/credentials/keys")
    assert answer.headers["cache-control"] == "public, max-age=300"
    for key in answer.json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_it_ends_with_its_last_day(registry: Any, signer: Any, keys_file: Any) -> None:
    told = await signed(registry, await issued(registry))
    url = registry.thing.runtime.settings.database_url.get_secret_value()
    for today, verdict in (
        (date(2006, 4, 10), {"valid": True, "valid_until": "2006-04-10"}),
        (date(2006, 4, 11), WRONG),
    ):
        async with under_test(
            SERVICE, url, signer=signer, keys_file=keys_file, business_day=today
        ) as later:
            public = later.client()
            by_code = {"number": told["number"], "check_code": told["check_code"]}
            assert await verified(public, credential=told["credential"]) == verdict
            assert await verified(public, **by_code) == verdict


async def test_one_address_may_not_ask_without_end(
    registry: Any, public: httpx.AsyncClient
) -> None:
    registry.thing.app.state.public_rates = Rates("3/minute")
    body = {"number": "23110020030000001", "check_code": "0000-0000"}
    for _ in range(3):
        assert await verified(public, **body) == WRONG
    refused = await public.post("/v1/credentials/verifications", json=body)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert refused.json()["type"] == "urn:problem:registry:too-many-requests"
    assert (await public.get("/v1/status-lists/r1")).status_code == 200
    listed = "/v1/certificate-publications?area_code=231102000000"
    assert (await public.get(listed)).status_code == 200  # counted apart


async def test_all_that_are_outstanding_are_signed_at_once(
    registry: Any, public: httpx.AsyncClient
) -> None:
    forms = [registry.form() for _ in range(25)]
    await registry.loaded("/v1/workers", forms)
    applied = [{"worker_id": f["id"], "applied_on": "2003-03-03"} for f in forms]
    await registry.loaded("/v1/certificates", applied)
    hand_over = [{"worker_id": f["id"], "issued_on": "2003-04-10"} for f in forms[:24]]
    await registry.loaded("/v1/certificates/issues", hand_over)
    ids = [
        c["id"]
        for c in (await registry.get("/v1/certificates", state="issued", limit=100))["items"]
    ]
    alone = await signed(registry, ids[7])
    batch = "/v1/credentials/batches"
    abroad = registry.thing.client("certificate_approver", area="231121000000", office="231121-b")
    assert (await abroad.post(batch, json={})).json() == {"signed": 0, "already": 0}
    assert (await registry.post(batch, {"limit": 10}, 200))["signed"] == 10
    assert (await registry.post(batch, {}, 200))["signed"] == 13
    assert await registry.post(batch, {}, 200) == {"signed": 0, "already": 24}
    assert await signed(registry, ids[7]) == alone
    records = [await registry.get(f"/v1/certificates/{id}/credential") for id in ids]
    indexes = [record["status_index"] for record in records]
    assert len(set(indexes)) == 24
    assert indexes != sorted(indexes)
    stranger = await Stranger.informed(public)
    assert all(
        [
            stranger.believes((await signed(registry, id))["credential"], date(2003, 10, 31))
            for id in ids
        ]
    )


async def test_what_was_signed_cannot_be_changed_or_taken_back(registry: Any) -> None:
    await signed(registry, await issued(registry))
    import asyncpg

    async with registry.thing.db.looking() as tx:
        for sql in (
            "delete from credential", "update credential set kid = 'x'",
            "update credential_status set index = 1", "delete from credential_status",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await tx.execute(sql)


async def test_without_keys_the_rest_goes_on(running: Any) -> None:
    thing = await running("registry", signing_keys_file=None)
    client = thing.client()
    assert (await client.get("/v1/credentials/keys")).json() == {"keys": []}
    answer = await client.get("/v1/status-lists/r1")
    assert (answer.status_code, answer.json()["code"]) == (503, "no-key")
    assert (await client.get("/v1/certificates")).status_code == 200


async def test_the_page_loads_nothing_foreign_and_keeps_the_statement(
    public: httpx.AsyncClient,
) -> None:
    page = await public.get("/v1/verify")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert '<meta name="api" content="/api/registry">' in page.text
    for name, kind in (("verify.js", "text/javascript"), ("verify.css", "text/css")):
        part = await public.get(f"/v1/verify/{name}")
        assert part.headers["content-type"] == f"{kind}; charset=utf-8"
        assert "http" + "://" not in part.text
        assert "https" + "://" not in part.text
    for name in ("verify.html", "..%2Fpublic.py", "x"):
        assert (await public.get(f"/v1/verify/{name}")).status_code == 404
    api = await public.get("/v1/credentials/keys")
    assert api.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
