"""HTTP of confirming what windows wrote of benefits in batches."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit import audit, idempotency, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.money import YuanNotNegative, yuan
from kit.problems import refused
from kit.wire import Asked, ShortText
from registry.benefits.api import SHOWN, TAG
from registry.confirmations import domain, usecases
from registry.confirmations.domain import Batch
from registry.confirmations.usecases import Confirm, Done
from registry.control_totals import BATCH_MAX, Totals

router = APIRouter(prefix="/v1/benefits/confirmation-batches", tags=[TAG])
Reader = Annotated[Actor, requires("registry:benefit:read")]
Approver = Annotated[Actor, requires("registry:benefit:approve")]

_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class ConfirmBenefitsIn(Asked):
    """A batch to confirm, with its control totals (批量复核待遇，须申报控制数)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"count": 0, "amount": "0.00", "digest": _DIGEST,
                          "written_until": "2003-04-05"}]
        },
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    count: int = Field(ge=0, le=BATCH_MAX, description="控制数：件数")
    amount: YuanNotNegative = Field(description="控制数：金额合计（元）；未注明金额的按零计")
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="控制数：全部待遇标识（小写）排序后以换行连接的 SHA-256",
    )
    benefit_ids: list[UUID] | None = Field(
        default=None, min_length=1, max_length=BATCH_MAX, description="逐件列出；或按下列条件选取"
    )
    area_code: AreaCode | None = Field(default=None, description="区划（含下级）；缺省为本机构辖区")
    written_until: date | None = Field(default=None, description="登记日期不晚于；缺省为业务日")
    written_by: ShortText | None = Field(default=None, description="登记的账号；缺省为全部")

    @model_validator(mode="after")
    def listed_or_selected(self) -> Self:
        by_condition = self.area_code or self.written_until or self.written_by
        if self.benefit_ids is not None and by_condition:
            raise ValueError("list the benefits or select them, not both")
        return self

    def command(self) -> Confirm:
        return Confirm(
            Totals(self.count, self.digest), self.amount, self.benefit_ids, self.area_code,
            self.written_until, self.written_by, self.id or new_id(),
        )  # fmt: skip


class BatchOut(BaseModel):
    """A batch that was confirmed (批量复核记录)."""

    id: UUID
    confirmed_on: date = Field(description="复核日期（业务日）")
    count: int = Field(description="件数")
    amount: str = Field(description="金额合计（元）", examples=["624.00"])
    digest: str = Field(description="控制摘要")
    area_code: AreaCode
    office: str = Field(description="复核机构")
    actor: str = Field(description="复核人")

    @classmethod
    def of(cls, one: Batch) -> BatchOut:
        return cls(
            id=one.id, confirmed_on=one.confirmed_on, count=one.totals.count,
            amount=yuan(one.amount_fen), digest=one.totals.digest, area_code=one.area_code,
            office=one.office, actor=one.actor,
        )  # fmt: skip


class ConfirmedOut(BatchOut):
    """The batch with what was confirmed in it."""

    benefit_ids: list[UUID] = Field(description="已复核的待遇")

    @classmethod
    def done(cls, done: Done) -> ConfirmedOut:
        """The answer to a confirmation."""
        ids = [line.grant.id for line in done.lines]
        return cls(**BatchOut.of(done.batch).model_dump(), benefit_ids=ids)


@router.post("", status_code=201, summary="批量复核待遇登记", operation_id="confirm_benefits")
async def confirm_benefits(
    request: Request, body: ConfirmBenefitsIn, actor: Approver, claim: idempotency.Required
) -> ConfirmedOut:
    """A second person confirms a batch of what windows wrote, an imported file for instance, all or
    none: it counts from now on. What is selected must have the count, the sum and the digest declared,
    and none of it was written by the person who confirms. Where any of it could not be written any
    more, ``errors`` says of each by its id why."""
    rt = runtime_of(request)
    render = claim.answering(201, ConfirmedOut.done)
    done = await usecases.confirm(rt, actor, body.command(), render)
    people = sorted({line.grant.worker_id for line in done.lines})
    await audit.note(rt, actor, "confirm_benefits", people, SHOWN)
    return ConfirmedOut.done(done)


@router.get("", summary="批量复核待遇记录", operation_id="list_benefit_confirmations")
async def list_benefit_confirmations(
    request: Request, actor: Reader, limit: pagination.Limit = 20, cursor: pagination.Cursor = None
) -> pagination.Page[BatchOut]:
    """Batches of the caller's subtree, oldest first."""
    after = pagination.decode(cursor, [UUID], actor=actor, filters={})
    rows = await usecases.list_batches(
        runtime_of(request), actor, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [str(one.id)], item=BatchOut.of, actor=actor, filters={}
    )


routers = [router]

problems = [
    refused(domain.NoSuchBenefit, 422, "没有此待遇", "There is no such benefit"),
    refused(
        domain.AmountDiffers, 409, "金额合计不符，未复核",
        "The sum of money differs; nothing was confirmed",
        ("申报 {declared} 元，选取 {selected} 元", "Declared {declared}, selected {selected} yuan"),
    ),
]  # fmt: skip
