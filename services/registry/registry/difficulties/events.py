"""What is told of recognitions."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.difficulties.domain import ExitReason
from registry.difficulties.domain import Kind as DifficultyKind
from registry.telling import told


class DifficultyRecognised(BaseModel):
    worker_id: UUID
    kind: DifficultyKind
    decision_id: UUID


class DifficultyExited(BaseModel):
    worker_id: UUID
    kind: DifficultyKind
    reason: ExitReason


DIFFICULTY_RECOGNISED = told(
    "difficulty.recognised", DifficultyRecognised, "就业困难对象认定", "Difficulty recognised",
    worker_id=examples.WORKER, kind="4050", decision_id=examples.DECISION,
)  # fmt: skip
DIFFICULTY_EXITED = told(
    "difficulty.exited", DifficultyExited, "就业困难对象退出", "Difficulty exited",
    worker_id=examples.WORKER, kind="4050", reason="retired",
)  # fmt: skip

TOLD = [DIFFICULTY_RECOGNISED, DIFFICULTY_EXITED]
