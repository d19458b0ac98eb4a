"""Issuing: one certificate, what the city confirms, or a batch: declared, counted, checked, posted, issued
or confirmed, or none of it.
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
from kit.refusal import Refusal, refuse_any
from kit.service import Runtime
from registry.approvals import store
from registry.approvals.domain import Approval, BatchAct
from registry.areas.succession import reach
from registry.certificates import domain as certificate
from registry.certificates import issuing, posting
from registry.certificates import usecases as certificates
from registry.certificates.acts import State
from registry.certificates.domain import Certificate
from registry.certificates.issuing import Issue
from registry.control_totals import BATCH_MAX, Totals, check_totals, totals_of
from registry.custody import usecases as custody
from registry.custody.domain import Collector


@dataclass(frozen=True, slots=True)
class Approve:
    """A batch of one act: ``ids``, or all of an area (of the caller's, when none is named) that came
    where the act leads on from until a day. ``posted_as``: the paper list on which all of it hangs."""

    on: date
    declared: Totals
    ids: Sequence[UUID] | None = None
    area_code: str | None = None
    until: date | None = None
    id: UUID = field(default_factory=new_id)
    act: BatchAct = "issue"
    posted_as: str | None = None


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


_TakeAll = Callable[[Runtime, Tx, Actor, Sequence[UUID], Approve], Awaitable[list[Refusal | None]]]


async def _check(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], of: Approve
) -> list[Refusal | None]:
    return await certificates.check_all(rt, tx, actor, ids, of.on)


async def _publicise(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], of: Approve
) -> list[Refusal | None]:
    return await posting.publicise_all(rt, tx, actor, ids, of.on, of.posted_as)


async def _issue(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], of: Approve
) -> list[Refusal | None]:
    return await issuing.issue_all(rt, tx, actor, [Issue(of.on, id) for id in ids])


async def _confirm(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], of: Approve
) -> list[Refusal | None]:
    return await issuing.confirm_all(rt, tx, actor, [Issue(of.on, id) for id in ids])


#: By act of a batch: from which state it leads on, and what takes it.
_ACTS: Mapping[BatchAct, tuple[State, _TakeAll]] = {
    "check": ("applied", _check),
    "publicise": ("checked", _publicise),
    "issue": ("publicised", _issue),
    "confirm": ("approved", _confirm),
}


async def approve(rt: Runtime, actor: Actor, command: Approve, claim: Claim) -> Done:
    """Check, post, issue or confirm a batch in one transaction. Raises ``control-totals-differ``,
    ``batch-too-large``, and the first refusal of any certificate in it, which names every one; then
    nothing happens to any."""
    pattern = await reach(rt, actor, command.area_code)
    state, take = _ACTS[command.act]
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        if command.ids is not None:
            found = await certificates.named(tx, sorted(set(command.ids)), [])
            seen = [one.id for one in found if actor.may_see(one.area_code)]
            if len(seen) != len(set(command.ids)):
                raise certificate.NoSuchCertificate
        else:
            until, most = command.until or command.on, BATCH_MAX + 1
            seen = (
                await certificates.waiting(tx, state, pattern, until, most)
                if pattern is not None
                else []
            )
        selected = totals_of(seen)
        check_totals(command.declared, selected)
        if seen:
            ids = sorted(seen)
            outcome = await take(rt, tx, actor, ids, command)
            refuse_any(dict(zip(ids, outcome, strict=True)))
        approval = Approval(
            command.id, command.act, command.on, selected, command.area_code or actor.area_code,
            actor.office, actor.subject,
        )  # fmt: skip
        await store.add(tx, approval)
        done = Done(approval, await certificates.named(tx, seen, []))
        if command.act in ("issue", "confirm"):
            await custody.issued(tx, actor, done.certificates)
        await once.keep(done)
    rt.wake()
    return done


async def list_approvals(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int
) -> list[Approval]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, after, limit)
