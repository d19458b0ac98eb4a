"""HTTP of tax and fee relief."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import audit, bulk, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.money import YuanNotNegative
from kit.problems import refused
from kit.wire import Asked, ShortText, Text, load
from registry.reliefs import domain, usecases
from registry.reliefs.domain import BeneficiaryUnit, Item, Kind, Posting, StatedTotal

TAG = "reliefs 税费减免"
router = APIRouter(prefix="/v1/reliefs", tags=[TAG])
Reader = Annotated[Actor, requires("registry:relief:read")]
Writer = Annotated[Actor, requires("registry:relief:write")]
Importer = Annotated[Actor, requires("registry:relief:import")]
#: What a relief shows of a person, in the words of the access log.
SHOWN = ("relief",)

KIND = "种类：fee 收费，tax 税收，other 其他"
ITEM = (
    "项目：registration 登记类，self_employed_management 个体管理费，market_management 市场管理费，"
    "other_departments 其他部门收费，business_tax 营业税，urban_construction_tax 城建税，"
    "education_surcharge 教育费附加，income_tax 所得税"
)
_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"
_PLACE = {"area_code": "231102000000", "office": "231102-employment-bureau"}


class PostReliefIn(Asked):
    """A relief as the authority posts it (减免入账)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "fee", "item": "registration", "authority": "工商局",
                    "beneficiary_unit": "person", "beneficiary_id": _WORKER, "worker_id": _WORKER,
                    "amount": "20.00", "posted_on": "2003-06-01", **_PLACE,
                }
            ]
        },
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    kind: Kind = Field(description=KIND)
    item: Item = Field(description=ITEM)
    authority: ShortText = Field(description="减免部门")
    beneficiary_unit: BeneficiaryUnit = Field(description="受益单位：person 人，household 户")
    beneficiary_id: UUID = Field(description="受益人（劳动者）或户的标识")
    worker_id: UUID | None = Field(default=None, description="劳动者，如已知")
    amount: YuanNotNegative = Field(description="金额（元）")
    posted_on: date = Field(description="减免日期")
    area_code: AreaCode
    office: OfficeCode

    def command(self) -> Posting:
        return Posting(
            self.id or new_id(), self.kind, self.item, self.authority, self.beneficiary_unit,
            self.beneficiary_id, self.worker_id, self.amount, self.posted_on, self.area_code,
            self.office,
        )  # fmt: skip


class ReliefOut(BaseModel):
    """A posted relief (减免记录)."""

    id: UUID
    kind: Kind = Field(description=KIND)
    item: Item = Field(description=ITEM)
    authority: str = Field(description="减免部门")
    beneficiary_unit: BeneficiaryUnit = Field(description="受益单位")
    beneficiary_id: UUID
    worker_id: UUID | None
    amount: YuanNotNegative = Field(description="金额（元）")
    posted_on: date = Field(description="减免日期")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, p: Posting) -> ReliefOut:
        return cls(
            id=p.id, kind=p.kind, item=p.item, authority=p.authority,
            beneficiary_unit=p.beneficiary_unit, beneficiary_id=p.beneficiary_id,
            worker_id=p.worker_id, amount=p.amount_fen, posted_on=p.posted_on,
            area_code=p.area_code, office=p.office,
        )  # fmt: skip


class StateTotalIn(Asked):
    """What an authority states as the total of a period (申报总额)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "tax", "authority": "地税局", "amount": "475000.00",
                    "period_from": "2003-01-01", "period_to": "2003-10-31",
                    "document": "减免税情况报告", **_PLACE,
                }
            ]
        },
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    kind: Kind = Field(description=KIND)
    authority: ShortText = Field(description="申报部门")
    amount: YuanNotNegative = Field(description="总额（元）")
    period_from: date = Field(description="期间起")
    period_to: date = Field(description="期间止")
    document: Text | None = Field(default=None, description="依据文件")
    area_code: AreaCode
    office: OfficeCode

    def command(self) -> StatedTotal:
        return StatedTotal(
            self.id or new_id(), self.kind, self.authority, self.amount, self.period_from,
            self.period_to, self.document, self.area_code, self.office,
        )  # fmt: skip


class ReliefTotalOut(BaseModel):
    """A stated total (申报总额)."""

    id: UUID
    kind: Kind = Field(description=KIND)
    authority: str = Field(description="申报部门")
    amount: YuanNotNegative = Field(description="总额（元）")
    period_from: date
    period_to: date
    document: str | None = Field(description="依据文件")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, t: StatedTotal) -> ReliefTotalOut:
        return cls(
            id=t.id, kind=t.kind, authority=t.authority, amount=t.amount_fen,
            period_from=t.period_from, period_to=t.period_to, document=t.document,
            area_code=t.area_code, office=t.office,
        )  # fmt: skip


def _people(postings: Sequence[Posting]) -> list[UUID]:
    """The registered people among those who were relieved; of others registry knows nothing."""
    return sorted({p.worker_id for p in postings if p.worker_id is not None})


@router.post("", status_code=201, summary="减免入账", operation_id="post_relief")
async def post_relief(
    request: Request, body: PostReliefIn, actor: Writer, claim: idempotency.Required
) -> ReliefOut:
    """Post one relief. 422 when none of this kind was in force on that day."""
    rt = runtime_of(request)
    posting = await usecases.post_relief(
        rt, actor, body.command(), claim.answering(201, ReliefOut.of)
    )
    await audit.note(rt, actor, "post_relief", _people([posting]), SHOWN)
    return ReliefOut.of(posting)


@router.post(
    "/imports", summary="批量减免入账", operation_id="import_reliefs",
    openapi_extra=bulk.documented(PostReliefIn),
)  # fmt: skip
async def import_reliefs(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Post many reliefs; a line is one posting."""
    return await load(
        request, options, PostReliefIn, PostReliefIn.command, usecases.post_all, actor
    )


@router.post("/totals", status_code=201, summary="申报减免总额", operation_id="state_relief_total")
async def state_relief_total(
    request: Request, body: StateTotalIn, actor: Writer, claim: idempotency.Required
) -> ReliefTotalOut:
    """Keep what an authority states, whatever the postings add up to."""
    rt = runtime_of(request)
    render = claim.answering(201, ReliefTotalOut.of)
    return ReliefTotalOut.of(await usecases.state_total(rt, actor, body.command(), render))


@router.get("/totals", summary="申报总额列表", operation_id="list_relief_totals")
async def list_relief_totals(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[ReliefTotalOut]:
    """Totals stated in the caller's subtree."""
    after = pagination.decode(cursor, [UUID], actor=actor, filters={})
    rows = await usecases.list_totals(
        runtime_of(request), actor, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda t: [str(t.id)], item=ReliefTotalOut.of, actor=actor,
        filters={},
    )  # fmt: skip


@router.get("/totals/{total_id}", summary="查看申报总额", operation_id="get_relief_total")
async def get_relief_total(request: Request, total_id: UUID, actor: Reader) -> ReliefTotalOut:
    """One stated total."""
    return ReliefTotalOut.of(await usecases.total_of(runtime_of(request), actor, total_id))


@router.get("", summary="减免记录列表", operation_id="list_reliefs")
async def list_reliefs(
    request: Request,
    actor: Reader,
    kind: Annotated[Kind | None, Query(description=KIND)] = None,
    worker_id: Annotated[UUID | None, Query(description="劳动者")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ReliefOut]:
    """Reliefs posted in the caller's subtree."""
    filters = {"kind": kind, "worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_postings(
        rt, actor, kind, worker_id, after[0] if after else None, limit + 1
    )
    await audit.note(rt, actor, "list_reliefs", _people(rows[:limit]), SHOWN)
    return pagination.page(
        rows, limit, position=lambda p: [str(p.id)], item=ReliefOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/{relief_id}", summary="查看减免记录", operation_id="get_relief")
async def get_relief(request: Request, relief_id: UUID, actor: Reader) -> ReliefOut:
    """One posted relief."""
    rt = runtime_of(request)
    posting = await usecases.posting_of(rt, actor, relief_id)
    await audit.note(rt, actor, "get_relief", _people([posting]), SHOWN)
    return ReliefOut.of(posting)


routers = [router, bulk.reading("/v1/reliefs", "relief", "registry:relief:import", tag=TAG)]

problems = [
    refused(domain.ItemOfOtherKind, 422, "项目与种类不符", "The item is of another kind"),
    refused(
        domain.ReliefNotInForce,
        422,
        "该日期不在减免政策执行期内",
        "No relief of this kind is in force on that day",
    ),
    refused(domain.PeriodReversed, 422, "期间起止有误", "The period ends before it begins"),
    refused(
        domain.PersonNeedsWorker, 422, "受益人与劳动者不一致", "The beneficiary is another worker"
    ),
]
