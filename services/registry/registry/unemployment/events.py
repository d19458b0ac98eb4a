"""What is told of unemployment registrations (E2). The entity is the person's registration."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from registry import examples
from registry.telling import told
from registry.unemployment.domain import Kind, Reason


class Unemployed(BaseModel):
    """Registered for the first time or again, or without work again."""

    worker_id: UUID
    kind: Kind = Field(description="失业原因类别")
    since: date = Field(description="起始日")
    spell: int = Field(description="第几次失业")


class Employed(BaseModel):
    """At work. ``placement_id`` is None where only a filing tells of the job."""

    worker_id: UUID
    since: date = Field(description="就业日")
    placement_id: UUID | None
    spell: int = Field(description="结束的是第几次失业")


class Cancelled(BaseModel):
    worker_id: UUID
    reason: Reason = Field(description="注销原因")
    since: date = Field(description="注销日")
    spell: int


class Voided(BaseModel):
    """The registration was a mistake; ``reverses`` names what was told of it last."""

    worker_id: UUID


REGISTERED = told(
    "unemployment.registered", Unemployed, "失业登记", "Registered as unemployed",
    worker_id=examples.WORKER, kind="contract_ended", since="2003-03-01", spell=1,
)  # fmt: skip
RESUMED = told(
    "unemployment.resumed", Unemployed, "恢复失业登记", "Unemployed again",
    worker_id=examples.WORKER, kind="contract_ended", since="2003-09-01", spell=2,
)  # fmt: skip
EMPLOYED = told(
    "unemployment.employed", Employed, "登记失业人员就业", "A registered person is employed",
    worker_id=examples.WORKER, since="2003-05-01", placement_id=examples.PLACEMENT, spell=1,
)  # fmt: skip
CANCELLED = told(
    "unemployment.cancelled", Cancelled, "注销失业登记", "Unemployment registration cancelled",
    worker_id=examples.WORKER, reason="pension", since="2003-08-01", spell=1,
)  # fmt: skip
VOIDED = told(
    "unemployment.voided", Voided, "失业登记作废", "Unemployment registration voided",
    worker_id=examples.WORKER,
)  # fmt: skip

TOLD = [REGISTERED, RESUMED, EMPLOYED, CANCELLED, VOIDED]
