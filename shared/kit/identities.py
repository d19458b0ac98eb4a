"""Which records are one person, for whoever only hears of it: what a telling means.

The publisher tells of each merge by the record that was merged, and takes it back by an event that
reverses it. Of each record the newest telling counts, so facts in any order, once or twice, leave the
same links. The table of them is :mod:`kit.identity_links`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Merged(BaseModel):
    """Of a telling that records are one, or no longer, what is read: the entity is the merged record."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    survivor_id: UUID


class Link(NamedTuple):
    """What was told last of a record: merged into ``survivor_id`` from ``since`` on; None for both
    when its merge was taken back."""

    merged_id: UUID
    sequence: int
    told_by: UUID
    survivor_id: UUID | None
    since: date | None


class Telling(Protocol):
    """What is read of an event that tells of a merge."""

    @property
    def id(self) -> UUID: ...
    @property
    def entity_id(self) -> UUID: ...
    @property
    def sequence(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def reverses(self) -> UUID | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


def link_of(event: Telling) -> Link:
    """What an event says: a merge, or the end of the one that it reverses."""
    if event.reverses is not None:
        return Link(event.entity_id, event.sequence, event.id, None, None)
    survivor = Merged.model_validate(event.data).survivor_id
    return Link(event.entity_id, event.sequence, event.id, survivor, event.valid_from)


def newest(links: Iterable[Link]) -> list[Link]:
    """The last telling of each record."""
    found: dict[UUID, Link] = {}
    for link in links:
        held = found.get(link.merged_id)
        if held is None or held.sequence < link.sequence:
            found[link.merged_id] = link
    return list(found.values())
