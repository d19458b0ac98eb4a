"""Collecting what waits: each noun tells its own, by day and id, and the lists become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.service import Runtime
from registry.benefits import usecases as benefits
from registry.calendars import usecases as calendars
from registry.certificates import cases
from registry.corrections import usecases as corrections
from registry.duplicates import usecases as duplicates
from registry.insurance_refunds import usecases as insurance_refunds
from registry.labour_status import usecases as labour_status
from registry.revocations import usecases as revocations
from registry.worklist import domain
from registry.worklist.domain import Kind, Place, Waiting


async def list_waiting(
    rt: Runtime,
    actor: Actor,
    pattern: str,
    kind: Kind | None,
    after: Place | None,
    limit: int,
) -> list[Waiting]:
    """What this caller could decide and somebody else made, the oldest first."""
    found: list[Waiting] = []
    async with rt.db.reading() as tx:
        for one in domain.decides(actor.scopes, kind):
            found += await _of(rt, tx, actor, pattern, one, domain.within(one, after), limit)
        calendar = await calendars.current(rt, tx)
    found.sort(key=lambda one: one.place)
    today = rt.today()
    return [
        replace(one, days=max(0, calendar.working_days_between(one.since, today)))
        for one in found[:limit]
    ]


async def _of(
    rt: Runtime,
    tx: Tx,
    actor: Actor,
    pattern: str,
    kind: Kind,
    after: tuple[date, UUID],
    limit: int,
) -> Sequence[Waiting]:
    """Those of one kind."""
    match kind:
        case "correction":
            asked = await corrections.awaiting(rt, tx, actor, pattern, after, limit)
            return [
                Waiting(
                    kind, r.id, r.worker_id, None, r.requested_on, r.requested_by, r.area_code,
                    r.office,
                )
                for r in asked
            ]  # fmt: skip
        case "declaration":
            declared = await labour_status.awaiting(tx, actor, pattern, after, limit)
            return [
                Waiting(
                    kind, d.fact.id, d.worker_id, None, d.declared_on, d.declared_by, d.area_code,
                    d.office,
                )
                for d in declared
            ]  # fmt: skip
        case "merge":
            pairs = await duplicates.unmerged(
                tx, pattern, rt.today(), after, limit, barred=actor.subject
            )
            return [
                Waiting(
                    kind, p.id, p.one, p.other, p.decided_on, p.decided_by, p.area_code, p.office
                )
                for p in pairs
            ]
        case "insurance-refund":
            proposed = await insurance_refunds.awaiting(tx, actor, pattern, after, limit)
            return [
                Waiting(
                    kind, o.id, o.worker_id, None, o.state_on, o.proposed_by, o.area_code, o.office
                )
                for o in proposed
            ]
        case "benefit":
            written = await benefits.awaiting(tx, actor, pattern, after, limit)
            return [
                Waiting(
                    kind, g.id, g.worker_id, None, g.waits_since, g.written_by or "",
                    line.area_code, line.office,
                )
                for line in written
                for g in [line.grant]
                if g.waits_since is not None
            ]  # fmt: skip
        case "revocation":
            withdrawing = await revocations.awaiting(tx, actor, pattern, after, limit)
            return [
                Waiting(
                    kind, p.id, p.worker_id, None, p.state_on, p.proposed_by, p.area_code, p.office
                )
                for p in withdrawing
            ]
        case _:
            decided = await cases.awaiting(rt, tx, actor, pattern, kind, after, limit)
            return [
                Waiting(kind, c.id, c.worker_id, None, c.begun_on, maker, c.area_code, c.office)
                for c, maker in decided
            ]
