"""What a service signs for the world outside: Ed25519 keys in a file, compact JWS, a published set.

The file is a JWK set outside of the database, readable by its owner only. Each key is ``announced``
(published, signs nothing yet), ``primary`` (signs) or ``retired`` (published without its private
part: what it signed goes on verifying, and nobody can sign with it again). A process notices a
changed file by itself.

``python -m kit.signing new FILE``            a file with one primary key
``python -m kit.signing announce FILE``       publish the next key ahead of its first signature
``python -m kit.signing rotate FILE``         the announced key (or a new one) signs, the old one retires
``python -m kit.signing withdraw FILE KID``   unpublish a retired key: what it signed verifies no more
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kit.crypto import NoKey

#: RFC 9864: the algorithm says its curve; ``EdDSA`` is its deprecated, ambiguous name.
ALGORITHM = "Ed25519"
#: A compact JWS that we would look at; ours are far shorter.
TOKEN_MAX = 65_536
KeyState = Literal["announced", "primary", "retired"]
_PUBLIC = ("kty", "crv", "x", "kid")


class NotGenuine(Exception):
    """A token that no published key signed, or not one of this kind."""


def new_key(state: KeyState) -> dict[str, Any]:
    """A fresh key; its id is the head of its RFC 7638 thumbprint, short enough for a QR code, and none that
    a command line would take for an option."""
    key = OKPKey.generate_key("Ed25519")
    while key.thumbprint().startswith("-"):
        key = OKPKey.generate_key("Ed25519")
    return {**key.as_dict(private=True), "kid": key.thumbprint()[:8], "state": state}


def rotated(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The set after a rotation: the announced key signs, else a new one; the old one retires."""
    next_one = next((key for key in keys if key["state"] == "announced"), None) or new_key(
        "primary"
    )
    others = [key for key in keys if key["kid"] != next_one["kid"]]
    return [
        {**next_one, "state": "primary"},
        *(_retired(key) if key["state"] == "primary" else key for key in others),
    ]


def _retired(key: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: key[name] for name in _PUBLIC}, "state": "retired"}


class SignedBy:
    """One private key at work. Ed25519 is deterministic: the same bytes give the same signature."""

    def __init__(self, key: OKPKey, kid: str) -> None:
        self._key, self.kid = key, kid

    def sign(self, payload: bytes, typ: str) -> str:
        """A compact JWS of ``payload`` with ``typ`` in its protected header."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": typ}
        return jws.serialize_compact(header, payload, self._key, algorithms=[ALGORITHM])


class SigningKeys:
    """The signing keys of one service, read again when their file changed."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._signers: dict[str, SignedBy] = {}
        self._primary: str | None = None
        self._public: dict[str, OKPKey] = {}
        self._published: list[dict[str, Any]] = []
        if path is not None:
            self._refresh()

    @property
    def primary(self) -> SignedBy:
        """Who signs now. Raises ``NoKey`` where no file is set."""
        self._refresh()
        if self._primary is None:
            raise NoKey("no key to sign with: set SIGNING_KEYS_FILE")
        return self._signers[self._primary]

    def signer(self, kid: str) -> SignedBy | None:
        """The key of this id when its private part is still here."""
        self._refresh()
        return self._signers.get(kid)

    def published_key(self, kid: str) -> OKPKey | None:
        """The public part of a key, None when nothing is published under this id."""
        self._refresh()
        return self._public.get(kid)

    def published(self) -> dict[str, Any]:
        """The JWK set for everybody: public parts only, retired keys among them."""
        self._refresh()
        return {"keys": self._published}

    def verify(self, token: str, typ: str) -> bytes:
        """The signed payload. Raises :class:`NotGenuine`."""
        self._refresh()
        return verify(token, typ, self._public)

    def _refresh(self) -> None:
        if self._path is None:
            return
        there = self._path.stat()
        if (there.st_ino, there.st_mtime_ns) == self._seen:
            return
        keys = orjson.loads(self._path.read_bytes())["keys"]
        primaries = [key["kid"] for key in keys if key["state"] == "primary"]
        if len(primaries) != 1 or len({key["kid"] for key in keys}) != len(keys):
            raise ValueError("a set of signing keys has one primary key, and each id once")
        public = [{name: key[name] for name in _PUBLIC} for key in keys]
        self._public = imported(public)
        self._published = [{**key, "use": "sig", "alg": ALGORITHM} for key in public]
        self._signers = {
            key["kid"]: SignedBy(_key({name: key[name] for name in (*_PUBLIC, "d")}), key["kid"])
            for key in keys
            if "d" in key
        }
        self._primary = primaries[0]
        self._seen = there.st_ino, there.st_mtime_ns


def _key(jwk: Mapping[str, Any]) -> OKPKey:
    key = OKPKey.import_key(dict(jwk))
    if key.curve_name != "Ed25519":
        raise ValueError("a signing key is an Ed25519 key")
    return key


def imported(published: list[dict[str, Any]]) -> dict[str, OKPKey]:
    """A published JWK set by key id."""
    return {key["kid"]: _key({name: key[name] for name in _PUBLIC}) for key in published}


def verify(token: str, typ: str, keys: Mapping[str, OKPKey]) -> bytes:
    """The payload of a compact JWS that one of ``keys`` signed: what a verifier without a network
    does with the published set. Raises :class:`NotGenuine`."""
    if len(token) > TOKEN_MAX:
        raise NotGenuine("too long")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        key = keys.get(str(header.get("kid")))
        if key is None or header.get("alg") != ALGORITHM or header.get("typ") != typ:
            raise NotGenuine("key, algorithm or type")
        return jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotGenuine(type(error).__name__) from None


# --- the file -----------------------------------------------------------------------------------


def generate(path: Path) -> None:
    """Write a file with one primary key that only its owner can read; one that exists is kept."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_dumped([new_key("primary")]))


def _dumped(keys: list[dict[str, Any]]) -> bytes:
    return orjson.dumps({"keys": keys}, option=orjson.OPT_INDENT_2)


def _replace(path: Path, keys: list[dict[str, Any]]) -> None:
    """In one step: a reader sees the old set or the new one."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_dumped(keys))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def main(arguments: list[str] | None = None) -> None:
    """Look after a file of keys; says the ids and states that it then holds."""
    parser = argparse.ArgumentParser(prog="kit.signing", description="signing keys 签名密钥")
    parser.add_argument("command", choices=["new", "announce", "rotate", "withdraw"])
    parser.add_argument("file", type=Path)
    parser.add_argument("kid", nargs="?")
    options = parser.parse_args(arguments)
    path: Path = options.file
    if options.command == "new":
        generate(path)
    else:
        keys = orjson.loads(path.read_bytes())["keys"]
        match options.command:
            case "announce":
                if any(key["state"] == "announced" for key in keys):
                    sys.exit("a key is announced already: rotate makes it the one that signs")
                keys = [*keys, new_key("announced")]
            case "rotate":
                keys = rotated(keys)
            case _:
                if not any(k["kid"] == options.kid and k["state"] == "retired" for k in keys):
                    sys.exit("only a retired key can be withdrawn: rotate first")
                keys = [key for key in keys if key["kid"] != options.kid]
        _replace(path, keys)
    for key in orjson.loads(path.read_bytes())["keys"]:
        sys.stdout.write(f"{key['kid']} {key['state']}\n")


if __name__ == "__main__":
    main()
