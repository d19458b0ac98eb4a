"""Signing certificates' statements: one when it is asked for, or all that have none yet."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from kit import audit
from kit.auth import Actor
from kit.crypto import mask_name
from kit.db import Tx
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from kit.signing import SignedBy
from registry.certificates import cases
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate
from registry.credentials import domain, store
from registry.credentials.domain import Credential, Slot, Standing, Statement
from registry.workers import usecases as workers

#: So many are signed in one transaction: what is done stays when the rest fails.
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement in hand. ``fresh`` says that it was signed just now."""

    token: str
    credential: Credential
    fresh: bool

    @property
    def check_code(self) -> str:
        return domain.check_code(self.credential.hash)


@dataclass(frozen=True, slots=True)
class Batch:
    """``signed`` now, and how many certificates in force had their statement ``already``."""

    signed: int
    already: int


def issuer_of(rt: Runtime) -> str:
    """The URI of this city's registry: what stands in every statement, and where its keys are."""
    return f"{rt.settings.public_url}{rt.settings.public_path}"


def standing_of(certificate: Certificate) -> Standing:
    return Standing(certificate.state, certificate.number, certificate.valid_until)


async def sign_all(
    rt: Runtime, tx: Tx, actor: Actor, wanted: Sequence[Certificate]
) -> dict[UUID, Signed]:
    """The statement of each of these certificates, signed where there is none yet: by the key that
    signs now, when the name or the days changed, or when the key that signed it has retired.

    Raises :class:`domain.NotInForce` when one of them does not hold today.
    """
    today = rt.today()
    for certificate in wanted:
        number = certificate.number
        if number is None or not standing_of(certificate).holds(number, today):
            raise domain.NotInForce(state=certificate.state)
    await store.one_at_a_time(tx)
    slots = await _slots(tx, wanted)
    known = await store.latest(tx, [certificate.id for certificate in wanted])
    people = await workers.on_paper(rt, tx, [certificate.worker_id for certificate in wanted])
    signer, issuer = rt.signing.primary, issuer_of(rt)
    statements = {
        c.id: _statement(c, slots[c.id], mask_name(people[c.worker_id].name)) for c in wanted
    }

    def sign() -> dict[UUID, Signed]:
        return {
            id: _signed(id, statement, known.get(id), signer, issuer, actor.subject)
            for id, statement in statements.items()
        }

    # A chunk is a tenth of a second of arithmetic: not on the loop that answers others.
    signed = await asyncio.to_thread(sign)
    await store.add(tx, [one.credential for one in signed.values() if one.fresh])
    return signed


async def _slots(tx: Tx, wanted: Sequence[Certificate]) -> dict[UUID, Slot]:
    """The bit of each certificate's present number; a new one is drawn by lot, so that neighbours in
    a list tell nothing about each other."""
    have = await store.slots_of(tx, [certificate.id for certificate in wanted])
    numbers = {certificate.id: str(certificate.number) for certificate in wanted}
    slots = {
        slot.certificate_id: slot for slot in have if slot.number == numbers[slot.certificate_id]
    }
    missing = [id for id in numbers if id not in slots]
    list = await store.open_list(tx) if missing else 0
    while missing:
        drawn: dict[int, Slot] = {}
        for id in missing:
            slot = Slot(id, numbers[id], list, secrets.randbelow(domain.LIST_BITS))
            drawn.setdefault(slot.index, slot)
        taken = await store.take(tx, [*drawn.values()])
        slots |= {s.certificate_id: s for s in drawn.values() if s.certificate_id in taken}
        missing = [id for id in missing if id not in slots]
    return slots


def _statement(certificate: Certificate, slot: Slot, holder: str) -> Statement:
    assert certificate.number is not None
    assert certificate.issued_on is not None
    assert certificate.valid_until is not None
    return Statement(
        certificate.number, holder, certificate.issued_on, certificate.valid_until, slot.list,
        slot.index,
    )  # fmt: skip


def _signed(
    id: UUID, statement: Statement, before: Credential | None, by: SignedBy, issuer: str, actor: str
) -> Signed:
    """Signing again gives the same bytes: only when they differ from what is kept it is a new one."""
    payload = orjson.dumps(domain.content(statement, issuer))
    token = by.sign(payload, domain.TYP)
    hash = domain.fingerprint(token)
    if before is not None and before.hash == hash:
        return Signed(token, before, fresh=False)
    credential = Credential(
        new_id(), id, statement.number, statement.list, statement.index, by.kid, hash,
        statement.valid_from, statement.valid_until, actor,
    )  # fmt: skip
    return Signed(token, credential, fresh=True)


async def sign_certificate(rt: Runtime, actor: Actor, certificate_id: UUID) -> Signed:
    """The statement of one certificate, signed now if it was not. Raises 404 and ``NotInForce``."""
    async with rt.db.transaction() as tx:
        certificate = await certificates.certificate_in(tx, actor, certificate_id)
        signed = (await sign_all(rt, tx, actor, [certificate]))[certificate_id]
    await audit.note(
        rt, actor, "sign_certificate", [certificate.worker_id], ("certificate", "name_masked")
    )
    return signed


async def sign_outstanding(rt: Runtime, actor: Actor, limit: int) -> Batch:
    """Sign for every certificate in force of the caller's subtree that has no statement under the
    present key, ``limit`` at most. What was signed before a failure stays: call it again."""
    signed = already = 0
    after: UUID | None = None
    while signed < limit:
        async with rt.db.transaction() as tx:
            chunk = await cases.issued_after(tx, actor, after, CHUNK)
            if not chunk:
                break
            after = chunk[-1].id
            due = await _due(rt, tx, chunk)
            already += len(chunk) - len(due)
            done = await sign_all(rt, tx, actor, due[: limit - signed]) if due else {}
        signed += sum(one.fresh for one in done.values())
    return Batch(signed, already)


async def _due(rt: Runtime, tx: Tx, chunk: Sequence[Certificate]) -> list[Certificate]:
    """Those in force that have no statement by the key that signs now."""
    today, kid = rt.today(), rt.signing.primary.kid
    known = await store.latest(tx, [certificate.id for certificate in chunk])
    return [
        c
        for c in chunk
        if c.number is not None
        and standing_of(c).holds(c.number, today)
        and not (c.id in known and known[c.id].kid == kid and known[c.id].number == c.number)
    ]


async def signature_of(rt: Runtime, actor: Actor, certificate_id: UUID) -> Credential:
    """What was signed last for a certificate, or 404 when nothing was."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, certificate_id)
        found = (await store.latest(tx, [certificate_id])).get(certificate_id)
    if found is None:
        raise NotFound
    await audit.note(rt, actor, "get_credential", [certificate.worker_id], ("certificate",))
    return found


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Credential]]:
    """What was signed for each of these certificates, the last first, at most ``limit`` of each."""
    return await store.of(tx, certificates, None, limit)


async def list_signatures(
    rt: Runtime, actor: Actor, certificate_id: UUID, before: UUID | None, limit: int
) -> list[Credential]:
    """Everything that was signed for a certificate, the last first. 404 as for the certificate."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, certificate_id)
        found = (await store.of(tx, [certificate_id], before, limit))[certificate_id]
    await audit.note(rt, actor, "list_credentials", [certificate.worker_id], ("certificate",))
    return found
