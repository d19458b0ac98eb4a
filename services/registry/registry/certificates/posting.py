"""Publicising (公示): what was checked is posted on the public list, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import InTheFuture, StaleWrite
from kit.refusal import Refusal
from kit.service import Runtime
from registry.certificates import acts, domain, store, usecases
from registry.certificates.domain import Certificate
from registry.contributions import usecases as contributions


async def publicise_certificate(
    rt: Runtime, actor: Actor, id: UUID, on: date, version: int, posted_as: str | None
) -> Certificate:
    """Post it on the public list; the days of publicity begin. Raises ``insured-while-without-work``."""
    async with rt.db.transaction() as tx:
        await usecases.stepping(rt, tx, actor, id, on, version, acts.PUBLICISE)
        (refusal,) = await publicise_all(rt, tx, actor, [id], on, posted_as)
        if refusal is not None:
            raise refusal
        after = await usecases.certificate_in(tx, actor, id)
    rt.wake()
    return after


async def publicise_all(
    rt: Runtime, tx: Tx, actor: Actor, ids: Sequence[UUID], on: date, posted_as: str | None
) -> list[Refusal | None]:
    """Post applications as one set, all on the paper list ``posted_as`` where there is one; answers per
    application why not, or None. Their rows are locked and inside what the caller sees. Nothing is
    decided by it, so whoever checked them may post them; nothing is told but by the public list."""
    found = {one.id: one for one in await store.named(tx, ids, [])}
    contradicted = await contributions.contradicted(tx, [one.worker_id for one in found.values()])
    outcome: list[Refusal | None] = []
    moved: list[Certificate] = []
    for id in ids:
        before = found[id]
        try:
            if on > rt.today():
                raise InTheFuture
            domain.not_contradicted(contradicted.get(before.worker_id, ()))
            moved.append(before.publicise(on=on, listed_on=listed_on(rt, posted_as)))
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
    if await store.save(tx, moved) != len(moved):
        raise StaleWrite
    await store.add_transitions(
        tx, [usecases.transition(one, actor.subject, statement=posted_as) for one in moved]
    )
    return outcome


def listed_on(rt: Runtime, posted_as: str | None) -> date | None:
    """From which day on a posting stands on the platform's list, where no paper list hung."""
    return None if posted_as else rt.today()
