"""Looking for those who reach the age of retirement."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kit.service import Runtime
from registry.retirement_ages import FEMALE, FEMALE_CADRE, MALE, ages_on, parameter_of
from registry.retirements import domain, store
from registry.retirements.domain import Due


async def list_due(
    rt: Runtime, pattern: str, by: date, after: UUID | None, limit: int
) -> list[Due]:
    """Who is of retirement age on a day, by that day's law, and still holds a certificate, a
    registration or a recognition, or draws unemployment insurance."""
    known = {id: rt.policies.value(id, by) for id in (MALE, FEMALE, FEMALE_CADRE)}
    men, women, cadres = (domain.born_by(age, by) for age in known.values())
    ages = ages_on(rt.policies, by)
    async with rt.db.looking() as tx:
        rows = await store.candidates(tx, pattern, (men, women, cadres), after, limit)
    return [
        Due(
            one,
            ages.day(one.sex, one.birth_date, cadre=one.cadre),
            known[parameter_of(one.sex, cadre=one.cadre)],
        )
        for one in rows
    ]
