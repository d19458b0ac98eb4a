"""Claims with their papers, lines, what is due to whom, and the acts that led them on."""

from kit import migrations

revision = "0021"
down_revision = "0020"

SQL = """
create table claim (
    id uuid primary key,
    programme text not null,
    claimant_kind text not null check (claimant_kind in ('employer', 'person', 'provider')),
    claimant_id uuid not null,
    quarter date not null check (extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)),
    filed_on date not null,
    area_code text not null,
    office text not null,
    filers text[] not null,
    state text not null check (state in ('filed', 'reviewed', 'approved', 'paid', 'returned', 'rejected')),
    state_on date not null,
    due_on date,
    pay_by date,
    amount bigint not null check (amount >= 0),
    reviewed_by text,
    approved_by text,
    arrangement_id uuid references arrangement,
    reservation_id uuid references reservation,
    reason text,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint claim_reviewed_by_another check (not reviewed_by = any (filers)),
    constraint claim_approved_by_a_third check (not approved_by = any (filers || reviewed_by)),
    constraint claim_promised_from_a_reservation check (
        state not in ('approved', 'paid') or reservation_id is not null)
);
create index claim_area on claim (area_code text_pattern_ops, id);
create index claim_claimant on claim (claimant_id);
create index claim_due_on on claim (due_on) where due_on is not null;
comment on table claim is 'What is asked for a closed quarter, and how far it is; amount is fen granted.';

create table claim_paper (
    claim_id uuid not null references claim,
    code text not null,
    reference text not null,
    primary key (claim_id, code)
);
comment on table claim_paper is 'Papers that were brought with a claim, by the number under which they are filed.';

create table claim_line (
    id uuid primary key,
    claim_id uuid not null references claim,
    number integer not null check (number > 0),
    worker_id uuid not null,
    month date check (extract(day from month) = 1),
    reference uuid not null,
    part text not null check (part in ('whole', 'first', 'second')),
    group_key text not null,
    free_of_charge boolean not null,
    renewed_until date,
    outcome text check (outcome in ('granted', 'refused', 'withheld')),
    amount bigint not null check (amount >= 0),
    clause text,
    decision_id uuid references decision,
    payee_kind text,
    day date,
    paid_event uuid,
    constraint claim_line_once unique nulls not distinct (claim_id, worker_id, month, reference, part),
    constraint claim_line_decided check ((outcome is null) = (decision_id is null)),
    constraint claim_line_granted check (outcome = 'granted' or amount = 0)
);
create index claim_line_claim on claim_line (claim_id, number);
create index claim_line_worker on claim_line (worker_id);
create index claim_line_reference on claim_line (reference);
comment on table claim_line is 'One person''s month (or once) of a claim and what the review made of it; fen.';

create index benefit_month_reference on benefit_month (reference);

create table claim_due (
    id uuid primary key,
    claim_id uuid not null references claim,
    payee_kind text not null,
    amount bigint not null check (amount > 0),
    batch_id uuid references payment_batch,
    paid_on date,
    constraint claim_due_once unique (claim_id, payee_kind)
);
comment on table claim_due is 'What is to be paid of a claim to one kind of payee; payment orders are about it.';

create table claim_step (
    claim_id uuid not null references claim,
    version integer not null,
    act text not null,
    on_day date not null,
    reason text,
    note text,
    done_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (claim_id, version)
);
comment on table claim_step is 'Who did what with a claim, and why. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("claim_step",))
    role = migrations.app_role()
    migrations.execute(
        "grant select, insert, update (filers, state, state_on, due_on, pay_by, amount,"
        " reviewed_by, approved_by, arrangement_id, reservation_id, reason, version) on claim"
        f" to {role};"
        f"grant select, insert, delete on claim_paper to {role};"
        "grant select, insert, delete, update (outcome, amount, clause, decision_id, payee_kind, day,"
        f" paid_event) on claim_line to {role};"
        f"grant select, insert, update (batch_id, paid_on) on claim_due to {role};"
    )
