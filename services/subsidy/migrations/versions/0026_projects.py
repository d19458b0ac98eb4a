"""Projects of bodies, claims for them, and claims of an enterprise for its people in the centre."""

from kit import migrations

revision = "0026"
down_revision = "0025"

SQL = """
alter table payee drop constraint payee_kind_check,
    add constraint payee_kind_check check (
        kind in ('employer', 'insurance_agency', 'provider', 'person', 'body', 'fund'));
alter table claim drop constraint claim_claimant_kind_check,
    add constraint claim_claimant_kind_check check (
        claimant_kind in ('employer', 'person', 'provider', 'body'));

create table project (
    id uuid primary key,
    programme text not null,
    body_id uuid not null,
    title text not null,
    approval text not null,
    approved_on date not null,
    amount bigint not null check (amount > 0),
    provincial_approval text,
    area_code text not null,
    office text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint project_approved_once unique (programme, body_id, approval)
);
create index project_area on project (area_code text_pattern_ops, id);
comment on table project is 'What a body was approved to do, up to how many fen. Append-only.';

alter table claim_line alter column worker_id drop not null,
    alter column reference drop not null,
    add column agreement_until date,
    add column enterprise_pays bigint not null default 0 check (enterprise_pays >= 0),
    add column recognised_on date,
    add column span text check (span in ('quarter', 'year')),
    add column spent bigint not null default 0 check (spent >= 0),
    add column enterprise_bears bigint not null default 0 check (enterprise_bears >= 0),
    add column backstop bigint not null default 0 check (backstop >= 0),
    add constraint claim_line_of_a_person_or_a_project check ((worker_id is null) = (span is not null));
comment on column claim_line.enterprise_bears is 'Fen of the month that the enterprise pays itself (B25).';
comment on column claim_line.backstop is 'Fen that finance stands in with for the enterprise (B25).';

-- The same quarter of a project is never granted twice; a year takes its four.
create table project_quarter (
    project_id uuid not null references project,
    quarter date not null check (
        extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)),
    line_id uuid not null,
    primary key (project_id, quarter)
);
create index project_quarter_line on project_quarter (line_id);
comment on table project_quarter is 'Which line of a claim was granted which quarter of a project.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("project",))
    role = migrations.app_role()
    migrations.execute(
        f"grant select, insert, delete on project_quarter to {role};"
        f"grant update (enterprise_bears, backstop) on claim_line to {role};"
        # Reviews of two claims for one project wait for each other.
        f"grant update (recorded_at) on project to {role};"
    )
