"""``/v1/public-welfare-posts`` 公益性岗位."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from jobs_market.public_welfare_posts import usecases
from jobs_market.public_welfare_posts.domain import POST_KINDS, PostKind, PublicWelfarePost
from jobs_market.public_welfare_posts.usecases import Seen
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import FactDay, Id, Made, Told, after, load, page, terms

TAG = "public-welfare-posts 公益性岗位"
router = APIRouter(prefix="/v1/public-welfare-posts", tags=[TAG])
Reader = Annotated[Actor, requires("jobs-market:public-welfare-post:read")]
Writer = Annotated[Actor, requires("jobs-market:public-welfare-post:write")]
Importer = Annotated[Actor, requires("jobs-market:public-welfare-post:import")]


class DevelopPost(Made):
    """A new public-welfare post (开发公益性岗位)."""

    employer_id: UUID
    kind: PostKind = Field(description=f"岗位类别：{terms(POST_KINDS)}", examples=["cleaning"])
    developed_on: FactDay

    def draft(self) -> PublicWelfarePost:
        return PublicWelfarePost(
            self.made_id,
            self.employer_id,
            self.kind,
            self.developed_on,
            self.area_code,
            self.office,
        )


class PublicWelfarePostBody(Told):
    """A public-welfare post (公益性岗位)."""

    id: UUID
    employer_id: UUID
    kind: PostKind
    developed_on: date
    area_code: str
    office: str


class PublicWelfarePostSeen(PublicWelfarePostBody):
    """With who holds it. ``state``: developed 已开发, occupied 在岗, vacant 空岗."""

    state: str
    occupant_worker_id: UUID | None
    occupant_placement_id: UUID | None
    occupied_on: date | None
    report_due_on: date | None = Field(description="人员变动申报截止日期 (J5)")

    @classmethod
    def of(cls, seen: Seen) -> Self:
        occupant = seen.occupant
        return cls(
            **PublicWelfarePostBody.model_validate(seen.post).model_dump(),
            state=seen.state,
            occupant_worker_id=occupant.worker_id if occupant else None,
            occupant_placement_id=occupant.placement_id if occupant else None,
            occupied_on=occupant.occupied_on if occupant else None,
            report_due_on=seen.report_due_on,
        )


@router.post("", status_code=201, summary="开发公益性岗位")
async def develop_public_welfare_post(
    request: Request, body: DevelopPost, actor: Writer, claim: idempotency.Optional
) -> PublicWelfarePostBody:
    """Develop a post; placements of channel ``public_welfare_4050`` occupy it."""
    post = await usecases.develop_post(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, PublicWelfarePostBody.model_validate),
    )
    return PublicWelfarePostBody.model_validate(post)


@router.post("/imports", summary="批量开发公益性岗位", openapi_extra=bulk.documented(DevelopPost))
async def import_public_welfare_posts(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Develop many posts, one per line."""
    return await load(
        request, options, DevelopPost, DevelopPost.draft, usecases.develop_posts, actor
    )


@router.get("", summary="公益性岗位列表")
async def list_public_welfare_posts(
    request: Request,
    actor: Reader,
    employer_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PublicWelfarePostSeen]:
    """Public-welfare posts of the caller's areas, by id."""
    filters = {"employer_id": employer_id}
    rows = await usecases.list_posts(
        runtime_of(request), actor, after(cursor, actor, filters), limit, employer_id=employer_id
    )
    return page(
        rows,
        limit,
        PublicWelfarePostSeen.of,
        actor=actor,
        filters=filters,
        key=lambda seen: seen.post.id,
    )


@router.get("/{post_id}", summary="公益性岗位详情")
async def get_public_welfare_post(
    request: Request, post_id: Id, actor: Reader
) -> PublicWelfarePostSeen:
    """One post and its occupant."""
    return PublicWelfarePostSeen.of(await usecases.get_post(runtime_of(request), actor, post_id))


imports = bulk.reading(
    "/v1/public-welfare-posts",
    "public_welfare_post",
    "jobs-market:public-welfare-post:import",
    tag=TAG,
)
