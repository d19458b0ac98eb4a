"""The facts behind a figure, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from assessment.contributions import usecases
from assessment.contributions.usecases import Contribution
from assessment.figures.api import FigureKey, visible
from assessment.figures.usecases import definition_of
from kit import pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import yuan
from kit.pagination import Cursor, Limit, Page

router = APIRouter(prefix="/v1/figures", tags=["figures 指标数值"])

Reader = Annotated[Actor, requires("assessment:figure:read")]

#: Where an entity of a noun opens in its service; the plural of the noun unless said here.
PLURALS = {
    "labour-status": "labour-status",
    "difficulty": "difficulties",
    "vacancy": "vacancies",
    "training-class": "training-classes",
    "contribution": "guarantee-funds/contributions",
    "enrolment": "enrolments",
}


class EntityLink(BaseModel):
    """事实所关于的事项 What a fact is about, in the service that keeps it."""

    service: str
    noun: str
    id: UUID
    url: str


class ContributionBody(BaseModel):
    """构成数值的一件事实 One fact behind a figure."""

    event_id: UUID
    event_type: str
    event_url: str
    entity: EntityLink
    on: date
    area: AreaCode
    office: str
    counts: str = Field(description="plus 计入 | minus 减去")
    amount: str | None = Field(description="金额，元 (yuan)")
    quantity: int | None
    tag: str | None
    person_id: UUID | None = Field(
        description="计为何人；已合并的记录计为保留的记录。去重计人的指标，其值即此列不同者之数"
        " (whom it counts for; of merged records the surviving one)"
    )


@router.get("/{figure_id}/events", summary="构成指标数值的事实", operation_id="list_figure_events")
async def list_figure_events(
    request: Request,
    actor: Reader,
    figure_id: FigureKey,
    side: Annotated[
        Literal["numerator", "denominator"], Query(description="分子或分母 Which side")
    ] = "numerator",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ContributionBody]:
    """The events that were counted, in the order of their ids; each opens in its own service."""
    rt = runtime_of(request)
    wanted = visible(figure_id, actor)
    if wanted.form != "stated":
        wanted = replace(wanted, version=definition_of(wanted).version)
    filters = {"figure": str(wanted), "side": side}
    after = pagination.decode(cursor, (int, UUID), actor=actor, filters=filters)
    start: usecases.Position = (0, None) if after is None else (after[0], after[1])
    async with rt.db.reading() as tx:
        rows = await usecases.contributions(tx, wanted, side, start, limit + 1)
    return pagination.page(
        rows,
        limit,
        position=lambda row: [row[0], str(row[1].event_id)],
        item=lambda row: contribution_body(row[1]),
        actor=actor,
        filters=filters,
    )


def contribution_body(one: Contribution) -> ContributionBody:
    service, noun, _ = one.type.split(".", 2)
    plural = PLURALS.get(noun, f"{noun}s")
    return ContributionBody(
        event_id=one.event_id,
        event_type=one.type,
        event_url=f"/api/{service}/v1/events/{one.event_id}",
        entity=EntityLink(
            service=service,
            noun=noun,
            id=one.entity_id,
            url=f"/api/{service}/v1/{plural}/{one.entity_id}",
        ),
        on=one.on_date,
        area=one.area_code,
        office=one.office,
        counts="plus" if one.sign > 0 else "minus",
        amount=None if one.amount_fen is None else yuan(one.amount_fen),
        quantity=one.quantity,
        tag=one.tag,
        person_id=one.person_id,
    )
