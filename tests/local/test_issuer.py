"""The development issuer gives tokens that the services accept, and exists only in this run."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx
import pytest

from kit.auth import Authenticator
from kit.problems import ProblemError
from kit.roles import ROLES
from local.frontdoor import FrontDoorSettings, create_front_door
from local.issuer import NotEmbedded, create_issuer
from local.personas import PERSONAS, Places
from local.tokens import TokenSource, signing_key

ISSUER = "http://127.0.0.1:8000/issuer"


def authenticator(key_file: Path, issuer: str = ISSUER) -> Authenticator:
    keys = {"keys": [signing_key(key_file).as_dict(private=False)]}
    return Authenticator.from_jwks(keys, issuer=issuer)


@pytest.mark.parametrize("environment", ["production", "", "Embedded"])
def test_refuses_to_start_elsewhere(tmp_path: Path, environment: str) -> None:
    key = signing_key(tmp_path / "issuer.json")
    with pytest.raises(NotEmbedded, match="refuses to start"):
        create_issuer(environment, key, ISSUER, Places())
    settings = FrontDoorSettings(
        environment=environment, issuer_key=tmp_path / "issuer.json", service_urls={}
    )
    with pytest.raises(NotEmbedded):
        create_front_door(settings)


def test_key_is_kept_and_private(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "issuer.json"
    assert signing_key(file).kid == signing_key(file).kid
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
async def test_services_accept_every_persona(tmp_path: Path, persona: object) -> None:
    assert persona.role in ROLES  # type: ignore[attr-defined]
    tokens = TokenSource(signing_key(tmp_path / "k.json"), ISSUER)
    header = tokens.headers(persona.key)["Authorization"]  # type: ignore[attr-defined]
    actor = await authenticator(tmp_path / "k.json").actor(header)
    assert actor.scopes == ROLES[persona.role]  # type: ignore[attr-defined]
    assert actor.area_code == tokens.places.area(persona.where)  # type: ignore[attr-defined]


async def test_foreign_key_and_foreign_issuer_are_refused(tmp_path: Path) -> None:
    header = TokenSource(signing_key(tmp_path / "a.json"), ISSUER).headers()["Authorization"]
    for checker in (
        authenticator(tmp_path / "b.json"),
        authenticator(tmp_path / "a.json", issuer="https://city.example"),
    ):
        with pytest.raises(ProblemError):
            await checker.actor(header)


def test_token_is_given_again_until_it_is_nearly_too_old(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "k.json")
    patient = TokenSource(key, ISSUER)
    assert patient.token() == patient.token()
    assert patient.token() != patient.token(area_code="231181000000")
    hasty = TokenSource(key, ISSUER, lifetime_s=60)
    assert hasty.token() != hasty.token()


async def test_endpoints(tmp_path: Path) -> None:
    key = signing_key(tmp_path / "k.json")
    issuer = create_issuer("embedded", key, ISSUER, Places())
    transport = httpx.ASGITransport(issuer)
    async with httpx.AsyncClient(transport=transport, base_url="http://issuer") as client:
        discovery = (await client.get("/.well-known/openid-configuration")).json()
        assert discovery["issuer"] == ISSUER
        assert discovery["jwks_uri"] == f"{ISSUER}/jwks"
        (public,) = (await client.get("/jwks")).json()["keys"]
        assert public["kid"] == key.kid
        assert "d" not in public, "the private part stays here"
        form = {"persona": "station-clerk", "area_code": "231102009000", "office": "x-station"}
        answer = await client.post("/token", data=form)
        assert answer.headers["cache-control"] == "no-store"
        bearer = f"Bearer {answer.json()['access_token']}"
        actor = await authenticator(tmp_path / "k.json").actor(bearer)
        assert (actor.area_code, actor.office) == ("231102009000", "x-station")
        refused = await client.post("/token", data={"persona": "emperor"})
        assert refused.status_code == 400
        assert "emperor" not in refused.text
