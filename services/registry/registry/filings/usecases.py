"""What is filed at a window: registering as unemployed, and everything that a registration goes
through. Each filing is kept, told to the labour status, and followed by its consequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.decisions import Decision
from kit.facts import InTheFuture, StaleWrite
from kit.ids import new_id
from kit.refusal import Refusal
from kit.service import Runtime
from registry import consequences
from registry.filings import deciding, declaring, domain
from registry.filings.deciding import Register
from registry.filings.domain import Channel, FiledBy, Form
from registry.identities import usecases as identities
from registry.labour_status import domain as labour
from registry.labour_status import usecases as labour_status
from registry.labour_status.domain import Declared, Document, Hearing, Spell
from registry.unemployment import domain as unemployed
from registry.unemployment import usecases as unemployment
from registry.unemployment.domain import (
    STATUS_AFTER,
    Filed,
    Filing,
    Registration,
    StatedReason,
    What,
)
from registry.unemployment.usecases import HIRE_DAYS, SEPARATION_DAYS, Case
from registry.workers import usecases as workers
from registry.workers.domain import NoSuchWorker


async def register_all(
    rt: Runtime, tx: Tx, actor: Actor, commands: Sequence[Register]
) -> list[Refusal | None]:
    """Register people as one set; answers per command why not, or None. What the rule refuses is
    kept as a decision too."""
    asked = [command.worker_id for command in commands]
    await labour_status.hold(tx, asked)
    people = await workers.facts_of(tx, asked)
    persons = await identities.person_of(tx, asked)
    spells = await labour_status.spells_of(tx, persons.values())
    rows = await unemployment.of(tx, persons.values())
    merged = await identities.merged_among(tx, asked)
    outcome: list[Refusal | None] = []
    kept: list[Decision] = []
    filed: list[Filed] = []
    taken: set[UUID] = set()
    for command in commands:
        person = people.get(command.worker_id)
        survivor = persons[command.worker_id]
        if person is None or not actor.may_see(person.area_code):
            outcome.append(NoSuchWorker())
            continue
        spell = labour.on(command.on, spells.get(survivor, ()))
        refusal: Refusal | None = merged.get(command.worker_id) or _not_taken(
            rt, command, survivor in taken, spell, rows.get(survivor)
        )
        if refusal is None:
            decision = deciding.apply(rt, command, person, spell.status if spell else "new_entrant")
            kept.append(decision)
            refusal = deciding.refusal(decision, domain.REGISTRATION_REFUSALS)
            if refusal is None:
                taken.add(survivor)
                filed.append(_registered(command, actor, rt.today(), decision))
        outcome.append(refusal)
    await decisions.store(tx, kept)
    if filed:
        await unemployment.file(tx, filed)
        facts = [
            (f.filing.worker_id, Declared("unemployed", f.filing.on, f.filing.id)) for f in filed
        ]
        await labour_status.declare_all(tx, facts, actor.subject)
        await consequences.follow(rt, tx, [f.filing.worker_id for f in filed], {})
    return outcome


def _not_taken(
    rt: Runtime, command: Register, taken: bool, spell: Spell | None, row: Registration | None
) -> Refusal | None:
    """Why the rule is not even asked."""
    if command.on > rt.today():
        return InTheFuture()
    if taken or (spell is not None and spell.status == "unemployed"):
        return domain.AlreadyRegistered()
    if row is not None and row.state == "registered":
        return domain.AlreadyRegistered()
    if row is not None and row.state != "void" and command.on < row.since:
        return domain.OutOfOrder(not_before=row.since)
    return None


def _registered(command: Register, actor: Actor, today: date, decision: Decision) -> Filed:
    return Filed(
        Filing(command.id, command.worker_id, "registered", command.on, today, command.kind),
        "self", actor.subject, None, command.evidence_kind, command.evidence_reference,
        command.evidence_on, None, command.school, command.graduated_on, None, decision.id,
    )  # fmt: skip


async def register_unemployed(rt: Runtime, actor: Actor, command: Register) -> Case:
    """Register one person. Raises what the rule refuses, after its decision is kept."""
    async with rt.db.transaction() as tx:
        (refusal,) = await register_all(rt, tx, actor, [command])
        case = None if refusal else await _case(tx, actor, command.worker_id)
    if refusal is not None:
        raise refusal
    assert case is not None
    rt.wake()
    return case


async def _case(tx: Tx, actor: Actor, worker_id: UUID) -> Case:
    person = (await identities.person_of(tx, [worker_id]))[worker_id]
    row = (await unemployment.of(tx, [person]))[person]
    return await unemployment.case_in(tx, actor, row.id)


async def _held(tx: Tx, actor: Actor, id: UUID, version: int) -> Case:
    """The case, its person locked. Raises 404, and 412 when it changed since it was read."""
    row = await unemployment.registration_in(tx, actor, id)
    await labour_status.hold(tx, [row.worker_id])
    case = await unemployment.case_in(tx, actor, id)
    if case.row.version != version:
        raise StaleWrite
    return case


def _check(rt: Runtime, row: Registration, act: str, on: date) -> None:
    """An act on a day: allowed in this state, and not in the future."""
    if on > rt.today():
        raise InTheFuture
    if act not in unemployed.actions(row):
        raise domain.WrongState(state=row.state)


async def _file(rt: Runtime, tx: Tx, actor: Actor, row: Registration, filed: Filed) -> Case:
    """Keep a filing and let everything follow from it."""
    await unemployment.file(tx, [filed])
    await consequences.follow(rt, tx, [row.worker_id], {})
    return await unemployment.case_in(tx, actor, row.id)


@dataclass(frozen=True, slots=True)
class Hire:
    """A hire is filed (R19). ``placement_id`` where the labour market's placement is known."""

    on: date
    filed_on: date | None
    by: FiledBy
    form: Form
    employer_id: UUID | None = None
    placement_id: UUID | None = None
    reference: str | None = None


async def file_hire(rt: Runtime, actor: Actor, id: UUID, command: Hire, version: int) -> Case:
    """The person is at work; or the paper for a job that the labour market told of. Raises
    ``work-paper-missing``."""
    async with rt.db.transaction() as tx:
        row = (await _held(tx, actor, id, version)).row
        if row.state == "employed" and "file-hire" not in unemployed.actions(row):
            raise domain.FiledAlready
        _check(rt, row, "file-hire", command.on)
        domain.check_paper(command.form, command.reference)
        if row.state == "registered" and command.on < row.since:
            raise domain.OutOfOrder(not_before=row.since)
        filing_id = new_id()
        job_id = row.awaits_job or command.placement_id or filing_id
        filing = _filing(
            rt, row, "hired", command.on, command.filed_on, HIRE_DAYS, job_id, filing_id
        )
        await _tell(tx, filing, "began", command.employer_id)
        case = await _file(
            rt, tx, actor, row,
            Filed(filing, command.by, actor.subject, command.form, None, command.reference, None,
                  command.employer_id),
        )  # fmt: skip
    rt.wake()
    return case


def _filing(
    rt: Runtime,
    row: Registration,
    what: What,
    on: date,
    filed_on: date | None,
    limit: str,
    job_id: UUID,
    id: UUID,
) -> Filing:
    """A filing of R19 with the days it is late. Raises :class:`FiledBeforeFact`, ``InTheFuture``."""
    filed = filed_on or rt.today()
    if filed > rt.today():
        raise InTheFuture
    late = domain.late_days(on, filed, unemployment.integer(rt, limit, on))
    return Filing(id, row.worker_id, what, on, filed, None, None, job_id, None, late)


async def _tell(tx: Tx, filing: Filing, act: str, employer_id: UUID | None = None) -> None:
    """Tell the labour status of a job that began or ended."""
    assert filing.job_id is not None
    hearing = Hearing(
        filing.id, filing.job_id, filing.worker_id, "began" if act == "began" else "ended",
        filing.on, "filing", employer_id=employer_id,
    )  # fmt: skip
    await labour_status.hear(tx, [hearing])


@dataclass(frozen=True, slots=True)
class Separate:
    """A separation is filed (R19): ``on`` is the first day without the job."""

    on: date
    filed_on: date | None
    by: FiledBy
    reference: str | None = None


async def file_separation(
    rt: Runtime, actor: Actor, id: UUID, command: Separate, version: int
) -> Case:
    """The job has ended: registered again, in a new spell; or the paper for a known end."""
    async with rt.db.transaction() as tx:
        row = (await _held(tx, actor, id, version)).row
        _check(rt, row, "file-separation", command.on)
        job_id = row.awaits_job
        if row.awaits != "separation-filing":
            known = (await labour_status.known_of(tx, [row.worker_id]))[row.worker_id]
            job = labour.job_on(command.on, known.placements)
            if job is None:
                raise domain.NoJob
            job_id = job.id
        assert job_id is not None
        filing = _filing(
            rt, row, "separated", command.on, command.filed_on, SEPARATION_DAYS, job_id, new_id()
        )
        await _tell(tx, filing, "ended")
        case = await _file(
            rt, tx, actor, row,
            Filed(filing, command.by, actor.subject, None, "separation_proof", command.reference),
        )  # fmt: skip
    rt.wake()
    return case


@dataclass(frozen=True, slots=True)
class Cancel:
    """A registration is cancelled for a reason of R20. One that takes the person out of the labour
    force has its document, and holds once another person has confirmed it. ``income``: fen a month."""

    on: date
    reason: StatedReason
    reference: str | None = None
    income: int | None = None


async def cancel(rt: Runtime, actor: Actor, id: UUID, command: Cancel, version: int) -> Case:
    """The person leaves the register. Raises what the rule refuses, after its decision is kept;
    ``work-paper-missing``, ``income-missing`` and ``least-wage-not-set`` before it is asked."""
    async with rt.db.transaction() as tx:
        row = (await _held(tx, actor, id, version)).row
        _check(rt, row, "cancel", command.on)
        domain.check_paper(command.reason, command.reference)
        if command.on < row.since:
            raise domain.OutOfOrder(not_before=row.since)
        decision = await deciding.leave(rt, tx, row, command.reason, command.on, command.income)
        await decisions.store(tx, [decision])
        refusal = deciding.refusal(decision, domain.CANCELLATION_REFUSALS)
        if refusal is None:
            case = await _cancelled(rt, tx, actor, row, command, decision)
    if refusal is not None:
        raise refusal
    rt.wake()
    return case


async def _cancelled(
    rt: Runtime, tx: Tx, actor: Actor, row: Registration, command: Cancel, decision: Decision
) -> Case:
    filing = Filing(
        new_id(), row.worker_id, "cancelled", command.on, rt.today(), None, command.reason
    )
    after = Declared(STATUS_AFTER[command.reason], command.on, filing.id)
    withdraws = after.status in labour.WITHDRAWN
    document = Document(command.reference) if command.reference else None
    if withdraws:
        labour.check_document(document, rt.today())
    await labour_status.declare_all(
        tx, [(row.worker_id, after)], actor.subject, document, awaits=withdraws
    )
    if command.reason in unemployed.AT_WORK:
        filing = replace(filing, job_id=filing.id)
        await _tell(tx, filing, "began")
    return await _file(
        rt, tx, actor, row,
        Filed(filing, "street", actor.subject, None, None, command.reference,
              decision_id=decision.id),
    )  # fmt: skip


async def log_contact(
    rt: Runtime, actor: Actor, id: UUID, on: date, channel: Channel, note: str | None, version: int
) -> Case:
    """The service was in touch with the person, or the person with the service."""
    async with rt.db.transaction() as tx:
        row = (await _held(tx, actor, id, version)).row
        _check(rt, row, "log-contact", on)
        if on < row.since:
            raise domain.OutOfOrder(not_before=row.since)
        filing = Filing(new_id(), row.worker_id, "contacted", on, rt.today())
        case = await _file(
            rt, tx, actor, row, Filed(filing, "street", actor.subject, channel, note=note)
        )
    rt.wake()
    return case


async def reverse(
    rt: Runtime, actor: Actor, id: UUID, filing_id: UUID, reason: str, version: int
) -> Case:
    """A filing was wrong: it is taken back by name, and everything is folded without it. Raises
    ``declaration-confirmed`` for a cancellation that another person confirmed."""
    async with rt.db.transaction() as tx:
        row = (await _held(tx, actor, id, version)).row
        filings = (await unemployment.filings_of(tx, [row.worker_id])).get(row.worker_id, [])
        wrong = next((f for f in unemployed.standing(filings) if f.id == filing_id), None)
        if wrong is None:
            raise unemployed.NoSuchFiling
        await declaring.refuse_confirmed(tx, wrong.id)
        await declaring.undo(rt, tx, actor, wrong, reason)
        await consequences.follow(rt, tx, [row.worker_id], {})
        case = await unemployment.case_in(tx, actor, row.id)
    rt.wake()
    return case


async def decisions_about(rt: Runtime, actor: Actor, worker_id: UUID) -> list[dict[str, Any]]:
    """The decisions about one person's registration, granted and refused, oldest first."""
    async with rt.db.reading() as tx:
        await workers.worker_in(rt, tx, actor, worker_id)
        return await decisions_of(tx, await identities.records_of(tx, worker_id))


async def decisions_of(tx: Tx, records: Sequence[UUID]) -> list[dict[str, Any]]:
    """The decisions about registrations of these records, oldest first; at most a hundred of each."""
    decided = await decisions.load_of(tx, records)
    return sorted(
        (one for ones in decided.values() for one in ones if one["noun"] == "unemployment"),
        key=lambda one: str(one["id"]),
    )
