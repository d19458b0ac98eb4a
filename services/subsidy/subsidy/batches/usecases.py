"""Making a batch of orders, approving it, handing its file over, asking for what is not answered."""

from __future__ import annotations

import asyncio
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from kit import audit, failpoints
from kit.auth import Actor
from kit.crypto import place
from kit.db import Tx
from kit.facts import admit
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.money import FEN_MAX
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.bank_files import Header, Instruction, as_csv, pain_001
from subsidy.batches import domain, store
from subsidy.batches.domain import Batch, Format, Line, State
from subsidy.batches.store import Kept
from subsidy.journal.domain import Overdrawn
from subsidy.orders import domain as orders_domain
from subsidy.orders import usecases as orders
from subsidy.orders.domain import Order
from subsidy.payees import usecases as payees
from subsidy.payees.domain import Payee
from subsidy.reservations import usecases as reservations
from subsidy.reservations.domain import ReservationUnknown


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one new order is to pay: fen, to a payee, for something that has an id."""

    payee_id: UUID
    amount: int
    purpose: str
    about: UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """A batch to be made: new lines, and unpaid orders that go again."""

    id: UUID
    reservation_id: UUID
    payer_id: UUID
    format: Format
    execute_on: date
    made_on: date
    lines: tuple[Wanted, ...]
    carried: tuple[UUID, ...]
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch and, once it is approved, the hash of its file."""

    batch: Batch
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The file of a batch in plain."""

    batch: Batch
    content: bytes
    sha256: str


async def make_batch(rt: Runtime, actor: Actor, draft: Draft, claim: Claim) -> Shown:
    """The whole batch is made or nothing of it; its money leaves the reservation."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        made = Shown(await make(rt, tx, actor, draft))
        await kept.keep(made, location=f"/v1/payment-batches/{draft.id}")
        failpoints.hit("batch-made-before-commit")
    failpoints.hit("batch-made-after-commit")
    return made


async def make(rt: Runtime, tx: Tx, actor: Actor, draft: Draft) -> Batch:
    """The same inside a transaction, for whoever decided on payments. Raises what forbids it."""
    count = len(draft.lines) + len(draft.carried)
    if count == 0:
        raise domain.EmptyBatch
    if count > domain.LINES_MAX:
        raise domain.BatchTooLong(most=domain.LINES_MAX)
    taken = {draft.id} if await store.exists(tx, draft.id) else set()
    admit(
        draft.id, draft.area_code, draft.made_on, area_prefix=actor.area_prefix,
        today=rt.today(), taken=taken,
    )  # fmt: skip
    if draft.execute_on < draft.made_on:
        raise domain.ExecutedBeforeMade
    reservation = (await reservations.payable(tx, actor, [draft.reservation_id])).get(
        draft.reservation_id
    )
    if reservation is None:
        raise ReservationUnknown
    reservation.admit_payment(reservation.arrangement_id, draft.made_on)
    unpaid = await orders.locked(tx, actor, draft.carried)
    known = await payees.payable(
        tx, actor,
        [draft.payer_id, *(one.payee_id for one in draft.lines), *(o.payee_id for o in unpaid)],
    )  # fmt: skip
    payer = known[draft.payer_id]
    if payer.kind != "fund":
        raise domain.NoFundAccount
    carried = orders.carry(rt, unpaid, known, draft.made_on)
    attempts = await orders.attempts(tx, [one.about for one in draft.lines])
    lines = [
        Line(one.about, attempts[one.about], one.payee_id, _account(known, one.payee_id), one.amount, one.purpose)
        for one in draft.lines
    ] + [
        Line(o.about, o.attempt + 1, o.payee_id, _account(known, o.payee_id), o.amount, o.purpose)
        for o in carried
    ]  # fmt: skip
    total = sum(line.amount for line in lines)
    if total > FEN_MAX:
        raise domain.MoreThanCommitted(missing=total - FEN_MAX)  # no account holds so much
    payer_account = _account(known, draft.payer_id)
    content_hash = domain.content_hash(
        draft.reservation_id, payer_account, draft.format, draft.execute_on, lines
    )
    batch = Batch(
        draft.id, draft.reservation_id, reservation.arrangement_id, draft.payer_id, payer_account,
        draft.format, draft.execute_on, draft.made_on, actor.subject, count,
        total, content_hash, orders_domain.mark(content_hash),
        "made", draft.made_on, None, draft.area_code, draft.office,
    )  # fmt: skip
    await store.add(tx, batch)
    before = [None] * len(draft.lines) + [one.id for one in carried]
    made = [
        _order(batch, number, line, known[line.payee_id], carries)
        for number, (line, carries) in enumerate(zip(lines, before, strict=True), 1)
    ]
    try:
        await orders.intend(tx, actor, made, carried, draft.made_on)
    except Overdrawn as short:
        raise domain.MoreThanCommitted(**short.params) from None
    return batch


async def approve_batch(
    rt: Runtime, actor: Actor, batch_id: UUID, on: date, content_hash: str, claim: Claim
) -> Shown:
    """Another person agrees to what the hash stands for; the file is made and kept, and has not left.
    Refused when an account was changed meanwhile."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await _in(tx, actor, batch_id, lock=True)
        batch = before.approve(on, actor.subject, content_hash, rt.today())
        content = await _file(rt, tx, actor, batch)
        file = await asyncio.to_thread(_sealed, rt, batch_id, content)
        await store.add_file(tx, batch_id, file)
        await store.save(tx, batch)
        shown = Shown(batch, file.sha256)
        await kept.keep(shown)
        failpoints.hit("batch-approved-before-commit")
    failpoints.hit("batch-approved-after-commit")
    return shown


async def hand_over(rt: Runtime, actor: Actor, batch_id: UUID, on: date, claim: Claim) -> Shown:
    """From here on the orders are with the bank; the file is given out after this is committed."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        batch = (await _in(tx, actor, batch_id, lock=True)).hand_over(on, rt.today())
        await orders.send(rt, tx, actor, batch_id, on)
        await store.save(tx, batch)
        shown = await _shown(tx, batch)
        await kept.keep(shown)
        failpoints.hit("batch-handed-over-before-commit")
    failpoints.hit("batch-handed-over-after-commit")
    return shown


async def withdraw_batch(
    rt: Runtime, actor: Actor, batch_id: UUID, on: date, claim: Claim
) -> Shown:
    """A batch that was not handed over ends; the reservation holds its money again."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        batch = (await _in(tx, actor, batch_id, lock=True)).withdraw(on, rt.today())
        await orders.withdraw(tx, actor, batch_id, on)
        await store.save(tx, batch)
        shown = await _shown(tx, batch)
        await kept.keep(shown)
    return shown


async def ask_bank(
    rt: Runtime, actor: Actor, batch_id: UUID, on: date, claim: Claim
) -> list[Order]:
    """What the bank owes an answer on, by its own ids, for the letter to it. Nothing is sent again."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        batch = await _in(tx, actor, batch_id, lock=True)
        if batch.state != "handed-over":
            raise domain.NotHandedOver
        admit(
            new_id(), batch.area_code, on, area_prefix=actor.area_prefix, today=rt.today(),
            taken=set(),
        )  # fmt: skip
        asked = await orders.ask(tx, actor, batch_id, on, new_id())
        await kept.keep(asked)
    return asked


async def file_of(rt: Runtime, actor: Actor, batch_id: UUID) -> Document:
    """The kept file, the same bytes every time. Raises :class:`domain.NotHandedOver` before that was
    recorded. People in it leave a line in the access log."""
    async with rt.db.reading() as tx:
        batch = await _in(tx, actor, batch_id)
        if batch.state != "handed-over":
            raise domain.NotHandedOver
        file = await store.file(tx, batch_id)
        assert file is not None
        lines = await orders.of_batch(tx, batch_id)
        people = [one.payee_id for one in lines if one.payee_kind == "person"]
        subjects = await payees.references(tx, people)
    sealed = rt.keyring.decrypt(file.content, place("payment_file.content", batch_id))
    content = zlib.decompress(b64decode(sealed))
    await audit.note(
        rt, actor, "get_payment_file", sorted(subjects), ("name", "number"),
        purpose=f"payment: {batch.message_id}",
    )  # fmt: skip
    return Document(batch, content, file.sha256)


async def named(tx: Tx, actor: Actor, message_id: str) -> list[Order]:
    """The orders of the file of which the bank speaks by our message's id; none for another one."""
    batch = await store.by_message(tx, message_id, actor.area_prefix)
    return [] if batch is None else await orders.of_batch(tx, batch.id)


async def withdrawn(tx: Tx, batch_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these batches never left."""
    return await store.withdrawn(tx, batch_ids)


async def batch_of(rt: Runtime, actor: Actor, batch_id: UUID) -> Shown:
    async with rt.db.reading() as tx:
        return await _shown(tx, await _in(tx, actor, batch_id))


async def list_batches(
    rt: Runtime,
    actor: Actor,
    *,
    reservation_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    async with rt.db.reading() as tx:
        batches = await store.page(
            tx, actor.area_prefix, reservation_id=reservation_id, state=state, after=after,
            limit=limit,
        )  # fmt: skip
        hashes = await store.hashes(tx, [batch.id for batch in batches])
    return [Shown(batch, hashes.get(batch.id)) for batch in batches]


# --- inside


def _account(known: dict[UUID, Payee], payee_id: UUID) -> UUID:
    account = known[payee_id].confirmed
    assert account is not None
    return account.id


def _order(batch: Batch, number: int, line: Line, payee: Payee, carries: UUID | None) -> Order:
    return Order(
        new_id(), batch.id, number, line.attempt, line.about, line.payee_id, payee.kind,
        line.account_id, line.amount, line.purpose,
        orders_domain.end_to_end_id(batch.content_hash, number, line.attempt),
        batch.arrangement_id, batch.reservation_id, batch.area_code, batch.office, "intended",
        batch.made_on, carries=carries,
    )  # fmt: skip


async def _file(rt: Runtime, tx: Tx, actor: Actor, batch: Batch) -> bytes:
    """The bytes for the bank. Raises :class:`domain.AccountChanged`."""
    lines = await orders.of_batch(tx, batch.id)
    accounts = {batch.payer_id: batch.payer_account_id} | {o.payee_id: o.account_id for o in lines}
    known = await payees.payable(tx, actor, list(accounts))
    changed = next((p for p, account in accounts.items() if _account(known, p) != account), None)
    if changed is not None:
        raise domain.AccountChanged(payee_id=changed)
    plain = await payees.details(rt, tx, list(accounts.values()))
    header = Header(
        batch.message_id, rt.clock().replace(microsecond=0), batch.execute_on,
        plain[batch.payer_account_id],
    )  # fmt: skip
    instructions = [
        Instruction(o.end_to_end_id, o.amount, plain[o.account_id], o.purpose, o.about)
        for o in lines
    ]
    write = pain_001 if batch.format == "pain.001" else as_csv
    return await asyncio.to_thread(write, header, instructions)


def _sealed(rt: Runtime, batch_id: UUID, content: bytes) -> Kept:
    packed = b64encode(zlib.compress(content, 9)).decode("ascii")
    sealed = rt.keyring.encrypt(packed, place("payment_file.content", batch_id))
    return Kept(sealed, sha256(content).hexdigest(), len(content))


async def _in(tx: Tx, actor: Actor, batch_id: UUID, *, lock: bool = False) -> Batch:
    batch = await store.get(tx, batch_id, actor.area_prefix, lock=lock)
    if batch is None:
        raise NotFound
    return batch


async def _shown(tx: Tx, batch: Batch) -> Shown:
    return Shown(batch, (await store.hashes(tx, [batch.id])).get(batch.id))
