"""What is told of possible duplicates: ids, never what made them alike."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.duplicates.domain import Verdict
from registry.telling import told


class DuplicateFound(BaseModel):
    """Two records may be one person; somebody has to decide."""

    worker_id: UUID
    other_id: UUID
    score: int


class DuplicateAdjudicated(BaseModel):
    worker_id: UUID
    other_id: UUID
    verdict: Verdict


DUPLICATE_FOUND = told(
    "duplicate.found", DuplicateFound, "发现疑似重复登记", "Possible duplicate found",
    worker_id=examples.WORKER, other_id=examples.OTHER_WORKER, score=75,
)  # fmt: skip
DUPLICATE_ADJUDICATED = told(
    "duplicate.adjudicated", DuplicateAdjudicated, "疑似重复已判定", "Possible duplicate adjudicated",
    worker_id=examples.WORKER, other_id=examples.OTHER_WORKER, verdict="same",
)  # fmt: skip

TOLD = [DUPLICATE_FOUND, DUPLICATE_ADJUDICATED]
