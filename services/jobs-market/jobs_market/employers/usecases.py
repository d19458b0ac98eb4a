"""What happens with employers: registered once (and told), their staff counted again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from jobs_market import events
from jobs_market.employers import domain, store
from jobs_market.employers.domain import Employer
from jobs_market.outcomes import desk_of, each
from kit.auth import Actor
from kit.db import Tx
from kit.events import NewEvent
from kit.facts import StaleWrite, only
from kit.idempotency import Claim, once
from kit.outbox import emit
from kit.problems import NotFound
from kit.refusal import Refusal
from kit.service import Runtime


async def register_employers(
    rt: Runtime, tx: Tx, actor: Actor, drafts: Sequence[Employer]
) -> list[Employer | Refusal]:
    """Register many; each by itself is done or refused (area, future, codes, id)."""
    desk = desk_of(rt, actor)
    taken = await store.EMPLOYERS.taken(tx, [draft.id for draft in drafts])
    usccs = await store.usccs_taken(tx, [draft.uscc for draft in drafts if draft.uscc])
    codes = await store.organisation_codes_taken(tx, drafts)

    def decide(draft: Employer) -> Employer:
        desk.admit(draft.area_code, draft.registered_on)
        uscc = domain.checked_uscc(draft.uscc)
        code = domain.organisation_code(draft.organisation_code, uscc)
        if uscc in usccs:
            raise domain.UsccTaken
        if code in codes:
            raise domain.OrganisationCodeTaken
        if uscc is not None:
            usccs.add(uscc)
        if code is not None:
            codes.add(code)
        return replace(draft, uscc=uscc, organisation_code=code)

    outcomes, good = each(drafts, taken, decide)
    await store.EMPLOYERS.add(tx, good)
    await emit(tx, [_registered(employer) for employer in good])
    return outcomes


def _registered(employer: Employer) -> NewEvent:
    return NewEvent(
        events.EMPLOYER_REGISTERED,
        entity_id=employer.id,
        valid_from=employer.registered_on,
        area_code=employer.area_code,
        office=employer.office,
        data={
            "name": employer.name,
            "uscc": employer.uscc,
            "organisation_code": employer.organisation_code,
            "sector": employer.sector,
            "ownership": employer.ownership,
        },
    )


async def register_employer(
    rt: Runtime, actor: Actor, draft: Employer, claim: Claim | None = None
) -> Employer:
    async with rt.db.transaction() as tx, once(tx, claim) as served:
        employer = only(await register_employers(rt, tx, actor, [draft]))
        await served.keep(employer)
    rt.wake()
    return employer


async def count_staff(
    rt: Runtime, actor: Actor, employer_id: UUID, staff_count: int | None, *, seen: int
) -> Employer:
    """Note how many work there. Raises NotFound, or StaleWrite when ``seen`` is not the version."""
    async with rt.db.transaction() as tx:
        employer = await store.EMPLOYERS.get(tx, employer_id, lock=True)
        if employer is None or not actor.may_see(employer.area_code):
            raise NotFound
        if employer.version != seen:
            raise StaleWrite
        after = employer.count_staff(staff_count)
        await store.EMPLOYERS.save(tx, after)
    return after


async def get_employer(rt: Runtime, actor: Actor, employer_id: UUID) -> Employer:
    async with rt.db.looking() as tx:
        employer = await store.EMPLOYERS.get(tx, employer_id)
    if employer is None or not actor.may_see(employer.area_code):
        raise NotFound
    return employer


async def list_employers(
    rt: Runtime, actor: Actor, after: UUID | None, limit: int, *, sector: str | None = None
) -> list[Employer]:
    """One more than ``limit``, by id, of the caller's areas."""
    async with rt.db.looking() as tx:
        return await store.EMPLOYERS.page(tx, actor.area_prefix, after, limit, sector=sector)


async def known(tx: Tx, ids: Sequence[UUID | None]) -> dict[UUID, Employer]:
    """Those of these employers that exist, wherever they are: one may hire in another district."""
    wanted = {employer_id for employer_id in ids if employer_id is not None}
    return {one.id: one for one in await store.EMPLOYERS.find(tx, sorted(wanted))}
