"""HTTP of labour status."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import after
from registry.labour_status import domain, usecases
from registry.labour_status.domain import (
    Awaiting,
    Declared,
    LabourStatus,
    Population,
    Spell,
    population,
)
from registry.labour_status.usecases import Standing

TAG = "labour status 劳动状态"
router = APIRouter(prefix="/v1/workers/{worker_id}/labour-status", tags=[TAG])
waiting = APIRouter(prefix="/v1/awaiting-declarations", tags=[TAG])
Reader = Annotated[Actor, requires("registry:labour-status:read")]


class SpellOut(BaseModel):
    """A status and the day it holds from (状态区段)."""

    status: LabourStatus = Field(description="劳动状态")
    since: date = Field(description="起始日")
    placement_id: UUID | None = Field(description="使其在业的安置记录")

    @classmethod
    def of(cls, spell: Spell) -> SpellOut:
        return cls(status=spell.status, since=spell.since, placement_id=spell.placement_id)


class DeclaredOut(BaseModel):
    """A declaration that stands (申报)."""

    id: UUID = Field(description="申报编号")
    status: LabourStatus = Field(description="劳动状态")
    since: date = Field(description="起始日")

    @classmethod
    def told(cls, one: Declared) -> DeclaredOut:
        return DeclaredOut(id=one.id, status=one.status, since=one.since)


class AwaitingOut(DeclaredOut):
    """A declaration that holds once another person has confirmed it (待复核的申报)."""

    worker_id: UUID
    document: str | None = Field(description="依据文件编号")
    document_on: date | None = Field(description="依据文件日期")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, one: Awaiting) -> AwaitingOut:
        fact, document = one.fact, one.document
        return cls(
            id=fact.id, status=fact.status, since=fact.since, worker_id=one.worker_id,
            document=document.reference if document else None,
            document_on=document.on if document else None, area_code=one.area_code,
            office=one.office,
        )  # fmt: skip


class LabourStatusOut(BaseModel):
    """The current status with its history (劳动状态与历史)."""

    id: UUID
    worker_id: UUID
    status: LabourStatus = Field(description="当前状态")
    since: date = Field(description="起始日")
    placement_id: UUID | None
    population: Population = Field(description="base 下岗失业人员；outside 其他")
    spells: list[SpellOut] = Field(description="全部区段，按时间")
    declared: list[DeclaredOut] = Field(description="有效的申报，按时间")
    awaiting: list[AwaitingOut] = Field(description="待复核的申报，尚未生效")

    @classmethod
    def of(cls, standing: Standing) -> LabourStatusOut:
        row = standing.row
        return cls(
            id=row.id, worker_id=row.worker_id, status=row.spell.status, since=row.spell.since,
            placement_id=row.spell.placement_id, population=population(row.spell.status),
            spells=[SpellOut.of(spell) for spell in standing.history],
            declared=[DeclaredOut.told(one) for one in standing.declared],
            awaiting=[AwaitingOut.of(one) for one in standing.awaiting],
        )  # fmt: skip


@router.get("", summary="查看劳动状态", operation_id="get_labour_status")
async def get_labour_status(request: Request, worker_id: UUID, actor: Reader) -> LabourStatusOut:
    """The current status and every spell, folded from what was declared and who is placed."""
    rt = runtime_of(request)
    standing = await usecases.standing_of(rt, actor, worker_id)
    await audit.note(rt, actor, "get_labour_status", [worker_id], ("labour_status",))
    return LabourStatusOut.of(standing)


@waiting.get("", summary="待复核的申报", operation_id="list_awaiting_declarations")
async def list_awaiting_declarations(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[AwaitingOut]:
    """What awaits a second person in the caller's area, oldest first."""
    rt = runtime_of(request)
    rows = await usecases.list_awaiting(rt, actor, after(cursor, actor, {}), limit + 1)
    people = sorted({row.worker_id for row in rows[:limit]})
    await audit.note(rt, actor, "list_awaiting_declarations", people, ("labour_status",))
    return pagination.page(
        rows, limit, position=lambda one: [str(one.fact.id)], item=AwaitingOut.of, actor=actor,
        filters={},
    )  # fmt: skip


routers = [router, waiting]

problems = [
    refused(domain.StatusUnchanged, 409, "状态未变", "The status is the same"),
    refused(
        domain.EmployedIsDerived,
        422,
        "在业由就业确认产生，不在此申报",
        "Employment follows from a confirmed placement",
    ),
    refused(
        domain.UnemployedIsRegistered, 422, "失业须办理失业登记，不在此申报",
        "Unemployment is registered, not declared",
    ),
    refused(
        domain.LeftByCancellation, 409, "登记失业人员须按规定原因注销登记",
        "Whoever is registered leaves by a cancellation",
    ),
    refused(
        domain.DocumentNeeded, 422, "须注明依据文件", "It rests on a document, which is to be named"
    ),
    refused(domain.NoSuchDeclaration, 404, "没有此申报", "There is no such declaration"),
    refused(
        domain.ConfirmedByTwo, 409, "已经复核的申报，须由申报人、复核人以外有复核权限的人撤销",
        "What two persons said is taken back by a third one who may confirm",
    ),
    refused(
        domain.OnlyDeclaration,
        409,
        "唯一的申报不能撤销",
        "The only declaration cannot be taken back",
    ),
    refused(
        domain.FinalStatus,
        409,
        "退休或死亡后不再申报",
        "Nothing is declared after retirement or death",
    ),
]  # fmt: skip
