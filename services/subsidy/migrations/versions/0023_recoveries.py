"""Money to be paid back: cases, their lines, what came in, and the acts that led them on."""

from kit import migrations

revision = "0023"
down_revision = "0022"

SQL = """
alter table journal_entry drop constraint journal_entry_kind_check,
    add constraint journal_entry_kind_check check (kind in (
        'appropriation', 'arrangement', 'withdrawal', 'reservation', 'commitment', 'release', 'order',
        'payment', 'recovery', 'reversal'));

alter table claim_line add column back bigint not null default 0,
    add constraint claim_line_back check (back between 0 and amount);

create table recovery (
    id uuid primary key,
    claim_id uuid not null references claim,
    claimant_kind text not null,
    claimant_id uuid not null,
    arrangement_id uuid not null references arrangement,
    opened_on date not null,
    cause uuid,
    state text not null check (state in ('open', 'noticed', 'paying', 'closed', 'written_off', 'withdrawn')),
    state_on date not null,
    due_on date,
    fine bigint not null check (fine >= 0),
    fine_paid bigint not null check (fine_paid between 0 and fine),
    noticed_by text,
    approval text,
    area_code text not null,
    office text not null,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint recovery_written_off_by_reference check (state <> 'written_off' or approval is not null)
);
create unique index recovery_open_once on recovery (claim_id) where state in ('open', 'noticed', 'paying');
create index recovery_area on recovery (area_code text_pattern_ops, id);
comment on table recovery is 'What of a paid claim is to come back, and how far it is; the fine is apart.';

create table recovery_line (
    recovery_id uuid not null references recovery,
    line_id uuid not null references claim_line,
    amount bigint not null check (amount > 0),
    back bigint not null check (back between 0 and amount),
    clause text,
    primary key (recovery_id, line_id)
);
create index recovery_line_line on recovery_line (line_id);
comment on table recovery_line is 'Fen of one paid line that are to come back, and that have.';

create table recovery_step (
    recovery_id uuid not null references recovery,
    version integer not null,
    act text not null,
    on_day date not null,
    amount bigint,
    reference text,
    done_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (recovery_id, version)
);
comment on table recovery_step is 'Who did what with a recovery; of money how much and by which voucher. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("recovery_step",), mutable=("recovery",))
    role = migrations.app_role()
    migrations.execute(
        f"grant select, insert, update, delete on recovery_line to {role};"
        f"grant update (back) on claim_line to {role};"
    )
