"""What is heard is kept as it was told: the status reads as known at any instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kit.events import Event
from kit.ids import new_id
from registry.labour_status import usecases as labour_status
from registry.refusals import usecases as refusals


def told(registry: Any, act: str, worker: str, entity: UUID, **data: Any) -> Event:
    event: Event = registry.thing.heard(
        f"jobs-market.{act}.v1", entity, {"worker_id": worker, **data}
    )
    return event


async def statuses(registry: Any, worker: str, known_at: datetime | None) -> list[str]:
    async with registry.thing.db.reading() as tx:
        spells = await labour_status.spells_of(tx, [UUID(worker)], known_at)
    return [spell.status for spell in spells[UUID(worker)]]


async def test_the_status_as_it_was_known_at_an_instant(registry: Any) -> None:
    worker, placement = await registry.worker(), new_id()
    registered = datetime.now(UTC)
    await registry.thing.deliver(
        told(registry, "placement.confirmed", worker, placement, started_on="2003-05-01")
    )
    placed = datetime.now(UTC)
    await registry.thing.deliver(
        told(registry, "placement.ended", worker, placement, ended_on="2003-05-20", reason="quit")
    )
    ended = datetime.now(UTC)
    await registry.thing.deliver(told(registry, "placement.voided", worker, placement, reason="x"))
    assert await statuses(registry, worker, registered) == ["laid_off"]
    assert await statuses(registry, worker, placed) == ["laid_off", "employed"]
    assert await statuses(registry, worker, ended) == ["laid_off", "employed", "laid_off"]
    assert await statuses(registry, worker, None) == ["laid_off"]
    assert await statuses(registry, worker, datetime(2003, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "table", ["job_heard", "labour_status_undeclared", "refusal_heard", "labour_status_declared"]
)
async def test_what_was_heard_is_never_edited(registry: Any, table: str) -> None:
    async with registry.thing.db.transaction() as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute(f"delete from {table}")


async def test_refused_referrals_are_counted_and_other_answers_are_not(registry: Any) -> None:
    worker, other = await registry.worker(), await registry.worker()
    for outcome, on in (
        ("refused", "2003-05-02"),
        ("not_hired", "2003-05-03"),
        ("refused", "2003-06-02"),
        ("no_show", "2003-06-03"),
    ):
        event = registry.thing.heard(
            "jobs-market.referral.resolved.v1",
            new_id(),
            {"worker_id": worker, "vacancy_id": str(new_id()), "outcome": outcome},
            valid_from=date.fromisoformat(on),
        )
        await registry.thing.deliver(event)
        await registry.thing.deliver(event)
    person, nobody = UUID(worker), UUID(other)
    async with registry.thing.db.reading() as tx:
        assert await refusals.count_of(tx, [person, nobody]) == {person: 2, nobody: 0}
        since = {person: date(2003, 5, 3)}
        assert (await refusals.count_of(tx, [person], since=since))[person] == 1
        until = {person: date(2003, 5, 2)}
        assert (await refusals.count_of(tx, [person], until=until))[person] == 1
    assert await registry.thing.dead() == []
