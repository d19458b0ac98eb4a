"""Recognitions and refusals that today's knowledge would make otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kit.db import Tx
from kit.pagination import Stretch
from kit.service import Runtime
from registry import differing
from registry.differing import Differing
from registry.difficulties import store
from registry.difficulties.deciding import again
from registry.difficulties.domain import Difficulty


async def list_differing(
    rt: Runtime, pattern: str, after: UUID | None, limit: int
) -> Stretch[Differing]:
    """Those of an area, by id; so many decisions are looked at in one request."""

    async def read(tx: Tx, after: UUID | None, limit: int) -> Sequence[Difficulty]:
        return await store.page(tx, pattern, None, None, after, limit)

    return await differing.among(rt, read, again, lambda one: one.recognised_on, after, limit)
