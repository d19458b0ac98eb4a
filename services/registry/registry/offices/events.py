"""What is told of offices."""

from __future__ import annotations

from pydantic import BaseModel

from registry.offices.domain import Kind as OfficeKind
from registry.telling import told


class OfficeOpened(BaseModel):
    """An office began to work; ``staff`` in persons."""

    code: str
    name: str
    kind: OfficeKind
    staff: int


OFFICE_OPENED = told(
    "office.opened", OfficeOpened, "机构设立", "Office opened",
    code="231102-employment-bureau", name="爱辉区就业局", kind="bureau", staff=12,
)  # fmt: skip

TOLD = [OFFICE_OPENED]
