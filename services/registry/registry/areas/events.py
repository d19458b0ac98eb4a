"""What is told of areas."""

from __future__ import annotations

from pydantic import BaseModel

from kit.areas import AreaCode, Level
from registry.telling import told


class AreaEstablished(BaseModel):
    """An area came to be; the entity is the area."""

    code: AreaCode
    name: str
    level: Level
    parent_code: AreaCode | None


AREA_ESTABLISHED = told(
    "area.established", AreaEstablished, "区划设立", "Area established",
    code="231102000000", name="爱辉区", level="district", parent_code="231100000000",
)  # fmt: skip

TOLD = [AREA_ESTABLISHED]
