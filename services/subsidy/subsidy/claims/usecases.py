"""What happens to a claim: filed, reviewed, approved, sent back, rejected. Paying is its own room."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import StaleWrite, admit
from kit.idempotency import Claim as Key
from kit.idempotency import once
from kit.ids import new_id
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime
from subsidy.arrangements import usecases as arrangements
from subsidy.arrangements.domain import ArrangementUnknown
from subsidy.blacklist import usecases as blacklist
from subsidy.calendars import usecases as calendars
from subsidy.claims import deciding, domain, events, showing, store, terms
from subsidy.claims.domain import Claim, Line, Reason
from subsidy.claims.showing import Shown
from subsidy.claims.store import Step
from subsidy.programmes.domain import PAID_TO
from subsidy.programmes.terms import admit_way
from subsidy.reservations import usecases as reservations
from subsidy.reservations.domain import Reservation


@dataclass(frozen=True, slots=True)
class Filing:
    """A claim as it is brought; who may claim is the programme's to say."""

    id: UUID
    programme: str
    claimant_id: UUID
    quarter: date
    filed_on: date
    area_code: str
    office: str
    papers: Mapping[str, str]
    lines: tuple[Line, ...]


async def file_claim(rt: Runtime, actor: Actor, asked: Filing, key: Key) -> Shown:
    """Filed for a closed quarter, within the window. Raises what forbids it."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        taken = {asked.id} if await store.exists(tx, asked.id) else set()
        admit(
            asked.id, asked.area_code, asked.filed_on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=taken,
        )  # fmt: skip
        programme = terms.programme_of(rt.policies, asked.programme, asked.quarter)
        admit_way(rt.policies, programme, "claim", domain.ends_on(asked.quarter))
        calendar = await calendars.current(tx)
        terms.admit_filing(rt.policies, calendar, programme, asked.quarter, asked.filed_on)
        await blacklist.refuse_listed(tx, asked.claimant_id, asked.filed_on)
        domain.admit_lines(asked.quarter, programme.facts, asked.lines)
        claim = Claim(
            asked.id, asked.programme, programme.claimant, asked.claimant_id,
            asked.quarter, asked.filed_on, asked.area_code, asked.office, (actor.subject,),
            state_on=asked.filed_on,
            due_on=terms.due(rt.policies, calendar, "filed", asked.filed_on),
        )  # fmt: skip
        await store.add(tx, claim)
        await store.bring(tx, claim.id, dict(asked.papers))
        await store.add_lines(tx, [(claim.id, line) for line in asked.lines])
        await _step(tx, actor, "file", claim)
        await tell(tx, events.CLAIM_FILED, claim, {"lines": len(asked.lines)})
        shown = await showing.show(rt, tx, claim)
        await kept.keep(shown, location=f"/v1/claims/{claim.id}")
    rt.wake()
    return shown


async def refile_claim(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    on: date,
    papers: Mapping[str, str],
    lines: Sequence[Line] | None,
    key: Key,
) -> Shown:
    """Filed again after it was sent back; ``lines`` None: its roster stays. Papers are added."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await stepping(tx, actor, id, version)
        after = before.refile(on, actor.subject, rt.today())
        await blacklist.refuse_listed(tx, before.claimant_id, on)
        calendar = await calendars.current(tx)
        claim = replace(after, due_on=terms.due(rt.policies, calendar, "filed", on))
        await store.bring(tx, id, dict(papers))
        if lines is not None:
            programme = terms.programme_of(rt.policies, claim.programme, claim.quarter)
            domain.admit_lines(claim.quarter, programme.facts, lines)
            await store.drop_lines(tx, id)
            await store.add_lines(tx, [(id, line) for line in lines])
        await save(tx, actor, "refile", claim)
        shown = await showing.show(rt, tx, claim)
        await tell(tx, events.CLAIM_FILED, claim, {"lines": sum(shown.counts.values())})
        await kept.keep(shown)
    rt.wake()
    return shown


async def add_lines(
    rt: Runtime, tx: Tx, actor: Actor, rows: Sequence[tuple[UUID, Line]]
) -> list[Line | Refusal]:
    """Lines of rosters, each with its claim, in order. A refusal stands in the place of its line."""
    known = {
        one.id: one
        for one in await store.lock(tx, sorted({id for id, _ in rows}), actor.area_prefix)
    }
    rosters: dict[UUID, list[Line]] = await store.lines(tx, list(known))
    keys = {id: {one.key for one in roster} for id, roster in rosters.items()}
    added: dict[UUID, list[Line]] = defaultdict(list)
    results: list[Line | Refusal] = []
    for id, asked in rows:
        try:
            if id not in known:
                raise domain.ClaimUnknown
            claim = known[id]
            claim.extend(actor.subject)
            count = len(rosters[id]) + len(added[id])
            line = replace(asked, number=count + 1)
            programme = terms.programme_of(rt.policies, claim.programme, claim.quarter)
            domain.admit_lines(claim.quarter, programme.facts, [line])
            if count >= domain.LINES_MAX:
                raise domain.TooManyLines(most=domain.LINES_MAX)
            if line.key in keys[id]:
                raise domain.LineTwice
        except Refusal as refusal:
            results.append(refusal)
            continue
        keys[id].add(line.key)
        added[id].append(line)
        results.append(line)
    grown = {id: known[id].extend(actor.subject) for id, lines in added.items() if lines}
    await store.add_lines(tx, [(id, line) for id, lines in added.items() for line in lines])
    await store.save(tx, list(grown.values()))
    await store.add_steps(tx, [_done(one, "extend", rt.today(), actor) for one in grown.values()])
    return results


async def review_claim(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, key: Key
) -> Shown:
    """The labour bureau decides every line; nothing granted rejects the claim. Raises
    :class:`domain.PapersMissing` while papers are missing (B16)."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await stepping(tx, actor, id, version)
        claim = before.review(on, actor.subject, rt.today())
        brought = (await store.papers(tx, [id]))[id]
        missing = showing.missing(rt, claim, brought)
        if missing:
            raise domain.PapersMissing(missing=", ".join(missing))
        lines = (await store.lines(tx, [id]))[id]
        if not lines:
            raise domain.NoLines
        programme = terms.programme_of(rt.policies, claim.programme, claim.quarter)
        decided = await deciding.decide(rt, tx, claim, programme, brought, lines, on)
        await store.save_decided(tx, decided)
        claim = replace(claim, amount=sum(one.amount for one in decided))
        if claim.amount:
            calendar = await calendars.current(tx)
            claim = replace(
                claim, due_on=terms.due(rt.policies, calendar, "reviewed", on),
                pay_by=terms.payment_due(rt.policies, on),
            )  # fmt: skip
            by = Counter(one.outcome for one in decided)
            counts = {name: by[name] for name in ("granted", "refused", "withheld")}
            await tell(tx, events.CLAIM_REVIEWED, claim, {**counts, "amount": yuan(claim.amount)})
        else:
            claim = claim.nothing_granted()
            await tell(tx, events.CLAIM_REJECTED, claim, {"reason": claim.reason})
        await save(tx, actor, "review", claim, reason=claim.reason)
        shown = await showing.show(rt, tx, claim)
        await kept.keep(shown)
    rt.wake()
    return shown


async def turn_claim(
    rt: Runtime,
    actor: Actor,
    id: UUID,
    version: int,
    act: Literal["return", "reject"],
    on: date,
    reason: Reason,
    note: str | None,
    key: Key,
) -> Shown:
    """Sent back to be made good, or rejected: its lines hold no month, and what was promised for it is free
    again. Raises :class:`domain.PartlyPaid`, or what forbids the release of its money."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await stepping(tx, actor, id, version)
        claim = before.turn(act, on, actor.subject, reason, rt.today())
        if before.state == "approved":
            await _release(rt, tx, actor, claim)
        lines = (await store.lines(tx, [id]))[id]
        await deciding.give_up(tx, lines)
        if act == "return":
            await store.save_decided(tx, [one.undecided() for one in lines])
        await save(tx, actor, act, claim, reason=reason, note=note)
        kind = events.CLAIM_RETURNED if act == "return" else events.CLAIM_REJECTED
        await tell(tx, kind, claim, {"reason": reason})
        shown = await showing.show(rt, tx, claim)
        await kept.keep(shown)
    rt.wake()
    return shown


async def approve_claim(
    rt: Runtime, actor: Actor, id: UUID, version: int, on: date, arrangement_id: UUID, key: Key
) -> Shown:
    """The finance bureau promises the whole sum from a line of money, or hears how much is missing.
    Raises :class:`domain.FactsChanged` when facts that arrived since the review would give less."""
    async with rt.db.transaction() as tx, once(tx, key) as kept:
        before = await stepping(tx, actor, id, version)
        claim = before.approve(on, actor.subject, rt.today())
        lines = (await store.lines(tx, [id]))[id]
        brought = (await store.papers(tx, [id]))[id]
        programme = terms.programme_of(rt.policies, claim.programme, claim.quarter)
        less = await deciding.otherwise(rt, tx, claim, programme, brought, lines)
        if less:
            raise domain.FactsChanged(lines=len(less))
        line = (await arrangements.known(tx, actor, [arrangement_id])).get(arrangement_id)
        if line is None:
            raise ArrangementUnknown
        if (line.fund, line.use_code) != (programme.fund, programme.use):
            raise domain.OtherUse(use=programme.use)
        assert claim.reviewed_by is not None
        promised = await reservations.promise(
            rt, tx, actor,
            Reservation(
                new_id(), arrangement_id, claim.amount, on,
                f"{claim.programme} {showing.quarter_text(claim.quarter)}", claim.id, claim.area_code,
                claim.office, made_by="",
            ),
            decided_by=claim.reviewed_by,
        )  # fmt: skip
        claim = replace(claim, arrangement_id=arrangement_id, reservation_id=promised.id)
        ids = [new_id() for _ in PAID_TO]  # as many kinds of payees as there can be
        await store.add_dues(tx, domain.dues_of(id, lines, ids))
        await save(tx, actor, "approve", claim)
        data = {
            "amount": yuan(claim.amount),
            "arrangement_id": str(arrangement_id),
            "reservation_id": str(promised.id),
        }
        await tell(tx, events.CLAIM_APPROVED, claim, data)
        shown = await showing.show(rt, tx, claim)
        await kept.keep(shown)
    rt.wake()
    return shown


async def count_again(rt: Runtime, tx: Tx, years: Sequence[int]) -> None:
    """Lists of these years are otherwise than they were known: what is still to be done on claims is due by
    the lists as they stand. No act was done: a claim's version stays."""
    calendar = await calendars.current(tx)
    waiting = await store.waiting(tx, terms.IN_WORKING_DAYS, date(min(years) - 1, 1, 1))
    due = [
        (id, terms.due(rt.policies, calendar, state, since), was)
        for id, state, since, was in waiting
    ]
    await store.postpone(tx, [(id, on) for id, on, was in due if on != was])


# --- inside


async def _release(rt: Runtime, tx: Tx, actor: Actor, claim: Claim) -> None:
    """The money that was promised for it goes back to its line."""
    if any(due.paid_on or due.set_off for due in (await store.dues(tx, [claim.id]))[claim.id]):
        raise domain.PartlyPaid
    assert claim.reservation_id is not None
    await reservations.release(rt, tx, actor, claim.reservation_id, claim.state_on)


async def stepping(tx: Tx, actor: Actor, id: UUID, version: int) -> Claim:
    """The claim that an act is about to change, locked. Raises 404 and 412."""
    found = await store.lock(tx, [id], actor.area_prefix)
    if not found:
        raise NotFound
    if found[0].version != version:
        raise StaleWrite
    return found[0]


async def save(
    tx: Tx,
    actor: Actor,
    act: str,
    claim: Claim,
    *,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    await store.save(tx, [claim])
    await store.add_steps(tx, [_done(claim, act, claim.state_on, actor, reason, note)])


async def _step(tx: Tx, actor: Actor, act: str, claim: Claim) -> None:
    await store.add_steps(tx, [_done(claim, act, claim.state_on, actor)])


def _done(
    claim: Claim,
    act: str,
    on: date,
    actor: Actor,
    reason: str | None = None,
    note: str | None = None,
) -> Step:
    return Step(claim.id, claim.version, act, on, reason, note, actor.subject)


async def tell(tx: Tx, type: EventType, claim: Claim, data: Mapping[str, Any]) -> None:
    """One fact about a claim, of the day of its last act."""
    about = {
        "programme": claim.programme, "claimant_kind": claim.claimant_kind,
        "claimant_id": str(claim.claimant_id), "quarter": showing.quarter_text(claim.quarter), **data,
    }  # fmt: skip
    place = (claim.area_code, claim.office)
    await emit(tx, [NewEvent(type, claim.id, claim.state_on, *place, about)])
