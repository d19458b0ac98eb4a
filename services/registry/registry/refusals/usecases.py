"""Refusals are heard, and counted for whoever hangs a rule on their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from kit.db import Tx
from registry.identities import usecases as identities
from registry.refusals import domain, store
from registry.refusals.domain import RefusedReferral


async def hear(tx: Tx, told: Sequence[tuple[UUID, RefusedReferral]]) -> None:
    """Referrals were refused; each with the id of the event that told of it."""
    await store.hear(tx, told)


async def of(
    tx: Tx, workers: Iterable[UUID], known_at: datetime | None = None
) -> dict[UUID, list[RefusedReferral]]:
    """Refusals by person (all merged records together), oldest first; absent without any.
    ``workers`` are surviving records."""
    members = await identities.members_of(tx, workers, known_at)
    everyone = [id for ids in members.values() for id in ids]
    refused = await store.of(tx, everyone, known_at)
    found = {
        person: sorted(
            (one for id in ids for one in refused.get(id, ())),
            key=lambda one: (one.on, one.referral_id),
        )
        for person, ids in members.items()
    }
    return {person: ones for person, ones in found.items() if ones}


async def page(
    tx: Tx, records: Sequence[UUID], after: UUID | None, limit: int
) -> list[RefusedReferral]:
    """What these records refused, in the order of the referrals' ids."""
    return await store.page(tx, records, after, limit)


async def count_of(
    tx: Tx,
    workers: Iterable[UUID],
    *,
    since: Mapping[UUID, date] | None = None,
    until: Mapping[UUID, date] | None = None,
) -> dict[UUID, int]:
    """How often each person refused a referral; 0 for those who never did. ``since`` and ``until``
    bound the days counted, both inclusive, for each person (as for the present unemployment spell).
    """
    persons = list(set(workers))
    refused = await of(tx, persons)
    return {
        person: domain.count(
            refused.get(person, ()), (since or {}).get(person), (until or {}).get(person)
        )
        for person in persons
    }
