"""A void certificate is taken in; what was misused is paid back by an order that says which (R17)."""

from kit import migrations

revision = "0035"
down_revision = "0034"

SQL = """
create table certificate_custody (
    id uuid primary key,
    certificate_id uuid not null,
    what text not null,
    happened_on date not null,
    place text,
    note text,
    office text not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index certificate_custody_certificate on certificate_custody (certificate_id, id);
comment on table certificate_custody is '证件保管与收回: acts on where a certificate is. Append-only.';
create index certificate_revoked on certificate (id) where state = 'revoked';

alter table benefit_act
    drop constraint benefit_act_act_check,
    add constraint benefit_act_act_check check
        (act in ('withdrawn', 'stopped', 'recovery-ordered', 'recovered', 'recovery-lifted')),
    add column reverses uuid,
    add column withdrawn_certificate uuid;
comment on column benefit_act.withdrawn_certificate is
    'Of an order that followed from the withdrawal of a misused certificate.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("certificate_custody",))
