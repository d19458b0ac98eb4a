"""What is told of matching duties."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from kit.events import EventType
from kit.money import YuanPositive
from subsidy.funds.domain import Fund
from subsidy.matching.domain import Finding, Owing


class MatchingRequired(BaseModel):
    """A grant asks a city or county for matching money."""

    fund: Fund
    year: int
    owed_by: Owing = Field(description="由哪一级配套")
    amount: YuanPositive = Field(description="应配套金额")
    ratio_percent: str | None = Field(default=None, description="占上级补助的百分比")
    document: str = Field(description="要求配套的文件")


class MatchingMissed(BaseModel):
    """A matching duty is past its day and not paid."""

    fund: Fund
    year: int
    owed_by: Owing
    amount: YuanPositive
    missing: YuanPositive = Field(description="未到位金额")
    due_on: date
    finding: Finding = Field(description="发现的问题")


class MatchingMet(BaseModel):
    """A matching duty is paid whole."""

    fund: Fund
    year: int
    owed_by: Owing
    amount: YuanPositive


class MatchingReversed(MatchingMet):
    """A duty was a mistake; the envelope names the event that it reverses."""


_DUTY = {"fund": "reemployment", "year": 2003, "owed_by": "county", "amount": "300000.00"}
MATCHING_REQUIRED = EventType(
    "subsidy.matching.required.v1", MatchingRequired, "应配套资金", "Matching required",
    {**_DUTY, "ratio_percent": "30", "document": "黑财社[2003]8号"},
)  # fmt: skip
MATCHING_MISSED = EventType(
    "subsidy.matching.missed.v1", MatchingMissed, "配套资金逾期未到位", "Matching missed",
    {**_DUTY, "missing": "120000.00", "due_on": "2003-09-30", "finding": "county-has-not-matched"},
)  # fmt: skip
MATCHING_MET = EventType(
    "subsidy.matching.met.v1", MatchingMet, "配套资金已到位", "Matching met", _DUTY
)
MATCHING_REVERSED = EventType(
    "subsidy.matching.reversed.v1",
    MatchingReversed,
    "配套责任冲销",
    "Matching duty reversed",
    _DUTY,
)

TOLD = (MATCHING_REQUIRED, MATCHING_MISSED, MATCHING_MET, MATCHING_REVERSED)
