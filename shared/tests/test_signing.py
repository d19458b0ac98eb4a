"""Signing keys: what is published, what verifies, and what a rotation does."""

from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from kit import signing
from kit.crypto import NoKey
from kit.signing import NotGenuine, SigningKeys, imported, verify

TYP = "vc+jwt"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "signing.json"
    signing.generate(path)
    return path


def states(file: Path) -> dict[str, str]:
    return {key["kid"]: key["state"] for key in json.loads(file.read_bytes())["keys"]}


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_key_is_named_on_a_command_line_as_it_is() -> None:
    """One thumbprint in 64 begins like an option."""
    assert not [id for _ in range(500) if (id := signing.new_key("retired")["kid"])[0] == "-"]


def test_the_file_is_its_owners_and_is_never_overwritten(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        signing.generate(file)
    signing.main(["rotate", str(file)])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_published_signs_nothing(file: Path) -> None:
    (key,) = SigningKeys(file).published()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "Ed25519")
    assert len(key["kid"]) == 8


def test_the_same_bytes_give_the_same_signature(file: Path) -> None:
    keys = SigningKeys(file)
    token = keys.primary.sign(b"{}", TYP)
    assert token == keys.primary.sign(b"{}", TYP)
    assert keys.verify(token, TYP) == b"{}"
    assert verify(token, TYP, imported(keys.published()["keys"])) == b"{}"


def test_another_librarys_key_set_is_enough_to_verify(file: Path) -> None:
    keys = SigningKeys(file)
    (jwk,) = json.loads(json.dumps(keys.published()))["keys"]
    token = keys.primary.sign(b'{"a":1}', TYP)
    opened = jws.deserialize_compact(token, OKPKey.import_key(jwk), algorithms=["Ed25519"])
    assert opened.payload == b'{"a":1}'
    assert opened.headers() == {"alg": "Ed25519", "kid": jwk["kid"], "typ": TYP}


def forgeries(keys: SigningKeys) -> dict[str, str]:
    """Tokens that prove nothing, each for its own reason."""
    token = keys.primary.sign(b'{"number":"1"}', TYP)
    head, body, signature = token.split(".")
    (jwk,) = keys.published()["keys"]
    flipped = bytearray(urlsafe_b64decode(signature + "=="))
    flipped[5] ^= 1
    other = OKPKey.generate_key("Ed25519")
    header = {"kid": jwk["kid"], "typ": TYP}
    public = OctKey.import_key(urlsafe_b64decode(jwk["x"] + "="))
    return {
        "another body": f"{head}.{encoded({'number': '2'})}.{signature}",
        "another header": f"{encoded({'alg': 'Ed25519', **header, 'x': 1})}.{body}.{signature}",
        "a flipped bit": f"{head}.{body}.{urlsafe_b64encode(bytes(flipped)).decode().rstrip('=')}",
        "no algorithm": f"{encoded({'alg': 'none', **header})}.{body}.",
        "another key": jws.serialize_compact(
            {"alg": "Ed25519", **header}, b"{}", other, algorithms=["Ed25519"]
        ),
        "the public key as a secret": jws.serialize_compact(
            {"alg": "HS256", **header}, b"{}", public, algorithms=["HS256"]
        ),
        "an unknown key": jws.serialize_compact(
            {"alg": "Ed25519", "kid": "nobody", "typ": TYP}, b"{}", other, algorithms=["Ed25519"]
        ),
        "another type": keys.primary.sign(b"{}", "jwt"),
        "nothing": "",
        "no token": "a.b.c",
        "not ascii": "证.书.书",
        "too long": "a" * 70_000,
    }


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_no_forgery_verifies(file: Path) -> None:
    keys = SigningKeys(file)
    accepted = []
    for name, token in forgeries(keys).items():
        try:
            keys.verify(token, TYP)
        except NotGenuine:
            continue
        accepted.append(name)
    assert accepted == []


def test_after_a_rotation_the_old_verifies_and_the_new_signs(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = SigningKeys(file)
    first, token = keys.primary.kid, keys.primary.sign(b"{}", TYP)
    signing.main(["rotate", str(file)])
    assert keys.primary.kid != first, "a changed file is noticed without a restart"
    assert states(file) == {keys.primary.kid: "primary", first: "retired"}
    assert keys.verify(token, TYP) == b"{}"
    assert keys.signer(first) is None
    assert keys.signer(keys.primary.kid) is not None
    retired = next(k for k in json.loads(file.read_bytes())["keys"] if k["kid"] == first)
    assert "d" not in retired, "nobody signs with it again"
    assert {key["kid"] for key in keys.published()["keys"]} == set(states(file))
    assert f"{first} retired" in capsys.readouterr().out


def test_a_key_is_published_before_it_signs(file: Path) -> None:
    keys = SigningKeys(file)
    first = keys.primary.kid
    signing.main(["announce", str(file)])
    assert keys.primary.kid == first
    (announced,) = set(states(file)) - {first}
    assert announced in {key["kid"] for key in keys.published()["keys"]}
    with pytest.raises(SystemExit, match="announced already"):
        signing.main(["announce", str(file)])
    signing.main(["rotate", str(file)])
    assert keys.primary.kid == announced


def test_a_withdrawn_key_proves_nothing(file: Path) -> None:
    keys = SigningKeys(file)
    first, token = keys.primary.kid, keys.primary.sign(b"{}", TYP)
    with pytest.raises(SystemExit, match="rotate first"):
        signing.main(["withdraw", str(file), first])
    signing.main(["rotate", str(file)])
    signing.main(["withdraw", str(file), first])
    assert keys.published_key(first) is None
    with pytest.raises(NotGenuine):
        keys.verify(token, TYP)


def test_without_a_file_nothing_is_signed_and_nothing_published() -> None:
    keys = SigningKeys(None)
    assert keys.published() == {"keys": []}
    with pytest.raises(NoKey):
        _ = keys.primary


@pytest.mark.parametrize("change", ["two primaries", "no primary", "one id twice"])
def test_a_wrong_file_is_refused(file: Path, change: str) -> None:
    keys = json.loads(file.read_bytes())["keys"]
    if change == "two primaries":
        keys.append(signing.new_key("primary"))
    elif change == "no primary":
        keys[0]["state"] = "retired"
    else:
        keys.append({**keys[0], "state": "retired"})
    file.write_text(json.dumps({"keys": keys}))
    with pytest.raises(ValueError, match="one primary key"):
        SigningKeys(file)
