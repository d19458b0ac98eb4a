"""People whom a programme pays by the month, as many as are wanted: heard of, and on the roll.

Written into subsidy's tables as hearing and enrolling them would leave them. Every id follows from a number
and is a UUIDv7 as the house makes them, which begins with the time: people are registered in one order and
come to work in another.
"""

from __future__ import annotations

from hashlib import md5
from uuid import UUID

import asyncpg

#: What a month of each comes to, in yuan: 20 % and 2 % of 600.
MONTH, AMOUNT = "2003-09", 132
#: Who employs all of them.
EMPLOYER = UUID("01900000-0000-7000-8000-000000000001")

#: What is of a person: made when the person was registered. Everything else: with the work.
_PERSON = frozenset({"worker", "worker-event", "certificate", "certificate-event"})
#: Milliseconds since 1970 at which registering and employing began; persons and their place in an order.
_REGISTERED, _EMPLOYED = 1041379200000, 1054425600000
_FACTOR, _PRIME = 700001, 16777213


def id_of(kind: str, number: int) -> UUID:
    """The id of a person's worker, certificate, placement, post …"""
    at = _EMPLOYED + number
    if kind in _PERSON:
        at = _REGISTERED + number * _FACTOR % _PRIME
    rest = md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()
    return UUID(f"{at:012x}7{rest[:3]}8{rest[-15:]}")


def _id(kind: str) -> str:
    """The same in SQL, of the number ``n``."""
    at = f"{_EMPLOYED} + n"
    if kind in _PERSON:
        at = f"{_REGISTERED} + n::bigint * {_FACTOR} % {_PRIME}"
    rest = f"md5('{kind}' || n)"
    return (
        f"(lpad(to_hex({at}), 12, '0') || '7' || left({rest}, 3) || '8' || right({rest}, 15))::uuid"
    )


_N = "from generate_series($1::int, $2::int) n"
_BEGAN = "date '2003-03-01' + n % 90"
_OFFICE = "'231102000000', '231102-employment-bureau'"
# Facts as they are heard, person by person: 4050, a post, its employer's contribution for the month.
_HEARD = (
    "insert into known_employer (employer_id, sector, code, event_id)"
    f" values ('{EMPLOYER}', 'services', '702890015', '{EMPLOYER}') on conflict do nothing",
    "insert into known_worker (worker_id, population, sex, birth_date, event_id)"
    f" select {_id('worker')}, 'base', 'female', date '1954-01-01' + n % 3000, {_id('worker-event')}"
    f" {_N} order by 1",
    "insert into known_spell (entity_id, since, until, noun, worker_id, event_id)"
    f" select {_id('certificate')}, date '2003-01-10', date '2006-01-09', 'certificate',"
    f" {_id('worker')}, {_id('certificate-event')} {_N} order by 1",
    "insert into known_placement (placement_id, worker_id, employer_id, started_on, contract_months,"
    " new_post, wage_fen, public_welfare_post_id, area_code, office, event_id)"
    f" select {_id('placement')}, {_id('worker')}, '{EMPLOYER}', {_BEGAN}, 36, true,"
    f" 60000 + n % 400 * 100, {_id('post')}, {_OFFICE}, {_id('placement-event')} {_N}",
    "insert into known_occupancy (placement_id, post_id, worker_id, occupied_on, area_code, office,"
    f" event_id) select {_id('placement')}, {_id('post')}, {_id('worker')}, {_BEGAN}, {_OFFICE},"
    f" {_id('occupancy-event')} {_N}",
    "insert into known_contribution (contribution_id, worker_id, month, insurances, base_fen, payer,"
    f" event_id) select {_id('contribution')}, {_id('worker')}, date '2003-09-01',"
    f" '{{pension,unemployment}}', 60000, '702890015', {_id('contribution-event')} {_N}",
)
_ENROLLED = f"""
insert into enrolment (id, worker_id, programme, reference, payee_id, since, area_code, office,
                       enterprise_pays, state, version)
select {_id("enrolment")}, {_id("worker")}, 'si-public-welfare', {_id("placement")}, $3, {_BEGAN}, $4,
       '231100-finance-bureau', 0, 'enrolled', 1
  {_N}
"""


async def enrol(
    connection: asyncpg.Connection, first: int, last: int, *, payee_id: str, area_code: str
) -> None:
    """Everybody from the first number to the last: granted a month of public-welfare post insurance."""
    for statement in _HEARD:
        await connection.execute(statement, *((first, last) if "$1" in statement else ()))
    await connection.execute(_ENROLLED, first, last, payee_id, area_code)
    # As autovacuum leaves a roll that has been there for a while: who reads new rows first marks them.
    await connection.execute("vacuum (analyze)")
