"""What is told of areas."""

from __future__ import annotations

from pydantic import BaseModel

from kit.areas import AreaCode, Level
from registry.areas.domain import ChangeKind
from registry.telling import told


class AreaEstablished(BaseModel):
    """An area came to be; the entity is the area."""

    code: AreaCode
    name: str
    level: Level
    parent_code: AreaCode | None


class AreaRenamed(BaseModel):
    """An area is called otherwise, from the day of the event."""

    code: AreaCode
    name: str
    previous: str
    level: Level


class AreaEnded(BaseModel):
    """A code holds no more: the area went into ``successor_code``, or was abolished (null)."""

    code: AreaCode
    name: str
    level: Level
    successor_code: AreaCode | None


class AreaChangeReversed(BaseModel):
    """A renaming or an end was wrong and never happened; ``reverses`` names the event that told of
    it. ``name``: what the area is called now; after an end was reversed the code holds again."""

    code: AreaCode
    kind: ChangeKind
    name: str
    level: Level


AREA_ESTABLISHED = told(
    "area.established", AreaEstablished, "区划设立", "Area established",
    code="231102000000", name="爱辉区", level="district", parent_code="231100000000",
)  # fmt: skip

AREA_RENAMED = told(
    "area.renamed", AreaRenamed, "区划更名", "Area renamed",
    code="231121000000", name="嫩江市", previous="嫩江县", level="district",
)  # fmt: skip
AREA_ENDED = told(
    "area.ended", AreaEnded, "区划撤并", "Area merged or abolished",
    code="231102001001", name="东兴社区", level="community", successor_code="231102001002",
)  # fmt: skip

AREA_CHANGE_REVERSED = told(
    "area.change-reversed", AreaChangeReversed, "区划变更撤销", "Change of an area reversed",
    code="231102001001", kind="merged", name="东兴社区", level="community",
)  # fmt: skip

TOLD = [AREA_ESTABLISHED, AREA_RENAMED, AREA_ENDED, AREA_CHANGE_REVERSED]
