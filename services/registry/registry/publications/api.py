"""HTTP of the public list: for everybody, like the paper on the wall."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import areas, pagination
from kit.areas import AreaCode
from kit.auth import Actor
from kit.http import runtime_of
from kit.openapi import PUBLIC
from kit.problems import Problem
from kit.rates import TOO_MANY, rated
from registry.areas.succession import pattern_of
from registry.publications import usecases
from registry.publications.domain import Posting
from registry.workers.api import CATEGORY
from registry.workers.domain import Category

router = APIRouter(prefix="/v1/certificate-publications", tags=["publications 公示名单"])
#: Nobody in particular: a cursor belongs to whoever reads the list.
EVERYBODY = Actor(subject="public", office="public", area_code="000000000000")


class PostingOut(BaseModel):
    """One line of the public list (公示名单一行)."""

    certificate_id: UUID = Field(description="申请编号，提出异议时注明")
    name_masked: str = Field(description="姓名（脱敏）", examples=["王**"])
    category: Category = Field(description=CATEGORY)
    area_code: AreaCode
    office: str = Field(description="受理异议的机构", examples=["231102-employment-bureau"])
    posted_on: date = Field(description="公示起始日")
    until: date = Field(description="公示截止日（含当日）")

    @classmethod
    def of(cls, one: Posting) -> PostingOut:
        return cls(
            certificate_id=one.certificate_id, name_masked=one.name_masked,
            category=one.category, area_code=one.area_code, office=one.office,
            posted_on=one.posted_on, until=one.until,
        )  # fmt: skip


@router.get(
    "", summary="公示名单", operation_id="list_certificate_publications", openapi_extra=PUBLIC,
    dependencies=[rated("publications")], responses=TOO_MANY,
)  # fmt: skip
async def list_certificate_publications(
    request: Request,
    area_code: Annotated[AreaCode, Query(description="区划（含下级）")],
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[PostingOut]:
    """Applications that are posted in an area today, with masked names. Entries vanish when their
    days of publicity are over. Rate-limited per address (429 with Retry-After)."""
    filters = {"area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=EVERYBODY, filters=filters)
    rt = runtime_of(request)
    pattern = await pattern_of(rt, areas.prefix(area_code))
    rows = await usecases.posted(rt, pattern, after[0] if after else None, limit + 1)
    return pagination.page(
        rows, limit, position=lambda one: [str(one.certificate_id)], item=PostingOut.of,
        actor=EVERYBODY, filters=filters,
    )  # fmt: skip


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
