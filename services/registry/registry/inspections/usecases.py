"""What can happen at the annual inspection: made, one or many, taken back, and missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import InTheFuture, MakerIsChecker, StaleWrite
from kit.ids import new_id
from kit.outbox import emit
from kit.policy import NoValue
from kit.refusal import Refusal
from kit.service import Runtime
from registry.certificates import domain as certificate
from registry.certificates import ending, events, standing
from registry.certificates import usecases as certificates
from registry.certificates.domain import (
    Certificate,
)
from registry.certificates.evidence import (
    Evidence,
)
from registry.certificates.terms import Terms
from registry.certificates.usecases import Paper
from registry.inspections import domain, store
from registry.inspections.domain import Inspection, Window
from registry.offices import usecases as offices
from registry.offices.domain import OfficeNotOpen

OPENS = "registry.certificate_inspection_opens"
CLOSES = "registry.certificate_inspection_closes"
LATE_DAYS = "registry.certificate_inspection_late_days"
#: Papers without which nothing that is suspended is given back (4.1).
LATE_EVIDENCE = "registry.certificate_late_inspection_evidence"


@dataclass(frozen=True, slots=True)
class Inspect:
    """An inspection, of a certificate by its id or its number. ``year``: whose inspection it is.
    ``papers``: what was seen; a late one asks for some."""

    year: int
    inspected_on: date
    certificate_id: UUID | None = None
    number: str | None = None
    version: int | None = None
    papers: tuple[Paper, ...] = ()
    id: UUID = field(default_factory=new_id)


def window_of(rt: Runtime, year: int) -> Window:
    """The window of a year. Raises ``inspection-not-in-force``."""
    day = date(year, 12, 31)
    try:
        opens, closes = (rt.policies.value(name, day).value for name in (OPENS, CLOSES))
        late = rt.policies.value(LATE_DAYS, day).value
    except NoValue:
        raise domain.NoInspections from None
    assert isinstance(late, int)
    return domain.window(year, opens=str(opens), closes=str(closes), late_days=late)


class Windows:
    """The windows that a set asks for, looked up once a year."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._known: dict[int, Window] = {}

    def of(self, year: int) -> Window:
        """Raises ``inspection-not-in-force``."""
        if year not in self._known:
            self._known[year] = window_of(self._rt, year)
        return self._known[year]

    def missed_by(self, one: Certificate) -> Window | None:
        """The window for which it is suspended; None when it is not."""
        if one.state != "suspended":
            return None
        assert one.missed_year is not None
        return self.of(one.missed_year)


def _seen(actor: Actor, command: Inspect, found: Certificate | None) -> Certificate:
    """The certificate as the caller saw it. Raises ``unknown-certificate`` and 412."""
    if found is None or not actor.may_see(found.area_code):
        raise certificate.NoSuchCertificate
    if command.version is not None and command.version != found.version:
        raise StaleWrite
    return found


async def inspect_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Inspect]
) -> list[Refusal | None]:
    """Inspect as one set; answers per command why not, or None."""
    found = await certificates.named(
        tx,
        [one.certificate_id for one in commands if one.certificate_id is not None],
        [one.number for one in commands if one.number is not None],
    )
    by_id = {one.id: one for one in found}
    by_number = {one.number: one for one in found if one.number is not None}
    inspectors = await certificates.inspectors(tx, found)
    done = await store.made(tx, list(by_id))
    today, stands_for = rt.today(), await offices.stands_for(tx, actor)
    closed = await offices.not_open(tx, {(actor.office, one.inspected_on) for one in commands})
    windows, terms = Windows(rt), Terms(rt)
    outcome: list[Refusal | None] = []
    made: list[Inspection] = []
    late: list[ending.Late] = []
    told: list[NewEvent] = []
    papers: list[Evidence] = []
    for command in commands:
        named = by_id.get(command.certificate_id) if command.certificate_id else None
        on, year = command.inspected_on, command.year
        try:
            before = _seen(actor, command, named or by_number.get(command.number or ""))
            if on > today:
                raise InTheFuture
            if (actor.office, on) in closed:
                raise OfficeNotOpen
            missed = windows.missed_by(before)
            is_late = domain.inspect(
                before, stands_for, inspectors[before.id], on, windows.of(year), missed
            )
            attempt, stands = done.get((before.id, year), (0, False))
            if stands:
                raise domain.AlreadyInspected
            if missed is not None:
                seen = (one.kind for one in command.papers)
                terms.check_papers(LATE_EVIDENCE, before.category, on, seen)
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        done[before.id, year] = attempt + 1, True
        event_id = new_id()
        made.append(
            Inspection(
                command.id, before.id, year, on, is_late, actor.office, actor.subject, attempt + 1,
                event_id,
            )
        )  # fmt: skip
        proof = certificates.seen(before.id, command.papers, actor.subject)
        papers.extend(proof)
        if before.state == "suspended":
            evidence = (command.id, *(paper.id for paper in proof))
            late.append(ending.Late(before, on, year, evidence, event_id))
        else:
            data = {"year": year, "late": is_late}
            told.append(
                certificates.told(events.CERTIFICATE_INSPECTED, before, on, data, id=event_id)
            )
        outcome.append(None)
    if made:
        await store.add(tx, made)
        await certificates.keep_evidence(tx, papers)
        await emit(tx, told)
        await ending.reinstate_all(rt, tx, actor, late)
    return outcome


async def inspect_certificate(rt: Runtime, actor: Actor, command: Inspect) -> Certificate:
    """Inspect one certificate. Raises 404, 412 and what the domain refuses."""
    assert command.certificate_id is not None
    async with rt.db.transaction() as tx:
        await certificates.certificate_in(tx, actor, command.certificate_id)
        (refusal,) = await inspect_all(rt, tx, actor, [command])
        if refusal is not None:
            raise refusal
        after = await certificates.certificate_in(tx, actor, command.certificate_id)
    rt.wake()
    return after


async def take_back(
    rt: Runtime, actor: Actor, certificate_id: UUID, id: UUID, reason: str, version: int
) -> Certificate:
    """An inspection was none: by the office whose task it is, by somebody else than who made it. What
    it kept in force after its window is suspended again, and may be inspected late."""
    async with rt.db.transaction() as tx:
        await certificates.certificate_in(tx, actor, certificate_id)
        (before,) = await certificates.named(tx, [certificate_id], [])
        if before.version != version:
            raise StaleWrite
        wrong = await store.get(tx, id)
        if wrong is None or wrong.certificate_id != certificate_id or wrong.reversed:
            raise domain.NoSuchInspection
        inspected_by = (await certificates.inspectors(tx, [before]))[certificate_id]
        if inspected_by not in await offices.stands_for(tx, actor):
            raise domain.NotIssuingOffice
        if wrong.actor == actor.subject:
            raise MakerIsChecker
        event = certificates.told(
            events.INSPECTION_REVERSED, before, wrong.inspected_on, {"year": wrong.year},
            reverses=wrong.told_event,
        )  # fmt: skip
        await store.take_back(tx, id, reason, actor.subject, event.id)
        await emit(tx, [event])
        after = await ending.uninspect(
            rt, tx, actor, before, wrong.year, id,
            domain.missed_since(standing.lifted(before), window_of(rt, wrong.year), rt.today()),
            reason,
        )  # fmt: skip
    rt.wake()
    return after


async def suspend_uninspected(rt: Runtime) -> None:
    """The job: when the last window that asks for inspections has closed, suspend what missed it."""
    today = rt.today()
    for year in (today.year, today.year - 1):
        try:
            of = window_of(rt, year)
        except domain.NoInspections:
            return
        if of.closes < today:
            first_day_after = of.closes + timedelta(days=1)
            await ending.suspend_uninspected(rt, year, of.opens, first_day_after)
            return


async def inspections_of(
    rt: Runtime, actor: Actor, certificate_id: UUID
) -> tuple[UUID, list[Inspection]]:
    """Every inspection, and who holds the certificate."""
    async with rt.db.reading() as tx:
        certificate = await certificates.certificate_in(tx, actor, certificate_id)
        return certificate.worker_id, (await of(tx, [certificate_id], 100))[certificate_id]


async def of(tx: Tx, certificates: Sequence[UUID], limit: int) -> dict[UUID, list[Inspection]]:
    """The inspections of each of these certificates, by year, at most ``limit`` of each."""
    return await store.of(tx, certificates, limit)
