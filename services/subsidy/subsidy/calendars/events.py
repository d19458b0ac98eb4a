"""What registry tells of working days: only the fields that decide something here."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict


class PublishedDay(BaseModel):
    """A day of a published list: a holiday, or a day that is worked in its place."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    day: date
    working: bool


class CalendarPublished(BaseModel):
    """registry.calendar.published.v1: the list of a year as it stands with that event, whole."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    year: int
    days: tuple[PublishedDay, ...]
