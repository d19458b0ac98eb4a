"""Statuses declared at a window. What takes a person out of the labour force ends certificates and
registrations (R17, R20), so it rests on a document and on the word of a second person."""

from __future__ import annotations

from uuid import UUID

from kit.auth import Actor
from kit.facts import MakerIsChecker
from kit.service import Runtime
from registry import consequences
from registry.identities import usecases as identities
from registry.labour_status import domain as labour
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import WITHDRAWN, Declared, Document
from registry.labour_status.usecases import Standing
from registry.unemployment import usecases as unemployment


async def declare_status(
    rt: Runtime, actor: Actor, worker_id: UUID, fact: Declared, document: Document | None
) -> Standing:
    """A window declares a status from a day on. Raises what ``check_declaration`` raises."""
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [worker_id])
        standing = await labour_status.standing_in(tx, actor, worker_id)
        await identities.refuse_merged(tx, worker_id)
        labour.check_declaration(fact, document, standing.history, standing.declared, rt.today())
        await labour_status.declare_all(
            tx, [(worker_id, fact)], actor.subject, document, awaits=fact.status in WITHDRAWN
        )
        await consequences.follow(rt, tx, [worker_id], {})
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after


async def confirm_declaration(
    rt: Runtime, actor: Actor, worker_id: UUID, declaration_id: UUID
) -> Standing:
    """Another person has seen the document too: the status holds, and everything that follows.

    Raises ``unknown-declaration`` when nothing of that name awaits, and ``maker-is-checker``.
    """
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [worker_id])
        standing = await labour_status.standing_in(tx, actor, worker_id)
        await identities.refuse_merged(tx, worker_id)
        waiting = next((one for one in standing.awaiting if one.fact.id == declaration_id), None)
        if waiting is None:
            raise labour.NoSuchDeclaration
        if waiting.declared_by == actor.subject:
            raise MakerIsChecker
        await labour_status.confirm(tx, worker_id, declaration_id, actor.subject)
        await consequences.follow(rt, tx, [worker_id], {})
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after


async def undeclare_status(
    rt: Runtime, actor: Actor, worker_id: UUID, declaration_id: UUID, reason: str
) -> Standing:
    """A declaration was wrong: it is taken back by name, and everything is folded without it.

    Raises ``unknown-declaration``, and ``only-declaration`` for the last one that stands. What a
    filing declared is taken back with the filing.
    """
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [worker_id])
        standing = await labour_status.standing_in(tx, actor, worker_id)
        await identities.refuse_merged(tx, worker_id)
        filings = (await unemployment.filings_of(tx, [worker_id])).get(worker_id, [])
        if any(filing.id == declaration_id for filing in filings):
            raise labour.NoSuchDeclaration
        if all(one.fact.id != declaration_id for one in standing.awaiting):
            if all(fact.id != declaration_id for fact in standing.declared):
                raise labour.NoSuchDeclaration
            if len(standing.declared) == 1:
                raise labour.OnlyDeclaration
        await labour_status.undeclare(tx, worker_id, declaration_id, reason, actor.subject)
        await consequences.follow(rt, tx, [worker_id], {})
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after
