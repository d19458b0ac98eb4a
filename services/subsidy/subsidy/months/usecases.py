"""Asking what a person has, taking a month, and what becomes of it. All for sets, inside the caller's
transaction: a claim's review, a run's chunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kit import findings
from kit.auth import Actor
from kit.db import Tx
from kit.service import Runtime
from subsidy.months import store, twice
from subsidy.months.domain import Ask, BenefitMonth, Standing, State


async def standing(
    tx: Tx, asks: Sequence[Ask], records: Mapping[UUID, Sequence[UUID]]
) -> list[Standing]:
    """What each person has besides what is asked about, under all of the person's ``records``
    (:func:`kit.identity_links.records_of`)."""
    if not asks:
        return []
    used, taken = await store.standing(tx, asks, records)
    return [Standing(u, tuple(sorted(t))) for u, t in zip(used, taken, strict=True)]


async def hold(tx: Tx, months: Sequence[BenefitMonth]) -> set[UUID]:
    """Take months for the lines that were granted them. Answers the ids of the lines that came second:
    another line of the person, under whatever record, holds their month or what excludes it, by now or
    since a moment ago; they are decided again. Of two lines here for the same month the first one has it."""
    held = await store.hold(tx, months)
    return {one.id for one in months} - held


async def give_up(tx: Tx, ids: Sequence[UUID]) -> None:
    """Holds end whose lines are decided anew, or not paid after all."""
    await store.give_up(tx, ids)


async def give_up_all(tx: Tx, holder_id: UUID) -> None:
    """Everything that a claim or run holds and has not paid is free again."""
    await store.give_up_all(tx, holder_id)


async def cut(tx: Tx, source: str, *args: Any) -> None:
    """What is left of held months. ``source``: a statement that answers (id, amount in fen) of their lines;
    of a line with nothing left the month is free. One statement, however many they are."""
    await store.cut(tx, source, *args)


async def pay(tx: Tx, ids: Sequence[UUID]) -> None:
    """The money has arrived."""
    await store.to(tx, ids, "paid")


async def unpay(tx: Tx, ids: Sequence[UUID]) -> None:
    """The bank sent the money back: the months stay held for it."""
    await store.to(tx, ids, "held")


async def recover(tx: Tx, ids: Sequence[UUID]) -> None:
    """All of it has come back: the months are free, and no counter has them."""
    await store.to(tx, ids, "recovered")


async def take_again(tx: Tx, ids: Sequence[UUID]) -> bool:
    """What had come back whole is paid after all. Answers whether these months were free: when another line
    has one of them, nothing of the transaction can stand."""
    return await store.take_again(tx, ids)


async def paid_for(tx: Tx, kind: str, references: Sequence[UUID]) -> set[UUID]:
    """For which of these references a kind has been paid: the first part, before the second."""
    return await store.paid_for(tx, kind, references)


async def look_again(tx: Tx, workers: Iterable[UUID], cause: UUID | None) -> None:
    """Records are one person, or no longer: what stands twice under them is found, or is no more."""
    records = list(workers)
    await store.part(tx, records)
    await findings.look_again(tx, records, store.of_workers, twice.granted_twice, cause)


async def list_months(
    rt: Runtime,
    actor: Actor,
    *,
    worker_id: UUID | None,
    holder_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[BenefitMonth]:
    """Months of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, worker_id=worker_id, holder_id=holder_id, state=state,
            after=after, limit=limit,
        )  # fmt: skip
