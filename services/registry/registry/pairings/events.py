"""What is told of pairings."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from registry import examples
from registry.telling import told


class PairingFormed(BaseModel):
    worker_id: UUID
    helper_office: str


class PairingPlaced(BaseModel):
    worker_id: UUID
    placement_id: UUID


PAIRING_FORMED = told(
    "pairing.formed", PairingFormed, "结对帮扶", "Pairing formed",
    worker_id=examples.WORKER, helper_office="231102-employment-bureau",
)  # fmt: skip
PAIRING_PLACED = told(
    "pairing.placed", PairingPlaced, "结对对象就业", "Paired worker placed",
    worker_id=examples.WORKER, placement_id=examples.PLACEMENT,
)  # fmt: skip
PAIRING_UNPLACED = told(
    "pairing.unplaced", PairingPlaced, "结对对象就业撤销", "Paired worker's placement undone",
    worker_id=examples.WORKER, placement_id=examples.PLACEMENT,
)  # fmt: skip

TOLD = [PAIRING_FORMED, PAIRING_PLACED, PAIRING_UNPLACED]
