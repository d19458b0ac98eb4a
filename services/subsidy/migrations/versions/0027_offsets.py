"""Recoveries ordered by hand and before a court, their offset against later payments, and the blacklist."""

from kit import migrations

revision = "0027"
down_revision = "0026"

SQL = """
alter table recovery
    drop constraint recovery_state_check,
    add constraint recovery_state_check check (state in ('proposed', 'open', 'noticed', 'paying',
        'litigated', 'closed', 'written_off', 'withdrawn')),
    add column reason text,
    add column proposed_by text,
    add column ordered_by text,
    add column court_reference text,
    add constraint recovery_ordered_by_another check (ordered_by <> proposed_by),
    add constraint recovery_by_hand check ((reason is null) = (proposed_by is null)),
    add constraint recovery_before_a_court check (state <> 'litigated' or court_reference is not null);
drop index recovery_open_once;
create unique index recovery_open_once on recovery (claim_id)
    where state in ('proposed', 'open', 'noticed', 'paying', 'litigated');
create index recovery_claimant on recovery (claimant_id);

alter table claim_due add column set_off bigint not null default 0,
    add constraint claim_due_set_off check (set_off between 0 and amount);
create table recovery_offset (
    id uuid primary key,
    recovery_id uuid not null references recovery,
    claim_id uuid not null references claim,
    due_id uuid not null references claim_due,
    payment_id uuid not null unique references payment,
    amount bigint not null check (amount > 0),
    on_day date not null,
    area_code text not null,
    done_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index recovery_offset_area on recovery_offset (area_code text_pattern_ops, id);
create index recovery_offset_claim on recovery_offset (claim_id);
create index recovery_offset_recovery on recovery_offset (recovery_id);
comment on table recovery_offset is
    'Fen that were kept of a claim''s payment for what the claimant owed; the payment stands in the journal.';

create table blacklisting (
    id uuid primary key,
    claimant_kind text not null check (claimant_kind in ('employer', 'person', 'provider', 'body')),
    claimant_id uuid not null,
    reason text not null,
    reference text not null,
    recovery_id uuid references recovery,
    since date not null,
    until date not null check (until >= since),
    area_code text not null,
    office text not null,
    state text not null check (state in ('proposed', 'standing', 'declined', 'lifted')),
    state_on date not null,
    proposed_by text not null,
    decided_by text,
    lifted_by text,
    lifting text,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint blacklisting_decided_by_another check (decided_by <> proposed_by),
    constraint blacklisting_lifted_with_reason check (state <> 'lifted' or lifting is not null)
);
create unique index blacklisting_once on blacklisting (claimant_id) where state = 'proposed';
create index blacklisting_claimant on blacklisting (claimant_id);
create index blacklisting_area on blacklisting (area_code text_pattern_ops, id);
comment on table blacklisting is 'Claimants of whom no claim is taken until a day, by whose decision.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("recovery_offset",), mutable=("blacklisting",))
    migrations.execute(f"grant update (set_off) on claim_due to {migrations.app_role()};")
