"""Correcting what a worker claimed, with everything that follows from it in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.facts import InTheFuture, StaleWrite
from kit.ids import new_id
from kit.service import Runtime
from registry.certificates import issuing
from registry.certificates import usecases as certificates
from registry.certificates.domain import Certificate
from registry.corrections import store
from registry.corrections.domain import CategoryCorrection
from registry.labour_status import usecases as labour_status
from registry.workers import usecases as workers
from registry.workers.domain import Category, Worker


@dataclass(frozen=True, slots=True)
class CorrectCategory:
    """``version`` is the worker's version that the clerk saw."""

    worker_id: UUID
    category: Category
    corrected_on: date
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The correction, the worker after it, and the certificate after it (None: never applied)."""

    correction: CategoryCorrection
    worker: Worker
    certificate: Certificate | None


async def correct_category(rt: Runtime, actor: Actor, command: CorrectCategory) -> Outcome:
    """The category is corrected, the rule is asked again, and benefits are folded again.

    Raises ``category-unchanged``, ``fact-in-future``, 404 and 412.
    """
    async with rt.db.transaction() as tx:
        await labour_status.hold(tx, [command.worker_id])
        before = await workers.worker_in(rt, tx, actor, command.worker_id, lock=True)
        if before.version != command.version:
            raise StaleWrite
        if command.corrected_on > rt.today():
            raise InTheFuture
        correction = CategoryCorrection(
            new_id(), before.id, before.claims.category, command.category, command.corrected_on,
            command.reason, actor.subject,
        )  # fmt: skip
        after, _ = await workers.correct_category(
            tx, before, command.category, command.corrected_on
        )
        await store.add(tx, correction)
        certificate = await certificates.redecide(
            rt, tx, actor, before.id, command.category, command.corrected_on
        )
        await issuing.annotate(rt, tx, [before.id], {})
    rt.wake()
    return Outcome(correction, after, certificate)


async def list_corrections(
    rt: Runtime, actor: Actor, worker_id: UUID, after: UUID | None, limit: int
) -> list[CategoryCorrection]:
    """What was corrected of a worker whom the caller may see."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        return await store.page(tx, worker_id, after, limit)
