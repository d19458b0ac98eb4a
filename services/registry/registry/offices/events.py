"""What is told of offices."""

from __future__ import annotations

from pydantic import BaseModel

from registry.offices.domain import ChangeKind
from registry.offices.domain import Kind as OfficeKind
from registry.telling import told


class OfficeOpened(BaseModel):
    """An office began to work; ``staff`` in persons."""

    code: str
    name: str
    kind: OfficeKind
    staff: int


class OfficeChanged(BaseModel):
    """An office was renamed, moved to the area of the event, or closed."""

    code: str
    change: ChangeKind
    name: str
    previous: str


OFFICE_OPENED = told(
    "office.opened", OfficeOpened, "机构设立", "Office opened",
    code="231102-employment-bureau", name="爱辉区就业局", kind="bureau", staff=12,
)  # fmt: skip

OFFICE_CHANGED = told(
    "office.changed", OfficeChanged, "机构变更", "Office changed",
    code="231102-employment-bureau", change="renamed", name="爱辉区就业服务局",
    previous="爱辉区就业局",
)  # fmt: skip

TOLD = [OFFICE_OPENED, OFFICE_CHANGED]
