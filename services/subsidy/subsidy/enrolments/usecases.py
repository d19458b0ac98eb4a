"""Enrolling people with a programme, in sets; ending that, by hand and by what is heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.facts import StaleWrite, accepted, admit, only
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy.blacklist import usecases as blacklist
from subsidy.blacklist.domain import refuse
from subsidy.enrolments import domain, store
from subsidy.enrolments.domain import Enrolment
from subsidy.heard import usecases as heard
from subsidy.payees import usecases as payees
from subsidy.programmes.domain import Programme
from subsidy.programmes.terms import Law, admit_way, law_of


async def enrol_person(rt: Runtime, actor: Actor, asked: Enrolment, claim: Claim) -> Enrolment:
    """One person. Raises what forbids it."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        made = only(await enrol(rt, tx, actor, [asked]))
        await kept.keep(made, location=f"/v1/enrolments/{made.id}")
    return made


async def enrol(
    rt: Runtime, tx: Tx, actor: Actor, asked: Sequence[Enrolment]
) -> list[Enrolment | Refusal]:
    """The same for a set, in order; a refusal stands in the place of its line. What was heard before
    holds from the start. Nobody is enrolled with a programme that the city pays on claims on the first
    day; nor who is blacklisted, or with such a payee: neither while the term lasts, nor from a day within
    it."""
    law, today = law_of(rt.policies), rt.today()
    taken = await store.taken(tx, [one.id for one in asked])
    enrolled = await store.enrolled(tx, [one.worker_id for one in asked])
    paid = await payees.known(tx, actor, {one.payee_id for one in asked})
    listed = await blacklist.entries_of(
        tx, {*(one.worker_id for one in asked), *(one.reference_id for one in paid.values())}
    )
    results: list[Enrolment | Refusal] = []
    for one in asked:
        try:
            admit(
                one.id, one.area_code, min(one.since, today), area_prefix=actor.area_prefix,
                today=today, taken=taken,
            )  # fmt: skip
            payee = paid.get(one.payee_id)
            version = _version(law, one)
            domain.admit(one, version, None if payee is None else payee.kind)
            assert payee is not None
            assert version is not None
            admit_way(rt.policies, version, "run", one.since)
            for entries in (listed[one.worker_id], listed[payee.reference_id]):
                refuse(entries, one.since, today)
            key = (one.programme, one.worker_id, one.reference)
            if key in enrolled:
                raise domain.EnrolledAlready
            enrolled.add(key)
        except Refusal as refusal:
            results.append(refusal)
        else:
            results.append(one)
    made = accepted(results)
    await heard.one_at_a_time(tx)  # what is heard meanwhile finds these, or is found by them
    ends = await heard.last_days(tx, [(one.worker_id, one.reference) for one in made])
    folded = iter([replace(one, facts_until=last) for one, last in zip(made, ends, strict=True)])
    results = [one if isinstance(one, Refusal) else next(folded) for one in results]
    await store.add(tx, accepted(results))
    return results


def _version(law: Law, one: Enrolment) -> Programme | None:
    try:
        found = law.version(one.programme, one.since)
    except KeyError:
        return None
    return None if found is None else found[0]


async def end_enrolment(
    rt: Runtime, actor: Actor, id: UUID, on: date, reason: str, version: int, claim: Claim
) -> Enrolment:
    """Ended by hand, with its last day and why."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        before = await store.lock(tx, id)
        if before is None or not actor.may_see(before.area_code):
            raise NotFound
        if before.version != version:
            raise StaleWrite
        after = before.end(on, reason, rt.today())
        await store.save(tx, after)
        await kept.keep(after)
    return after


async def look_again(
    tx: Tx, *, workers: Iterable[UUID] = (), references: Iterable[UUID] = ()
) -> None:
    """Something was heard of these records or works: where the facts end their enrolments now."""
    touched = await store.of(tx, list(workers), list(references))
    if not touched:
        return
    ends = await heard.last_days(tx, [(worker, reference) for _, worker, reference in touched])
    await store.fold(tx, [id for id, _, _ in touched], ends)


async def enrolment_of(rt: Runtime, actor: Actor, id: UUID) -> Enrolment:
    async with rt.db.looking() as tx:
        found = await store.get(tx, id, actor.area_prefix)
    if found is None:
        raise NotFound
    return found


async def list_enrolments(
    rt: Runtime,
    actor: Actor,
    *,
    programme: str | None,
    worker_id: UUID | None,
    on: date | None,
    after: UUID | None,
    limit: int,
) -> list[Enrolment]:
    """Enrolments of the caller's area."""
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix, programme=programme, worker_id=worker_id, on=on, after=after,
            limit=limit,
        )  # fmt: skip
