"""Folding everything again, on demand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.facts import usecases
from kit.auth import Actor, requires
from kit.http import runtime_of

router = APIRouter(prefix="/v1/rebuilds", tags=["rebuilds 重算"])


class RebuildBody(BaseModel):
    """重算结果 What a rebuild saw; differences is 0 where nothing had gone wrong."""

    model_config = ConfigDict(
        title="Rebuild",
        json_schema_extra={
            "examples": [{"facts": 402118, "items": 301224, "persons": 85400, "differences": 0}]
        },
    )
    facts: int = Field(description="事实数")
    items: int = Field(description="计数明细数")
    persons: int = Field(description="人员数")
    differences: int = Field(description="与原有结果不同的行数")


@router.post("", summary="由全部事实重新计算", operation_id="rebuild")
async def rebuild(
    request: Request, actor: Annotated[Actor, requires("assessment:figure:write")]
) -> RebuildBody:
    """Fold all facts again beside the live tables, compare, and swap if they differ. New facts wait
    meanwhile and are folded after it."""
    done = await usecases.rebuild(runtime_of(request))
    return RebuildBody(
        facts=done.facts, items=done.items, persons=done.persons, differences=done.differences
    )
