"""HTTP of contributions: the insurance agency tells them, in bulk; others read and look into
findings. As with notices, no answer tells the agency who is registered here."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, Field

from kit import audit, bulk, causality, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.crypto import IdNumberText
from kit.http import runtime_of
from kit.money import YuanPositive
from kit.problems import refused
from kit.wire import Asked, Text, after, impersonal, load, page, terms
from registry.contributions import domain, usecases
from registry.contributions.domain import (
    INSURANCES,
    Conflict,
    Contribution,
    Insurance,
    Paid,
    Withdrawal,
)

TAG = "contributions 社保缴费"
PREFIX = "/v1/contributions"
router = APIRouter(prefix=PREFIX, tags=[TAG])
Reader = Annotated[Actor, requires("registry:contribution:read")]
Writer = Annotated[Actor, requires("registry:contribution:write")]
Importer = Annotated[Actor, requires("registry:contribution:import")]

#: What of a person these answers show (for the access log).
SHOWN = ("contributions",)
_ID = "019a9d2c-8f00-7000-8000-0000000000a5"

Month = Annotated[
    str,
    Field(
        pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$",
        description="缴费月份 (YYYY-MM)",
        examples=["2003-05"],
    ),
]
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


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


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


class ContributionOut(BaseModel):
    """A kept contribution (缴费记录)."""

    id: UUID
    worker_id: UUID
    month: Month
    insurances: list[Insurance] = Field(
        description=terms({"pension": "养老", "medical": "医疗", "unemployment": "失业"})
    )
    payer: str | None = Field(description="缴费单位；为空：个人缴费")
    base: YuanPositive = Field(description="缴费基数（元）")
    authority: str = Field(description="通报部门", examples=["231100-insurance-agency"])
    reversed: bool = Field(description="已冲正")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, c: Contribution) -> ContributionOut:
        return cls(
            id=c.id, worker_id=c.worker_id, month=f"{c.month:%Y-%m}",
            insurances=list(c.insurances), payer=c.payer, base=c.base_fen, authority=c.authority,
            reversed=c.reversed, area_code=c.area_code, office=c.office,
        )  # fmt: skip


class ConflictOut(BaseModel):
    """An employer insured somebody who was registered as unemployed all month (疑点)."""

    id: UUID
    worker_id: UUID
    finding: Literal["insured-while-unemployed"] = Field(description="登记失业期间由单位参保")
    month: Month
    payers: list[str] = Field(description="缴费单位")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, c: Conflict) -> ConflictOut:
        return cls(
            id=c.id, worker_id=c.worker_id, finding="insured-while-unemployed",
            month=f"{c.month:%Y-%m}", payers=list(c.payers), area_code=c.area_code,
            office=c.office,
        )  # fmt: skip


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


@router.get("", summary="缴费记录列表", operation_id="list_contributions")
async def list_contributions(
    request: Request,
    actor: Reader,
    worker_id: Annotated[UUID | None, Query(description="劳动者（含已并入的登记）")] = None,
    month: Annotated[Month | None, Query(description="缴费月份")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ContributionOut]:
    """Contributions of registered people of the caller's subtree; reversed ones say so."""
    rt = runtime_of(request)
    filters = {"worker_id": worker_id, "month": month}
    rows = await usecases.list_contributions(
        rt, actor, worker_id, first_day(month) if month else None, after(cursor, actor, filters),
        limit + 1,
    )  # fmt: skip
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_contributions", sorted(people), SHOWN)
    return page(rows, limit, ContributionOut.of, actor=actor, filters=filters)


@router.get("/conflicts", summary="参保疑点", operation_id="list_contribution_conflicts")
async def list_contribution_conflicts(
    request: Request,
    actor: Reader,
    month: Annotated[Month | None, Query(description="缴费月份")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ConflictOut]:
    """Whom an employer insured in a month through which they were registered as unemployed: for the
    street to look into. A finding goes when the employment is recorded or the line is reversed."""
    rt = runtime_of(request)
    filters = {"month": month}
    rows = await usecases.list_conflicts(
        rt, actor, first_day(month) if month else None, after(cursor, actor, filters), limit + 1
    )
    people = {row.worker_id for row in rows[:limit]}
    await audit.note(rt, actor, "list_contribution_conflicts", sorted(people), SHOWN)
    return page(rows, limit, ConflictOut.of, actor=actor, filters=filters)


def _imports(path: str, word: str) -> APIRouter:
    return bulk.reading(f"{PREFIX}{path}", word, "registry:contribution:import", tag=TAG)


routers = [router, _imports("", "contribution"), _imports("/reversals", "contribution_reversal")]

problems = [
    refused(domain.NothingInsured, 422, "未参加任何保险", "It is a contribution to no insurance"),
    refused(
        domain.MonthBeforeBirth, 422, "缴费月份早于出生日期", "The month lies before the birth"
    ),
]
