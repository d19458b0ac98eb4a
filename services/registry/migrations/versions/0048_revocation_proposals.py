"""A certificate withdrawn for a death or a retirement by hand: proposed by one person, confirmed by another."""

from kit import migrations

revision = "0048"
down_revision = "0047"

SQL = """
create table certificate_revocation_proposal (
    id uuid primary key,
    certificate_id uuid not null references certificate,
    reason text not null,
    effective_on date not null,
    evidence uuid[] not null,
    state text not null check (state in ('proposed', 'confirmed', 'dropped')),
    state_on date not null,
    state_by text not null,
    proposed_by text not null,
    note text,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_revocation_proposal_certificate
    on certificate_revocation_proposal (certificate_id, id);
create unique index certificate_revocation_proposal_once
    on certificate_revocation_proposal (certificate_id) where state = 'proposed';
create index certificate_revocation_proposal_waiting
    on certificate_revocation_proposal (state_on, id) where state = 'proposed';
comment on table certificate_revocation_proposal is '注销提议: what one person proposed and another decided.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("certificate_revocation_proposal",))
