"""What is told of recognitions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.difficulties.domain import ExitReason
from registry.difficulties.rule import Kind as DifficultyKind
from registry.telling import told


class DifficultyRecognised(BaseModel):
    worker_id: UUID
    kind: DifficultyKind
    decision_id: UUID


class DifficultyExited(BaseModel):
    """The day of fact is the first without it. One that was superseded or that
    a correction took the ground from never held: the event then
    names the recognition that it reverses."""

    worker_id: UUID
    kind: DifficultyKind
    reason: ExitReason


class DifficultyReinstated(BaseModel):
    """What had ended it was not so: the recognition holds from its first day again."""

    worker_id: UUID
    kind: DifficultyKind
    recognised_on: date
    decision_id: UUID


DIFFICULTY_RECOGNISED = told(
    "difficulty.recognised", DifficultyRecognised, "就业困难对象认定", "Difficulty recognised",
    worker_id=examples.WORKER, kind="4050", decision_id=examples.DECISION,
)  # fmt: skip
DIFFICULTY_EXITED = told(
    "difficulty.exited", DifficultyExited, "就业困难对象退出", "Difficulty exited",
    worker_id=examples.WORKER, kind="4050", reason="retired",
)  # fmt: skip
DIFFICULTY_REINSTATED = told(
    "difficulty.reinstated", DifficultyReinstated, "就业困难对象恢复", "Difficulty reinstated",
    worker_id=examples.WORKER, kind="4050", recognised_on="2003-03-03",
    decision_id=examples.DECISION,
)  # fmt: skip

TOLD = [DIFFICULTY_RECOGNISED, DIFFICULTY_EXITED, DIFFICULTY_REINSTATED]
