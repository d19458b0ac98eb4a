"""Who is paid month by month without a claim."""

from kit import migrations

revision = "0018"
down_revision = "0017"

SQL = """
create table enrolment (
    id uuid primary key,
    worker_id uuid not null,
    programme text not null,
    reference uuid,
    payee_id uuid not null references payee,
    since date not null,
    until date check (until >= since),
    area_code text not null,
    office text not null,
    approved_on date,
    renewed_until date,
    agreement_until date,
    enterprise_pays bigint not null check (enterprise_pays >= 0),
    recognised_on date,
    state text not null check (state in ('enrolled', 'ended')),
    reason text,
    facts_until date,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint ended_with_reason check (state = 'enrolled' or (until is not null and reason is not null))
);
create unique index enrolment_once on enrolment (worker_id, programme, reference) nulls not distinct
    where state = 'enrolled';
create index enrolment_worker on enrolment (worker_id);
create index enrolment_reference on enrolment (reference) where reference is not null;
create index enrolment_area on enrolment (area_code text_pattern_ops, id);
create index enrolment_programme on enrolment (programme, id);
comment on table enrolment is
    'Who is paid month by month without a claim; facts_until is folded from what is heard.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("enrolment",))
