"""What can happen to a withdrawal by hand: made, proposed, confirmed or dropped, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit import idempotency
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.facts import MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.problems import NotFound
from kit.service import Runtime
from registry.certificates import acts, ending
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate, RevocationReason
from registry.certificates.evidence import check_revocation
from registry.certificates.usecases import Paper
from registry.labour_status import usecases as labour_status
from registry.revocations import domain, store
from registry.revocations.domain import Proposal, State, TwoPersons

#: So many proposals of one certificate are looked at.
PROPOSALS = 100


async def revoke_certificate(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    on: date,
    version: int,
    reason: RevocationReason,
    papers: Sequence[Paper],
) -> Certificate:
    """One approver withdraws it. Raises ``revocation-needs-second-person``, and what
    :func:`registry.certificates.ending.revoke` raises."""
    domain.check_alone(reason)
    check_revocation(reason, (paper.kind for paper in papers))
    async with rt.db.transaction() as tx:
        held = await certificates.certificate_in(tx, actor, id)
        await labour_status.hold(tx, [held.worker_id])
        before = await certificates.stepping(rt, tx, actor, id, on, version, acts.REVOKE)
        proof = await certificates.keep_papers(tx, actor, id, papers)
        after = await ending.revoke(rt, tx, actor, before, on, reason, proof)
    rt.wake()
    return after


@dataclass(frozen=True, slots=True)
class Propose:
    """A death or a retirement from a day on, on its papers. ``version``: the certificate's, as seen."""

    certificate_id: UUID
    effective_on: date
    version: int
    reason: TwoPersons
    papers: Sequence[Paper]


async def propose(
    rt: Runtime, actor: Actor, command: Propose, claim: idempotency.Claim
) -> Proposal:
    """Propose to withdraw it; nothing happens before another person confirms. Not by who issued it.
    Raises what would forbid the withdrawal itself, and ``revocation-already-proposed``."""
    on, id = command.effective_on, command.certificate_id
    check_revocation(command.reason, (paper.kind for paper in command.papers))
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        before = await certificates.stepping(rt, tx, actor, id, on, command.version, acts.REVOKE)
        await ending.revoked(rt, tx, before, on, command.reason)
        known = (await store.of(tx, [id], PROPOSALS))[id]
        if any(one.state == "proposed" for one in known):
            raise domain.AlreadyProposed
        proof = await certificates.keep_papers(tx, actor, id, command.papers)
        made = Proposal(
            new_id(), id, command.reason, on, tuple(proof), "proposed", rt.today(), actor.subject,
            actor.subject, None, 1, before.worker_id, before.area_code, before.office,
        )  # fmt: skip
        await store.add(tx, made)
        await once.keep(made)
    return made


async def _in(tx: Tx, actor: Actor, id: UUID, *, lock: bool = False) -> Proposal:
    proposal = await store.get(tx, id, lock=lock)
    if proposal is None:
        raise NotFound
    if not actor.may_see(proposal.area_code):
        raise Denied(proposal.worker_id)
    return proposal


async def confirm(rt: Runtime, actor: Actor, id: UUID, on: date, version: int) -> Proposal:
    """Another person confirms: the certificate is withdrawn from the day of the fact on. Raises
    ``maker-is-checker``, also for who issued it, and ``certificate-state``."""
    async with rt.db.transaction() as tx:
        seen = await _in(tx, actor, id)
        await labour_status.hold(tx, [seen.worker_id])
        held = await certificates.stepping(
            rt, tx, actor, seen.certificate_id, seen.effective_on, None, acts.REVOKE
        )
        before = await _in(tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.decide("confirm", actor.subject, on, rt.today(), None)
        await store.save(tx, after)
        await ending.revoke(
            rt, tx, actor, held, before.effective_on, before.reason, before.evidence
        )
    rt.wake()
    return after


async def drop(rt: Runtime, actor: Actor, id: UUID, on: date, note: str, version: int) -> Proposal:
    """Another person finds that it is not to be withdrawn."""
    async with rt.db.transaction() as tx:
        before = await _in(tx, actor, id, lock=True)
        if before.version != version:
            raise StaleWrite
        after = before.decide("drop", actor.subject, on, rt.today(), note)
        await store.save(tx, after)
    return after


async def restore_certificate(
    rt: Runtime, actor: Actor, id: UUID, version: int, note: str, papers: Sequence[Paper]
) -> Certificate:
    """A withdrawal by hand was wrong: by another person than who made, proposed or confirmed it. Raises
    what :func:`registry.certificates.ending.restore` raises."""
    async with rt.db.transaction() as tx:
        held = await certificates.certificate_in(tx, actor, id)
        proposed = (await store.of(tx, [id], PROPOSALS))[id]
        if any(one.led_to(held.reason, held.revoked_on, actor.subject) for one in proposed):
            raise MakerIsChecker
        after = await ending.restore(rt, tx, actor, id, version, note, papers)
    rt.wake()
    return after


async def proposal_of(rt: Runtime, actor: Actor, id: UUID) -> Proposal:
    """One proposal inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        return await _in(tx, actor, id)


async def list_proposals(
    rt: Runtime,
    actor: Actor,
    certificate_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Proposal]:
    """Proposals of the caller's subtree, oldest first."""
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, certificate_id, state, after, limit)


async def of(tx: Tx, ids: Sequence[UUID], limit: int) -> dict[UUID, list[Proposal]]:
    """What was proposed of each of these certificates, oldest first."""
    return await store.of(tx, ids, limit)


async def awaiting(
    tx: Tx, actor: Actor, pattern: str, after: tuple[date, UUID], limit: int
) -> list[Proposal]:
    """Proposals on which this caller could decide, by day and id."""
    return await store.awaiting(tx, pattern, actor.subject, after, limit)
