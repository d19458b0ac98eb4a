"""What anybody may ask: does this statement hold, and which statements hold no longer."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import orjson

from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from kit.signing import NotGenuine
from registry.certificates import cases
from registry.credentials import domain, store
from registry.credentials.domain import Credential, NotVerified, Purpose
from registry.credentials.usecases import issuer_of, standing_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is told: ``valid_until`` is the day until which it holds, None when it does not."""

    valid_until: date | None

    @property
    def valid(self) -> bool:
        return self.valid_until is not None


#: Unknown, forged, expired, revoked, suspended, wrong code: one answer.
NOT_VALID = Verdict(None)


async def verify_token(rt: Runtime, token: str) -> Verdict:
    """Whether a signed statement holds today."""
    try:
        payload = rt.signing.verify(token, domain.TYP)
        statement = domain.read(orjson.loads(payload), issuer_of(rt))
    except (NotGenuine, NotVerified, orjson.JSONDecodeError):
        return NOT_VALID
    if not statement.valid_from <= rt.today() <= statement.valid_until:
        return NOT_VALID
    async with rt.db.reading() as tx:
        signed = await store.by_hash(tx, domain.fingerprint(token))
        return await _verdict(rt, tx, signed)


async def verify_code(rt: Runtime, number: str, code: str) -> Verdict:
    """Whether the certificate with this number holds, for somebody who has the card before them:
    the code comes from the signature, so a number alone is no question."""
    given = domain.as_read(code)
    async with rt.db.reading() as tx:
        signed: Credential | None = None
        for one in await store.by_number(tx, number):
            if hmac.compare_digest(domain.check_code(one.hash), given):
                signed = one
        return await _verdict(rt, tx, signed)


async def _verdict(rt: Runtime, tx: Tx, signed: Credential | None) -> Verdict:
    """What the register says now: the lists may be a minute old, this is not."""
    if signed is None:
        return NOT_VALID
    if rt.signing.published_key(signed.kid) is None:
        return NOT_VALID  # its key was withdrawn: whoever has it could have signed anything
    found = await cases.certificates_among(tx, [signed.certificate_id])
    certificate = found[signed.certificate_id]
    if not standing_of(certificate).holds(signed.number, rt.today()):
        return NOT_VALID
    return Verdict(certificate.valid_until)


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A signed status list and its validator."""

    token: str
    etag: str


class StatusLists:
    """The status lists as signed statements, made from the register and kept for ``fresh_s``."""

    def __init__(
        self, rt: Runtime, fresh_s: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rt, self._fresh_s, self._clock = rt, fresh_s, clock
        self._made: dict[int, tuple[float, dict[Purpose, PublishedList]]] = {}
        self._lock = asyncio.Lock()

    async def get(self, purpose: Purpose, list: int) -> PublishedList:
        """One list, at most ``fresh_s`` old. Raises 404 when there are not so many lists."""
        async with self._lock:
            made = self._made.get(list)
            if made is None or self._clock() - made[0] >= self._fresh_s:
                made = self._clock(), await self._make(list)
                self._made[list] = made
        return made[1][purpose]

    async def _make(self, list: int) -> dict[Purpose, PublishedList]:
        rt = self._rt
        async with rt.db.reading() as tx:
            if list > await store.lists(tx):
                raise NotFound
            slots = await store.slots_in(tx, list)
            found = await cases.certificates_among(tx, [*{slot.certificate_id for slot in slots}])
        standings = {id: standing_of(certificate) for id, certificate in found.items()}
        marks = domain.marks(slots, standings)
        return {purpose: self._signed(purpose, list, bits) for purpose, bits in marks.items()}

    def _signed(self, purpose: Purpose, list: int, bits: list[int]) -> PublishedList:
        content = domain.status_list(
            purpose,
            list,
            bits,
            issuer=issuer_of(self._rt),
            on=self._rt.today(),
            ttl_s=self._fresh_s,
        )
        token = self._rt.signing.primary.sign(orjson.dumps(content), domain.TYP)
        return PublishedList(token, f'"{sha256(token.encode()).hexdigest()[:32]}"')
