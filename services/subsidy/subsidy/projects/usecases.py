"""Recording what was approved, and taking quarters of it for a claim, inside the claim's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import admit
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.blacklist import usecases as blacklist
from subsidy.programmes.terms import law_of
from subsidy.projects import domain, store
from subsidy.projects.domain import Hold, Project


async def record_project(rt: Runtime, actor: Actor, asked: Project, claim: Claim) -> Project:
    """An approval, once. Raises :class:`domain.NotOfProjects`, :class:`domain.ProjectKnown`, and
    ``Blacklisted`` for a body that was on the list on the day of the approval."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, asked.area_code, asked.approved_on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=taken,
        )  # fmt: skip
        try:
            found = law_of(rt.policies).version(asked.programme, asked.approved_on)
        except KeyError:
            found = None
        domain.admit(None if found is None else found[0])
        await blacklist.refuse_listed(tx, asked.body_id, asked.approved_on)
        if not await store.add(tx, asked, recorded_by=actor.subject):
            raise domain.ProjectKnown
        await kept.keep(asked, location=f"/v1/projects/{asked.id}")
    return asked


# --- for claims


async def deciding_on(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Project]:
    """Projects of which claims are about to be decided, locked: what one is granted, the next one sees."""
    return {one.id: one for one in await store.lock(tx, sorted(set(ids)))}


async def hold(tx: Tx, asked: Sequence[Hold]) -> set[UUID]:
    """Take quarters for the lines that were granted them. Answers the lines that came second: of their
    quarters another line has one."""
    held = await store.hold(tx, domain.in_one_order(asked))
    lost = {one.line_id for one in asked if held[one.line_id] < len(one.quarters)}
    await store.give_up(tx, sorted(lost))
    return lost


async def give_up(tx: Tx, line_ids: Sequence[UUID]) -> None:
    """Quarters are free whose lines are not paid after all, or came back whole."""
    await store.give_up(tx, line_ids)


# --- reading


async def project_of(rt: Runtime, actor: Actor, id: UUID) -> Project:
    async with rt.db.looking() as tx:
        found = await store.some(tx, [id], actor.area_prefix)
    if not found:
        raise NotFound
    return found[0]


async def list_projects(
    rt: Runtime,
    actor: Actor,
    *,
    programme: str | None,
    body_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Project]:
    """Projects of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, programme=programme, body_id=body_id, after=after, limit=limit
        )
