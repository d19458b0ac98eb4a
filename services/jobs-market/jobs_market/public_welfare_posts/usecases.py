"""Posts are developed by employers, occupied and vacated by placements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.employers import usecases as employers
from jobs_market.employers.domain import UnknownEmployer
from jobs_market.outcomes import desk_of, each, parameter
from jobs_market.public_welfare_posts import domain, store
from jobs_market.public_welfare_posts.domain import Occupancy, PublicWelfarePost
from jobs_market.workers import usecases as workers
from jobs_market.workers.domain import Difficulty, recognised
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import only
from kit.idempotency import Claim, once
from kit.ids import new_id
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


async def develop_posts(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[PublicWelfarePost]
) -> list[PublicWelfarePost | Refusal]:
    desk = desk_of(rt, actor)
    taken = await store.POSTS.taken(tx, [draft.id for draft in drafts])
    known = await employers.known(tx, [draft.employer_id for draft in drafts])

    def decide(draft: PublicWelfarePost) -> PublicWelfarePost:
        desk.admit(draft.area_code, draft.developed_on)
        if draft.employer_id not in known:
            raise UnknownEmployer
        return draft

    outcomes, good = each(drafts, taken, decide)
    await store.POSTS.add(tx, good)
    await emit(
        tx,
        [
            _told(
                events.PUBLIC_WELFARE_POST_DEVELOPED,
                post,
                post.developed_on,
                {"employer_id": post.employer_id, "kind": post.kind},
            )
            for post in good
        ],
    )
    return outcomes


def _told(
    kind: EventType,
    post: PublicWelfarePost,
    on: date,
    data: dict[str, object],
    *,
    reverses: UUID | None = None,
    event_id: UUID | None = None,
) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=post.id,
        valid_from=on,
        area_code=post.area_code,
        office=post.office,
        data=events.payload(**data),
        reverses=reverses,
        id=event_id or new_id(),
    )


async def develop_post(
    rt: Runtime, actor: Actor, draft: PublicWelfarePost, claim: Claim | None = None
) -> PublicWelfarePost:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        post = only(await develop_posts(rt, tx, actor, [draft]))
        await served.keep(post)
    rt.wake()
    return post


@dataclass(frozen=True, slots=True)
class Wish:
    """A placement that is about to be confirmed wants a post for its worker."""

    placement_id: UUID
    post_id: UUID
    worker_id: UUID
    employer_id: UUID | None
    started_on: date


@dataclass(frozen=True, slots=True)
class Admission:
    """Everything needed to decide about wishes, one after the other, and what was decided so far.

    Load with :func:`open_admission`, ask :meth:`admit` per placement, write with :func:`occupy`."""

    posts: dict[UUID, PublicWelfarePost]
    held: dict[UUID, list[Occupancy]]
    difficulties: dict[UUID, list[Difficulty]]

    def employer_of(self, post_id: UUID) -> UUID:
        """Raises UnknownPublicWelfarePost."""
        post = self.posts.get(post_id)
        if post is None:
            raise domain.UnknownPublicWelfarePost
        return post.employer_id

    def admit(self, wish: Wish) -> Occupancy:
        """Raises UnknownPublicWelfarePost, PostNotDeveloped, NotInDifficulty, PostOccupied."""
        post = self.posts.get(wish.post_id)
        if post is None:
            raise domain.UnknownPublicWelfarePost
        held = self.held.setdefault(post.id, [])
        occupancy = domain.occupy(
            post,
            held,
            Occupancy(post.id, wish.placement_id, wish.worker_id, wish.started_on, new_id()),
            employer_id=wish.employer_id,
            in_difficulty=recognised(self.difficulties.get(wish.worker_id, ()), wish.started_on),
        )
        held.append(occupancy)
        return occupancy


async def open_admission(tx: Tx, wanted: Sequence[tuple[UUID, UUID]]) -> Admission:
    """For (post, worker) pairs: the posts, locked until commit, their holders, the difficulties."""
    if not wanted:
        return Admission({}, {}, {})
    ids = [post_id for post_id, _ in wanted]
    posts = {post.id: post for post in await store.POSTS.find(tx, ids, lock=True)}
    held: dict[UUID, list[Occupancy]] = {}
    for one in await store.OCCUPANCIES.find(tx, ids, by="post_id"):
        held.setdefault(one.post_id, []).append(one)
    return Admission(posts, held, await workers.difficulties(tx, [worker for _, worker in wanted]))


async def occupy(tx: Tx, admission: Admission, occupancies: Sequence[Occupancy]) -> None:
    """Write what was admitted, and tell."""
    await store.OCCUPANCIES.add(tx, occupancies)
    await emit(
        tx,
        [
            _told(
                events.PUBLIC_WELFARE_POST_OCCUPIED,
                admission.posts[one.post_id],
                one.occupied_on,
                {"worker_id": one.worker_id, "placement_id": one.placement_id},
                event_id=one.occupied_event,
            )
            for one in occupancies
        ],
    )


async def vacate(tx: Tx, placement_id: UUID, on: date, *, voided: bool) -> None:
    """The placement ended on a day, or never was: the post is free. Nothing to do without a post."""
    occupancy = await store.OCCUPANCIES.get(tx, placement_id, lock=True)
    if occupancy is None:
        return
    after = occupancy.void() if voided else occupancy.vacate(on)
    post = await store.POSTS.get(tx, occupancy.post_id)
    assert post is not None
    await store.change(tx, [after])
    # One that had left before is told of again only as void: that reverses the occupation itself.
    told = _told(
        events.PUBLIC_WELFARE_POST_VACATED,
        post,
        occupancy.occupied_on if voided else on,
        {"worker_id": occupancy.worker_id, "placement_id": placement_id},
        reverses=occupancy.occupied_event if voided else None,
    )
    await emit(tx, [told])


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as it is shown: with its occupant, or with the day by which the change is reported."""

    post: PublicWelfarePost
    occupant: Occupancy | None
    report_due_on: date | None

    @property
    def state(self) -> str:
        if self.occupant is not None:
            return "occupied"
        return "developed" if self.report_due_on is None else "vacant"


async def _seen(rt: Runtime, tx: Tx, posts: Sequence[PublicWelfarePost]) -> list[Seen]:
    held: dict[UUID, list[Occupancy]] = {}
    for one in await store.OCCUPANCIES.find(tx, [post.id for post in posts], by="post_id"):
        if not one.voided:
            held.setdefault(one.post_id, []).append(one)
    answer = []
    for post in posts:
        occupancies = held.get(post.id, [])
        occupant = next((one for one in occupancies if one.vacated_on is None), None)
        last = max(occupancies, key=lambda one: one.vacated_on or date.min, default=None)
        due = None
        if occupant is None and last is not None and last.vacated_on is not None:
            due = last.report_due_on(parameter(rt, "public_welfare_report_days", last.vacated_on))
        answer.append(Seen(post, occupant, due))
    return answer


async def get_post(rt: Runtime, actor: Actor, post_id: UUID) -> Seen:
    async with rt.db.reading() as tx:
        post = await store.POSTS.get(tx, post_id)
        if post is None or not actor.may_see(post.area_code):
            raise NotFound
        return (await _seen(rt, tx, [post]))[0]


async def list_posts(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, employer_id: UUID | None = None
) -> list[Seen]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.reading() as tx:
        posts = await store.POSTS.page(tx, actor.area_prefix, after, limit, employer_id=employer_id)
        return await _seen(rt, tx, posts)
