"""Accounts and the double-entry journal, which holds its two rules by itself.

An entry's lines add to nothing (checked at commit), and no account crosses to its other side. The
running balance is written by the journal's own trigger: the application role may insert lines and
cannot touch a balance.
"""

from kit import migrations

revision = "0002"
down_revision = "0001"

SQL = """
create table account (
    id uuid primary key,
    fund text not null check (fund in ('reemployment', 'living_allowance')),
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    kind text not null check (kind in ('source', 'unallocated', 'arranged', 'paid')),
    detail text not null,
    side smallint not null check (side in (1, -1)),
    balance bigint not null default 0,
    locked_at timestamptz,
    constraint account_once unique (fund, area_code, kind, detail),
    constraint account_not_overdrawn check (balance * side >= 0)
);
comment on table account is 'Running balances in fen, debit positive; written only by the journal''s trigger.';
comment on column account.locked_at is 'Never written: UPDATE on it is what SELECT FOR UPDATE needs.';

create table journal_entry (
    id uuid primary key,
    kind text not null check (kind in ('appropriation', 'arrangement', 'payment', 'reversal')),
    effective_on date not null,
    about uuid not null,
    reverses uuid unique references journal_entry,
    area_code text not null,
    office text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint reversal_names_its_entry check ((kind = 'reversal') = (reverses is not null))
);
create index journal_entry_about on journal_entry (about);
create index journal_entry_area on journal_entry (area_code text_pattern_ops, id);
comment on table journal_entry is 'Movements of money. Append-only; a correction is a reversing entry.';

create table journal_line (
    entry_id uuid not null references journal_entry,
    line smallint not null check (line > 0),
    account_id uuid not null references account,
    amount bigint not null check (amount <> 0),
    primary key (entry_id, line)
);
create index journal_line_account on journal_line (account_id);
comment on table journal_line is 'Fen, debit positive, credit negative. Append-only.';

create function journal_entry_balances() returns trigger language plpgsql
    set search_path = pg_catalog, public as $$
declare
    total numeric;
    lines integer;
    last integer;
    entry uuid;
begin
    if tg_table_name = 'journal_entry' then
        entry := new.id;
    else
        entry := new.entry_id;
    end if;
    select coalesce(sum(amount), 0), count(*), max(line) into total, lines, last
      from journal_line where entry_id = entry;
    if total <> 0 or lines < 2 or last <> lines then
        raise exception 'journal entry does not balance' using errcode = 'check_violation',
            constraint = 'journal_entry_balances', table = 'journal_entry';
    end if;
    return null;
end $$;

-- Each entry is checked once, at its own commit. Lines are numbered from 1 without a gap and an entry
-- has at least two, so whoever adds one later adds a third or higher: those are checked by themselves.
create constraint trigger journal_entry_has_lines after insert on journal_entry
    deferrable initially deferred for each row execute function journal_entry_balances();
create constraint trigger journal_line_balances after insert on journal_line
    deferrable initially deferred for each row when (new.line > 2)
    execute function journal_entry_balances();

-- As the owner: the application role has no right to write a balance, only the journal has.
create function journal_moves_balances() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
begin
    update account set balance = balance + moved.amount
      from (select account_id, sum(amount)::bigint as amount from posted group by account_id) as moved
     where account.id = moved.account_id;
    return null;
end $$;

create trigger journal_line_moves after insert on journal_line
    referencing new table as posted for each statement execute function journal_moves_balances();
"""


def upgrade() -> None:
    migrations.execute(SQL)
    # Inserted at nought, so that a balance can only come from lines.
    role = migrations.app_role()
    migrations.execute(
        f"revoke all on function journal_moves_balances() from public;"
        f"grant select, insert (id, fund, area_code, kind, detail, side) on account to {role};"
        f"grant update (locked_at) on account to {role};"
    )
    migrations.grant(append_only=("journal_entry", "journal_line"))
