"""The list in the database: one statement over what each noun keeps as its current row."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kit.db import Tx
from registry.certificates.acts import LIVE_STATES
from registry.labour_status.domain import WITHDRAWN
from registry.retirements.domain import Candidate

# A merged record is no person of its own; what its survivor's other records hold counts for it.
_CANDIDATES = """
select w.id, w.sex, w.birth_date, w.cadre, w.area_code, w.office, c.id as certificate_id, c.state,
       u.id as registration_id, i.id as insurance_id, d.id as difficulty_id
  from worker w join labour_status s on s.worker_id = w.id
  left join lateral (select id, state from certificate
     where state = any($2::text[]) and worker_id in
       (select w.id union all select merged_id from identity_link where survivor_id = w.id)
     limit 1) c on true
  left join unemployment_registration u on u.worker_id = w.id and u.state = 'registered'
  left join insurance_account i on i.worker_id = w.id
       and i.state in ('drawing', 'employed', 'deferred')
  left join lateral (select id from difficulty
     where state = 'recognised' and worker_id in
       (select w.id union all select merged_id from identity_link where survivor_id = w.id)
     order by id limit 1) d on true
 where w.area_code ~ $1 and s.status <> all($3::text[])
   and w.birth_date <= case when w.sex = 'male' then $4::date when w.cadre then $6::date
                            else $5::date end
   and (c.id is not null or u.id is not null or i.id is not null or d.id is not null)
   and not exists (select from identity_link l where l.merged_id = w.id)
   and ($7::uuid is null or w.id > $7) order by w.id limit $8
"""


async def candidates(
    tx: Tx, pattern: str, born_by: tuple[date, date, date], after: UUID | None, limit: int
) -> list[Candidate]:
    """People of an area born by these days (men, women, women who are cadres) who are of the labour
    force and hold something."""
    rows = await tx.fetch(
        _CANDIDATES, pattern, sorted(LIVE_STATES), WITHDRAWN, *born_by, after, limit
    )
    return [Candidate(*row.values()) for row in rows]
