"""Statuses declared at a window. What takes a person out of the labour force ends certificates and
registrations (R17, R20), so it rests on a document and on the word of a second person."""

from __future__ import annotations

from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import MakerIsChecker
from kit.ids import new_id
from kit.service import Runtime
from registry import consequences
from registry.identities import usecases as identities
from registry.labour_status import domain as labour
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import WITHDRAWN, Declared, Document, Hearing
from registry.labour_status.usecases import Standing
from registry.unemployment import usecases as unemployment
from registry.unemployment.domain import Filed, Filing


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
        causes = await labour_status.tell_withdrawals(tx, worker_id)
        await consequences.follow(rt, tx, [worker_id], causes)
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after


async def undeclare_status(
    rt: Runtime, actor: Actor, worker_id: UUID, declaration_id: UUID, reason: str
) -> Standing:
    """A declaration was wrong: it is taken back by name, and everything is folded without it.

    Raises ``unknown-declaration``, ``declaration-confirmed``, and ``only-declaration`` for the last one
    that stands. What a filing declared is taken back with the filing.
    """
    async with rt.db.transaction() as tx:
        standing = await _of_the_person(tx, actor, worker_id, declaration_id)
        if await _filing(tx, worker_id, declaration_id) is not None:
            raise labour.NoSuchDeclaration
        await refuse_confirmed(tx, declaration_id)
        if [fact.id for fact in standing.declared] == [declaration_id]:
            raise labour.OnlyDeclaration
        await labour_status.undeclare(tx, worker_id, declaration_id, reason, actor.subject)
        await consequences.follow(rt, tx, [worker_id], {})
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after


async def undeclare_confirmed(
    rt: Runtime, actor: Actor, worker_id: UUID, declaration_id: UUID, reason: str
) -> Standing:
    """What two persons said was wrong: a third one takes it back, with the filing that declared it.

    Raises ``unknown-declaration`` also for what nobody confirmed, and ``declaration-confirmed`` for the
    two themselves.
    """
    async with rt.db.transaction() as tx:
        await _of_the_person(tx, actor, worker_id, declaration_id)
        said_by = await labour_status.confirmed_by(tx, declaration_id)
        if not said_by:
            raise labour.NoSuchDeclaration
        if actor.subject in said_by:
            raise labour.ConfirmedByTwo
        filing = await _filing(tx, worker_id, declaration_id)
        if filing is None:
            await labour_status.undeclare(tx, worker_id, declaration_id, reason, actor.subject)
        else:
            await undo(rt, tx, actor, filing, reason)
        causes = await labour_status.tell_withdrawals(tx, worker_id)
        await consequences.follow(rt, tx, [worker_id], causes)
        after = await labour_status.standing_in(tx, actor, worker_id)
    rt.wake()
    return after


async def _of_the_person(tx: Tx, actor: Actor, worker_id: UUID, declaration_id: UUID) -> Standing:
    """The person, locked, of whom this was declared. Raises ``unknown-declaration``."""
    await labour_status.hold(tx, [worker_id])
    standing = await labour_status.standing_in(tx, actor, worker_id)
    await identities.refuse_merged(tx, worker_id)
    facts = [*standing.declared, *(one.fact for one in standing.awaiting)]
    if all(fact.id != declaration_id for fact in facts):
        raise labour.NoSuchDeclaration
    return standing


async def _filing(tx: Tx, worker_id: UUID, declaration_id: UUID) -> Filing | None:
    """The filing that declared it; they have one name."""
    filings = (await unemployment.filings_of(tx, [worker_id])).get(worker_id, [])
    return next((filing for filing in filings if filing.id == declaration_id), None)


async def refuse_confirmed(tx: Tx, declaration_id: UUID) -> None:
    """Raises ``declaration-confirmed`` for what two persons said."""
    if await labour_status.confirmed_by(tx, declaration_id):
        raise labour.ConfirmedByTwo


async def undo(rt: Runtime, tx: Tx, actor: Actor, wrong: Filing, reason: str) -> None:
    """Keep that a filing was wrong, with what it declared and the job that it told of; the caller
    folds the person again."""
    undoing = Filing(new_id(), wrong.worker_id, "reversed", wrong.on, rt.today(), reverses=wrong.id)
    if wrong.what in ("registered", "cancelled"):
        await labour_status.undeclare(tx, wrong.worker_id, wrong.id, reason, actor.subject)
    if wrong.job_id is not None:
        undone = Hearing(
            undoing.id, wrong.job_id, wrong.worker_id, "reversed", None, "filing", wrong.id
        )
        await labour_status.hear(tx, [undone])
    await unemployment.file(tx, [Filed(undoing, "street", actor.subject, note=reason)])
