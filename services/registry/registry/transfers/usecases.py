"""A person moved, or two records became one person or two again: their cases follow.

Everything of a person that can still be worked on, or can come alive again by a correction or a
reversal, goes with the person: certificates and recognitions in every state, the registration, the
insurance account, the pairing, requests that wait, overlaps to recover. The receiving office sees and
works them, the former one no longer (404). What an office did keeps its place: steps and their
actors, inspections, who issued, numbers declared void, batches, decisions, benefits annotated and
reliefs posted, requests decided; and so does every event told. What is told from now on names the
new place.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kit.db import Tx
from registry.duplicates.domain import area_of_both
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.transfers import store


async def follow(tx: Tx, workers: Iterable[UUID]) -> None:
    """Put the cases of these people, of all their records, where they are administered. The caller
    holds their lock and folds them afterwards (``consequences.follow``)."""
    persons = set((await identities.person_of(tx, workers)).values())
    members = await identities.members_of(tx, persons)
    places = {
        place.worker_id: (place.area_code, place.office)
        for place in await labour_status.places_of(tx, persons)
    }
    records = {id: places[person] for person, ids in members.items() for id in ids}
    await store.move(tx, records)
    found = await store.between(tx, list(records))
    await store.move_between(tx, [(one, area_of_both(*one.areas)) for one in found])
