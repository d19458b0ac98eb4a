"""Everything that the programmes ask about persons, months and work, heard from registry and jobs-market."""

from kit import migrations

revision = "0014"
down_revision = "0013"

SQL = """
alter table known_worker
    add column sex text check (sex in ('male', 'female')),
    add column birth_date date,
    add column cadre boolean not null default false,
    add column centre_agreement_on date;
comment on table known_worker is
    'From registry.worker.registered and .corrected. No birth date: heard before we read it; to be republished.';

create table known_telling (
    entity_id uuid not null,
    sequence integer not null,
    noun text not null check (noun in ('certificate', 'difficulty', 'unemployment', 'life-fact')),
    fact text not null,
    worker_id uuid not null,
    on_day date not null,
    until date,
    kind text,
    event_id uuid not null,
    reverses uuid,
    primary key (entity_id, sequence)
);
comment on table known_telling is
    'What registry told of a person''s papers and facts, telling by telling; known_spell is folded from it.';

create table known_spell (
    entity_id uuid not null,
    since date not null,
    until date check (until >= since),
    noun text not null,
    kind text,
    worker_id uuid not null,
    event_id uuid not null,
    primary key (entity_id, since)
);
create index known_spell_worker on known_spell (worker_id);
comment on table known_spell is 'From which day to which day (both in it) a paper or a fact held. Folded.';

alter table known_certificate add column expired_on date;
comment on table known_certificate is
    'A certificate as its tellings leave it; revoked_on: the first day on which it was revoked or suspended.';
-- What was heard before tellings were kept comes before whatever is heard next.
insert into known_telling (entity_id, sequence, noun, fact, worker_id, on_day, until, event_id)
select certificate_id, -1, 'certificate', 'issued', worker_id, issued_on, valid_until, event_id
  from known_certificate where issued_on is not null
union all
select certificate_id, 0, 'certificate', 'revoked', worker_id, revoked_on, null, event_id
  from known_certificate where revoked_on is not null;
insert into known_spell (entity_id, since, until, noun, worker_id, event_id)
select certificate_id, issued_on, least(valid_until, revoked_on - 1), 'certificate', worker_id, event_id
  from known_certificate
 where issued_on is not null and coalesce(least(valid_until, revoked_on - 1) >= issued_on, true);

create table known_contribution (
    contribution_id uuid primary key,
    worker_id uuid not null,
    month date not null check (extract(day from month) = 1),
    insurances text[] not null,
    base_fen bigint not null check (base_fen > 0),
    payer text,
    reversed boolean not null default false,
    event_id uuid not null
);
create index known_contribution_month on known_contribution (worker_id, month);
comment on table known_contribution is
    'From registry.contribution.*. payer: the organisation code of the employer; null: the person pays.';

create table known_conflict (
    conflict_id uuid primary key,
    worker_id uuid not null,
    month date not null,
    standing boolean not null,
    event_id uuid not null
);
create index known_conflict_month on known_conflict (worker_id, month) where standing;
comment on table known_conflict is
    'From registry.contribution.conflict-*: months to be held until the office has looked into them.';

alter table known_employer add column code text;
comment on table known_employer is
    'From jobs-market.employer.registered. code: the nine characters by which the agency names a payer.';

alter table known_placement
    alter column employer_id drop not null,
    add column sector text,
    add column wage_fen bigint,
    add column channel text,
    add column referral_id uuid,
    add column public_welfare_post_id uuid;
create index known_placement_referral on known_placement (referral_id) where referral_id is not null;
comment on table known_placement is 'From jobs-market.placement.*.';

create table known_occupancy (
    placement_id uuid primary key,
    post_id uuid not null,
    worker_id uuid not null,
    occupied_on date not null,
    vacated_on date,
    voided boolean not null default false,
    area_code text not null,
    office text not null,
    event_id uuid not null
);
create index known_occupancy_post on known_occupancy (post_id);
comment on table known_occupancy is
    'From jobs-market.public-welfare-post.*: who held which post; vacated_on is the first day without.';

create table known_class (
    class_id uuid primary key,
    opened_on date not null,
    ends_on date,
    completed_on date,
    passed integer,
    failed integer,
    event_id uuid not null
);
comment on table known_class is 'From jobs-market.training-class.*.';

create table known_enrolment (
    enrolment_id uuid primary key,
    class_id uuid not null,
    worker_id uuid not null,
    result text,
    employed_on date,
    event_id uuid not null
);
create index known_enrolment_class on known_enrolment (class_id);
comment on table known_enrolment is 'From jobs-market.enrolment.*; employed_on: of the placement that followed.';

create table known_referral (
    referral_id uuid primary key,
    worker_id uuid not null,
    outcome text not null,
    resolved_on date not null,
    event_id uuid not null
);
comment on table known_referral is 'From jobs-market.referral.resolved.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("known_telling",),
        mutable=(
            "known_spell", "known_contribution", "known_conflict", "known_occupancy", "known_class",
            "known_enrolment", "known_referral",
        ),
    )  # fmt: skip
