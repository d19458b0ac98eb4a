"""Posts are opened and lost; both are told, gross and net are counted elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.employers import usecases as employers
from jobs_market.employers.domain import UnknownEmployer
from jobs_market.outcomes import desk_of, each
from jobs_market.posts import store
from jobs_market.posts.domain import LossReason, Post
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import only
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


async def open_posts(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[Post]
) -> list[Post | Refusal]:
    """Open many posts. Without a sector of its own a post has its employer's. A draft may carry its
    loss already (posts of past years): then both facts are told."""
    desk = desk_of(rt, actor)
    taken = await store.POSTS.taken(tx, [draft.id for draft in drafts])
    known = await employers.known(tx, [draft.employer_id for draft in drafts])

    def decide(draft: Post) -> Post:
        desk.admit(draft.area_code, draft.lost_on or draft.opened_on)
        employer = known.get(draft.employer_id)
        if employer is None:
            raise UnknownEmployer
        if draft.sector is None:
            draft = replace(draft, sector=employer.sector)
        if draft.lost_on is not None and draft.lost_reason is not None:
            return replace(draft, lost_on=None, lost_reason=None).lose(
                draft.lost_on, draft.lost_reason
            )
        return draft

    outcomes, good = each(drafts, taken, decide)
    await store.POSTS.add(tx, good)
    told: list[NewEvent] = []
    for post in good:
        data: dict[str, object] = {
            "employer_id": post.employer_id,
            "sector": post.sector,
            "new_investment": post.new_investment,
        }
        told.append(_told(events.POST_OPENED, post, post.opened_on, data))
        if post.lost_on is not None:
            told.append(_lost(post, post.lost_on))
    await emit(tx, told)
    return outcomes


def _told(kind: EventType, post: Post, on: date, data: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=post.id,
        valid_from=on,
        area_code=post.area_code,
        office=post.office,
        data=events.payload(**data),
    )


def _lost(post: Post, on: date) -> NewEvent:
    data: dict[str, object] = {
        "employer_id": post.employer_id,
        "sector": post.sector,
        "reason": post.lost_reason,
    }
    return _told(events.POST_LOST, post, on, data)


async def open_post(rt: Runtime, actor: Actor, draft: Post, claim: Claim | None = None) -> Post:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        post = only(await open_posts(rt, tx, actor, [draft]))
        await served.keep(post)
    rt.wake()
    return post


async def lose_post(
    rt: Runtime,
    actor: Actor,
    post_id: UUID,
    on: date,
    reason: LossReason,
    claim: Claim | None = None,
) -> Post:
    """The post is gone from a day. Raises PostAlreadyLost, LostBeforeOpened, InTheFuture."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        post = await store.POSTS.get(tx, post_id, lock=True)
        if post is None or not actor.may_see(post.area_code):
            raise NotFound
        desk_of(rt, actor).admit(post.area_code, on)
        after = post.lose(on, reason)
        await store.POSTS.save(tx, after)
        await emit(tx, [_lost(after, on)])
        await served.keep(after)
    rt.wake()
    return after


async def get_post(rt: Runtime, actor: Actor, post_id: UUID) -> Post:
    async with rt.db.looking() as tx:
        post = await store.POSTS.get(tx, post_id)
    if post is None or not actor.may_see(post.area_code):
        raise NotFound
    return post


async def list_posts(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, employer_id: UUID | None = None
) -> list[Post]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.POSTS.page(tx, actor.area_prefix, after, limit, employer_id=employer_id)


async def known(tx: Tx, ids: Sequence[UUID | None]) -> dict[UUID, Post]:
    """Those of these posts that exist."""
    wanted = {post_id for post_id in ids if post_id is not None}
    return {one.id: one for one in await store.POSTS.find(tx, sorted(wanted))} if wanted else {}
