"""What is told of the working-day calendar. The entity is the year."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from registry.telling import told


class PublishedDay(BaseModel):
    """A day of a published list: a holiday, or a day that is worked in its place."""

    day: date
    working: bool = Field(description="是否上班")
    name: str = Field(description="名称")


class CalendarPublished(BaseModel):
    """The list of a year as it now stands, whole: told when days of it are imported and each time when one
    is amended. The year counts by these days alone; plain weekdays and weekends have no line."""

    year: int = Field(description="年份")
    days: list[PublishedDay] = Field(description="该年全部放假、调休日")


CALENDAR_PUBLISHED = told(
    "calendar.published", CalendarPublished, "年度工作日历公布", "Working-day calendar of a year published",
    year=2003,
    days=[
        {"day": "2003-01-30", "working": False, "name": "春节"},
        {"day": "2003-02-08", "working": True, "name": "春节"},
    ],
)  # fmt: skip

TOLD = [CALENDAR_PUBLISHED]
