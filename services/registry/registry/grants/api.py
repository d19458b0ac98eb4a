"""HTTP of writing benefits: one by one, in bulk, and what happens to them afterwards."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from kit import audit, bulk, idempotency
from kit.auth import Actor, requires
from kit.crypto import IdNumberText
from kit.http import runtime_of
from kit.ids import new_id
from kit.money import YuanPositive
from kit.problems import refused
from kit.service import Runtime
from kit.wire import Asked, FactDate, ShortText, TakenBack, Text, load
from registry.benefits import domain
from registry.benefits.api import SHOWN, TAG
from registry.benefits.domain import Kind
from registry.benefits.reading import Line
from registry.benefits.wire import KIND, BenefitOut, Month
from registry.grants import usecases
from registry.grants.usecases import Change, WriteBenefit

router = APIRouter(prefix="/v1/benefits", tags=[TAG])
Writer = Annotated[Actor, requires("registry:benefit:write")]
Approver = Annotated[Actor, requires("registry:benefit:approve")]
Importer = Annotated[Actor, requires("registry:benefit:import")]

_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"


def _examples(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


class WriteBenefitIn(Asked):
    """A benefit as the authority that gave it writes it (待遇登记)."""

    model_config = _examples(
        {
            "worker_id": _WORKER, "kind": "living-allowance", "valid_from": "2003-05-01",
            "valid_to": "2003-07-31", "amount": "624.00", "granted_by": "劳动局",
            "document": "黑劳社发[2003]12号",
        }
    )  # fmt: skip
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID | None = Field(default=None, description="劳动者；与身份号码二者居一")
    id_number: IdNumberText | None = Field(default=None, description="身份号码；与标识二者居一")
    kind: Kind = Field(description=KIND)
    valid_from: FactDate
    valid_to: FactDate | None = Field(
        default=None, description="截止日；逐月的待遇须注明，或列出月份"
    )
    months: list[Month] | None = Field(
        default=None, min_length=1, max_length=120, description="逐一列出的月份"
    )
    amount: YuanPositive | None = Field(default=None, description="金额（元）")
    granted_by: ShortText = Field(description="给予部门", examples=["劳动局"])
    document: Text | None = Field(default=None, description="依据文件")

    @model_validator(mode="after")
    def one_person(self) -> WriteBenefitIn:
        if (self.worker_id is None) == (self.id_number is None):
            raise PydanticCustomError("one_person", "either worker_id or id_number")
        return self

    def command(self) -> WriteBenefit:
        months = [date.fromisoformat(f"{month}-01") for month in self.months or ()]
        return WriteBenefit(
            self.kind, self.valid_from, self.valid_to, tuple(sorted(set(months))) or None,
            self.amount, self.granted_by, self.document, self.worker_id, self.id_number,
            self.id or new_id(),
        )  # fmt: skip


class StopIn(Asked):
    """The benefit is given no longer (停发)."""

    model_config = _examples({"on": "2003-06-01", "reason": "已就业"})
    on: date = Field(description="停发日：自此日起不再享受")
    reason: Text = Field(description="原因")
    document: Text | None = Field(default=None, description="依据文件")


class RecoveryOrderIn(Asked):
    """What lies on or after a day is to be paid back (责令退回)."""

    model_config = _examples(
        {"on": "2003-06-01", "amount": "416.00", "reason": "已就业未报告", "document": None}
    )
    on: date = Field(description="自此日起的待遇应退回")
    amount: YuanPositive | None = Field(
        default=None, description="应退回金额；自起始日起全部退回的可不填"
    )
    reason: Text = Field(description="原因")
    document: Text | None = Field(default=None, description="依据文件")


class RecoveryIn(Asked):
    """Money came back (退回入账)."""

    model_config = _examples({"on": "2003-09-15", "amount": "416.00", "document": "缴款书 2003-88"})
    on: date = Field(description="退回日期")
    amount: YuanPositive = Field(description="退回金额")
    document: Text = Field(description="凭证")


async def _told(rt: Runtime, actor: Actor, operation: str, line: Line) -> BenefitOut:
    """The answer to an act on a benefit."""
    await audit.note(rt, actor, operation, [line.grant.worker_id], SHOWN)
    return BenefitOut.of(line)


@router.post("", status_code=201, summary="登记待遇", operation_id="write_benefit")
async def write_benefit(
    request: Request, body: WriteBenefitIn, actor: Writer, claim: idempotency.Required
) -> BenefitOut:
    """Write one benefit. What a window writes waits for a second person, and counts once it is confirmed;
    what an authority's own account writes counts at once. 409 names the months when a benefit of this
    kind has them, when the limit of the law is exceeded, or when the person has no right to them any
    more."""
    render = claim.answering(201, BenefitOut.of)
    rt = runtime_of(request)
    line = await usecases.write_benefit(rt, actor, body.command(), render)
    return await _told(rt, actor, "write_benefit", line)


@router.post(
    "/imports", summary="批量登记待遇", operation_id="import_benefits",
    openapi_extra=bulk.documented(WriteBenefitIn),
)  # fmt: skip
async def import_benefits(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Write many benefits; a line is one benefit, refused for the same reasons as one alone. Those of a
    window wait for a second person, who confirms them in batches or one by one."""
    return await load(
        request, options, WriteBenefitIn, WriteBenefitIn.command, usecases.write_all, actor
    )


@router.post(
    "/{benefit_id}/confirmations", status_code=201, summary="复核待遇登记",
    operation_id="confirm_benefit",
)  # fmt: skip
async def confirm_benefit(
    request: Request, benefit_id: UUID, actor: Approver, claim: idempotency.Required
) -> BenefitOut:
    """A second person confirms what a window wrote: it counts from now on. 409 when it could not be
    written any more, or for the person who wrote it."""
    rt = runtime_of(request)
    render = claim.answering(201, BenefitOut.of)
    line = await usecases.confirm_benefit(rt, actor, benefit_id, render)
    return await _told(rt, actor, "confirm_benefit", line)


@router.post(
    "/{benefit_id}/refusals", status_code=201, summary="不予登记待遇", operation_id="refuse_benefit"
)
async def refuse_benefit(
    request: Request,
    benefit_id: UUID,
    body: TakenBack,
    actor: Approver,
    claim: idempotency.Required,
) -> BenefitOut:
    """A second person finds that what a window wrote is not so: it never was."""
    rt = runtime_of(request)
    render = claim.answering(201, BenefitOut.of)
    line = await usecases.refuse_benefit(rt, actor, benefit_id, body.reason, render)
    return await _told(rt, actor, "refuse_benefit", line)


@router.post("/{benefit_id}/stops", status_code=201, summary="停发", operation_id="stop_benefit")
async def stop_benefit(
    request: Request, benefit_id: UUID, body: StopIn, actor: Writer, claim: idempotency.Required
) -> BenefitOut:
    """From a day on the benefit is given no longer; the months after are free again."""
    change = Change(benefit_id, body.on, None, body.reason, body.document)
    render = claim.answering(201, BenefitOut.of)
    rt = runtime_of(request)
    line = await usecases.stop_benefit(rt, actor, change, render)
    return await _told(rt, actor, "stop_benefit", line)


@router.post(
    "/{benefit_id}/recovery-orders", status_code=201, summary="责令退回",
    operation_id="order_benefit_recovery",
)  # fmt: skip
async def order_benefit_recovery(
    request: Request,
    benefit_id: UUID,
    body: RecoveryOrderIn,
    actor: Writer,
    claim: idempotency.Required,
) -> BenefitOut:
    """What lies on or after a day is to be paid back. Its months stay counted until all is back."""
    change = Change(benefit_id, body.on, body.amount, body.reason, body.document)
    render = claim.answering(201, BenefitOut.of)
    rt = runtime_of(request)
    line = await usecases.order_recovery(rt, actor, change, render)
    return await _told(rt, actor, "order_benefit_recovery", line)


@router.post(
    "/{benefit_id}/recoveries", status_code=201, summary="退回入账", operation_id="recover_benefit"
)
async def recover_benefit(
    request: Request, benefit_id: UUID, body: RecoveryIn, actor: Writer, claim: idempotency.Required
) -> BenefitOut:
    """Money came back; with the last of what was ordered the months are free again. Never by the person
    who ordered it back."""
    change = Change(benefit_id, body.on, body.amount, "", body.document)
    render = claim.answering(201, BenefitOut.of)
    rt = runtime_of(request)
    line = await usecases.recover(rt, actor, change, render)
    return await _told(rt, actor, "recover_benefit", line)


routers = [router, bulk.reading("/v1/benefits", "benefit", "registry:benefit:import", tag=TAG)]

problems = [
    refused(
        domain.AwaitsSecondPerson,
        409,
        "待第二人复核，尚未登记",
        "No second person has confirmed it",
    ),
    refused(domain.NotWaiting, 409, "此待遇不待复核", "It waits for no second person"),
]
