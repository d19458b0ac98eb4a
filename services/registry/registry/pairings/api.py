"""HTTP of pairings."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import refused
from kit.wire import Asked, load
from registry.pairings import domain, usecases
from registry.pairings.domain import Pairing
from registry.pairings.usecases import FormPairing

TAG = "pairings 结对帮扶"
router = APIRouter(prefix="/v1/pairings", tags=[TAG])
Reader = Annotated[Actor, requires("registry:pairing:read")]
Writer = Annotated[Actor, requires("registry:pairing:write")]
Importer = Annotated[Actor, requires("registry:pairing:import")]
#: What a pairing shows of a person, in the words of the access log.
SHOWN = ("pairing",)


class FormPairingIn(Asked):
    """An office takes charge of a worker (结对)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "worker_id": "019a9d2c-8f00-7000-8000-0000000000b1",
                    "helper_office": "231102-employment-bureau",
                    "formed_on": "2003-02-01",
                }
            ]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="帮扶对象")
    helper_office: OfficeCode
    formed_on: date = Field(description="结对日期")

    def command(self) -> FormPairing:
        return FormPairing(self.worker_id, self.helper_office, self.formed_on, self.id or new_id())


class PairingOut(BaseModel):
    """A pairing (结对帮扶)."""

    id: UUID
    worker_id: UUID
    helper_office: str = Field(description="帮扶机构")
    formed_on: date = Field(description="结对日期")
    placement_id: UUID | None = Field(description="结对后实现的就业；未就业为空")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, p: Pairing) -> PairingOut:
        return cls(
            id=p.id, worker_id=p.worker_id, helper_office=p.helper_office, formed_on=p.formed_on,
            placement_id=p.placement_id, area_code=p.area_code, office=p.office,
        )  # fmt: skip


@router.post("", status_code=201, summary="结对", operation_id="form_pairing")
async def form_pairing(request: Request, body: FormPairingIn, actor: Writer) -> PairingOut:
    """Pair one worker. 409 when the worker is paired already."""
    rt = runtime_of(request)
    pairing = await usecases.form_pairing(rt, actor, body.command())
    await audit.note(rt, actor, "form_pairing", [pairing.worker_id], SHOWN)
    return PairingOut.of(pairing)


@router.post(
    "/imports", summary="批量结对", operation_id="import_pairings",
    openapi_extra=bulk.documented(FormPairingIn),
)  # fmt: skip
async def import_pairings(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Pair many workers; a line is one pairing."""
    return await load(
        request, options, FormPairingIn, FormPairingIn.command, usecases.form_all, actor
    )


@router.get("", summary="结对列表", operation_id="list_pairings")
async def list_pairings(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="帮扶对象")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[PairingOut]:
    """Pairings of the caller's subtree."""
    filters = {"worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_pairings(
        rt, actor, worker_id, after[0] if after else None, limit + 1
    )
    await audit.note(rt, actor, "list_pairings", sorted({p.worker_id for p in rows[:limit]}), SHOWN)
    return pagination.page(
        rows, limit, position=lambda p: [str(p.id)], item=PairingOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{pairing_id}", summary="查看结对", operation_id="get_pairing")
async def get_pairing(request: Request, pairing_id: UUID, actor: Reader) -> PairingOut:
    """One pairing."""
    rt = runtime_of(request)
    pairing = await usecases.pairing_of(rt, actor, pairing_id)
    await audit.note(rt, actor, "get_pairing", [pairing.worker_id], SHOWN)
    return PairingOut.of(pairing)


routers = [router, bulk.reading("/v1/pairings", "pairing", "registry:pairing:import", tag=TAG)]

problems = [
    refused(domain.AlreadyPaired, 409, "已结对", "Paired already"),
]
