"""Opening names and numbers: never before the line about it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit import audit
from kit.auth import Actor
from kit.crypto import mask_name
from kit.service import Runtime
from registry.reveals import domain
from registry.reveals.domain import Field, Purpose
from registry.workers import usecases as workers


@dataclass(frozen=True, slots=True)
class Reveal:
    """Whose values, which of them, and why."""

    worker_id: UUID
    fields: tuple[Field, ...]
    purpose: Purpose
    text: str


async def reveal(
    rt: Runtime, actor: Actor, asked: Reveal, operation: str
) -> dict[Field, str | None]:
    """The values in plain, after the line with the purpose is committed. 404 outside of what the
    caller sees."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, asked.worker_id)
        opened = (await workers.personal_of(rt, tx, [asked.worker_id]))[asked.worker_id]
    await audit.note(
        rt, actor, operation, [asked.worker_id], asked.fields,
        purpose=domain.stated(asked.purpose, asked.text),
    )  # fmt: skip
    return {field: getattr(opened, field) for field in asked.fields}


async def masked_names(rt: Runtime, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Masked names of those whom the caller may see; asking for others leaves a line."""
    async with rt.db.reading() as tx:
        known = await workers.facts_of(tx, ids)
        mine = [id for id in known if actor.may_see(known[id].area_code)]
        opened = await workers.personal_of(rt, tx, mine)
    others = [id for id in known if id not in opened]
    await audit.note(rt, actor, "list_masked_names", mine, ("name_masked",))
    await audit.note(rt, actor, "list_masked_names", others, (), outcome="denied")
    return {id: mask_name(opened[id].name) for id in mine}
