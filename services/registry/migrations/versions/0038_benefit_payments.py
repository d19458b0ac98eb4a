"""What the subsidy service paid of benefits and what came back; an entitlement may be opened again."""

from kit import migrations

revision = "0038"
down_revision = "0037"

SQL = """
alter table benefit_grant add column about uuid;
create index benefit_grant_about on benefit_grant (about) where about is not null;
comment on column benefit_grant.about is
    'Of a further opening of an entitlement that was taken back: the entitlement. Else null: it is id.';

create table benefit_payment (
    id uuid constraint benefit_payment_pk primary key,
    entity_id uuid not null,
    programme text not null,
    valid_from date not null,
    valid_to date not null,
    amount bigint not null check (amount > 0),
    claim_id uuid,
    decision_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    check (valid_from <= valid_to)
);
create index benefit_payment_entity on benefit_payment (entity_id);
comment on table benefit_payment is
    '补贴发放, in fen: of which grant (entity_id) for which days; id is the event that told. Append-only.';

create table benefit_recovery (
    id uuid constraint benefit_recovery_pk primary key,
    payment_id uuid not null,
    happened_on date not null,
    amount bigint not null check (amount > 0),
    whole boolean not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index benefit_recovery_payment on benefit_recovery (payment_id);
comment on table benefit_recovery is
    '补贴退回, in fen; its payment may become known after it. id is the event that told. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("benefit_payment", "benefit_recovery"))
