"""What is told of unemployment insurance (E9). The entity is the person's account.

The deferral rate (I11) is counted from two of these: ``employed`` tells of everybody who took work
while drawing, ``deferred`` of those who signed; each names the day on which the work began.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from registry import examples
from registry.telling import told
from registry.unemployment_insurance.domain import FindingKind, Reason


class Drawing(BaseModel):
    """Drawing begins, or goes on after a time at work."""

    worker_id: UUID
    since: date = Field(description="起始日")
    months_granted: int = Field(description="核定月数")
    months_left: int = Field(description="剩余月数")


class Stopped(BaseModel):
    worker_id: UUID
    since: date = Field(description="停发日")
    reason: Reason = Field(description="停发原因")
    months_left: int = Field(description="剩余月数")


class Exhausted(BaseModel):
    worker_id: UUID
    since: date = Field(description="期满日")


class Voided(BaseModel):
    """Everything that was told of the account was reversed."""

    worker_id: UUID


class AtWork(BaseModel):
    """Somebody who draws has taken work."""

    worker_id: UUID
    employed_on: date = Field(description="就业日")


class Deferred(AtWork):
    """The agreement is signed: the months left are frozen."""

    deferred_on: date = Field(description="缓发起始日")
    months_left: int = Field(description="冻结的剩余月数")


class FindingNoted(BaseModel):
    """What the agency told and what the law or another fact says otherwise."""

    worker_id: UUID
    kind: FindingKind
    on: date = Field(description="所涉日期；月份为其首日")
    told: int | None = Field(description="机构所告月数")
    expected: int | None = Field(description="按规定月数")


STARTED = told(
    "unemployment-insurance.started", Drawing, "开始领取失业保险金", "Drawing began",
    worker_id=examples.WORKER, since="2003-03-01", months_granted=18, months_left=18,
)  # fmt: skip
RESUMED = told(
    "unemployment-insurance.resumed", Drawing, "恢复领取失业保险金", "Drawing goes on",
    worker_id=examples.WORKER, since="2003-09-01", months_granted=18, months_left=15,
)  # fmt: skip
STOPPED = told(
    "unemployment-insurance.stopped", Stopped, "停发失业保险金", "Drawing stopped",
    worker_id=examples.WORKER, since="2003-09-01", reason="pension", months_left=12,
)  # fmt: skip
EXHAUSTED = told(
    "unemployment-insurance.exhausted", Exhausted, "失业保险金领取期满", "All months are drawn",
    worker_id=examples.WORKER, since="2004-09-01",
)  # fmt: skip
VOIDED = told(
    "unemployment-insurance.voided", Voided, "失业保险记录作废", "The account was a mistake",
    worker_id=examples.WORKER,
)  # fmt: skip
EMPLOYED = told(
    "unemployment-insurance.employed", AtWork, "领取失业保险金期间就业", "At work while drawing",
    worker_id=examples.WORKER, employed_on="2003-06-01",
)  # fmt: skip
EMPLOYMENT_VOIDED = told(
    "unemployment-insurance.employment-voided", AtWork, "领取期间就业撤销",
    "Was not at work while drawing", worker_id=examples.WORKER, employed_on="2003-06-01",
)  # fmt: skip
DEFERRED = told(
    "unemployment-insurance.deferred", Deferred, "失业保险金缓发", "Drawing is deferred",
    worker_id=examples.WORKER, employed_on="2003-06-01", deferred_on="2003-06-05", months_left=15,
)  # fmt: skip
DEFERRAL_VOIDED = told(
    "unemployment-insurance.deferral-voided", AtWork, "缓发撤销", "The deferral no longer holds",
    worker_id=examples.WORKER, employed_on="2003-06-01",
)  # fmt: skip
FINDING_NOTED = told(
    "unemployment-insurance.finding-noted", FindingNoted, "失业保险疑点", "A finding is noted",
    worker_id=examples.WORKER, kind="duration-differs", on="2003-03-01", told=24, expected=18,
)  # fmt: skip
FINDING_LIFTED = told(
    "unemployment-insurance.finding-lifted", FindingNoted, "失业保险疑点消除", "A finding is lifted",
    worker_id=examples.WORKER, kind="duration-differs", on="2003-03-01", told=24, expected=18,
)  # fmt: skip

TOLD = [
    STARTED, RESUMED, STOPPED, EXHAUSTED, VOIDED, EMPLOYED, EMPLOYMENT_VOIDED, DEFERRED,
    DEFERRAL_VOIDED, FINDING_NOTED, FINDING_LIFTED,
]  # fmt: skip
