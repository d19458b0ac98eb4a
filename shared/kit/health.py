"""Is it alive, is it ready, how far behind is it; and the event feed for those without NATS."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathParameter

from kit import events, inbox, migrations
from kit.auth import Actor, requires
from kit.db import UNAVAILABLE, Tx
from kit.http import runtime_of
from kit.problems import NOT_FOUND, ProblemError

if TYPE_CHECKING:
    from kit.service import Runtime, Service

unversioned = APIRouter(include_in_schema=False)


@unversioned.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "live"}


@unversioned.get("/health/ready")
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Ready = the database answers and stands at the code's migration head. The broker may be away."""
    runtime: Runtime = request.app.state.runtime
    wanted = migrations.head(runtime.service.package)
    try:
        async with runtime.db.looking() as tx:
            at = await tx.fetchval("select version_num from alembic_version")
    except UNAVAILABLE:
        at = None
    response.status_code = 200 if at == wanted else 503
    return {"ready": at == wanted, "migration": at, "expected": wanted}


@unversioned.get("/health/status")
async def status(request: Request) -> dict[str, Any]:
    """What waits where: rows to publish, parked and dead events, each durable's backlog."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.db.looking() as tx:
        counts = await inbox.counts(tx)
    runtime.metrics.outbox(counts["outbox"], counts["outbox_age_s"])
    runtime.metrics.parked(counts["parked"], counts["dead"])
    durables = []
    for consumer in runtime.consumers:
        backlog = await consumer.fresh_backlog()
        durables.append(
            {
                "durable": consumer.durable,
                "pending": backlog.pending if backlog else None,
                "ack_pending": backlog.ack_pending if backlog else None,
            }
        )
    return {
        "service": runtime.service.name,
        "outbox": counts["outbox"],
        "parked": counts["parked"],
        "dead": counts["dead"],
        "consumers": durables,
        "connected": bool(runtime.bus and runtime.bus.connected),
    }


@unversioned.get("/asyncapi.json")
async def asyncapi(request: Request) -> Any:
    """The committed AsyncAPI document: what this service tells and hears."""
    runtime: Runtime = request.app.state.runtime
    return orjson.loads((runtime.service.root / "contract" / "asyncapi.json").read_bytes())


FEED = """
select e.id, e.type, e.entity_id, e.sequence, e.valid_from, e.area_code, e.office, e.correlation_id,
       e.causation_id, e.reverses, e.traceparent, e.data, e.recorded_at
  from event_log e
 where e.txid < pg_snapshot_xmin(pg_current_snapshot())
   and ($1::uuid is null
        or (e.txid, e.position) > (select a.txid, a.position from event_log a where a.id = $1))
   and ($3::text is null or e.area_code ~ $3)
   and ($4::text is null or e.type = $4)
 order by e.txid, e.position
 limit $2
"""


def routers(service: "Service") -> list[APIRouter]:
    """``/v1/events`` (the feed), ``/v1/events/{id}`` and the published contract of each event."""
    router = APIRouter(tags=["events 事件"])
    reader = requires(f"{service.name}:event:read")

    def wire(request: Request, row: Any) -> Any:
        return orjson.loads(events.envelope(row, city=runtime_of(request).settings.city))

    @router.get(
        "/v1/events", summary="事件流水（供不接入 NATS 的系统读取）", operation_id="list_events"
    )
    async def list_events(
        request: Request,
        actor: Annotated[Actor, Depends(reader)],
        after: Annotated[
            UUID | None, Query(description="上次读到的最后一个事件编号 Last event id read")
        ] = None,
        type: Annotated[
            str | None, Query(max_length=100, description="只要某一类事件 Only this type")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, list[dict[str, Any]]]:
        """Events in commit order, of the areas that the caller may see; pass the last id as ``after``."""
        async with runtime_of(request).db.reading() as tx:
            if after is not None and await _find(tx, after) is None:
                raise ProblemError(NOT_FOUND)
            rows = await tx.fetch(FEED, after, limit, actor.area_pattern, type)
        return {"items": [wire(request, row) for row in rows]}

    @router.get("/v1/events/{event_id}", summary="一个事件的原文", operation_id="get_event")
    async def get_event(
        request: Request,
        actor: Annotated[Actor, Depends(reader)],
        event_id: Annotated[UUID, PathParameter()],
    ) -> dict[str, Any]:
        """One envelope as it was told. 404 also for events of areas that the caller may not see."""
        async with runtime_of(request).db.looking() as tx:
            row = await _find(tx, event_id)
        if row is None or not actor.may_see(row["area_code"]):
            raise ProblemError(NOT_FOUND)
        return dict(wire(request, row))

    @router.get(
        "/v1/contract/events/{name}",
        summary="事件的 JSON Schema 或示例",
        operation_id="get_event_contract",
        openapi_extra={"x-public": True},
    )
    async def get_event_contract(
        name: Annotated[str, PathParameter(pattern=r"^[a-z0-9.-]{3,120}\.json$")],
    ) -> dict[str, Any]:
        """The committed schema (``<type>.schema.json``) or example (``<type>.example.json``)."""
        allowed = {
            f"{event.name}.{kind}.json": Path(
                service.root, "contract/events", f"{event.name}.{kind}.json"
            )
            for event in service.catalogue.published
            for kind in ("schema", "example")
        }
        if name not in allowed:
            raise ProblemError(NOT_FOUND)
        return dict(orjson.loads(allowed[name].read_bytes()))

    return [router]


async def _find(tx: Tx, event_id: UUID) -> Any:
    return await tx.fetchrow("select * from event_log where id = $1", event_id)
