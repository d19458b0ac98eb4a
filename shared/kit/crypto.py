"""Personal numbers at rest: encrypted for reading, hashed for finding, masked for showing.

Keys come from a file outside of the database (``keyring.json``): ``{"keys": [{"kid", "purpose":
"encrypt" | "index" | "receive", "key": base64, "primary": true, "retired": false}]}``. Values are
encrypted with AES-256-GCM, bound to their place by the associated data ``table.column|row id``: a
ciphertext that is moved to another row does not open. Finding goes by HMAC-SHA-256 under a key of
its own. A second key for finding hashes what the first one made, and so on in the order of the
file: a hash comes under a new key without the value that it was made of, and says itself under how
many keys it is (its generation).
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from base64 import b64decode, b64encode
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import GetPydanticSchema
from pydantic_core import PydanticCustomError, core_schema

#: First byte of every ciphertext: which suite made it (1 = AES-256-GCM; 2 is kept for SM4-GCM).
_AES_256_GCM = 1
_NONCE = 12
_TAG = 16


class NotOpened(Exception):
    """A ciphertext that this keyring, or this place, does not open."""


class NoKey(LookupError):
    """The keyring has no key for this purpose."""


def new_keys() -> dict[str, Any]:
    """A fresh keyring: a key for encrypting, one for finding, one to which others encrypt."""
    return complete({"keys": []})


def complete(content: dict[str, Any]) -> dict[str, Any]:
    """The keyring with a key for every purpose that had none (an older file knew fewer)."""
    there = {one["purpose"] for one in content["keys"]}
    made = [
        {
            "kid": f"{purpose[0]}1",
            "purpose": purpose,
            "key": b64encode(os.urandom(32)).decode(),
            "primary": True,
        }
        for purpose in ("encrypt", "index", "receive")
        if purpose not in there
    ]
    return content | {"keys": [*content["keys"], *made]}


class Keyring:
    """The keys of one service. New values are encrypted under the primary key; all open."""

    def __init__(self, content: dict[str, Any]) -> None:
        # By what a ciphertext begins with: version | kid length | kid.
        self._open: dict[bytes, AESGCM] = {}
        self._primary: tuple[bytes, AESGCM] | None = None
        self._index: dict[str, bytes] = {}
        self._index_primary: str | None = None
        # The first key's own two blocks hashed once: half the price of each keyed hash.
        self._finding: hmac.HMAC | None = None
        #: Under how many keys new hashes are, and which generations may still be found in rows.
        self.generation = 0
        self.generations: list[int] = []
        self._receive: dict[str, tuple[bytes, bool]] = {}
        for one in content["keys"]:
            key = b64decode(one["key"], validate=True)
            kid = str(one["kid"]).encode("ascii")
            if len(key) != 32 or not 1 <= len(kid) <= 32:
                raise ValueError("a key has 32 bytes and a kid 1 to 32 characters")
            if one["purpose"] == "encrypt":
                head = bytes((_AES_256_GCM, len(kid))) + kid
                self._open[head] = AESGCM(key)
                if one.get("primary"):
                    self._primary = (head, self._open[head])
            elif one["purpose"] == "index":
                if not self._index:
                    self._finding = hmac.new(key, digestmod=sha256)
                self._index[str(one["kid"])] = key
                if not one.get("retired"):
                    self.generations.append(len(self._index))
                if one.get("primary"):
                    self._index_primary, self.generation = str(one["kid"]), len(self._index)
            elif one["purpose"] == "receive":
                self._receive[str(one["kid"])] = (key, bool(one.get("primary")))

    @classmethod
    def load(cls, path: Path | None) -> Keyring:
        """Keys from a file; without a file an empty keyring, which raises when it is used."""
        return cls({"keys": []} if path is None else orjson.loads(path.read_bytes()))

    @classmethod
    def generate(cls, path: Path) -> Keyring:
        """Write a file of new keys that only its owner can read, and load it."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(new_keys()))
        return cls.load(path)

    def encrypt(self, plain: str, aad: str) -> bytes:
        """``version | kid length | kid | nonce | ciphertext and tag``; ``aad`` names the place."""
        if self._primary is None:
            raise NoKey("no key to encrypt with: set KEYS_FILE")
        head, cipher = self._primary
        nonce = os.urandom(_NONCE)
        return head + nonce + cipher.encrypt(nonce, plain.encode(), head + aad.encode())

    def decrypt(self, sealed: bytes, aad: str) -> str:
        """The value. Raises :class:`NotOpened` for another place, key or a changed byte."""
        if len(sealed) <= 2 + _NONCE + _TAG:
            raise NotOpened("not a ciphertext of this house")
        end = 2 + sealed[1]
        head = sealed[:end]
        cipher = self._open.get(head)
        if cipher is None:
            if sealed[0] != _AES_256_GCM:
                raise NotOpened("not a ciphertext of this house")
            raise NotOpened("encrypted under a key that is not here")
        text = end + _NONCE
        try:
            return cipher.decrypt(sealed[end:text], sealed[text:], head + aad.encode()).decode()
        except InvalidTag:
            raise NotOpened("it does not belong here, or it was changed") from None

    @property
    def primary_id(self) -> str:
        """The key under which new values are encrypted. Raises :class:`NoKey`."""
        if self._primary is None:
            raise NoKey("no key to encrypt with: set KEYS_FILE")
        return self.key_id(self._primary[0])

    def receiving(self, *, published: bool = False) -> list[tuple[str, bytes]]:
        """Private X25519 keys by id, to which others encrypt (:mod:`kit.jwe`); with ``published``
        only those that are given out now."""
        return [
            (kid, raw) for kid, (raw, primary) in self._receive.items() if primary or not published
        ]

    def key_id(self, sealed: bytes) -> str:
        """Under which key a value is encrypted: tells what a rotation has still to do."""
        return bytes(sealed)[2 : 2 + sealed[1]].decode("ascii")

    def blind_index(self, plain: str, purpose: str) -> bytes:
        """Some 32 bytes by which equal values of one purpose are found, and nothing else is learnt."""
        if self._finding is None or self.generation == 0:
            raise NoKey("no key to find with: set KEYS_FILE")
        digest = self._finding.copy()
        digest.update(b"%b\0%b" % (purpose.encode(), plain.encode()))
        made = digest.digest()
        return made if self.generation == 1 else self.rehashed(made, self.generation)

    def blind_indexes(self, plain: str, purpose: str) -> list[bytes]:
        """What to look for: one hash, or one of each generation while a key is changed."""
        made = self.blind_index(plain, purpose)
        if len(self.generations) <= 1:
            return [made]
        first = self.at(1).blind_index(plain, purpose)
        return [self.rehashed(first, generation) for generation in reversed(self.generations)]

    def rehashed(self, made: bytes, generation: int) -> bytes:
        """A hash under as many keys; one that is under more already stays as it is."""
        layers = generation_of(made)
        content = made if layers == 1 else made[1:]
        for key in list(self._index.values())[layers:generation]:
            content = hmac.digest(key, content, "sha256")
        if generation <= layers:
            return made
        return bytes((generation,)) + content

    def later(self, made: bytes) -> list[bytes]:
        """A hash that was read, as it may stand in a row by now."""
        return [made] + [
            self.rehashed(made, generation)
            for generation in self.generations
            if generation > generation_of(made)
        ]

    def at(self, generation: int) -> Keyring:
        """This keyring, writing hashes of that generation."""
        other = copy(self)
        other.generation = generation
        return other

    def index_key(self, generation: int) -> str:
        """The id of the key that makes a generation of hashes."""
        return list(self._index)[generation - 1]

    def seal(self, content: bytes, key_id: str | None = None) -> tuple[str, bytes]:
        """The keyed hash of a seal and the key that made it (the primary one, or ``key_id``): who
        can write into the database but has no keys cannot make one. Raises :class:`NoKey`."""
        chosen = key_id or self._index_primary
        if chosen is None or chosen not in self._index:
            raise NoKey("no such key to seal with: look into KEYS_FILE")
        return chosen, hmac.digest(self._index[chosen], b"kit.sealing\0" + content, "sha256")


def generation_of(made: bytes) -> int:
    """Under how many keys a keyed hash is: those of the first have no mark."""
    return 1 if len(made) == 32 else made[0]


def place(column: str, row_id: object) -> str:
    """The associated data of a value: ``worker.id_number`` and the row's id."""
    return f"{column}|{row_id}"


# --- GB 11643: the citizen's ID number

_EMBEDDED = re.compile(
    r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])|(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])", re.ASCII
)
#: Shorter runs hold nothing: asked first, since nearly every text has none.
_RUN = re.compile(r"[0-9]{15}", re.ASCII)
# In a longer run of digits: only with a province's code and a day of birth from 1900 on. Overlapping.
_RUN_ON = re.compile(
    r"(?=((?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}(?:19[0-9]{2}|20[0-3][0-9])"
    r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]))",
    re.ASCII,
)
_STANDING = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9A-Za-z])", re.ASCII)
_FORM = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_OLD_FORM = re.compile(r"[0-9]{15}", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54"
    " 61 62 63 64 65 71 81 82 83".split()
)
_DIGIT = {character: int(character) for character in "0123456789"}

Sex = Literal["male", "female"]
#: In which of three ways a number is wrong; each has its message in ``kit.messages``.
Wrong = Literal["id_number", "id_number_check_digit", "id_number_birth_date"]


class InvalidIdNumber(ValueError):
    """The number is no ID number. Neither this error nor its text holds any part of it."""

    def __init__(self, code: Wrong) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid number in its 18-digit form. Printing it shows the mask."""

    number: str = field(repr=False)
    sex: Sex
    birth_date: date
    #: False: no province has this code (a mistake, or a code younger than our list). A warning only.
    province_known: bool = True

    def __str__(self) -> str:
        return mask_id_number(self.number)


def normalise_id_number(text: str, on: date | None = None) -> IdNumber:
    """Read an ID number as people write it: full width, spaces around, ``x``, the old 15 digits.

    Raises :class:`InvalidIdNumber` for a wrong form, check digit or birth date; with ``on`` also for
    a birth after that day. Residence permits of Hong Kong, Macao and Taiwan (81, 82, 83) are valid.
    """
    number = text
    if not _FORM.fullmatch(number):
        number = unicodedata.normalize("NFKC", text[:64]).strip().upper()
        if _OLD_FORM.fullmatch(number):
            number = number[:6] + "19" + number[6:]
            number += check_digit(number)
        elif not _FORM.fullmatch(number):
            raise InvalidIdNumber("id_number")
    if check_digit(number) != number[17]:
        raise InvalidIdNumber("id_number_check_digit")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidIdNumber("id_number_birth_date") from None
    if born.year < 1850 or (on is not None and born > on):
        raise InvalidIdNumber("id_number_birth_date")
    return IdNumber(
        number,
        "male" if _DIGIT[number[16]] % 2 else "female",
        born,
        number[:2] in _PROVINCES,
    )


def holds_id_number(text: str) -> bool:
    """Whether a valid number stands in a text, in either form. Fifteen digits between letters are
    none: random hexadecimal has such runs, and they have no check digit that could tell.

    Inside of a longer run of digits the eighteen count only with the code of a province and a
    plausible birth date: of random account numbers of nineteen digits some three in a hundred
    thousand have that. The old fifteen are not looked for there: more than one in a hundred would."""
    if _RUN.search(text) is None:
        return False
    found = [match[0] for match in _EMBEDDED.finditer(text)]
    found += [match[1] for match in _RUN_ON.finditer(text)]
    for number in found:
        try:
            normalise_id_number(number)
        except InvalidIdNumber:
            continue
        return True
    return False


def may_hold_id_number(text: str) -> bool:
    """Whether something in a text has the form of a number, valid or mistyped, standing alone."""
    if _RUN.search(text) is None:
        return False
    return _STANDING.search(text) is not None or holds_id_number(text)


def check_digit(number: str) -> str:
    """The eighteenth character for the first seventeen digits (ISO 7064, MOD 11-2)."""
    total = 0
    for weight, character in zip(_WEIGHTS, number, strict=False):
        total += weight * _DIGIT[character]
    return _CHECK[total % 11]


def mask_id_number(number: str) -> str:
    """``110105********002X``: the place and the last four stay, the birth date goes."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_name(name: str) -> str:
    """``张*``, ``欧**``: the first character and how many follow."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def _id_number_schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    def read(value: Any) -> IdNumber:
        if isinstance(value, IdNumber):
            return value
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "text is needed")
        try:
            return normalise_id_number(value)
        except InvalidIdNumber as error:
            raise PydanticCustomError(error.code, "not a valid ID number") from None

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.plain_serializer_function_ser_schema(str)
    )


def _id_number_json(_schema: Any, _handler: Any) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 15,
        "maxLength": 32,
        "description": "公民身份号码（18 位，或旧 15 位）(citizen's ID number, GB 11643)",
        "examples": ["11010519491231002X"],
        "writeOnly": True,
    }


#: An ID number in a request: text on the wire, :class:`IdNumber` in Python, masked when told again.
IdNumberText = Annotated[
    IdNumber,
    GetPydanticSchema(
        get_pydantic_core_schema=_id_number_schema, get_pydantic_json_schema=_id_number_json
    ),
]
