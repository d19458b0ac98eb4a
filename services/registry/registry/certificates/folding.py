"""Certificates folded by facts of life and merged records: derived again, and told when changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from kit.db import Tx
from kit.events import Event, NewEvent
from kit.outbox import emit
from kit.service import Runtime
from registry.certificates import events, standing, store, terms, usecases
from registry.certificates.acts import LIVE_STATES, UNDER_WAY
from registry.certificates.domain import Certificate
from registry.certificates.standing import Cause
from registry.certificates.terms import Terms
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.labour_status.usecases import Known

#: What stands as the actor of a step that a fact took.
BY_FACT = "system:facts"


@dataclass(frozen=True, slots=True)
class Moved:
    """A certificate that a fact withdrew, or gave back: before, after, and what was told of it."""

    before: Certificate
    after: Certificate
    told: Event


async def refold(
    rt: Runtime, tx: Tx, known: Mapping[UUID, Known], causes: Mapping[UUID, Event]
) -> list[Moved]:
    """Lay what withdraws these persons, and merges, over their certificates again; what no longer
    holds is lifted, and the procedure's own state is back. ``known``: by surviving record, what the
    labour status is folded from; records are locked (``labour_status.hold``). Answers whose revocation
    is another one now, for what hangs on it."""
    members = await identities.members_of(tx, known)
    of_person = {id: person for person, ids in members.items() for id in ids}
    found = await store.all_locked(tx, list(of_person))
    if not found:
        return []
    withdrawing = partial(Terms(rt).codes, terms.WITHDRAWING)
    by_person: dict[UUID, list[Certificate]] = {}
    for certificate in found:
        by_person.setdefault(of_person[certificate.worker_id], []).append(certificate)
    changed: list[Certificate] = []
    told: list[NewEvent] = []
    moved: list[Moved] = []
    steps = []
    for person, certificates in by_person.items():
        folded = standing.fold(certificates, known[person].withdrawals(), withdrawing)
        for before, (after, cause) in zip(certificates, folded, strict=True):
            if after == before:
                continue
            after = replace(after, version=before.version + 1, step=before.step + 1)
            event = _event(before, after, cause)
            if event is not None:
                because = causes.get(person) or causes.get(before.worker_id)
                event = event.because_of(because) if because else event
                told.append(event)
                after = replace(after, told_event=event.id)
                if "revoked" in (before.state, after.state):
                    moved.append(Moved(before, after, event.as_cause()))
            changed.append(after)
            evidence = (cause.evidence,) if cause else ()
            steps.append(usecases.transition(after, BY_FACT, evidence))
    # Those that leave first: a person's one live certificate may be another one afterwards.
    await store.save(tx, [one for one in changed if one.state not in LIVE_STATES])
    await store.save(tx, [one for one in changed if one.state in LIVE_STATES])
    await store.add_transitions(tx, steps)
    await emit(tx, told)
    return moved


async def overtake(rt: Runtime, tx: Tx, workers: Sequence[UUID]) -> None:
    """Fold those who are gone already: an application that was written down late, for a day before
    the fact, never met it."""
    gone = await labour_status.withdrawn(tx, workers)
    if gone:
        persons = set((await identities.person_of(tx, gone)).values())
        await refold(rt, tx, await labour_status.known_of(tx, persons), {})


def _event(before: Certificate, after: Certificate, cause: Cause | None) -> NewEvent | None:
    """What others hear. A second telling of the same kind names the first as what it replaces."""
    lifted = before.held_state is not None
    reverses = before.told_event if lifted else None
    if after.state == "revoked":
        assert after.revoked_on is not None
        data: dict[str, Any] = {"reason": after.reason}
        return usecases.told(
            events.CERTIFICATE_REVOKED, after, after.revoked_on, data, reverses=reverses
        )
    if after.state == "refused":
        return usecases.decided(after, after.state_on, reverses=before.told_event)
    if after.state in UNDER_WAY:
        if not after.entitled:
            return None  # nobody had heard of the application
        return usecases.decided(after, after.state_on, reverses=reverses)
    return usecases.restored(after, reverses=reverses)
