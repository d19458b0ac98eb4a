"""Employers report vacancies; hires fill them; whoever reported them closes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market import events
from jobs_market.employers import usecases as employers
from jobs_market.employers.domain import UnknownEmployer
from jobs_market.outcomes import desk_of, each, parameter
from jobs_market.vacancies import store
from jobs_market.vacancies.domain import CloseReason, ReportRule, UnknownVacancy, Vacancy
from kit.auth import Actor
from kit.db import Tx
from kit.events import EventType, NewEvent
from kit.facts import StaleWrite, only
from kit.idempotency import Claim, once
from kit.money import yuan
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


async def report_vacancies(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[Vacancy]
) -> list[Vacancy | Refusal]:
    desk = desk_of(rt, actor)
    taken = await store.VACANCIES.taken(tx, [draft.id for draft in drafts])
    known = await employers.known(tx, [draft.employer_id for draft in drafts])

    def decide(draft: Vacancy) -> Vacancy:
        desk.admit(draft.area_code, draft.reported_on)
        if draft.employer_id not in known:
            raise UnknownEmployer
        return draft

    outcomes, good = each(drafts, taken, decide)
    await store.VACANCIES.add(tx, good)
    await emit(tx, [_reported(vacancy) for vacancy in good])
    return outcomes


def _told(kind: EventType, vacancy: Vacancy, on: date, data: dict[str, object]) -> NewEvent:
    return NewEvent(
        kind,
        entity_id=vacancy.id,
        valid_from=on,
        area_code=vacancy.area_code,
        office=vacancy.office,
        data=events.payload(employer_id=vacancy.employer_id, **data),
    )


def _reported(vacancy: Vacancy) -> NewEvent:
    data: dict[str, object] = {
        "headcount": vacancy.headcount,
        "wage": yuan(vacancy.wage),
        "term_months": vacancy.term_months,
        "occupation": vacancy.occupation,
    }
    return _told(events.VACANCY_REPORTED, vacancy, vacancy.reported_on, data)


def _closed(vacancy: Vacancy, on: date) -> NewEvent:
    return _told(events.VACANCY_CLOSED, vacancy, on, {"reason": vacancy.close_reason})


async def report_vacancy(
    rt: Runtime, actor: Actor, draft: Vacancy, claim: Claim | None = None
) -> Vacancy:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        vacancy = only(await report_vacancies(rt, tx, actor, [draft]))
        await served.keep(vacancy)
    rt.wake()
    return vacancy


async def _mine(tx: Tx, actor: Actor, vacancy_id: UUID) -> Vacancy:
    vacancy = await store.VACANCIES.get(tx, vacancy_id, lock=True)
    if vacancy is None or not actor.may_see(vacancy.area_code):
        raise NotFound
    return vacancy


async def close_vacancy(
    rt: Runtime,
    actor: Actor,
    vacancy_id: UUID,
    on: date,
    reason: CloseReason,
    claim: Claim | None = None,
) -> Vacancy:
    """Raises VacancyClosed, VacancyNotReportedYet, InTheFuture."""
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        vacancy = await _mine(tx, actor, vacancy_id)
        desk_of(rt, actor).admit(vacancy.area_code, on)
        after = vacancy.close(on, reason)
        await store.VACANCIES.save(tx, after)
        await emit(tx, [_closed(after, on)])
        await served.keep(after)
    rt.wake()
    return after


async def note_requirements(
    rt: Runtime, actor: Actor, vacancy_id: UUID, requirements: str | None, *, seen: int
) -> Vacancy:
    """Edit what was not told. Raises StaleWrite when ``seen`` is not the version, VacancyClosed."""
    async with rt.db.transaction() as tx:
        vacancy = await _mine(tx, actor, vacancy_id)
        if vacancy.version != seen:
            raise StaleWrite
        after = vacancy.note_requirements(requirements)
        await store.VACANCIES.save(tx, after)
    return after


async def get_vacancy(rt: Runtime, actor: Actor, vacancy_id: UUID) -> tuple[Vacancy, bool]:
    """The vacancy, and whether it was reported late by the rule of its day (J5)."""
    async with rt.db.reading() as tx:
        vacancy = await store.VACANCIES.get(tx, vacancy_id)
        if vacancy is None or not actor.may_see(vacancy.area_code):
            raise NotFound
        employer = (await employers.known(tx, [vacancy.employer_id]))[vacancy.employer_id]
    return vacancy, vacancy.reported_late(
        employer.staff_count, _report_rule(rt, vacancy.reported_on)
    )


def _report_rule(rt: Runtime, on: date) -> ReportRule:
    return ReportRule(
        staff_min=parameter(rt, "vacancy_report_staff", on),
        days_before=parameter(rt, "vacancy_report_days", on),
    )


async def list_vacancies(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, employer_id: UUID | None = None
) -> list[Vacancy]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.VACANCIES.page(
            tx, actor.area_prefix, after, limit, employer_id=employer_id
        )


async def check_open(tx: Tx, vacancy_id: UUID, on: date) -> Vacancy:
    """The vacancy, to which somebody may be referred. Raises UnknownVacancy, VacancyClosed."""
    vacancy = await store.VACANCIES.get(tx, vacancy_id, lock=True)
    if vacancy is None:
        raise UnknownVacancy
    vacancy.check_open(on)
    return vacancy


async def fill(tx: Tx, vacancy_id: UUID, on: date) -> Vacancy:
    """One more hired; the last one closes the vacancy, which is told. Raises VacancyClosed."""
    after = (await check_open(tx, vacancy_id, on)).fill(on)
    await store.VACANCIES.save(tx, after)
    if after.closed_on is not None:
        await emit(tx, [_closed(after, on)])
    return after
