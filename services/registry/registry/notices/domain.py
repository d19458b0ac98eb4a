"""Notices of other authorities: a fact about whoever holds an ID number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.crypto import IdNumber
from registry.life_facts.domain import Kind

#: ``authority:kind`` pairs (a parameter): who may tell which facts.
KINDS_PARAMETER = "registry.authority_kinds"


@dataclass(frozen=True, slots=True)
class Notice:
    """A fact about the holder of an ID number, under an id that its authority gave it."""

    id: UUID
    id_number: IdNumber
    kind: Kind
    on: date
    until: date | None = None
    document: str | None = None
