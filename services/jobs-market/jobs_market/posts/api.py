"""``/v1/posts`` 就业岗位."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field, model_validator

from jobs_market.employers.domain import SECTORS, Sector
from jobs_market.posts import usecases
from jobs_market.posts.domain import LOSS_REASONS, LossReason, Post
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import Asked, FactDay, Id, Made, Told, after, load, page, terms

router = APIRouter(prefix="/v1/posts", tags=["posts 就业岗位"])
Reader = Annotated[Actor, requires("jobs-market:post:read")]
Writer = Annotated[Actor, requires("jobs-market:post:write")]
Importer = Annotated[Actor, requires("jobs-market:post:import")]


class OpenPost(Made):
    """A new post (新增岗位)."""

    employer_id: UUID
    sector: Sector | None = Field(
        default=None, description=f"行业（空则同用人单位）：{terms(SECTORS)}"
    )
    new_investment: bool = Field(default=False, description="是否招商引资新上项目")
    opened_on: FactDay

    def draft(self) -> Post:
        return Post(
            self.made_id,
            self.employer_id,
            self.sector,
            self.new_investment,
            self.opened_on,
            self.area_code,
            self.office,
        )


class ImportPost(OpenPost):
    """A post that may be lost already (新增岗位，可同时写明减少)."""

    lost_on: date | None = Field(default=None, description="减少日期")
    lost_reason: LossReason | None = Field(
        default=None, description=f"减少原因：{terms(LOSS_REASONS)}"
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.lost_on is None) != (self.lost_reason is None):
            raise ValueError("lost_on and lost_reason go together")
        return self

    def draft(self) -> Post:
        return Post(
            self.made_id,
            self.employer_id,
            self.sector,
            self.new_investment,
            self.opened_on,
            self.area_code,
            self.office,
            self.lost_on,
            self.lost_reason,
        )


class LosePost(Asked):
    """A post is lost (减少岗位)."""

    lost_on: FactDay
    reason: LossReason = Field(description=f"减少原因：{terms(LOSS_REASONS)}", examples=["layoff"])


class PostBody(Told):
    """A post (就业岗位)."""

    id: UUID
    employer_id: UUID
    sector: Sector
    new_investment: bool
    opened_on: date
    lost_on: date | None
    lost_reason: LossReason | None
    area_code: str
    office: str
    version: int


@router.post("", status_code=201, summary="登记新增岗位")
async def open_post(
    request: Request, body: OpenPost, actor: Writer, claim: idempotency.Optional
) -> PostBody:
    """Open one post. 422 ``unknown-employer``, 403 ``outside-your-area``."""
    post = await usecases.open_post(
        runtime_of(request), actor, body.draft(), claim.answering(201, PostBody.model_validate)
    )
    return PostBody.model_validate(post)


@router.post("/imports", summary="批量登记新增岗位", openapi_extra=bulk.documented(ImportPost))
async def import_posts(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Open many posts, one per line; a line may say that the post was lost since."""
    return await load(request, options, ImportPost, ImportPost.draft, usecases.open_posts, actor)


@router.get("", summary="就业岗位列表")
async def list_posts(
    request: Request,
    actor: Reader,
    employer_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PostBody]:
    """Posts of the caller's areas, by id."""
    filters = {"employer_id": employer_id}
    rows = await usecases.list_posts(
        runtime_of(request), actor, after(cursor, actor, filters), limit, employer_id=employer_id
    )
    return page(rows, limit, PostBody.model_validate, actor=actor, filters=filters)


@router.get("/{post_id}", summary="就业岗位详情")
async def get_post(request: Request, post_id: Id, actor: Reader) -> PostBody:
    """One post."""
    return PostBody.model_validate(await usecases.get_post(runtime_of(request), actor, post_id))


@router.post("/{post_id}/losses", status_code=201, summary="登记岗位减少")
async def lose_post(
    request: Request, post_id: Id, body: LosePost, actor: Writer, claim: idempotency.Optional
) -> PostBody:
    """The post is gone. 409 ``post-already-lost``, 422 ``lost-before-opened``."""
    post = await usecases.lose_post(
        runtime_of(request),
        actor,
        post_id,
        body.lost_on,
        body.reason,
        claim.answering(201, PostBody.model_validate),
    )
    return PostBody.model_validate(post)


imports = bulk.reading("/v1/posts", "post", "jobs-market:post:import", tag="posts 就业岗位")
