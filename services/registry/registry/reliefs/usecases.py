"""What can happen to reliefs: posted by an authority, and stated as totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from kit import idempotency
from kit.audit import Denied
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import IdTaken, InTheFuture
from kit.money import yuan
from kit.outbox import emit
from kit.policy import NoValue
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from registry.benefits import usecases as benefits
from registry.benefits.domain import Grant
from registry.certificates import issuing
from registry.identities import usecases as identities
from registry.labour_status import usecases as labour_status
from registry.offices.places import Places
from registry.reliefs import domain, events, store
from registry.reliefs.domain import Kind, Posting, StatedTotal
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker

_IN_FORCE: dict[Kind, str] = {
    "fee": "registry.relief_fee_in_force",
    "tax": "registry.relief_tax_in_force",
}


class _Law:
    """Which kinds are in force on which day, looked up once. Other kinds rest on no rule of ours."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._known: dict[tuple[Kind, date], bool] = {}

    def in_force(self, kind: Kind, on: date) -> bool:
        if kind not in _IN_FORCE:
            return True
        if (kind, on) not in self._known:
            try:
                value = self._rt.policies.value(_IN_FORCE[kind], on).value is True
            except NoValue:
                value = False
            self._known[kind, on] = value
        return self._known[kind, on]


async def post_all(
    rt: Runtime, tx: Tx, actor: Actor, postings: Sequence[Posting]
) -> list[Refusal | None]:
    """Post reliefs as one set; answers per posting why not, or None."""
    asked = {p.worker_id for p in postings if p.worker_id}
    people = await workers.facts_of(tx, asked)
    merged = await identities.merged_among(tx, asked)
    used = await store.ids_in_use(tx, [posting.id for posting in postings])
    places = await Places.of(tx, {(p.area_code, p.office, p.posted_on) for p in postings})
    law, today = _Law(rt), rt.today()
    outcome: list[Refusal | None] = []
    made: list[Posting] = []
    for posting in postings:
        try:
            places.check(actor, posting.area_code, posting.office, posting.posted_on)
            if posting.id in used:
                raise IdTaken
            if posting.worker_id is not None and posting.worker_id not in people:
                raise NoSuchWorker
            if posting.worker_id in merged:
                raise merged[posting.worker_id]
            if posting.posted_on > today:
                raise InTheFuture
            in_force = law.in_force(posting.kind, posting.posted_on)
            domain.check_posting(posting, in_force=in_force)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        used.add(posting.id)
        made.append(posting)
        outcome.append(None)
    if made:
        told = [_posted(posting) for posting in made]
        await store.add(tx, made)
        await emit(tx, told)
        await _note(rt, tx, made, told)
    return outcome


async def _note(rt: Runtime, tx: Tx, made: Sequence[Posting], told: Sequence[NewEvent]) -> None:
    """What a known person was relieved of is written into the ledger of benefits, and on the
    certificate (policy R16). It takes no month: reliefs are counted by money."""
    grants = [
        Grant(
            posting.id, "tax-relief" if posting.kind == "tax" else "fee-relief", posting.worker_id,
            posting.posted_on, None, posting.amount_fen, posting.authority, event.id,
        )
        for posting, event in zip(made, told, strict=True)
        if posting.worker_id is not None
    ]  # fmt: skip
    if grants:
        people = {grant.worker_id for grant in grants}
        await labour_status.hold(tx, people)
        await benefits.record_grants(tx, grants)
        await issuing.annotate(rt, tx, people, {})


def _posted(p: Posting) -> NewEvent:
    return NewEvent(
        events.RELIEF_POSTED, p.id, p.posted_on, p.area_code, p.office,
        {
            "kind": p.kind, "item": p.item, "authority": p.authority,
            "beneficiary_unit": p.beneficiary_unit, "beneficiary_id": str(p.beneficiary_id),
            "worker_id": str(p.worker_id) if p.worker_id else None, "amount": yuan(p.amount_fen),
        },
    )  # fmt: skip


async def post_relief(
    rt: Runtime, actor: Actor, posting: Posting, claim: idempotency.Claim
) -> Posting:
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        (refusal,) = await post_all(rt, tx, actor, [posting])
        if refusal is not None:
            raise refusal
        await once.keep(posting)
    rt.wake()
    return posting


async def state_total(
    rt: Runtime, actor: Actor, total: StatedTotal, claim: idempotency.Claim
) -> StatedTotal:
    """Keep what an authority states, whatever the postings add up to."""
    async with rt.db.transaction() as tx, idempotency.once(tx, claim) as once:
        named = total.area_code, total.office, total.period_to
        (await Places.of(tx, [named])).check(actor, *named)
        domain.check_total(total)
        if total.period_to > rt.today():
            raise InTheFuture
        await store.add_total(tx, total)
        await emit(
            tx,
            [
                NewEvent(
                    events.RELIEF_TOTAL_STATED, total.id, total.period_to, total.area_code,
                    total.office,
                    {
                        "kind": total.kind, "authority": total.authority,
                        "amount": yuan(total.amount_fen),
                        "period_from": total.period_from.isoformat(),
                        "period_to": total.period_to.isoformat(), "document": total.document,
                    },
                )
            ],
        )  # fmt: skip
        await once.keep(total)
    rt.wake()
    return total


async def posting_of(rt: Runtime, actor: Actor, id: UUID) -> Posting:
    """One posting inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        posting = await store.get(tx, id)
    if posting is None:
        raise NotFound
    if not actor.may_see(posting.area_code):
        raise Denied(posting.worker_id) if posting.worker_id else NotFound
    return posting


async def total_of(rt: Runtime, actor: Actor, id: UUID) -> StatedTotal:
    """One stated total inside what the caller sees, or 404."""
    async with rt.db.looking() as tx:
        total = await store.get_total(tx, id)
    if total is None or not actor.may_see(total.area_code):
        raise NotFound
    return total


async def of(tx: Tx, records: Sequence[UUID], limit: int) -> list[Posting]:
    """What was posted for these records, oldest first."""
    return await store.of(tx, records, limit)


async def list_postings(
    rt: Runtime,
    actor: Actor,
    kind: Kind | None,
    worker_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[Posting]:
    """Postings of the caller's subtree; of one person whom the caller sees under all records and
    wherever they were posted."""
    async with rt.db.reading() as tx:
        records = None if worker_id is None else await identities.records_of(tx, worker_id)
        return await store.page(tx, actor.area_pattern, kind, records, after, limit)


async def list_totals(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int
) -> list[StatedTotal]:
    async with rt.db.looking() as tx:
        return await store.page_totals(tx, actor.area_pattern, after, limit)
