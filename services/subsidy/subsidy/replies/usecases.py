"""Taking a message of the bank in, and deciding on what it leaves in doubt."""

from __future__ import annotations

import asyncio
import zlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from kit import failpoints
from kit.auth import Actor
from kit.crypto import place
from kit.db import Tx
from kit.facts import admit
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from subsidy import bank_replies, consequences
from subsidy.batches import usecases as batches
from subsidy.orders import usecases as orders
from subsidy.orders.domain import Answer
from subsidy.orders.usecases import Said
from subsidy.replies import domain, store
from subsidy.replies.domain import LOOKED_AT_AGAIN, RANK, Line, Message, Outcome, Resolution


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes of the bank, the day on which they came, and who takes them."""

    id: UUID
    content: bytes
    received_on: date
    area_code: str
    office: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message with how many of its lines came to which outcome."""

    message: Message
    counts: dict[str, int]


async def receive(rt: Runtime, actor: Actor, received: Received, claim: Claim) -> Shown:
    """Take a message once: the same one again changes nothing and has the same answer. Its lines are
    judged together with those of earlier ones that waited for them."""
    # Before the transaction: reading a day's statement takes seconds and needs no lock.
    read = await asyncio.to_thread(bank_replies.read, received.content)
    sealed = await asyncio.to_thread(_sealed, rt, received)
    message = Message(
        received.id, read.kind, read.message_id, sha256(received.content).hexdigest(),
        received.received_on, received.area_code, received.office, actor.subject,
    )  # fmt: skip
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        admit(
            message.id, message.area_code, message.received_on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=set(),
        )  # fmt: skip
        await store.lock(tx, message.kind, message.message_id)
        before = await store.same(tx, message)
        if before is None:
            await store.add(tx, message, sealed)
            await _take(rt, tx, actor, message, read.lines)
        elif before.content_hash != message.content_hash:
            raise domain.MessageDiffers(message_id=before.id)
        shown = await _shown(tx, before or message)
        await kept.keep(shown, location=f"/v1/bank-messages/{shown.message.id}")
        failpoints.hit("bank-message-taken-before-commit")
    failpoints.hit("bank-message-taken-after-commit")
    rt.wake()
    return shown


async def resolve(
    rt: Runtime,
    actor: Actor,
    line_id: UUID,
    resolution: Resolution,
    order_id: UUID | None,
    on: date,
    note: str,
    claim: Claim,
) -> Line:
    """Decide on a line in doubt. One that belongs to an order is applied to it, or stays in doubt."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        line = await store.line(tx, line_id, actor.area_prefix)
        if line is None:
            raise NotFound
        admit(
            new_id(), line.area_code, on, area_prefix=actor.area_prefix, today=rt.today(),
            taken=set(),
        )  # fmt: skip
        line.resolve(resolution, order_id)
        done = replace(line, outcome="resolved")
        if order_id is not None:
            (order,) = await orders.locked(tx, actor, [order_id])
            told = replace(line, end_to_end_id=order.end_to_end_id)
            (judged,) = await _judge(rt, tx, actor, [told], line.reply_id)
            if judged.outcome == "doubt":
                raise domain.StillInDoubt(doubt=judged.doubt or "")
            done = replace(told, outcome="resolved", order_id=order_id)
        await store.save_lines(tx, [done])
        await store.add_resolution(tx, line.id, resolution, order_id, on, note, actor.subject)
        await kept.keep(done)
    rt.wake()
    return done


# --- inside


async def _take(
    rt: Runtime, tx: Tx, actor: Actor, message: Message, said: Sequence[bank_replies.Line]
) -> None:
    lines = [
        Line(
            new_id(), message.id, number, one.end_to_end_id, one.kind,
            one.on or message.received_on, one.amount, one.reason_code, one.bank_ref,
            message.area_code, message.office,
        )
        for number, one in enumerate(await _one_by_one(tx, actor, said), 1)
    ]  # fmt: skip
    named = [one.end_to_end_id for one in lines if one.end_to_end_id is not None]
    earlier = await store.waiting(tx, named, sorted(LOOKED_AT_AGAIN), actor.area_prefix)
    judged = await _judge(rt, tx, actor, [*earlier, *lines], message.id)
    await store.save_lines(tx, judged[: len(earlier)])
    await store.add_lines(tx, judged[len(earlier) :])


async def _one_by_one(
    tx: Tx, actor: Actor, said: Sequence[bank_replies.Line]
) -> list[bank_replies.Line]:
    """What is said of a whole file is said of each order in it."""
    lines: list[bank_replies.Line] = []
    for one in said:
        # At most one per message: a report that names no order speaks of one file.
        named = await batches.named(tx, actor, one.whole) if one.whole is not None else []
        if named:
            lines += [replace(one, end_to_end_id=order.end_to_end_id) for order in named]
        else:
            lines.append(one)
    return lines


async def _judge(
    rt: Runtime, tx: Tx, actor: Actor, lines: Sequence[Line], reply_id: UUID
) -> list[Line]:
    """The lines with what became of them, in their own order."""
    judged = {
        one.id: replace(one, outcome="doubt", doubt="no-reference")
        if one.kind is not None and one.end_to_end_id is None
        else one
        for one in lines
    }
    ranked = sorted(
        (RANK[one.kind], one.on_day, one.id, one.end_to_end_id)
        for one in lines
        if one.kind is not None and one.end_to_end_id is not None
    )
    said = [Said(id, name, _answer(judged[id])) for _, _, id, name in ranked if name is not None]
    marks = await store.booked(tx, [one.end_to_end_id for one in said])
    outcomes = await orders.hear(rt, tx, actor, said, marks, reply_id)
    moved = {one.order_id for one in outcomes if one.applied and one.order_id is not None}
    await consequences.follow(rt, tx, actor, moved)
    for outcome in outcomes:
        became: Outcome = (
            "applied" if outcome.applied else "known" if outcome.doubt is None else "doubt"
        )
        judged[outcome.said] = replace(
            judged[outcome.said], outcome=became, doubt=outcome.doubt, order_id=outcome.order_id
        )
    return [judged[one.id] for one in lines]


def _answer(line: Line) -> Answer:
    assert line.kind is not None
    return Answer(line.kind, line.on_day, line.amount, line.reason_code, line.bank_ref)


def _sealed(rt: Runtime, received: Received) -> bytes:
    packed = b64encode(zlib.compress(received.content, 9)).decode("ascii")
    return rt.keyring.encrypt(packed, place("bank_message.content", received.id))


async def _shown(tx: Tx, message: Message) -> Shown:
    return Shown(message, (await store.counts(tx, [message.id])).get(message.id, {}))


# --- reading


async def reply_of(rt: Runtime, actor: Actor, reply_id: UUID) -> Shown:
    """One message of the caller's area."""
    async with rt.db.reading() as tx:
        found = await store.some(tx, [reply_id], actor.area_prefix)
        if not found:
            raise NotFound
        return await _shown(tx, found[0])


async def list_replies(rt: Runtime, actor: Actor, after: UUID | None, limit: int) -> list[Shown]:
    async with rt.db.reading() as tx:
        messages = await store.page(tx, actor.area_prefix, after, limit)
        counted = await store.counts(tx, [one.id for one in messages])
    return [Shown(one, counted.get(one.id, {})) for one in messages]


async def list_lines(
    rt: Runtime,
    actor: Actor,
    *,
    reply_id: UUID | None,
    outcome: Outcome | None,
    after: UUID | None,
    limit: int,
) -> list[tuple[Line, Any]]:
    """Lines of messages; in doubt, they are the reconciliation desk."""
    async with rt.db.looking() as tx:
        return await store.lines(
            tx, actor.area_prefix, reply_id=reply_id, outcome=outcome, after=after, limit=limit
        )
