"""People whom a programme pays by the month, as many as are wanted: heard of, and on the roll.

Written into subsidy's tables as hearing and enrolling them would leave them; every id follows from a number.
"""

from __future__ import annotations

import asyncpg

#: What a month of each comes to, in yuan: 20 % and 2 % of 600.
MONTH, AMOUNT = "2003-09", 132

# Facts as they are heard, person by person: 4050, a post, its employer's contribution for the month.
_HEARD = (
    "insert into known_employer (employer_id, sector, code, event_id)"
    " values (md5('e')::uuid, 'services', '702890015', md5('ee')::uuid) on conflict do nothing",
    "insert into known_worker (worker_id, population, sex, birth_date, event_id)"
    " select md5('w' || n)::uuid, 'base', 'female', date '1960-05-04', md5('we' || n)::uuid"
    " from generate_series($1::int, $2::int) n",
    "insert into known_spell (entity_id, since, until, noun, worker_id, event_id)"
    " select md5('c' || n)::uuid, date '2003-01-10', date '2006-01-09', 'certificate',"
    " md5('w' || n)::uuid, md5('ce' || n)::uuid from generate_series($1::int, $2::int) n",
    "insert into known_placement (placement_id, worker_id, employer_id, started_on, contract_months,"
    " new_post, wage_fen, public_welfare_post_id, area_code, office, event_id)"
    " select md5('p' || n)::uuid, md5('w' || n)::uuid, md5('e')::uuid, date '2003-06-01', 36, true,"
    " 60000, md5('o' || n)::uuid, '231102000000', '231102-employment-bureau', md5('pe' || n)::uuid"
    " from generate_series($1::int, $2::int) n",
    "insert into known_occupancy (placement_id, post_id, worker_id, occupied_on, area_code, office,"
    " event_id) select md5('p' || n)::uuid, md5('o' || n)::uuid, md5('w' || n)::uuid,"
    " date '2003-06-01', '231102000000', '231102-employment-bureau', md5('oe' || n)::uuid"
    " from generate_series($1::int, $2::int) n",
    "insert into known_contribution (contribution_id, worker_id, month, insurances, base_fen, payer,"
    " event_id) select md5('b' || n)::uuid, md5('w' || n)::uuid, date '2003-09-01',"
    " '{pension,unemployment}', 60000, '702890015', md5('be' || n)::uuid"
    " from generate_series($1::int, $2::int) n",
)
_ENROLLED = """
insert into enrolment (id, worker_id, programme, reference, payee_id, since, area_code, office,
                       enterprise_pays, state, version)
select md5('r' || n)::uuid, md5('w' || n)::uuid, 'si-public-welfare', md5('p' || n)::uuid, $3,
       date '2003-06-01', $4, '231100-finance-bureau', 0, 'enrolled', 1
  from generate_series($1::int, $2::int) n
"""


async def enrol(
    connection: asyncpg.Connection, first: int, last: int, *, payee_id: str, area_code: str
) -> None:
    """Everybody from the first number to the last: granted a month of public-welfare post insurance."""
    for statement in _HEARD:
        await connection.execute(statement, *((first, last) if "$1" in statement else ()))
    await connection.execute(_ENROLLED, first, last, payee_id, area_code)
    await connection.execute("analyze")
