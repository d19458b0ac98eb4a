"""What can happen to lost certificates: declared, issued again, and never lost at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.ids import new_id
from kit.service import Runtime
from registry.certificates import acts, cases, events, issuing, standing
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate
from registry.certificates.terms import Terms
from registry.certificates.usecases import Paper
from registry.custody import usecases as custody
from registry.custody.domain import Collector
from registry.labour_status import usecases as labour_status
from registry.losses import domain, store
from registry.losses.domain import Loss


async def report_loss(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, papers: Sequence[Paper]
) -> Certificate:
    """The holder declares it lost: its number is void, and the notice begins."""
    async with rt.db.transaction() as tx:
        before = await certificates.stepping(rt, tx, actor, id, on, version, acts.REPORT_LOSS)
        after = before.report_loss(on=on)
        assert before.number is not None
        ends = Terms(rt).notice_ends(on)
        event = certificates.told(events.CERTIFICATE_LOST, after, on, {})
        loss = Loss(
            new_id(), id, before.worker_id, before.number, on, ends - timedelta(days=1), before.area_code,
            before.office, actor.subject, event.id,
        )  # fmt: skip
        await store.add(tx, loss)
        proof = await certificates.keep_papers(tx, actor, id, papers)
        after = await certificates.save_step(
            tx, before, after, actor.subject, event, [loss.id, *proof], tells_state=False
        )
    rt.wake()
    return after


async def reissue(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, collector: Collector | None
) -> Certificate:
    """A new booklet with a new number, after the notice, by somebody else than who took the loss;
    ``collector``: who takes it along."""
    async with rt.db.transaction() as tx:
        before = await certificates.stepping(rt, tx, actor, id, on, version, acts.REISSUE)
        number = await issuing.next_number(rt, tx, on)
        after = before.reissue(on=on, number=number)
        domain.check_notice(on, Terms(rt).notice_ends(before.state_on))
        assert after.valid_until is not None
        data = {"valid_until": after.valid_until.isoformat()}
        event = certificates.told(events.CERTIFICATE_REISSUED, after, on, data)
        after = await certificates.save_step(
            tx, before, after, actor.subject, event, tells_state=False
        )
        await custody.issued(tx, actor, [after], collector)
    rt.wake()
    return after


async def take_back(
    rt: Runtime, actor: Actor, id: UUID, loss_id: UUID, reason: str, version: int
) -> Certificate:
    """The booklet was never lost: its number was never void, and it stands as it stood. By somebody
    else than who took the loss; also under a fact that lies over the certificate. A number that was
    replaced stays void."""
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [(await certificates.certificate_in(tx, actor, id)).worker_id])
        before = await certificates.stepping(rt, tx, actor, id, rt.today(), version, acts.FIND)
        loss = domain.check_reversal(await store.get(tx, loss_id), id, before.number)
        steps = (await cases.steps_of(tx, [id]))[id]
        taken = next(n for n, step in enumerate(steps) if loss.id in step.evidence)
        found = standing.lifted(before).find(since=steps[taken - 1].day)
        after = standing.again(found, before)
        event = certificates.told(
            events.CERTIFICATE_FOUND, after, loss.lost_on, {}, reverses=loss.told_event
        )
        await store.take_back(tx, loss.id, reason, actor.subject, event.id)
        after = await certificates.save_step(
            tx, before, after, actor.subject, event, [loss.id], tells_state=False, statement=reason
        )
    rt.wake()
    return after


async def list_losses(
    rt: Runtime,
    actor: Actor,
    number: str | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Loss]:
    async with rt.db.looking() as tx:
        return await store.page(tx, actor.area_pattern, number, certificate_id, after, limit)


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Loss]]:
    """The losses of each of these certificates, oldest first, at most ``limit`` of each."""
    return await store.of(tx, certificates, limit)
