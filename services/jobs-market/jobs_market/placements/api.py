"""``/v1/placements`` 就业安置."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from jobs_market.placements import usecases
from jobs_market.placements.domain import State
from jobs_market.placements.wire import (
    ClaimPlacement,
    ConfirmPlacement,
    EndPlacement,
    ImportPlacement,
    PlacementBody,
    PlacementSeen,
    VoidPlacement,
)
from kit import bulk, idempotency
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import Id, after, load, page

router = APIRouter(prefix="/v1/placements", tags=["placements 就业安置"])
Reader = Annotated[Actor, requires("jobs-market:placement:read")]
Writer = Annotated[Actor, requires("jobs-market:placement:write")]
Approver = Annotated[Actor, requires("jobs-market:placement:approve")]
Importer = Annotated[Actor, requires("jobs-market:placement:import")]


@router.post("", status_code=201, summary="申报就业")
async def claim_placement(
    request: Request, body: ClaimPlacement, actor: Writer, claim: idempotency.Optional
) -> PlacementBody:
    """Claim that a person works; nothing counts before it is confirmed.

    409 ``not-yet-known`` (registry has not told of the person yet: try again), 422
    ``evidence-does-not-fit``, ``channel-does-not-fit``, ``contract-too-short``."""
    placement = await usecases.claim_placement(
        runtime_of(request),
        actor,
        body.draft(),
        claim.answering(201, PlacementBody.model_validate),
    )
    return PlacementBody.model_validate(placement)


@router.post(
    "/imports", summary="批量申报并确认就业", openapi_extra=bulk.documented(ImportPlacement)
)
async def import_placements(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Claim and confirm many, one per line; the rules of both steps hold for every line."""
    return await load(
        request,
        options,
        ImportPlacement,
        ImportPlacement.draft,
        usecases.import_placements,
        actor,
    )


@router.get("", summary="就业安置列表")
async def list_placements(
    request: Request,
    actor: Reader,
    worker_id: UUID | None = None,
    employer_id: UUID | None = None,
    state: State | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PlacementBody]:
    """Placements of the caller's areas, by id."""
    filters = {"worker_id": worker_id, "employer_id": employer_id, "state": state}
    rows = await usecases.list_placements(
        runtime_of(request),
        actor,
        after(cursor, actor, filters),
        limit,
        worker_id=worker_id,
        employer_id=employer_id,
        state=state,
    )
    return page(rows, limit, PlacementBody.model_validate, actor=actor, filters=filters)


@router.get("/{placement_id}", summary="就业安置详情")
async def get_placement(request: Request, placement_id: Id, actor: Reader) -> PlacementSeen:
    """One placement, whether it is stable today, and what may be done next."""
    rt = runtime_of(request)
    placement = await usecases.get_placement(rt, actor, placement_id)
    return PlacementSeen.of(placement, stable=usecases.is_stable(rt, placement))


@router.post("/{placement_id}/confirmations", status_code=201, summary="确认就业")
async def confirm_placement(
    request: Request,
    placement_id: Id,
    body: ConfirmPlacement,
    actor: Approver,
    claim: idempotency.Optional,
) -> PlacementBody:
    """The evidence was seen: it counts and is told.

    409 ``already-placed``, ``wrong-placement-state``, ``not-in-difficulty``, ``post-occupied``."""
    placement = await usecases.confirm_placement(
        runtime_of(request),
        actor,
        placement_id,
        body.confirmed_on,
        claim.answering(201, PlacementBody.model_validate),
    )
    return PlacementBody.model_validate(placement)


@router.post("/{placement_id}/endings", status_code=201, summary="终止就业")
async def end_placement(
    request: Request,
    placement_id: Id,
    body: EndPlacement,
    actor: Writer,
    claim: idempotency.Optional,
) -> PlacementBody:
    """The work ended; a public-welfare post becomes free. 409 ``wrong-placement-state``."""
    placement = await usecases.end_placement(
        runtime_of(request),
        actor,
        placement_id,
        body.ended_on,
        body.reason,
        claim.answering(201, PlacementBody.model_validate),
    )
    return PlacementBody.model_validate(placement)


@router.post("/{placement_id}/voidings", status_code=201, summary="撤销就业")
async def void_placement(
    request: Request,
    placement_id: Id,
    body: VoidPlacement,
    actor: Approver,
    claim: idempotency.Optional,
) -> PlacementBody:
    """It never was: reverses the confirmation and what followed. 409 ``wrong-placement-state``."""
    placement = await usecases.void_placement(
        runtime_of(request),
        actor,
        placement_id,
        body.voided_on,
        body.reason,
        claim.answering(201, PlacementBody.model_validate),
    )
    return PlacementBody.model_validate(placement)


imports = bulk.reading(
    "/v1/placements", "placement", "jobs-market:placement:import", tag="placements 就业安置"
)
