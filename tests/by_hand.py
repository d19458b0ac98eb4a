"""A month's run as somebody would write it by hand: one SQL statement from the roll to the same rows.

It knows one programme, the law of one month and these people alone: everybody's facts have arrived and no
record is merged. Texts, clauses and parameters stand in it, where the service looks them up by the day.
That its rows are those of the run is looked at, not believed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import asyncpg

#: What a run writes for its lines; the shared texts of decisions are a handful of rows.
TABLES = ("run_member", "decision", "run_line", "benefit_month", "run_payment")
#: What no two makers write alike: ids that are made, the time of writing.
_MADE = {
    "decision": ("id", "entity_id", "recorded_at"), "run_line": ("id",),
    "benefit_month": ("id", "recorded_at"),
}  # fmt: skip
_CLAUSES = (
    "policy 5.3/placement-stands", "policy 4.2/at-work-in-month", "policy 4.6/sole-occupant",
    "财社[2002]107 B1, B7/certificate-held", "中发[2002]12号 R4/age-4050",
    "国发[1978]104号 R17, R18/below-retirement-age", "policy 5.1 E8/of-the-labour-force",
    "财社[2002]107 B4, B16/insured-in-month", "policy 4.6/no-other-employer",
    "policy 4.6/not-granted-twice", "财社[2002]107 B7, 地方办法 B8/within-term-or-renewed",
    "财社[2002]107 B7, 地方办法 B8/months-left-or-renewed",
)  # fmt: skip
# $1 the run, $2 its area, $3 the hash of what its decisions share.
_STATEMENT = f"""
with member as materialized (
    select id as enrolment_id, date '2003-09-01' as month, worker_id, reference, payee_id, since,
           approved_on, renewed_until, agreement_until, enterprise_pays, recognised_on, area_code, office
      from enrolment
     where programme = 'si-public-welfare' and area_code = $2 and since <= '2003-09-30'
       and coalesce(least(until, facts_until) >= '2003-09-01', true)),
spells as (
    select worker_id,
           string_agg(format('"certificate:%s":"%s"', entity_id, event_id), ',' order by entity_id)
               filter (where noun = 'certificate') as events,
           string_agg(format('{{"since":"%s","until":%s}}', since, coalesce(to_json(until)::text, 'null')),
                      ',' order by since, entity_id) filter (where noun = 'certificate') as certificates,
           bool_or(noun = 'certificate' and since <= '2003-09-30'
                   and coalesce(until >= '2003-09-01', true)) as certified,
           min(since) filter (where noun = 'life-fact') as left_on
      from known_spell
     where worker_id in (select worker_id from member)
     group by worker_id),
paid as (
    select c.worker_id, string_agg(distinct format('"contribution:%s":"%s"', c.contribution_id, c.event_id), ',')
               as events,
           string_agg(format('{{"insurance":"%s","base":%s,"payer":"%s"}}', i.name, c.base_fen, p.payer), ','
                      order by i.name, p.payer, c.base_fen) as told,
           min(c.base_fen) filter (where i.name = 'pension' and p.payer = 'employer') as pension,
           min(c.base_fen) filter (where i.name = 'unemployment' and p.payer = 'employer') as unemployment,
           bool_or(p.payer = 'other') as by_another
      from member m
      join known_contribution c on c.worker_id = m.worker_id and c.month = m.month and not c.reversed
      join known_placement k on k.placement_id = m.reference
      join known_employer e using (employer_id),
           lateral unnest(c.insurances) as i (name),
           lateral (select case when c.payer is null then 'self' when c.payer = e.code then 'employer'
                                else 'other' end as payer) p
     group by c.worker_id),
known as (
    select m.*, w.sex, w.birth_date, w.cadre, w.event_id as worker_event, s.events as certificate_events,
           s.certificates, s.certified, s.left_on, p.events as paid_events, p.told as contributions,
           p.by_another, least(p.pension, 310550) as pension, least(p.unemployment, 310550) as unemployment,
           p.pension > 310550 as pension_capped, p.unemployment > 310550 as unemployment_capped,
           k.contract_months, k.wage_fen, coalesce(k.sector, e.sector) as sector, k.new_post,
           k.voided or o.voided as voided, o.occupied_on as started_on, o.vacated_on - 1 as ended_on,
           k.event_id as placement_event, o.event_id as occupancy_event, e.event_id as employer_event,
           not exists (
               select from known_occupancy other
                where other.post_id = o.post_id and other.placement_id <> o.placement_id and not other.voided
                  and other.occupied_on <= '2003-09-30'
                  and coalesce(other.vacated_on > '2003-09-01', true)) as sole_occupant,
           h.used, h.taken,
           (2003 * 12 + 9) - extract(year from o.occupied_on)::int * 12
               - extract(month from o.occupied_on)::int as months
      from member m
      join known_worker w on w.worker_id = m.worker_id
      join spells s on s.worker_id = m.worker_id
      join known_placement k on k.placement_id = m.reference
      join known_employer e on e.employer_id = k.employer_id
      join known_occupancy o on o.placement_id = m.reference
      left join paid p on p.worker_id = m.worker_id
      left join (select person_id, count(distinct month) filter (
                            where counter = 'si-months' and month <> '2003-09-01') as used,
                        bool_or(month = '2003-09-01' and kind in ('social-insurance-subsidy',
                            'flexible-insurance-subsidy', 'living-allowance')) as taken
                   from copied.benefit_month where state <> 'recovered' group by person_id) h
             on h.person_id = m.worker_id
    offset 0),  -- each is computed once, however often it is asked for below
asked as (
    select k.*, array[
               not voided, started_on <= '2003-09-30' and coalesce(ended_on >= '2003-09-01', true),
               sole_occupant, coalesce(certified, false),
               birth_date + case sex when 'male' then interval '50 years' else interval '40 years' end
                   <= started_on,
               date '2003-09-01' < birth_date + case when sex = 'male' then interval '60 years'
                   when cadre then interval '55 years' else interval '50 years' end,
               coalesce(left_on > '2003-09-01', true), pension is not null and unemployment is not null,
               not coalesce(by_another, false), not coalesce(taken, false),
               months between 0 and least(contract_months, 36) - 1, coalesce(used, 0) < 36] as ok,
           round(pension * 20 / 100.0)::bigint as pension_part,
           round(unemployment * 2 / 100.0)::bigint as unemployment_part
      from known k
    offset 0),
judged as (
    select a.*, uuidv7() as id, array_position(ok, false) is null as granted,
           case when array_position(ok, false) is null then pension_part + unemployment_part else 0 end
               as amount
      from asked a
    offset 0),
decided as materialized (
    select j.*, concat(
        '{{"decided_on":"2003-10-31","events":{{', certificate_events, ',', paid_events, ',"employer":"',
        employer_event, '","occupancy":"', occupancy_event, '","placement":"', placement_event,
        '","worker":"', worker_event, '"}},"facts":{{"month":"2003-09-01","person":{{"sex":"', sex,
        '","birth_date":"', birth_date, '","cadre":', cadre::text, ',"certificates":[', certificates,
        '],"recognitions":[],"unemployed":[],"left_on":', coalesce(to_json(left_on)::text, 'null'),
        '}},"work":{{"started_on":"', started_on, '","contract_months":', contract_months, ',"wage":',
        wage_fen, ',"sector":"', sector, '","new_post":', new_post::text, ',"ended_on":',
        coalesce(to_json(ended_on)::text, 'null'), ',"voided":', voided::text, ',"approved_on":',
        coalesce(to_json(approved_on)::text, 'null'), ',"renewed_until":',
        coalesce(to_json(renewed_until)::text, 'null'), ',"sole_occupant":', sole_occupant::text,
        '}},"contributions":[', contributions, '],"used":{{',
        case when used > 0 then format('"si-months":%s', used) end, '}},"taken":[',
        case when taken then '"social-insurance-subsidy"' end, '],"of":"month"}},"granted":', granted::text,
        ',"law_on":"', started_on, '","ok":[', array_to_string(ok::text[], ','), '],"outcome":{{"amount":',
        amount, ',"local_only":', (granted and months >= 36)::text, ',"months":', granted::int, ',"steps":[',
        case when granted then concat(
            case when pension_capped then
                '{{"code":"base-capped","fen":310550,"operands":{{"insurance":"pension","percent":"300"}}}},' end,
            case when unemployment_capped then
                '{{"code":"base-capped","fen":310550,"operands":{{"insurance":"unemployment","percent":"300"}}}},'
                end,
            '{{"code":"employer-part","fen":', pension_part, ',"operands":{{"base":"',
            round(pension / 100.0, 2), '","insurance":"pension","rate":"20"}}}},{{"code":"employer-part","fen":',
            unemployment_part, ',"operands":{{"base":"', round(unemployment / 100.0, 2),
            '","insurance":"unemployment","rate":"2"}}}},{{"code":"sum","fen":', amount,
            ',"operands":{{"parts":"', round(pension_part / 100.0, 2), ' + ',
            round(unemployment_part / 100.0, 2), '"}}}}') end, ']}}}}') as body,
        ('{{{",".join(f'"{one}"' for one in _CLAUSES)}}}'::text[])[array_position(ok, false)] as clause
      from judged j),
members as (
    insert into copied.run_member
    select $1::uuid, enrolment_id, month, worker_id, reference, payee_id, since, approved_on, renewed_until,
           agreement_until, enterprise_pays, recognised_on, area_code, office from member),
records as (
    insert into copied.decision (id, noun, entity_id, rule, decided_on, granted, clause, basis, record)
    select id, 'run-line', id, 'subsidy.si-public-welfare@2002', '2003-10-31', granted, clause, $3,
           body::jsonb from decided),
lines as (
    insert into copied.run_line
        (id, run_id, payee_id, enrolment_id, month, worker_id, verdict, amount, clause, missing, digest)
    select id, $1, payee_id, enrolment_id, month, worker_id,
           case when granted then 'granted' else 'refused' end, amount, clause, '{{}}',
           sha256(uuid_send(enrolment_id) || line || uuid_send(worker_id) || line || uuid_send(payee_id)
                  || line || '2003-09-01' || line || case when granted then bytea 'granted' else 'refused' end
                  || line || line || sha256(convert_to($3 || body, 'UTF8')))
      from decided, (values (bytea '\\x0a')) as b (line)),
months as (
    insert into copied.benefit_month
        (id, worker_id, programme, kind, month, counter, reference, holder, holder_id, amount, state,
         area_code, office, person_id, occupies_insurance, occupies_post)
    select id, worker_id, 'si-public-welfare', 'social-insurance-subsidy', month, 'si-months', reference,
           'run', $1, amount, 'held', area_code, office, worker_id, true, false
      from decided where granted)
insert into copied.run_payment (id, run_id, payee_id, amount, lines, state)
select md5($1::uuid::text || payee_id::text)::uuid, $1, payee_id, sum(amount), count(*), 'due'
  from decided where granted group by payee_id
"""


@dataclass(frozen=True)
class Written:
    """Seconds of the statement, and of copying its rows when they are there already: of writing alone."""

    seconds: float
    copied_s: float


async def written(connection: asyncpg.Connection, run_id: str) -> Written:
    """Write a run's rows anew, into tables with the indexes, checks and references of its own. Raises
    ``RuntimeError`` when other rows came out than the run has."""
    area = await connection.fetchval("select area_code from run where id = $1", run_id)
    bases = await connection.fetch(
        "select distinct d.basis from run_line l join decision d on d.id = l.id where l.run_id = $1",
        run_id,
    )
    if len(bases) != 1:
        raise RuntimeError(f"the statement knows one law, the run has {len(bases)}")
    try:
        await _make("copied", connection)
        await connection.execute("set work_mem = '256MB'")
        took = await _timed(connection, _STATEMENT, run_id, area, bases[0]["basis"])
        for name in TABLES:
            await _same(connection, name, run_id)
        await _make("again", connection)
        parts = [f"insert into again.{name} select * from copied.{name}" for name in TABLES]
        common = ", ".join(f"t{n} as ({part})" for n, part in enumerate(parts[:-1]))
        return Written(took, await _timed(connection, f"with {common} {parts[-1]}"))
    finally:
        await connection.execute("drop schema if exists copied, again cascade")


async def _timed(connection: asyncpg.Connection, statement: str, *args: str) -> float:
    await connection.execute("checkpoint")
    started = time.perf_counter()
    await connection.execute(statement, *args)
    return time.perf_counter() - started


async def _make(schema: str, connection: asyncpg.Connection) -> None:
    await connection.execute(f"create schema {schema}")
    for name in TABLES:
        await connection.execute(f"create table {schema}.{name} (like public.{name} including all)")
        # ``like`` copies everything but references.
        for row in await connection.fetch(
            "select pg_get_constraintdef(oid) as said from pg_constraint"
            " where conrelid = format('public.%I', $1::text)::regclass and contype = 'f'",
            name,
        ):
            await connection.execute(f"alter table {schema}.{name} add {row['said']}")


async def _same(connection: asyncpg.Connection, name: str, run_id: str) -> None:
    columns = await connection.fetch(
        "select attname from pg_attribute where attrelid = format('public.%I', $1::text)::regclass"
        " and attnum > 0 and not attisdropped order by attnum",
        name,
    )
    told = ", ".join(row["attname"] for row in columns if row["attname"] not in _MADE.get(name, ()))
    of_run = {
        "decision": "id in (select id from public.run_line where run_id = $1)",
        "benefit_month": "holder_id = $1",
    }.get(name, "run_id = $1")
    # Equal rows have equal hashes in whatever order; the count says that none is there twice.
    both = [
        await connection.fetchrow(
            f"select count(*), sum(hashtextextended(row({told})::text, 0)) from {schema}.{name}"
            f" where {where}",
            *args,
        )
        for schema, where, args in (("public", of_run, [run_id]), ("copied", "true", []))
    ]
    if both[0] != both[1]:
        raise RuntimeError(f"the statement left other rows in {name}: {both}")
