"""What follows when a fact about a person is added, reversed or re-pointed.

Everything that is derived about these people is folded again, in one order, in the transaction of
the fact: the labour status, then what hangs on it. The caller holds the per-person lock
(``labour_status.hold``) and has written the fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from kit.db import Tx
from kit.events import Event
from kit.service import Runtime
from registry.certificates import folding, issuing
from registry.contributions import folding as contributions
from registry.difficulties import usecases as difficulties
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.pairings import usecases as pairings
from registry.unemployment import usecases as unemployment
from registry.unemployment_insurance import usecases as unemployment_insurance


async def follow(
    rt: Runtime, tx: Tx, workers: Iterable[UUID], causes: Mapping[UUID, Event]
) -> None:
    """Fold these people again. ``causes``: by worker, the event that made it necessary; what is
    told then names it."""
    told_of = await identities.person_of(tx, workers)
    persons = sorted(set(told_of.values()))
    because = {told_of.get(worker, worker): cause for worker, cause in causes.items()}
    known = await labour_status.refold(tx, persons, because)
    await unemployment.refold(rt, tx, persons, because, known)
    await unemployment_insurance.refold(rt, tx, persons, because, known)
    moved = await folding.refold(rt, tx, known, because)
    await difficulties.refold(rt, tx, persons, because)
    await issuing.settle(rt, tx, persons, because, moved)
    await pairings.fold(tx, persons, because)
    await contributions.refold(tx, persons)
