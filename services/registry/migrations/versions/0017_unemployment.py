"""Unemployment registrations, and everything filed about them."""

from kit import migrations

revision = "0017"
down_revision = "0016"

SQL = """
create table unemployment_registration (
    id uuid primary key,
    worker_id uuid not null constraint unemployment_registration_worker_once unique
        references worker,
    state text not null check (state in ('registered', 'employed', 'cancelled', 'void')),
    since date not null,
    entry uuid not null,
    kind text not null,
    spell integer not null,
    reason text,
    placement_id uuid,
    contacted_on date,
    awaits text check (awaits in ('hire-filing', 'separation-filing')),
    awaits_job uuid,
    awaits_since date,
    area_code text not null,
    office text not null,
    told_event uuid,
    version integer not null default 1,
    check ((state = 'cancelled') = (reason is not null))
);
create index unemployment_registration_area on unemployment_registration (area_code text_pattern_ops, id);
comment on table unemployment_registration is
    '失业登记, one per person: the last stage of the fold of labour status and filings.';

create table unemployment_filing (
    id uuid primary key,
    worker_id uuid not null references worker,
    what text not null check (what in
        ('registered', 'hired', 'separated', 'cancelled', 'contacted', 'reversed')),
    happened_on date not null,
    filed_on date not null,
    kind text,
    reason text,
    job_id uuid,
    reverses uuid,
    late_days integer not null default 0 check (late_days >= 0),
    filed_by text not null,
    actor text not null,
    form text,
    evidence_kind text,
    evidence_reference text,
    evidence_on date,
    employer_id uuid,
    school text,
    graduated_on date,
    note text,
    decision_id uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((what = 'reversed') = (reverses is not null)),
    check ((what = 'registered') = (kind is not null)),
    check ((what = 'cancelled') = (reason is not null))
);
create index unemployment_filing_worker on unemployment_filing (worker_id, id);
create unique index unemployment_filing_reversed_once on unemployment_filing (reverses);
comment on table unemployment_filing is
    '失业登记、就业备案、终止备案、注销、联系、撤销. Append-only.';

-- Whoever is unemployed by status today is registered: the fold would say so.
insert into unemployment_registration
    (id, worker_id, state, since, entry, kind, spell, contacted_on, area_code, office)
select md5(s.id::text || 'unemployment')::uuid, s.worker_id, 'registered', s.since, d.id,
       'unstated', 1, s.since, s.area_code, s.office
  from labour_status s
 cross join lateral (select id from labour_status_declared d
    where d.worker_id = s.worker_id and d.status = 'unemployed'
    order by d.since desc, d.id desc limit 1) d
 where s.status = 'unemployed';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("unemployment_filing",), mutable=("unemployment_registration",))
