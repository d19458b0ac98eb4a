"""What an authority tells, and everything that follows from it, in one transaction.

A set of lines is one set: people are locked once, facts are written together, what hangs on them is
folded once. An authority hears that its line was accepted, and never whether the person is
registered here: facts about strangers are kept until they register.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from kit import context
from kit.db import Tx
from kit.refusal import Refusal
from kit.service import Runtime
from registry import consequences
from registry.authorities import Teller, authority, check_teller, listed
from registry.labour_status import usecases as labour_status
from registry.life_facts import usecases as life_facts
from registry.life_facts.domain import End, NewFact, Reversal
from registry.notices import domain
from registry.notices.domain import Notice

Told = TypeVar("Told")

#: So many watched people are looked at in one transaction.
WATCHED_AT_ONCE = 5_000


async def _with_consequences(
    rt: Runtime,
    tx: Tx,
    subjects: Iterable[bytes],
    write: Callable[[], Awaitable[list[Refusal | None]]],
) -> list[Refusal | None]:
    """Write under the lock of the registered people concerned, tell, and fold what follows."""
    about = set(subjects)
    known = await life_facts.workers_of(rt, tx, about)
    workers = sorted(known.values())
    if workers:
        await labour_status.hold(tx, workers)
    outcome = await write()
    await life_facts.watch(tx, about - known.keys())
    await _follow(rt, tx, workers)
    return outcome


async def _follow(rt: Runtime, tx: Tx, workers: Sequence[UUID]) -> None:
    """Tell what changed in the facts of these people (held), and fold what hangs on it."""
    if workers:
        causes = await life_facts.bind(tx, workers)
        if causes:
            await consequences.follow(rt, tx, causes, causes)


async def settle(rt: Runtime) -> None:
    """A fact and a registration of the same person that were under way together did not see each
    other: bring them together. Comes round by itself; does nothing when there is nothing."""
    more = True
    while more:
        with context.bind():
            async with rt.db.transaction() as tx:
                workers, more = await life_facts.watched(rt, tx, WATCHED_AT_ONCE)
                if workers:
                    await labour_status.hold(tx, workers)
                await _follow(rt, tx, workers)
    rt.wake()


async def tell_all(
    rt: Runtime, tx: Tx, teller: Teller, notices: Sequence[Notice]
) -> list[Refusal | None]:
    """Record what an authority tells; answers per notice why not, or None: ``authority-may-not-tell``
    and what :func:`life_facts.record` refuses."""
    allowed = listed(rt.policies, domain.KINDS_PARAMETER, rt.today())
    refused: dict[int, Refusal] = {}
    facts: dict[int, NewFact] = {}
    subjects = await life_facts.subjects(rt, tx, [notice.id_number for notice in notices])
    for n, notice in enumerate(notices):
        try:
            check_teller(f"{authority(teller.office)}:{notice.kind}", allowed)
        except Refusal as refusal:
            refused[n] = refusal
            continue
        facts[n] = NewFact(
            notice.id, subjects[n], notice.id_number.birth_date,
            notice.kind, notice.on, notice.until, notice.document,
        )  # fmt: skip

    async def write() -> list[Refusal | None]:
        return await life_facts.record(
            tx, teller.office, teller.subject, list(facts.values()), rt.today()
        )

    outcome = await _with_consequences(rt, tx, (fact.subject for fact in facts.values()), write)
    done = dict(zip(facts, outcome, strict=True))
    return [refused.get(n) or done.get(n) for n in range(len(notices))]


async def end_all(rt: Runtime, tx: Tx, teller: Teller, ends: Sequence[End]) -> list[Refusal | None]:
    """Facts that this authority told no longer hold; see :func:`life_facts.end`."""
    subjects = await life_facts.subjects_of(tx, teller.office, [end.fact_id for end in ends])

    async def write() -> list[Refusal | None]:
        return await life_facts.end(tx, teller.office, teller.subject, ends, rt.today())

    return await _with_consequences(rt, tx, subjects, write)


async def reverse_all(
    rt: Runtime, tx: Tx, teller: Teller, reversals: Sequence[Reversal]
) -> list[Refusal | None]:
    """Facts, or ends of facts, that this authority told were wrong; see :func:`life_facts.reverse`."""
    named = [reversal.reverses for reversal in reversals]
    subjects = await life_facts.subjects_of(tx, teller.office, named)

    async def write() -> list[Refusal | None]:
        return await life_facts.reverse(tx, teller.office, teller.subject, reversals, rt.today())

    return await _with_consequences(rt, tx, subjects, write)


async def one(
    rt: Runtime,
    teller: Teller,
    told: Told,
    many: Callable[[Runtime, Tx, Teller, Sequence[Told]], Awaitable[list[Refusal | None]]],
) -> None:
    """A set of one, in a transaction of its own. Raises its refusal."""
    async with rt.db.transaction() as tx:
        (refusal,) = await many(rt, tx, teller, [told])
        if refusal is not None:
            raise refusal
    rt.wake()
