"""Remember what others told: per noun, one call for any number of its events.

Events of one entity come in their order; between entities any order leaves the same rows. Each call
answers whom (or what) the events are about, so that cases that depend on them can be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast
from uuid import UUID

from kit import findings
from kit.db import Tx
from kit.events import Event
from kit.life_facts import LifeFactTold
from subsidy.heard import domain, reading, store, twice
from subsidy.heard import events as told_by
from subsidy.heard.domain import Noun, Telling
from subsidy.heard.facts import Answer, Line, answers

#: Taken first by whoever hears something, and held to the commit.
one_at_a_time = store.one_at_a_time
#: Which placements' cases depend on these workers or employers.
placements_of = store.placements_of


def _fact(event: Event) -> str:
    """``issued`` of ``registry.certificate.issued.v1``."""
    return event.type.split(".")[2]


def _of(events: Sequence[Event], *facts: str) -> list[Event]:
    return [event for event in events if _fact(event) in facts]


def _last(events: Sequence[Event]) -> list[Event]:
    """Of each entity the last one."""
    return list({event.entity_id: event for event in events}.values())


async def workers(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Persons registered, and what was corrected of them; answers whose records."""
    registered = [
        (event, told_by.WorkerRegistered.model_validate(event.data))
        for event in _last(_of(events, "registered"))
    ]
    await store.add_workers(
        tx,
        [
            (
                event.entity_id, one.population, one.sex, one.birth_date, one.cadre,
                one.centre_agreement_on, event.id,
            )
            for event, one in registered
        ],
    )  # fmt: skip
    rows = []
    for event in _last(_of(events, "corrected")):
        one = told_by.WorkerCorrected.model_validate(event.data)
        rows.append((event.entity_id, one.sex, one.birth_date, one.cadre, event.id))
    await store.correct_workers(tx, rows)
    return [event.entity_id for event in events]


async def tellings(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Certificates, difficulties, unemployment and facts of life; answers whose."""
    told = [_telling(event) for event in events]
    await store.add_tellings(tx, told)
    histories = await store.tellings_of(tx, {one.entity_id for one in told})
    held = [days for history in histories for days in domain.held(history)]
    await store.save_held(tx, [history[0].entity_id for history in histories], held)
    await store.save_certificates(
        tx,
        [domain.certificate(one) for one in histories if one[0].noun == "certificate"],
    )
    return [one.worker_id for one in told]


def _telling(event: Event) -> Telling:
    noun, fact = cast("Noun", event.noun), _fact(event)
    worker_id: UUID
    on, until, kind, spell = event.valid_from, None, None, 0
    if noun == "certificate":
        certificate = told_by.CertificateTold.model_validate(event.data)
        worker_id, until = certificate.worker_id, certificate.valid_until
        on, kind = certificate.state_since or on, certificate.state
    elif noun == "difficulty":
        difficulty = told_by.DifficultyTold.model_validate(event.data)
        worker_id, kind = difficulty.worker_id, difficulty.kind
        on = difficulty.recognised_on or on
    elif noun == "unemployment":
        unemployment = told_by.UnemploymentTold.model_validate(event.data)
        worker_id, on = unemployment.worker_id, unemployment.since or on
        spell = unemployment.spell
    else:
        fact_of_life = LifeFactTold.model_validate(event.data)
        worker_id, until = fact_of_life.worker_id, fact_of_life.until
        on, kind = fact_of_life.on, fact_of_life.what or fact_of_life.kind
    return Telling(
        event.entity_id, event.sequence, noun, fact, worker_id, on, event.id, until, kind,
        event.reverses, spell,
    )  # fmt: skip


async def contributions(tx: Tx, events: Sequence[Event]) -> None:
    """Monthly contributions, their reversals, and months that contradict an unemployment."""
    rows = []
    for event in _of(events, "recorded"):
        paid = told_by.ContributionTold.model_validate(event.data)
        rows.append(
            (
                event.entity_id, paid.worker_id, _month(paid.month), ",".join(paid.insurances),
                paid.base, domain.payer_code(paid.payer), event.id,
            )
        )  # fmt: skip
    await store.add_contributions(tx, rows)
    await store.reverse_contributions(
        tx, [(event.entity_id, event.id) for event in _of(events, "reversed")]
    )
    conflicts = []
    for event in _last(_of(events, "conflict-found", "conflict-cleared")):
        one = told_by.ConflictTold.model_validate(event.data)
        standing = _fact(event) == "conflict-found"
        conflicts.append((event.entity_id, one.worker_id, _month(one.month), standing, event.id))
    await store.save_conflicts(tx, conflicts)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


async def employers(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Employers with their sectors and codes; answers which."""
    rows = []
    for event in _last(events):
        one = told_by.EmployerRegistered.model_validate(event.data)
        code = domain.payer_code(one.organisation_code or one.uscc)
        rows.append((event.entity_id, one.sector, code, event.id))
    await store.add_employers(tx, rows)
    return [event.entity_id for event in events]


async def placements(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Work confirmed, ended and voided; answers which placements."""
    rows = []
    for event in _of(events, "confirmed"):
        one = told_by.PlacementConfirmed.model_validate(event.data)
        rows.append(
            (
                event.entity_id, one.worker_id, one.employer_id, one.started_on,
                one.contract_months, one.new_post, one.sector, one.wage, one.channel,
                one.referral_id, one.public_welfare_post_id, event.area_code, event.office,
                event.id,
            )
        )  # fmt: skip
    await store.add_placements(tx, rows)
    await store.end_placements(
        tx,
        [
            (event.entity_id, told_by.PlacementEnded.model_validate(event.data).ended_on, event.id)
            for event in _of(events, "ended")
        ],
    )
    await store.void_placements(
        tx, [(event.entity_id, event.id) for event in _of(events, "voided")]
    )
    return [event.entity_id for event in events]


async def occupancies(tx: Tx, events: Sequence[Event]) -> list[UUID]:
    """Public-welfare posts occupied and vacated; two occupants of one post are found. Answers whose
    placements held them."""
    read = [(event, told_by.PostOccupant.model_validate(event.data)) for event in events]
    await store.add_occupancies(
        tx,
        [
            (
                one.placement_id, event.entity_id, one.worker_id, event.valid_from,
                event.area_code, event.office, event.id,
            )
            for event, one in read
            if _fact(event) == "occupied"
        ],
    )  # fmt: skip
    left = [(event, one) for event, one in read if _fact(event) == "vacated"]
    await store.end_occupancies(
        tx,
        [
            (one.placement_id, event.valid_from, event.id)
            for event, one in left
            if not event.reverses
        ],
    )
    await store.void_occupancies(
        tx, [(one.placement_id, event.id) for event, one in left if event.reverses]
    )
    held = await store.occupancies_of(tx, list({event.entity_id for event in events}))
    because = {event.id for event in events}
    await findings.settle(
        tx,
        [one.placement_id for one, _ in held],
        twice.two_occupants(one for one, voided in held if not voided),
        because.pop() if len(because) == 1 else None,
    )
    return [one.placement_id for _, one in read]


async def classes(tx: Tx, events: Sequence[Event]) -> None:
    """Training classes opened and completed."""
    await store.open_classes(
        tx,
        [
            (
                event.entity_id, event.valid_from,
                told_by.ClassOpened.model_validate(event.data).ends_on, event.id,
            )
            for event in _of(events, "opened")
        ],
    )  # fmt: skip
    rows = []
    for event in _of(events, "completed"):
        one = told_by.ClassCompleted.model_validate(event.data)
        rows.append((event.entity_id, event.valid_from, one.passed, one.failed, event.id))
    await store.complete_classes(tx, rows)


async def enrolments(tx: Tx, events: Sequence[Event]) -> None:
    """Persons in classes: enrolled, resulted, at work afterwards, or not after all."""
    rows = []
    for event in _of(events, "enrolled"):
        one = told_by.EnrolmentTold.model_validate(event.data)
        rows.append((event.entity_id, one.class_id, one.worker_id, event.id))
    await store.add_enrolments(tx, rows)
    await store.result_enrolments(
        tx,
        [
            (event.entity_id, told_by.EnrolmentTold.model_validate(event.data).result, event.id)
            for event in _of(events, "resulted")
        ],
    )
    await store.employ_enrolments(
        tx,
        [
            (event.entity_id, event.valid_from if _fact(event) == "employed" else None, event.id)
            for event in _last(_of(events, "employed", "unemployed"))
        ],
    )


async def referrals(tx: Tx, events: Sequence[Event]) -> None:
    """Introductions that had their answer."""
    rows = []
    for event in events:
        one = told_by.ReferralResolved.model_validate(event.data)
        rows.append((event.entity_id, one.worker_id, one.outcome, event.valid_from, event.id))
    await store.add_referrals(tx, rows)


async def facts_of(
    tx: Tx, lines: Sequence[Line], records: Mapping[UUID, Sequence[UUID]]
) -> list[Answer]:
    """What is known of each of these lines, in their order: its facts, or what has not arrived yet.
    ``records``: all of each one's person (:func:`kit.identity_links.records_of`). A fixed number of
    statements, however many lines."""
    return answers(lines, await known_of(tx, lines, records))


#: The same in two steps: what was heard for a set of lines, and then, with what only the line can say,
#: :func:`subsidy.heard.facts.answers`, which is pure.
known_of = reading.known_of


async def last_days(tx: Tx, works: Sequence[tuple[UUID, UUID | None]]) -> list[date | None]:
    """Of each (record, placement or None) the last day that the facts leave of it: before the person
    left the labour force for good, and of a placement its own end. None: it goes on."""
    return await reading.last_days(tx, works)


#: Whose each of these placements is; those that nobody has told of are not there.
employers_of = store.employers_of
