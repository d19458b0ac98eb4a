"""Slim copies of borrowers, loans with their steps, and repayments."""

from kit import migrations

revision = "0003"
down_revision = "0002"

SQL = """
create table known_worker (
    worker_id uuid primary key,
    birth_date date not null,
    labour_status text not null,
    event_id uuid not null
);
comment on table known_worker is 'From registry.worker.registered.';

create table known_certificate (
    certificate_id uuid primary key,
    worker_id uuid not null,
    issued_on date,
    valid_until date,
    revoked_on date,
    event_id uuid not null
);
create index known_certificate_worker on known_certificate (worker_id);
comment on table known_certificate is 'From registry.certificate.issued and .revoked.';

create table loan (
    id uuid primary key,
    worker_id uuid not null,
    principal bigint not null check (principal > 0),
    term_months integer not null check (term_months > 0),
    heads integer not null check (heads > 0),
    state text not null check (state in ('applied', 'recommended', 'labour_ok', 'committed',
                                         'declined', 'disbursed', 'repaying', 'repaid')),
    applied_on date not null,
    last_on date not null,
    fund_id uuid references guarantee_fund,
    bank text,
    annual_rate numeric(6, 4) check (annual_rate >= 0),
    disbursed_on date,
    due_on date,
    outstanding bigint not null default 0,
    interest_paid bigint not null default 0 check (interest_paid >= 0),
    decision_id uuid,
    area_code text not null,
    office text not null,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint outstanding_within_principal check (outstanding between 0 and principal),
    constraint repaid_means_nothing_outstanding check ((state = 'repaid') <= (outstanding = 0)),
    constraint paid_out_completely check (
        state not in ('disbursed', 'repaying', 'repaid')
        or num_nulls(fund_id, bank, annual_rate, disbursed_on, due_on) = 0)
);
create unique index loan_one_live_per_worker on loan (worker_id)
    where state in ('applied', 'recommended', 'labour_ok', 'committed', 'disbursed', 'repaying');
create index loan_area on loan (area_code text_pattern_ops, id);
create index loan_worker on loan (worker_id);
comment on table loan is 'Guaranteed small loans, fen; state as of the last step.';

create table loan_step (
    loan_id uuid not null references loan,
    step smallint not null check (step > 0),
    state text not null,
    effective_on date not null,
    note text,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (loan_id, step)
);
comment on table loan_step is 'What happened to a loan, in order. Append-only.';

create table repayment (
    id uuid primary key,
    loan_id uuid not null references loan,
    repaid_on date not null,
    principal bigint not null check (principal >= 0),
    interest bigint not null check (interest >= 0),
    outstanding bigint not null check (outstanding >= 0),
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint repayment_of_something check (principal + interest > 0)
);
create index repayment_loan on repayment (loan_id, id);
comment on table repayment is 'Money that came back, fen. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("loan_step", "repayment"),
        mutable=("known_worker", "known_certificate", "loan"),
    )
