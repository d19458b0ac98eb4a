"""HTTP of the working-day calendar."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import Asked, Day, ShortText, Text, after, load, page
from registry.calendars import domain, usecases
from registry.calendars.domain import Amendment, CalendarDay, CalendarYear, Source, Status

TAG = "calendars 工作日历"
router = APIRouter(prefix="/v1/calendar-days", tags=[TAG])
years = APIRouter(prefix="/v1/calendar-years", tags=[TAG])
deadlines = APIRouter(prefix="/v1/working-days", tags=[TAG])
Reader = Annotated[Actor, requires("registry:calendar:read")]
Importer = Annotated[Actor, requires("registry:calendar:import")]

Year = Annotated[int, Query(ge=1990, le=2100, description="年份", examples=[2003])]


class CalendarDayIn(BaseModel):
    """A day of a published list (放假或调休日). Plain weekends need no line."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"day": "2003-01-30", "working": False, "name": "春节",
                 "document": "国务院办公厅关于2003年部分节假日安排的通知"}
            ]
        },
    )  # fmt: skip
    day: date = Field(ge=date(1990, 1, 1), le=date(2100, 12, 31), description="日期")
    working: bool = Field(description="是否上班")
    name: ShortText = Field(description="名称")
    document: Text = Field(description="依据文件")

    def command(self) -> CalendarDay:
        return CalendarDay(self.day, self.working, self.name, "imported", self.document)


class CalendarDayOut(BaseModel):
    """A listed day (日历日)."""

    day: date = Field(description="日期")
    working: bool = Field(description="是否上班")
    name: str = Field(description="名称", examples=["春节"])
    source: Source = Field(description="来源：seed 种子，imported 已公布的通知")
    document: str = Field(description="依据文件")
    provisional: bool = Field(description="暂定：该年通知尚未公布")

    @classmethod
    def of(cls, one: CalendarDay) -> CalendarDayOut:
        return cls(
            day=one.day, working=one.working, name=one.name, source=one.source,
            document=one.document, provisional=one.provisional,
        )  # fmt: skip


class AmendIn(Asked):
    """What an imported day should have said (日历日更正)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"working": True, "name": "调休上班", "reason": "通知录入有误",
                 "document": "国务院办公厅关于2003年部分节假日安排的通知"}
            ]
        },
    )  # fmt: skip
    working: bool = Field(description="是否上班")
    name: ShortText = Field(description="名称")
    document: Text = Field(description="依据文件")
    reason: Text = Field(description="原因")


class AmendmentOut(BaseModel):
    """A day that was amended, and what it had said (日历日更正记录)."""

    id: UUID
    day: CalendarDayOut = Field(description="更正后")
    replaced: CalendarDayOut = Field(description="更正前")
    reason: str = Field(description="原因")
    actor: str = Field(description="经办人")

    @classmethod
    def of(cls, one: Amendment) -> AmendmentOut:
        return cls(
            id=one.id, day=CalendarDayOut.of(one.now), replaced=CalendarDayOut.of(one.replaced),
            reason=one.reason, actor=one.actor,
        )  # fmt: skip


class CalendarYearOut(BaseModel):
    """Where a year's list comes from (年度日历状态)."""

    year: int = Field(examples=[2003])
    status: Status = Field(description="provisional 暂定，library 库内年份，published 已公布")
    days: int = Field(description="列出的日数")

    @classmethod
    def of(cls, one: CalendarYear) -> CalendarYearOut:
        return cls(year=one.year, status=one.status, days=one.days)


class CalendarYears(BaseModel):
    """All years (各年)."""

    items: list[CalendarYearOut]


class Deadline(BaseModel):
    """The end of a limit in working days (期限)."""

    due_on: date = Field(description="期满日")
    provisional: bool = Field(description="所涉年份的日历是否暂定")


@router.post(
    "/imports", summary="导入放假调休通知", operation_id="import_calendar_days",
    openapi_extra=bulk.documented(CalendarDayIn),
)  # fmt: skip
async def import_calendar_days(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take a published list. The years that it names count by it alone and are provisional no more."""
    return await load(
        request, options, CalendarDayIn, CalendarDayIn.command, usecases.import_days, actor
    )


@router.get("", summary="日历日列表", operation_id="list_calendar_days")
async def list_calendar_days(
    request: Request,
    actor: Reader,
    year: Annotated[int | None, Query(ge=1990, le=2100, description="年份")] = None,
    source: Annotated[Source | None, Query(description="来源")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[CalendarDayOut]:
    """The days that differ from plain weekdays and weekends, or have a name."""
    filters = {"year": year, "source": source}
    after = pagination.decode(cursor, [date], actor=actor, filters=filters)
    rows = await usecases.list_days(
        runtime_of(request), year, source, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [one.day], item=CalendarDayOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.post(
    "/{day}/amendments", status_code=201, summary="更正日历日", operation_id="amend_calendar_day"
)
async def amend_calendar_day(
    request: Request, day: Annotated[Day, Path(description="日期")], body: AmendIn, actor: Importer
) -> AmendmentOut:
    """A day of an imported list was wrong: limits are counted by what it says now."""
    return AmendmentOut.of(
        await usecases.amend(
            runtime_of(request), actor, day, body.working, body.name, body.document, body.reason
        )
    )


@router.get("/amendments", summary="日历日更正记录", operation_id="list_calendar_amendments")
async def list_calendar_amendments(
    request: Request,
    actor: Reader,
    year: Annotated[int | None, Query(ge=1990, le=2100, description="年份")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[AmendmentOut]:
    """Which imported days were amended, and what they had said, in the order of record."""
    filters = {"year": year}
    rows = await usecases.list_amendments(
        runtime_of(request), year, after(cursor, actor, filters), limit + 1
    )
    return page(rows, limit, AmendmentOut.of, actor=actor, filters=filters)


@years.get("", summary="各年日历状态", operation_id="list_calendar_years")
async def list_calendar_years(request: Request, actor: Reader) -> CalendarYears:
    """Which years are published, known from the library, or provisional."""
    found = await usecases.list_years(runtime_of(request))
    return CalendarYears(items=[CalendarYearOut.of(one) for one in found])


@deadlines.get("", summary="计算期限", operation_id="count_working_days")
async def count_working_days(
    request: Request,
    actor: Reader,
    start: Annotated[Day, Query(ge=date(1990, 1, 1), le=date(2100, 12, 31), description="起算日")],
    count: Annotated[int, Query(ge=0, le=400, description="工作日数")],
) -> Deadline:
    """The last day of a limit of so many working days; the first day itself does not count."""
    due, provisional = await usecases.deadline(runtime_of(request), start, count)
    return Deadline(due_on=due, provisional=provisional)


routers = [
    router,
    years,
    deadlines,
    bulk.reading("/v1/calendar-days", "calendar_day", "registry:calendar:import", tag=TAG),
]

problems = [
    refused(domain.DayTwice, 409, "该日期已导入", "The day was imported already"),
    refused(
        domain.DayNotImported,
        409,
        "该日期未导入，不能更正",
        "The day is of no imported list",
        ("请先导入该年的通知", "Import the list of its year first"),
    ),
    refused(domain.DayUnchanged, 409, "日历日未变", "The day says so already"),
]
