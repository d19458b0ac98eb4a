"""Issuing: one certificate, what the city confirms, or a batch: declared, counted, checked, issued or
confirmed, or none of it.
What is issued lies at the office until it is collected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kit import idempotency
from kit.auth import Actor
from kit.db import Tx
from kit.idempotency import Claim
from kit.ids import new_id
from kit.refusal import Refusal
from kit.service import Runtime
from registry.approvals import domain, store
from registry.approvals.domain import Approval, BatchAct, Totals
from registry.areas.succession import reach
from registry.certificates import domain as certificate
from registry.certificates import issuing
from registry.certificates import usecases as certificates
from registry.certificates.acts import State
from registry.certificates.domain import Certificate
from registry.certificates.issuing import Issue
from registry.custody import usecases as custody
from registry.custody.domain import Collector


@dataclass(frozen=True, slots=True)
class Approve:
    """A batch of one act: ``ids``, or all of an area (of the caller's, when none is named) that came
    where the act leads on from until a day."""

    on: date
    declared: Totals
    ids: Sequence[UUID] | None = None
    area_code: str | None = None
    until: date | None = None
    id: UUID = field(default_factory=new_id)
    act: BatchAct = "issue"


@dataclass(frozen=True, slots=True)
class Done:
    """The batch as it was kept, and its certificates as they are after it."""

    approval: Approval
    certificates: Sequence[Certificate]


async def issue_one(
    rt: Runtime, actor: Actor, command: Issue, collector: Collector | None
) -> Certificate:
    """Issue one certificate by its id; ``collector``: who takes it along. Raises what the domain refuses;
    412, 404."""
    return await _one(rt, actor, issuing.issue_all, command, collector)


async def confirm_one(rt: Runtime, actor: Actor, command: Issue) -> Certificate:
    """The city confirms what its district approved (R11). Raises ``not-the-city``, what the domain
    refuses; 412, 404."""
    return await _one(rt, actor, issuing.confirm_all, command, None)


_Take = Callable[[Runtime, Tx, Actor, Sequence[Issue]], Awaitable[list[Refusal | None]]]


async def _one(
    rt: Runtime, actor: Actor, take: _Take, command: Issue, collector: Collector | None
) -> Certificate:
    assert command.certificate_id is not None
    async with rt.db.transaction() as tx:
        await certificates.certificate_in(tx, actor, command.certificate_id)
        (refusal,) = await take(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        after = await certificates.certificate_in(tx, actor, command.certificate_id)
        await custody.issued(tx, actor, [after], collector)
    rt.wake()
    return after


async def _check_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Issue]
) -> list[Refusal | None]:
    """The rule decides on a batch of one day."""
    ids = [one.certificate_id for one in commands if one.certificate_id is not None]
    return await certificates.check_all(rt, tx, actor, ids, commands[0].issued_on)


#: By act of a batch: from which state it leads on, and what takes it.
_ACTS: Mapping[BatchAct, tuple[State, _Take]] = {
    "check": ("applied", _check_all),
    "issue": ("publicised", issuing.issue_all),
    "confirm": ("approved", issuing.confirm_all),
}


async def approve(rt: Runtime, actor: Actor, command: Approve, claim: Claim) -> Done:
    """Check, issue or confirm a batch in one transaction. Raises ``control-totals-differ``,
    ``batch-too-large``, and the first refusal of any certificate in it; then nothing happens to any."""
    pattern = await reach(rt, actor, command.area_code)
    state, take = _ACTS[command.act]
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        if command.ids is not None:
            found = await certificates.named(tx, sorted(set(command.ids)), [])
            seen = [one.id for one in found if actor.may_see(one.area_code)]
            if len(seen) != len(set(command.ids)):
                raise certificate.NoSuchCertificate
        else:
            until, most = command.until or command.on, domain.BATCH_MAX + 1
            seen = (
                await certificates.waiting(tx, state, pattern, until, most)
                if pattern is not None
                else []
            )
        if len(seen) > domain.BATCH_MAX:
            raise domain.BatchTooLarge(most=domain.BATCH_MAX)
        selected = domain.totals_of(seen)
        domain.check_totals(command.declared, selected)
        if seen:
            outcome = await take(rt, tx, actor, [Issue(command.on, id) for id in sorted(seen)])
            refusal = next((one for one in outcome if one is not None), None)
            if refusal is not None:
                raise refusal
        approval = Approval(
            command.id, command.act, command.on, selected, command.area_code or actor.area_code,
            actor.office, actor.subject,
        )  # fmt: skip
        await store.add(tx, approval)
        done = Done(approval, await certificates.named(tx, seen, []))
        if command.act != "check":
            await custody.issued(tx, actor, done.certificates)
        await once.keep(done)
    rt.wake()
    return done


async def list_approvals(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int
) -> list[Approval]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, after, limit)
