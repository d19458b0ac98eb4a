"""Looking at who looked: the readers of a person, and the people that an account has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit import audit
from kit.audit import Access, PersonRead
from kit.auth import Actor
from kit.service import Runtime
from registry.identities import usecases as identities
from registry.workers import usecases as workers


async def readers_of(
    rt: Runtime, actor: Actor, worker_id: UUID, before: UUID | None, limit: int
) -> list[Access]:
    """Who read this person, under any record of the person; newest first. 404 outside of what the
    caller sees."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        person = (await identities.person_of(tx, [worker_id]))[worker_id]
        members = (await identities.members_of(tx, [person]))[person]
        return await audit.readers(tx, members, before, limit)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose reading is looked into, and of which time (``until`` is not included)."""

    account: str
    since: datetime | None
    until: datetime | None


async def people_read_by(
    rt: Runtime, actor: Actor, asked: Question, after: UUID | None, limit: int
) -> tuple[list[PersonRead], UUID | None]:
    """People whom an account read, in the order of ids: those of the caller's areas out of the next
    ``limit``; and where the next page begins, None at the end."""
    async with rt.db.reading() as tx:
        found = await audit.breach(
            tx, asked.account, since=asked.since, until=asked.until, after=after, limit=limit + 1
        )
        page = found[:limit]
        known = await workers.facts_of(tx, [person.subject_id for person in page])
    mine = [
        person
        for person in page
        if person.subject_id in known and actor.may_see(known[person.subject_id].area_code)
    ]
    return mine, page[-1].subject_id if len(found) > limit else None
