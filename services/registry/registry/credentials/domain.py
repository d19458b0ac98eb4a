"""What a certificate's signed statement says, and the lists that say which ones no longer hold.

W3C Verifiable Credentials 2.0, secured as ``vc+jwt``; W3C Bitstring Status List 1.0. Pure: signing and
storing happen elsewhere, and the same certificate always gives the same bytes.
"""

from __future__ import annotations

import gzip
import re
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from kit.refusal import Refusal

#: The media type of both kinds of statement, in the protected header and over HTTP.
TYP = "vc+jwt"
VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
#: The terms that the base context does not define are this city's own; no document is fetched.
OWN_TERMS = {"@vocab": "urn:reemployment:"}
CERTIFICATE_TYPE = "ReemploymentCertificate"
#: Bits of one list: the least that the specification allows, so that one entry hides in a crowd.
LIST_BITS = 131_072
#: A new list begins when so many bits of the last one are taken: free bits stay easy to find.
LIST_FULL = LIST_BITS // 2

#: Which certificate states hold, and which hold no longer only for the time being.
GOOD = frozenset({"issued"})
HALTED = frozenset({"suspended", "under_investigation"})

Purpose = Literal["revocation", "suspension"]
#: Purposes by the letter that their list's name begins with (names are short: they are in the QR).
PURPOSES: dict[str, Purpose] = {"r": "revocation", "s": "suspension"}
_LIST = re.compile(r"([rs])([1-9][0-9]{0,3})", re.ASCII)
_CHECK_CODE = 8
# Crockford's alphabet: no I, L, O, U, which people mistake for 1, 1, 0, V.
_READABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_AS_READ = str.maketrans("ILO", "110", " -")


class NotInForce(Refusal):
    """The certificate is not issued, or not in force: nothing is signed or printed for it."""

    code = "certificate-not-in-force"


class NoGlyph(Refusal):
    """No font of this installation has a character of what is to be printed. ``field`` and
    ``position`` (from 1) say where; the text itself is not told."""

    code = "glyph-missing"


class NotVerified(Exception):
    """A token that is no certificate statement of this city. The reason is never told."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the status of one certificate number stands: which list, which bit."""

    certificate_id: UUID
    number: str
    list: int
    index: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed. ``holder`` is the masked name; nothing else of the person is in it."""

    number: str
    holder: str
    valid_from: date
    valid_until: date
    list: int
    index: int


@dataclass(frozen=True, slots=True)
class Credential:
    """A signature that was made: under which key, over which bytes (their SHA-256), for whom."""

    id: UUID
    certificate_id: UUID
    number: str
    list: int
    index: int
    kid: str
    hash: bytes
    valid_from: date
    valid_until: date
    signed_by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a certificate stands now, as far as its statement is concerned."""

    state: str
    number: str | None
    valid_until: date | None

    def holds(self, number: str, today: date) -> bool:
        """Whether the statement about this number is true today."""
        ends = self.valid_until
        return self.state in GOOD and self.number == number and ends is not None and today <= ends

    def purpose(self, number: str) -> Purpose | None:
        """In which list the bit of this number is set: a number that is no longer the certificate's
        (lost, issued again) is revoked whatever the certificate's state."""
        if self.number == number and self.state in GOOD:
            return None
        if self.number == number and self.state in HALTED:
            return "suspension"
        return "revocation"


def list_name(purpose: Purpose, list: int) -> str:
    """``r1``: the first list of revocations."""
    return f"{purpose[0]}{list}"


def parse_list(name: str) -> tuple[Purpose, int] | None:
    """Purpose and number of a list, None when no list has that name."""
    match = _LIST.fullmatch(name)
    return (PURPOSES[match[1]], int(match[2])) if match else None


def content(statement: Statement, issuer: str) -> dict[str, Any]:
    """The credential. Days are whole days of the city's time zone."""
    return {
        "@context": [VC_CONTEXT, OWN_TERMS],
        "type": ["VerifiableCredential", CERTIFICATE_TYPE],
        "issuer": issuer,
        "validFrom": _begin(statement.valid_from),
        "validUntil": f"{statement.valid_until.isoformat()}T23:59:59+08:00",
        "credentialSubject": {"number": statement.number, "holder": statement.holder},
        "credentialStatus": [
            {
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(statement.index),
                "statusListCredential": list_address(issuer, purpose, statement.list),
            }
            for purpose in PURPOSES.values()
        ],
    }


def list_address(issuer: str, purpose: Purpose, list: int) -> str:
    return f"{issuer}/v1/status-lists/{list_name(purpose, list)}"


def read(claims: Any, issuer: str) -> Statement:
    """The statement inside a verified payload. Raises :class:`NotVerified` for anything else."""
    try:
        subject, status = claims["credentialSubject"], claims["credentialStatus"][0]
        statement = Statement(
            number=subject["number"],
            holder=subject["holder"],
            valid_from=date.fromisoformat(claims["validFrom"][:10]),
            valid_until=date.fromisoformat(claims["validUntil"][:10]),
            list=_list_of(status["statusListCredential"]),
            index=int(status["statusListIndex"]),
        )
    except (KeyError, IndexError, TypeError, ValueError):
        raise NotVerified from None
    if content(statement, issuer) != claims:
        raise NotVerified
    return statement


def _list_of(address: str) -> int:
    found = parse_list(address.rsplit("/", 1)[-1])
    if found is None:
        raise ValueError("no status list")
    return found[1]


def _begin(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+08:00"


def fingerprint(token: str) -> bytes:
    """SHA-256 of a signed statement: what is kept of it."""
    return sha256(token.encode()).digest()


def check_code(hash: bytes) -> str:
    """Eight characters (40 bits) of a statement's hash, printed on the card as ``XXXX-XXXX``.

    Nobody who has not seen the signature can compute it, so a number alone tells nothing.
    """
    text = b32encode(hash[:5]).decode().translate(_READABLE)
    return f"{text[:4]}-{text[4:]}"


def as_read(code: str) -> str:
    """A check code as people type it: any case, with or without the dash, O for 0."""
    plain = code.upper().translate(_AS_READ)
    return f"{plain[:4]}-{plain[4:]}" if len(plain) == _CHECK_CODE else ""


def encode_bits(indexes: Iterable[int]) -> str:
    """The ``encodedList`` with these bits set: bit 0 is the first byte's highest; GZIP, multibase
    base64url. The same bits always give the same text."""
    bits = bytearray(LIST_BITS // 8)
    for index in indexes:
        bits[index // 8] |= 128 >> index % 8
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def is_set(encoded: str, index: int) -> bool:
    """Whether a bit of an ``encodedList`` is set, as a verifier reads it."""
    text = encoded.removeprefix("u")
    bits = gzip.decompress(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return bool(bits[index // 8] & (128 >> index % 8))


def status_list(
    purpose: Purpose, list: int, indexes: Iterable[int], *, issuer: str, on: date, ttl_s: int
) -> dict[str, Any]:
    """The credential of one status list as it stands on a day; ``ttl`` is in milliseconds."""
    address = list_address(issuer, purpose, list)
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _begin(on),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "ttl": ttl_s * 1000,
            "encodedList": encode_bits(indexes),
        },
    }


def marks(slots: Iterable[Slot], standings: Mapping[UUID, Standing]) -> dict[Purpose, list[int]]:
    """Which bits are set in both lists. A certificate that nobody knows any more is revoked."""
    found: dict[Purpose, list[int]] = {"revocation": [], "suspension": []}
    for slot in slots:
        standing = standings.get(slot.certificate_id)
        purpose = standing.purpose(slot.number) if standing else "revocation"
        if purpose is not None:
            found[purpose].append(slot.index)
    return found
