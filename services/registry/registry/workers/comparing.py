"""Records beside each other: possible duplicates are looked for by those who know what they compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.crypto import IdNumber
from kit.db import Tx
from kit.service import Runtime
from registry.workers import reading, store
from registry.workers.names import employer_key, name_key
from registry.workers.reading import Comparable, Way


@dataclass(frozen=True, slots=True)
class ComparableForm:
    """A form in the keys by which records are compared."""

    name: str
    sound: bytes
    household: bytes | None
    employer: str | None


def comparable_forms(
    rt: Runtime, name: str, household: str | None, employer: str | None, code: str | None
) -> list[ComparableForm]:
    """What somebody says who is not registered yet, as it would be compared: one form, or one of each
    generation of keyed hashes while their key is changed."""
    return [
        ComparableForm(
            name_key(name), store.sound_index(keyring, name),
            store.household_index(keyring, household), employer_key(employer, code),
        )
        for keyring in map(rt.keyring.at, rt.keyring.generations)
    ]  # fmt: skip


async def comparables(rt: Runtime, tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Comparable]:
    """These records, to be compared: neither kept nor shown."""
    return await reading.comparables(tx, rt.keyring, ids)


async def alike(
    rt: Runtime, tx: Tx, ways: Sequence[Way], limit: int
) -> tuple[list[tuple[int, UUID]], dict[UUID, Comparable]]:
    """Records that agree with a key in some columns (:func:`registry.workers.reading.alike`)."""
    return await reading.alike(tx, rt.keyring, ways, limit)


def with_number(rt: Runtime, number: IdNumber, n: int) -> Way:
    """How the record with exactly this ID number is looked for; it is found as the ``n``th's."""
    indexes = store.number_indexes(rt.keyring, number.number)
    return Way(("id_number",), [(n, (index,)) for index in indexes])


async def written_after(tx: Tx, xid: str, id: UUID, limit: int) -> list[tuple[str, UUID]]:
    """What was registered or corrected after a place in the order of transactions."""
    return await reading.written_after(tx, xid, id, limit)


async def index_names(rt: Runtime, tx: Tx, limit: int) -> int:
    """Give records from before there were such keys the keys of their names; answers how many."""
    return await reading.index_names(tx, rt.keyring, limit)
