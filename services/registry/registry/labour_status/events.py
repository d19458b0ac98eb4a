"""What is told of labour status."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.labour_status.domain import LabourStatus
from registry.telling import told


class LabourStatusChanged(BaseModel):
    """The entity is the person's labour-status record."""

    worker_id: UUID
    status: LabourStatus
    previous: LabourStatus
    since: date
    placement_id: UUID | None


LABOUR_STATUS_CHANGED = told(
    "labour-status.changed", LabourStatusChanged, "劳动状态变更", "Labour status changed",
    worker_id=examples.WORKER, status="employed", previous="laid_off", since="2003-05-01",
    placement_id=examples.PLACEMENT,
)  # fmt: skip

TOLD = [LABOUR_STATUS_CHANGED]
