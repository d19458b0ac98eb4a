"""Payees and their accounts: encrypted, append-only, confirmed by another person."""

from kit import migrations

revision = "0007"
down_revision = "0006"

SQL = """
create table payee (
    id uuid primary key,
    kind text not null check (kind in ('employer', 'insurance_agency', 'provider', 'person', 'fund')),
    reference_id uuid not null,
    area_code text not null,
    office text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint payee_once unique (kind, reference_id)
);
create index payee_area on payee (area_code text_pattern_ops, id);
comment on table payee is 'Who is paid, by the id that the house knows it by. Append-only.';

create table payee_account (
    id uuid primary key,
    payee_id uuid not null references payee,
    name bytea not null,
    number bytea not null,
    number_index bytea not null,
    clearing_code text not null check (clearing_code ~ '^[0-9]{12}$'),
    proposed_on date not null,
    reason text not null,
    proposed_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index payee_account_payee on payee_account (payee_id, id);
create index payee_account_number on payee_account (number_index);
comment on table payee_account is
    'Accounts as proposed; name and number are ciphertexts, number_index finds equal ones. Append-only.';

create table payee_account_decision (
    account_id uuid primary key references payee_account,
    confirmed boolean not null,
    decided_on date not null,
    decided_by text not null,
    note text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table payee_account_decision is 'What another person decided on an account, once. Append-only.';

-- Whoever proposed an account does not confirm it, also not around the application's code.
create function payee_account_second_look() returns trigger language plpgsql
    set search_path = pg_catalog, public as $$
begin
    if new.decided_by = (select proposed_by from payee_account where id = new.account_id) then
        raise exception 'maker is checker' using errcode = 'check_violation',
            constraint = 'payee_account_second_look', table = 'payee_account_decision';
    end if;
    return new;
end $$;
create trigger payee_account_second_look before insert on payee_account_decision
    for each row execute function payee_account_second_look();
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("payee", "payee_account", "payee_account_decision"))
    migrations.key_rotation({"payee_account": ("name", "number")})
