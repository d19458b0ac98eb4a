"""What loans knows of a worker: enough to decide, and nothing that names anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from kit.db import Tx
from kit.events import Event
from loans.borrowers import domain, store
from loans.borrowers.domain import Borrower

#: Ids of events are made in time.
_BY_EVENT = attrgetter("event_id")


@dataclass(frozen=True, slots=True)
class Known:
    """A borrower on a day, and the events by which each fact became known."""

    borrower: Borrower
    events: dict[str, UUID]


async def note_workers(tx: Tx, events: Sequence[Event]) -> None:
    """Registry told of these workers."""
    await store.workers(tx, events)


async def note_corrected(tx: Tx, events: Sequence[Event]) -> None:
    """Registry corrected these workers' records."""
    await store.corrected(tx, events)


async def births(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, date]:
    """When each of these was born, as registry has it now."""
    return await store.births(tx, workers)


async def note_certificates_issued(tx: Tx, events: Sequence[Event]) -> None:
    """Registry issued these certificates."""
    await store.certificates_issued(tx, events)


async def note_certificates_revoked(tx: Tx, events: Sequence[Event]) -> None:
    """Registry revoked these certificates, from the day of each event."""
    await store.certificates_stopped(tx, events, "revoked_on")


async def note_certificates_suspended(tx: Tx, events: Sequence[Event]) -> None:
    """The annual inspection of these certificates was missed: no force from the day of each event on."""
    await store.certificates_stopped(tx, events, "suspended_on")


async def note_certificates_reinstated(tx: Tx, events: Sequence[Event]) -> None:
    """These certificates were inspected late."""
    await store.certificates_reinstated(tx, events)


async def note_certificates_restored(tx: Tx, events: Sequence[Event]) -> None:
    """What had revoked these certificates no longer holds, or their last day is another one."""
    await store.certificates_restored(tx, events)


async def note_unemployment(tx: Tx, events: Sequence[Event]) -> None:
    """Registry told of these registrations as unemployed: begun, resumed, over, or never so."""
    await store.unemployment(tx, events)


async def hold(tx: Tx, records: Iterable[UUID]) -> None:
    """Lock people until the end of the transaction, by all of their records: of what is asked for under
    one of them and what is told of another the second one sees the first."""
    await store.lock(tx, list(records))


async def known(tx: Tx, asked: Sequence[tuple[UUID, date]]) -> list[Known | None]:
    """In the place of each (worker, day): what is known; None while the registration is missing."""
    rows = await store.known(tx, asked)
    told = await store.unemployment_of(tx, {who for who, _ in asked})
    found: list[Known | None] = []
    for position, (who, on) in enumerate(asked):
        row = rows.get(position)
        if row is None:
            found.append(None)
            continue
        events = {"worker": row["worker_event"]}
        if row["certificate_event"] is not None:
            events["certificate"] = row["certificate_event"]
        newest = max(
            (one for ones in told[who].values() for one in ones), key=_BY_EVENT, default=None
        )
        if newest is not None:
            events["unemployment"] = newest.event_id
        found.append(
            Known(
                Borrower(
                    row["worker_id"], row["birth_date"],
                    domain.registered_unemployed(told[who], row["labour_status"], on),
                    row["certificate_event"] is not None,
                ),
                events,
            )
        )  # fmt: skip
    return found
