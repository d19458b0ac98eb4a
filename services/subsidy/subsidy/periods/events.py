"""What is told of closed periods."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from kit.events import EventType
from subsidy.funds.domain import Fund


class PeriodClosed(BaseModel):
    """Nothing is entered any more into a fund's book through a day."""

    fund: Fund
    closed_through: date = Field(description="结账截止日")
    note: str


class PeriodReopened(BaseModel):
    """A closing was taken back; the envelope names it."""

    fund: Fund
    closed_through: date
    reason: str = Field(description="原因")
    approval: str = Field(description="批准文号")


PERIOD_CLOSED = EventType(
    "subsidy.period.closed.v1", PeriodClosed, "结账", "Period closed",
    {"fund": "reemployment", "closed_through": "2003-06-30", "note": "二季度账务核对无误"},
)  # fmt: skip
PERIOD_REOPENED = EventType(
    "subsidy.period.reopened.v1", PeriodReopened, "反结账", "Period reopened",
    {"fund": "reemployment", "closed_through": "2003-06-30", "reason": "补记6月到账",
     "approval": "黑市财[2003]17号"},
)  # fmt: skip

TOLD = (PERIOD_CLOSED, PERIOD_REOPENED)
