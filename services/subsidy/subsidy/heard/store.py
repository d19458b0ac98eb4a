"""The slim copies: rows that events leave, written set by set; and which cases they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit import identity_links
from kit.db import Tx
from subsidy.heard.domain import Certificate, Held, Occupancy, Telling

# Two durables fold into the same cases; each must see what the other committed. Taken first in every
# handler, held to the commit. The work behind it is one process's anyway.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('subsidy.entitlements')::bigint)"


async def one_at_a_time(tx: Tx) -> None:
    """Wait for the other consumer's batch, so that no pair of facts passes each other unseen."""
    await tx.execute(_ONE_AT_A_TIME)


async def _write(tx: Tx, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement whose parameters are the columns of the rows."""
    if rows:
        await tx.execute(sql, *(list(column) for column in zip(*rows, strict=True)))


# --- persons --------------------------------------------------------------------------------------

_WORKERS = """
insert into known_worker (worker_id, population, sex, birth_date, cadre, centre_agreement_on, event_id)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::bool[], $6::date[], $7::uuid[])
on conflict (worker_id) do update set population = excluded.population, sex = excluded.sex,
       birth_date = excluded.birth_date, cadre = excluded.cadre,
       centre_agreement_on = excluded.centre_agreement_on, event_id = excluded.event_id
"""
_CORRECTED = """
update known_worker k set sex = u.sex, birth_date = u.birth_date,
       cadre = coalesce(u.cadre, k.cadre), event_id = u.event_id
  from unnest($1::uuid[], $2::text[], $3::date[], $4::bool[], $5::uuid[])
       as u (worker_id, sex, birth_date, cadre, event_id)
 where k.worker_id = u.worker_id
"""


async def add_workers(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(record, population, sex, birth date, cadre, agreement with a centre, event)."""
    await _write(tx, _WORKERS, rows)


async def correct_workers(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(record, sex, birth date, cadre or None, event), each record once."""
    await _write(tx, _CORRECTED, rows)


# --- what held on which days ----------------------------------------------------------------------

_TELL = """
insert into known_telling (entity_id, sequence, noun, fact, worker_id, on_day, event_id, until, kind,
       reverses, spell)
select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::date[],
       $7::uuid[], $8::date[], $9::text[], $10::uuid[], $11::int[])
on conflict do nothing
"""


async def add_tellings(tx: Tx, told: Sequence[Telling]) -> None:
    """Keep tellings; one that is known stays as it is."""
    await _write(
        tx, _TELL,
        [
            (
                one.entity_id, one.sequence, one.noun, one.fact, one.worker_id, one.on,
                one.event_id, one.until, one.kind, one.reverses, one.spell,
            )
            for one in told
        ],
    )  # fmt: skip


async def tellings_of(tx: Tx, entities: Iterable[UUID]) -> list[list[Telling]]:
    """Everything told of each of these entities."""
    found: dict[UUID, list[Telling]] = {}
    for row in await tx.fetch(
        "select entity_id, sequence, noun, fact, worker_id, on_day, event_id, until, kind, reverses,"
        " spell from known_telling where entity_id = any($1::uuid[])",
        list(entities),
    ):
        found.setdefault(row["entity_id"], []).append(Telling(*row))
    return list(found.values())


async def save_held(tx: Tx, entities: Sequence[UUID], held: Sequence[Held]) -> None:
    """On just these days these entities held."""
    await tx.execute("delete from known_spell where entity_id = any($1::uuid[])", entities)
    await _write(
        tx,
        "insert into known_spell (entity_id, noun, worker_id, since, until, event_id, kind)"
        " select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[], $5::date[],"
        " $6::uuid[], $7::text[])",
        [
            (one.entity_id, one.noun, one.worker_id, one.since, one.until, one.event_id, one.kind)
            for one in held
        ],
    )


_CERTIFICATES = """
insert into known_certificate (certificate_id, worker_id, issued_on, valid_until, revoked_on,
       expired_on, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::date[], $6::date[], $7::uuid[])
on conflict (certificate_id) do update set worker_id = excluded.worker_id,
       issued_on = excluded.issued_on, valid_until = excluded.valid_until,
       revoked_on = excluded.revoked_on, expired_on = excluded.expired_on,
       event_id = excluded.event_id
"""


async def save_certificates(tx: Tx, certificates: Sequence[Certificate]) -> None:
    await _write(
        tx, _CERTIFICATES,
        [
            (
                one.id, one.worker_id, one.issued_on, one.valid_until, one.stopped_on,
                one.expired_on, one.event_id,
            )
            for one in certificates
        ],
    )  # fmt: skip


# --- contributions --------------------------------------------------------------------------------

_CONTRIBUTIONS = """
insert into known_contribution (contribution_id, worker_id, month, insurances, base_fen, payer, event_id)
select id, worker_id, month, string_to_array(insurances, ','), base_fen, payer, event_id
  from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[], $5::bigint[], $6::text[], $7::uuid[])
       as u (id, worker_id, month, insurances, base_fen, payer, event_id)
on conflict (contribution_id) do nothing
"""
_REVERSED = """
update known_contribution k set reversed = true, event_id = u.event_id
  from unnest($1::uuid[], $2::uuid[]) as u (id, event_id) where k.contribution_id = u.id
"""
_CONFLICTS = """
insert into known_conflict (conflict_id, worker_id, month, standing, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bool[], $5::uuid[])
on conflict (conflict_id) do update set standing = excluded.standing, event_id = excluded.event_id
"""


async def add_contributions(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(contribution, record, month, insurances with commas between, base in fen, payer, event)."""
    await _write(tx, _CONTRIBUTIONS, rows)


async def reverse_contributions(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(contribution, event)."""
    await _write(tx, _REVERSED, rows)


async def save_conflicts(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(conflict, record, month, standing, event), each conflict once."""
    await _write(tx, _CONFLICTS, rows)


# --- work -----------------------------------------------------------------------------------------

_EMPLOYERS = """
insert into known_employer (employer_id, sector, code, event_id)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])
on conflict (employer_id) do update
   set sector = excluded.sector, code = excluded.code, event_id = excluded.event_id
"""
_PLACEMENTS = """
insert into known_placement (placement_id, worker_id, employer_id, started_on, contract_months,
       new_post, sector, wage_fen, channel, referral_id, public_welfare_post_id, area_code, office,
       event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::int[], $6::bool[],
       $7::text[], $8::bigint[], $9::text[], $10::uuid[], $11::uuid[], $12::text[], $13::text[],
       $14::uuid[])
on conflict (placement_id) do nothing
"""
_ENDED = """
update known_placement p set ended_on = u.ended_on, event_id = u.event_id
  from unnest($1::uuid[], $2::date[], $3::uuid[]) as u (placement_id, ended_on, event_id)
 where p.placement_id = u.placement_id
"""
_VOIDED = """
update known_placement p set voided = true, event_id = u.event_id
  from unnest($1::uuid[], $2::uuid[]) as u (placement_id, event_id)
 where p.placement_id = u.placement_id
"""


async def add_employers(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(employer, sector, code as payer, event)."""
    await _write(tx, _EMPLOYERS, rows)


async def add_placements(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """In the order of the columns of ``_PLACEMENTS``."""
    await _write(tx, _PLACEMENTS, rows)


async def end_placements(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(placement, last day, event)."""
    await _write(tx, _ENDED, rows)


async def void_placements(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(placement, event)."""
    await _write(tx, _VOIDED, rows)


async def placements_of(
    tx: Tx, *, workers: Sequence[UUID] = (), employers: Sequence[UUID] = ()
) -> list[UUID]:
    """Placements whose case these workers' (under any of their records) or employers' facts belong to."""
    people = await identity_links.records_of(tx, workers)
    workers = [record for records in people.values() for record in records]
    rows = await tx.fetch(
        "select placement_id from known_placement where worker_id = any($1::uuid[])"
        " union select placement_id from known_placement where employer_id = any($2::uuid[])",
        workers, employers,
    )  # fmt: skip
    return [row["placement_id"] for row in rows]


async def employers_of(tx: Tx, placements: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """The employer of each of these placements, as far as they have been told of."""
    rows = await tx.fetch(
        "select placement_id, employer_id from known_placement where placement_id = any($1::uuid[])",
        placements,
    )
    return {row["placement_id"]: row["employer_id"] for row in rows}


# --- public-welfare posts -------------------------------------------------------------------------

_OCCUPIED = """
insert into known_occupancy (placement_id, post_id, worker_id, occupied_on, area_code, office, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::text[], $7::uuid[])
on conflict (placement_id) do nothing
"""
_VACATED = """
update known_occupancy o set event_id = u.event_id, vacated_on = u.vacated_on
  from unnest($1::uuid[], $2::date[], $3::uuid[]) as u (placement_id, vacated_on, event_id)
 where o.placement_id = u.placement_id
"""
_NEVER_HELD = """
update known_occupancy o set event_id = u.event_id, voided = true
  from unnest($1::uuid[], $2::uuid[]) as u (placement_id, event_id)
 where o.placement_id = u.placement_id
"""


async def add_occupancies(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(placement, post, record, first day, area, office, event)."""
    await _write(tx, _OCCUPIED, rows)


async def end_occupancies(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(placement, first day without, event)."""
    await _write(tx, _VACATED, rows)


async def void_occupancies(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(placement, event)."""
    await _write(tx, _NEVER_HELD, rows)


async def occupancies_of(tx: Tx, posts: Sequence[UUID]) -> list[tuple[Occupancy, bool]]:
    """All occupancies of these posts, and whether each was voided."""
    rows = await tx.fetch(
        "select placement_id, post_id, occupied_on, vacated_on, area_code, office, voided"
        " from known_occupancy where post_id = any($1::uuid[])",
        posts,
    )
    return [(Occupancy(*row[:6]), row["voided"]) for row in rows]


# --- training and introduction --------------------------------------------------------------------

_OPENED = """
insert into known_class (class_id, opened_on, ends_on, event_id)
select * from unnest($1::uuid[], $2::date[], $3::date[], $4::uuid[]) on conflict (class_id) do nothing
"""
_COMPLETED = """
update known_class c set completed_on = u.on_day, passed = u.passed, failed = u.failed,
       event_id = u.event_id
  from unnest($1::uuid[], $2::date[], $3::int[], $4::int[], $5::uuid[])
       as u (class_id, on_day, passed, failed, event_id)
 where c.class_id = u.class_id
"""
_ENROLLED = """
insert into known_enrolment (enrolment_id, class_id, worker_id, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[])
on conflict (enrolment_id) do nothing
"""
_RESULTED = """
update known_enrolment n set result = u.result, event_id = u.event_id
  from unnest($1::uuid[], $2::text[], $3::uuid[]) as u (enrolment_id, result, event_id)
 where n.enrolment_id = u.enrolment_id
"""
_EMPLOYED = """
update known_enrolment n set employed_on = u.employed_on, event_id = u.event_id
  from unnest($1::uuid[], $2::date[], $3::uuid[]) as u (enrolment_id, employed_on, event_id)
 where n.enrolment_id = u.enrolment_id
"""
_REFERRALS = """
insert into known_referral (referral_id, worker_id, outcome, resolved_on, event_id)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::uuid[])
on conflict (referral_id) do nothing
"""


async def open_classes(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(class, first day, last day of teaching or None, event)."""
    await _write(tx, _OPENED, rows)


async def complete_classes(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(class, day, passed, failed, event)."""
    await _write(tx, _COMPLETED, rows)


async def add_enrolments(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(enrolment, class, record, event)."""
    await _write(tx, _ENROLLED, rows)


async def result_enrolments(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(enrolment, result, event)."""
    await _write(tx, _RESULTED, rows)


async def employ_enrolments(tx: Tx, rows: Sequence[tuple[UUID, date | None, UUID]]) -> None:
    """(enrolment, day on which work began or None, event), each enrolment once."""
    await _write(tx, _EMPLOYED, rows)


async def add_referrals(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(referral, record, outcome, day, event)."""
    await _write(tx, _REFERRALS, rows)
