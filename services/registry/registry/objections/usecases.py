"""What can happen to objections: filed, and decided by a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit import idempotency
from kit.auth import Actor
from kit.db import Tx
from kit.idempotency import Claim
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from registry.certificates import acts, events, posting
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate
from registry.certificates.usecases import Paper
from registry.objections import domain, store
from registry.objections.domain import Ground, Objection

#: So many objections to one application are looked at.
OBJECTIONS = 200


@dataclass(frozen=True, slots=True)
class Object:
    """An objection as it is told at the window or by letter."""

    filed_on: date
    ground: Ground
    note: str
    papers: Sequence[Paper] = ()
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Find:
    """What the investigation found. ``version`` is the certificate's that was seen, ``posted_as`` the
    paper list on which it hangs again when the objection did not hold."""

    on: date
    upheld: bool
    note: str
    version: int
    papers: Sequence[Paper] = ()
    posted_as: str | None = None


async def file_objection(
    rt: Runtime, actor: Actor, certificate_id: UUID, command: Object, claim: Claim
) -> tuple[UUID, Objection]:
    """Take an objection: the application leaves the list and is investigated. One that comes while
    it is investigated is added. Answers whose application it is, too. Raises
    ``certificate-state`` where nothing is posted."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        on = command.filed_on
        before = await certificates.stepping(rt, tx, actor, certificate_id, on, None, acts.OBJECT)
        objection = Objection(
            command.id, certificate_id, on, command.ground, command.note, actor.subject
        )
        if before.state != "under_investigation" or before.held_state is not None:
            after = before.object(on=on)
            data = {"objection_id": str(command.id)}
            event = certificates.told(events.INVESTIGATION_OPENED, after, on, data)
            # What told of the grant stays what a reversal names.
            after = await certificates.save_step(
                tx, before, after, actor.subject, event, [command.id], tells_state=False
            )
        await certificates.keep_papers(tx, actor, certificate_id, command.papers)
        await store.add(tx, objection)
        await once.keep(objection)
    rt.wake()
    return before.worker_id, objection


async def find(
    rt: Runtime, actor: Actor, certificate_id: UUID, objection_id: UUID, command: Find
) -> Certificate:
    """Decide on an objection: refused when it holds, posted again when it was the last that did not.
    Raises 404, 412, ``maker-is-checker``, ``objection-decided``."""
    async with rt.db.transaction() as tx:
        act = acts.UPHOLD if command.upheld else acts.DISMISS
        on = command.on
        before = await certificates.stepping(
            rt, tx, actor, certificate_id, on, command.version, act
        )
        all_of_it = (await store.of(tx, [certificate_id], OBJECTIONS))[certificate_id]
        objection = next((one for one in all_of_it if one.id == objection_id), None)
        if objection is None:
            raise NotFound
        domain.find(objection, on)
        await store.find(tx, objection_id, command.upheld, on, command.note, actor.subject)
        await certificates.keep_papers(tx, actor, certificate_id, command.papers)
        after, event = before, None
        if command.upheld:
            after = before.uphold(on=on)
            event = certificates.decided(after, on, reverses=before.told_event)
        elif not domain.others_open(all_of_it, objection_id):
            after = before.dismiss(on=on, listed_on=posting.listed_on(rt, command.posted_as))
            event = certificates.told(events.INVESTIGATION_CLOSED, after, on, {"upheld": False})
        if event is not None:
            after = await certificates.save_step(
                tx, before, after, actor.subject, event, [objection_id],
                tells_state=command.upheld, statement=None if command.upheld else command.posted_as,
            )  # fmt: skip
    rt.wake()
    return after


async def objections_of(
    rt: Runtime, actor: Actor, certificate_id: UUID
) -> tuple[UUID, list[Objection]]:
    """Every objection, and whose application they are about."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, certificate_id)
        return certificate.worker_id, (await of(tx, [certificate_id], OBJECTIONS))[certificate_id]


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Objection]]:
    """The objections to each of these applications, oldest first, at most ``limit`` of each."""
    return await store.of(tx, certificates, limit)
