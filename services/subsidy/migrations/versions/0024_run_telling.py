"""What the bank said of a run's payment is told for each of its lines, chunk by chunk."""

from kit import migrations

revision = "0024"
down_revision = "0023"

SQL = """
alter table run_payment
    add column answered_on date,
    add column told boolean not null default false,
    add column told_enrolment uuid not null default '00000000-0000-0000-0000-000000000000',
    add column told_month date not null default '0001-01-01';
create index run_payment_to_tell on run_payment (id) where (state = 'settled') <> told;
comment on column run_payment.told is
    'Its lines are paid and told as paid; told_*: how far a worker came with saying so, or taking it back.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
