"""What is heard of jobs and refusals, one row per thing heard; declarations have names."""

from kit import migrations

revision = "0008"
down_revision = "0007"

SQL = """
create table job_heard (
    event_id uuid primary key,
    job_id uuid not null,
    worker_id uuid not null,
    source text not null check (source in ('jobs-market', 'filing')),
    act text not null check (act in ('began', 'ended', 'voided', 'reversed')),
    happened_on date,
    reverses uuid,
    recorded_at timestamptz not null default clock_timestamp(),
    check ((act in ('began', 'ended')) = (happened_on is not null)),
    check ((act = 'reversed') = (reverses is not null))
);
create index job_heard_worker on job_heard (worker_id);
comment on table job_heard is 
    'What was told of jobs, by jobs-market or in filings; folded by the labour status. Append-only.';

insert into job_heard (event_id, job_id, worker_id, source, act, happened_on)
select md5(id::text || told.act)::uuid, id, worker_id, 'jobs-market', told.act, told.happened_on
  from heard_placement
 cross join lateral (values ('began', started_on), ('ended', ended_on)) as told (act, happened_on)
 where told.happened_on is not null
union all
select md5(id::text || 'voided')::uuid, id, worker_id, 'jobs-market', 'voided', null
  from heard_placement where voided;
drop table heard_placement;

alter table labour_status_declared add column id uuid, add column actor text;
update labour_status_declared set id = (
    lpad(to_hex((extract(epoch from recorded_at) * 1000)::bigint), 12, '0') || '7' ||
    substr(md5(worker_id::text || since || status), 1, 3) || '8' ||
    substr(md5(worker_id::text || since || status), 4, 15))::uuid;
alter table labour_status_declared
    alter column id set not null,
    drop constraint labour_status_declared_pkey,
    add primary key (worker_id, id);
comment on table labour_status_declared is 
    'Statuses declared, each with its name; of two for one day the later made holds. Append-only.';

create table labour_status_undeclared (
    declaration_id uuid primary key,
    worker_id uuid not null,
    reason text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index labour_status_undeclared_worker on labour_status_undeclared (worker_id);
comment on table labour_status_undeclared is 'Declarations that were reversed, by name. Append-only.';

create table refusal_heard (
    event_id uuid primary key,
    referral_id uuid not null,
    worker_id uuid not null,
    refused_on date not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index refusal_heard_worker on refusal_heard (worker_id);
comment on table refusal_heard is '拒绝推荐: referrals that the person refused, as jobs-market told. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("job_heard", "labour_status_undeclared", "refusal_heard"))
