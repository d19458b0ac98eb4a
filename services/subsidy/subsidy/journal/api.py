"""The journal over HTTP: reading it and having it checked. It is written only by what it books."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.money import Yuan
from kit.pagination import Cursor, Limit, Page
from subsidy.journal import usecases
from subsidy.journal.domain import EntryKind
from subsidy.journal.usecases import Check

router = APIRouter(prefix="/v1/journal", tags=["journal 复式账"])


class LineBody(BaseModel):
    """One line of an entry: debit positive, credit negative."""

    fund: str
    account: str = Field(
        description="科目：source:<来源>、unallocated、arranged:<安排>、reserved:<预留>、"
        "committed:<预留>、ordered:<预留>（已交银行）、paid:<用途>"
    )
    amount: Yuan = Field(description="借方为正，贷方为负")


class EntryBody(BaseModel):
    """One entry of the journal; its lines add to nothing."""

    id: UUID
    kind: EntryKind
    effective_on: date
    about: UUID = Field(description="所记事项的标识")
    reverses: UUID | None = Field(description="所冲销的分录")
    area_code: str
    office: str
    recorded_at: datetime
    lines: list[LineBody]

    @classmethod
    def of_row(cls, row: Any) -> EntryBody:
        lines = [
            LineBody(fund=fund, account=account, amount=amount)
            for fund, account, amount in zip(
                row["funds"], row["accounts"], row["amounts"], strict=True
            )
        ]
        fields = {name: row[name] for name in cls.model_fields if name != "lines"}
        return cls(**fields, lines=lines)


class DifferenceBody(BaseModel):
    """An account whose running balance is not the sum of its lines."""

    account_id: UUID
    balance: Yuan
    derived: Yuan


class CheckBody(BaseModel):
    """What re-deriving every balance from the lines found."""

    holds: bool = Field(description="账实是否一致")
    accounts: int
    lines: int
    debit: Yuan = Field(description="借方余额合计")
    differences: list[DifferenceBody]
    unbalanced_entries: list[UUID]

    @classmethod
    def of(cls, check: Check) -> CheckBody:
        return cls(
            holds=check.holds,
            accounts=check.accounts,
            lines=check.lines,
            debit=check.debit,
            differences=[
                DifferenceBody(account_id=d.account_id, balance=d.balance, derived=d.derived)
                for d in check.differences
            ],
            unbalanced_entries=list(check.unbalanced),
        )


@router.get("/check", summary="由分录重算各科目余额并核对")
async def check_journal(
    request: Request, actor: Annotated[Actor, requires("subsidy:fund:read")]
) -> CheckBody:
    """Derive every balance of the caller's area from the lines and say what differs."""
    return CheckBody.of(await usecases.check(runtime_of(request), actor))


@router.get("/entries", summary="列出分录")
async def list_entries(
    request: Request,
    actor: Annotated[Actor, requires("subsidy:fund:read")],
    about: UUID | None = None,
    limit: Limit = pagination.LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[EntryBody]:
    """Entries with their lines, in the order in which they were recorded."""
    filters = {"about": about}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rows = await usecases.entries(
        runtime_of(request), actor,
        about=about, after=after[0] if after else None, limit=limit + 1,
    )  # fmt: skip
    return pagination.page(
        rows, limit, position=lambda row: [str(row["id"])], item=EntryBody.of_row,
        actor=actor, filters=filters,
    )  # fmt: skip
