"""HTTP of the insurance agency's notices: contributions told and taken back, one by one or in bulk. As
with other notices, no answer tells the agency who is registered here."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, Field

from kit import bulk, causality
from kit.auth import Actor, requires
from kit.crypto import IdNumberText
from kit.http import runtime_of
from kit.money import YuanPositive
from kit.problems import refused
from kit.wire import Asked, Text, impersonal, load
from registry.contribution_notices import usecases
from registry.contributions import domain
from registry.contributions.api import PREFIX, TAG, Month, first_day
from registry.contributions.domain import INSURANCES, Paid, Withdrawal

router = APIRouter(prefix=PREFIX, tags=[TAG])
Writer = Annotated[Actor, requires("registry:contribution:write")]
Importer = Annotated[Actor, requires("registry:contribution:import")]

_ID = "019a9d2c-8f00-7000-8000-0000000000a5"

Payer = Annotated[
    str,
    Field(
        min_length=4,
        max_length=20,
        pattern=r"^[0-9A-Z-]+$",
        description="缴费单位代码；个人缴费不填 (employer's code; absent: the person pays)",
        examples=["70289001-5"],
    ),
    AfterValidator(impersonal),
]


class ContributionIn(Asked):
    """One person's contribution for one month (缴费记录). Telling it again under the same id does
    nothing; a wrong one is reversed and told anew under another id."""

    model_config = Asked.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "id": _ID, "id_number": "11010519491231002X", "month": "2003-05",
                    "pension": True, "medical": True, "unemployment": True,
                    "payer": "70289001-5", "base": "860.00",
                }
            ]
        }
    }  # fmt: skip
    id: UUID = Field(description="经办机构给出的标识 (UUID)，冲正时引用")
    id_number: IdNumberText
    month: Month
    pension: bool = Field(default=False, description="养老保险")
    medical: bool = Field(default=False, description="医疗保险")
    unemployment: bool = Field(default=False, description="失业保险")
    payer: Payer | None = None
    base: YuanPositive = Field(description="缴费基数（元）")

    def command(self) -> Paid:
        insured = {
            "pension": self.pension, "medical": self.medical, "unemployment": self.unemployment,
        }  # fmt: skip
        return Paid(
            self.id, self.id_number, first_day(self.month),
            tuple(one for one in INSURANCES if insured[one]), self.payer, self.base,
        )  # fmt: skip


class WithdrawalIn(Asked):
    """A contribution was told wrongly (冲正)."""

    model_config = Asked.model_config | {
        "json_schema_extra": {
            "examples": [
                {
                    "id": "019a9d2c-8f00-7000-8000-0000000000a6",
                    "contribution_id": _ID,
                    "reason": "单位误报",
                }
            ]
        }
    }
    id: UUID = Field(description="经办机构给出的标识 (UUID)")
    contribution_id: UUID = Field(description="冲正的缴费记录")
    reason: Text | None = Field(default=None, description="原因")

    def command(self) -> Withdrawal:
        return Withdrawal(self.id, self.contribution_id, self.reason)


class ContributionAccepted(BaseModel):
    """What the agency hears (受理结果): the same for everybody."""

    id: UUID
    outcome: Literal["accepted"] = Field(default="accepted", description="已受理")


@router.post("", status_code=201, summary="通报缴费", operation_id="tell_contribution")
async def tell_contribution(
    request: Request, body: ContributionIn, actor: Writer
) -> ContributionAccepted:
    """Tell one contribution. Those of people who are not registered are not kept."""
    causality.silence()
    await usecases.record_one(runtime_of(request), actor, body.command())
    return ContributionAccepted(id=body.id)


@router.post(
    "/imports", summary="批量通报缴费", operation_id="import_contributions",
    openapi_extra=bulk.documented(ContributionIn),
)  # fmt: skip
async def import_contributions(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """A month's file. Send it again when it was broken off, or to take in whoever has registered
    since: ids that are known do nothing. ``mode=good`` commits chunk by chunk."""
    causality.silence()
    return await load(
        request, options, ContributionIn, ContributionIn.command, usecases.record_all, actor
    )


@router.post("/reversals", status_code=201, summary="冲正缴费", operation_id="reverse_contribution")
async def reverse_contribution(
    request: Request, body: WithdrawalIn, actor: Writer
) -> ContributionAccepted:
    """Take back one contribution that this office told."""
    causality.silence()
    await usecases.reverse_one(runtime_of(request), actor, body.command())
    return ContributionAccepted(id=body.id)


@router.post(
    "/reversals/imports", summary="批量冲正缴费", operation_id="import_contribution_reversals",
    openapi_extra=bulk.documented(WithdrawalIn),
)  # fmt: skip
async def import_contribution_reversals(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take back many."""
    causality.silence()
    return await load(
        request, options, WithdrawalIn, WithdrawalIn.command, usecases.reverse_all, actor
    )


def _imports(path: str, word: str) -> APIRouter:
    return bulk.reading(f"{PREFIX}{path}", word, "registry:contribution:import", tag=TAG)


routers = [router, _imports("", "contribution"), _imports("/reversals", "contribution_reversal")]

problems = [
    refused(domain.NothingInsured, 422, "未参加任何保险", "It is a contribution to no insurance"),
    refused(
        domain.MonthBeforeBirth, 422, "缴费月份早于出生日期", "The month lies before the birth"
    ),
]
