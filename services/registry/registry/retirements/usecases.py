"""Looking for those who reach the age of retirement."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kit.auth import Actor
from kit.policy import Parameter
from kit.service import Runtime
from registry.certificates.rule import retires_on
from registry.retirements import domain, store
from registry.retirements.domain import Due


def _years(age: Parameter) -> int:
    assert isinstance(age.value, int)
    return age.value


async def list_due(
    rt: Runtime,
    actor: Actor,
    pattern: str,
    by: date,
    certain: bool | None,
    after: UUID | None,
    limit: int,
) -> list[Due]:
    """Who is of retirement age on a day, by that day's law, and still holds a certificate or a
    registration. ``certain`` narrows to those whose sex leaves no doubt (or some)."""
    earliest = {sex: rt.policies.value(id, by) for sex, id in domain.EARLIEST.items()}
    latest = {sex: rt.policies.value(id, by) for sex, id in domain.LATEST.items()}
    first = latest if certain else earliest
    found: list[Due] = []
    async with rt.db.looking() as tx:
        while len(found) < limit:
            rows = await store.candidates(
                tx, pattern, {sex: domain.born_by(age, by) for sex, age in first.items()}, after,
                limit,
            )  # fmt: skip
            for one in rows:
                ages = _years(earliest[one.sex]), _years(latest[one.sex])
                reached, sure = (retires_on(one.sex, one.birth_date, age, age) for age in ages)
                if certain is None or certain == (sure <= by):
                    found.append(Due(one, reached, sure, sure <= by, earliest[one.sex]))
            if len(rows) < limit:
                break
            after = rows[-1].worker_id
    return found[:limit]
