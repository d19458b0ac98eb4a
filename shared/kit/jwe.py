"""Numbers sealed for us by others: compact JWE (RFC 7516) to a public key that we publish.

The key is X25519, agreed by ECDH-ES (RFC 8037); the content is encrypted with A256GCM. The private
keys stand in the keyring with the purpose ``receive``: the primary one is published, all open.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwe
from joserfc.jwk import OKPKey

from kit.crypto import Keyring

ALGORITHMS = ("ECDH-ES", "ECDH-ES+A256KW")
ENCRYPTION = "A256GCM"
#: A sealed ID number has some 310 characters.
LENGTH_MAX = 2_000


class NotForUs(Exception):
    """A JWE that none of our keys opens, or none at all. The text says why and quotes nothing."""


def _key(kid: str, raw: bytes) -> OKPKey:
    parameters: Any = {"kid": kid, "use": "enc", "alg": "ECDH-ES+A256KW"}
    return OKPKey.import_key(X25519PrivateKey.from_private_bytes(raw), parameters)


def public_keys(keyring: Keyring) -> dict[str, Any]:
    """The key set (RFC 7517) to which others encrypt now."""
    keys = [_key(kid, raw).as_dict(private=False) for kid, raw in keyring.receiving(published=True)]
    return {"keys": keys}


def _key_id(token: str) -> str:
    head = token.partition(".")[0]
    try:
        return str(orjson.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])
    except (ValueError, KeyError, TypeError):
        raise NotForUs("its header names no key") from None


def opened(keyring: Keyring, token: str) -> str:
    """The text in a compact JWE. Raises :class:`NotForUs`."""
    if len(token) > LENGTH_MAX or token.count(".") != 4:
        raise NotForUs("no compact JWE")
    kid = _key_id(token)
    raw = dict(keyring.receiving()).get(kid)
    if raw is None:
        raise NotForUs("encrypted to a key that is not here")
    try:
        plain = jwe.decrypt_compact(
            token, _key(kid, raw), algorithms=[*ALGORITHMS, ENCRYPTION]
        ).plaintext
        return (plain or b"").decode("ascii")
    except Exception as error:
        # joserfc lets cryptography's own errors through; whatever it is, it did not open.
        raise NotForUs(f"it does not open: {type(error).__name__}") from None
