"""Folding entitlements from the facts known, and showing them with their reasons.

Whatever arrives, the cases that it touches are looked at again with all their facts; a case whose
facts are the same is left alone, so duplicates and any order of arrival lead to the same state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions, findings
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.events import Event, NewEvent
from kit.ids import new_id
from kit.outbox import emit
from kit.policy import Parameter
from kit.problems import NotFound
from kit.service import Runtime
from subsidy import events
from subsidy.entitlements import domain, record, store, terms, twice
from subsidy.entitlements.domain import PROGRAMME, Outcome, Step, Terms
from subsidy.entitlements.store import Folded, Saved
from subsidy.entitlements.twice import Span


async def reconsider(
    rt: Runtime, tx: Tx, placement_ids: Sequence[UUID], causes: Mapping[UUID, Event]
) -> None:
    """Decide these cases on all facts known: records, state and events, in a handful of statements.

    ``causes`` names the event that set a case off, by the id of its placement or of its worker or
    employer.
    """
    if not placement_ids:
        return
    law = _Terms(rt)
    cases = await store.cases(tx, list(set(placement_ids)))
    kept: list[Decision] = []
    saved: list[Saved] = []
    told: list[NewEvent] = []
    for folded in cases:
        placement = folded.case.placement
        parameters, rule = law.on(placement.started_on)
        outcome = domain.assess(folded.case, rule)
        if outcome.standing == "pending":
            continue
        if outcome.standing == "outside" and folded.entitlement_id is None:
            continue
        facts = record.facts_of(folded.case, rule)
        digest = record.digest_of(facts, [f"{one.id}@{one.since}" for one in parameters])
        if digest == folded.digest:
            continue
        entitlement_id = folded.entitlement_id or new_id()
        decision = record.decision_of(
            entitlement_id, folded.case, outcome,
            facts=facts, parameters=parameters, parameter_set=rt.policies.parameter_set_hash,
            decided_on=rt.today(), events=folded.events,
        )  # fmt: skip
        cause = _cause(causes, folded)
        new, opened = _tell(folded, outcome, entitlement_id, decision.id, cause)
        kept.append(decision)
        told.extend(new)
        saved.append(Saved(entitlement_id, folded, outcome, decision.id, digest, opened))
    await decisions.store(tx, kept)
    await store.save(tx, saved)
    await emit(tx, told)
    await _granted_twice(tx, law, [folded.case.placement.worker_id for folded in cases], causes)


async def _granted_twice(
    tx: Tx, law: _Terms, workers: Sequence[UUID], causes: Mapping[UUID, Event]
) -> None:
    """Look at everything that these people were granted together, under all of their records."""

    async def spans(tx: Tx, records: Sequence[UUID]) -> list[Span]:
        return [law.span(row) for row in await store.of_workers(tx, records)]

    because = {event.id for event in causes.values()}
    cause = because.pop() if len(because) == 1 else None
    await findings.look_again(tx, workers, spans, twice.found_in, cause)


class _Terms:
    """The law by day, looked up once a day of start and not once a case."""

    def __init__(self, rt: Runtime) -> None:
        self._policies = rt.policies
        self._known: dict[date, tuple[tuple[Parameter, ...], Terms | None]] = {}

    def on(self, day: date) -> tuple[tuple[Parameter, ...], Terms | None]:
        if day not in self._known:
            parameters = terms.insurance_parameters(self._policies, day)
            self._known[day] = (parameters, terms.insurance_terms(parameters))
        return self._known[day]

    def span(self, row: Any) -> Span:
        """The months of an entitlement (none of a refused one), with what the law of its day gives."""
        parameters, rule = self.on(row["started_on"])
        return Span(
            row["id"], row["worker_id"], row["placement_id"],
            row["window_from"] or row["started_on"], row["claimable_months"],
            rule.months_max if rule else 0, str(parameters[1].cite) if rule else "",
            row["area_code"], row["office"],
        )  # fmt: skip


def _cause(causes: Mapping[UUID, Event], folded: Folded) -> Event | None:
    placement = folded.case.placement
    return (
        causes.get(placement.id)
        or causes.get(placement.worker_id)
        or causes.get(placement.employer_id)
    )


def _tell(
    folded: Folded,
    outcome: Outcome,
    entitlement_id: UUID,
    decision_id: UUID,
    cause: Event | None,
) -> tuple[list[NewEvent], UUID | None]:
    """The events of one case, and the opening that stands after them."""
    opened = folded.opened_event
    told: list[NewEvent] = []
    steps, _ = domain.tell(folded.case, folded.told, outcome)
    for step in steps:
        event = _event(step, folded, entitlement_id, decision_id)
        if step.reverse:
            event, opened = replace(event, reverses=opened), None
        elif step.kind == "opened":
            opened = event.id
        told.append(event.because_of(cause) if cause else event)
    return told, opened


def _event(step: Step, folded: Folded, entitlement_id: UUID, decision_id: UUID) -> NewEvent:
    placement = folded.case.placement
    data: dict[str, Any] = {
        "worker_id": str(placement.worker_id),
        "placement_id": str(placement.id),
    }
    if step.kind == "opened":
        assert step.window is not None
        kind = events.ENTITLEMENT_OPENED
        data |= {
            "employer_id": str(placement.employer_id),
            "programme": PROGRAMME,
            "from": step.window.start.isoformat(),
            "to": step.window.end.isoformat(),
            "months": step.window.months,
            "decision_id": str(decision_id),
        }
    elif step.kind == "refused":
        kind = events.ENTITLEMENT_REFUSED
        data |= {"programme": PROGRAMME, "clause": step.clause, "decision_id": str(decision_id)}
    else:
        kind = events.ENTITLEMENT_CLOSED
        data |= {"reason": step.reason}
    return NewEvent(
        kind,
        entity_id=entitlement_id,
        valid_from=step.on,
        area_code=folded.area_code,
        office=folded.office,
        data=data,
    )


#: The entitlements that these placements opened, by placement.
opened_by = store.opened_by


async def get_entitlement(rt: Runtime, actor: Actor, entitlement_id: UUID) -> Any:
    async with rt.db.looking() as tx:
        row = await store.get(tx, entitlement_id, actor.area_prefix)
    if row is None:
        raise NotFound
    return row


async def list_entitlements(
    rt: Runtime,
    actor: Actor,
    *,
    worker_id: UUID | None,
    placement_id: UUID | None,
    standing: str | None,
    after: UUID | None,
    limit: int,
) -> list[Any]:
    async with rt.db.looking() as tx:
        return await store.page(
            tx, actor.area_prefix,
            worker_id=worker_id, placement_id=placement_id, standing=standing,
            after=after, limit=limit,
        )  # fmt: skip


async def decisions_of(rt: Runtime, actor: Actor, entitlement_id: UUID) -> list[dict[str, Any]]:
    """Every decision about an entitlement, the superseded ones first."""
    async with rt.db.reading() as tx:
        if await store.get(tx, entitlement_id, actor.area_prefix) is None:
            raise NotFound
        return await decisions.load_for(tx, entitlement_id)
