"""What is told of life facts (E8): of whom, what, since when, by which authority; no personal data."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from registry import examples
from registry.life_facts.domain import Kind
from registry.telling import told


class LifeFactRecorded(BaseModel):
    """An authority told of it. ``until``: its end was known already."""

    worker_id: UUID
    kind: Kind
    on: date
    until: date | None
    authority: str = Field(examples=["231100-civil-affairs"])


class LifeFactEnded(BaseModel):
    """It no longer holds from ``until`` on (释放、退伍、回国、低保停发……)."""

    worker_id: UUID
    kind: Kind
    on: date
    until: date
    authority: str


class LifeFactReversed(BaseModel):
    """It was told wrongly. ``what``: the fact never was, or only its end was wrong and it holds."""

    worker_id: UUID
    kind: Kind
    on: date
    authority: str
    what: Literal["fact", "end"]


_FACT = {
    "worker_id": examples.WORKER,
    "kind": "imprisoned",
    "on": "2003-05-20",
    "authority": "231100-justice-bureau",
}

LIFE_FACT_RECORDED = told(
    "life-fact.recorded", LifeFactRecorded, "生命事实登记", "Life fact recorded",
    **_FACT, until=None,
)  # fmt: skip
LIFE_FACT_ENDED = told(
    "life-fact.ended", LifeFactEnded, "生命事实终止", "Life fact ended", **_FACT, until="2003-09-20"
)
LIFE_FACT_REVERSED = told(
    "life-fact.reversed", LifeFactReversed, "生命事实冲正", "Life fact reversed",
    **_FACT, what="fact",
)  # fmt: skip

TOLD = [LIFE_FACT_RECORDED, LIFE_FACT_ENDED, LIFE_FACT_REVERSED]
