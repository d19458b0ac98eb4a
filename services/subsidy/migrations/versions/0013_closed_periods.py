"""Books of one fund in one area, the periods of them that are closed, and what may not be dated there.

A receipt or an arrangement is taken back by a reversing entry; unspent arranged money goes back by an
entry of its own (withdrawal). An entry with a day in a closed period is refused whoever writes it: only a
closing or a reopening, both append-only and with a name, moves the day until which a book is closed.
"""

from kit import migrations

revision = "0013"
down_revision = "0012"

SQL = """
create table book (
    id uuid not null unique,
    fund text not null check (fund in ('reemployment', 'living_allowance')),
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    closed_until date,
    locked_at timestamptz,
    primary key (fund, area_code)
);
comment on table book is 'One fund''s accounts in one area; closed_until is written only by closings and reopenings.';
comment on column book.locked_at is 'Never written: UPDATE on it is what SELECT FOR SHARE needs.';
insert into book (id, fund, area_code)
    select gen_random_uuid(), fund, area_code from (select distinct fund, area_code from account) as known;
alter table account add constraint account_of_a_book foreign key (fund, area_code) references book;

create table period_closing (
    id uuid primary key,
    fund text not null,
    area_code text not null,
    office text not null,
    closed_through date not null,
    closed_on date not null check (closed_on > closed_through),
    note text not null,
    closed_by text not null,
    event_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    foreign key (fund, area_code) references book
);
create index period_closing_area on period_closing (area_code text_pattern_ops, id);
comment on table period_closing is 'A book closed through the end of a month. Append-only.';

create table period_reopening (
    closing_id uuid primary key references period_closing,
    reopened_on date not null,
    reason text not null,
    approval text not null,
    reopened_by text not null,
    event_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table period_reopening is 'Closings that were taken back, each once. Append-only.';

-- As the owner: the application role can neither close nor open a book without a row that says who did.
create function book_follows_its_closings() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
begin
    update book set closed_until = (
        select max(c.closed_through) from period_closing c
         where c.fund = book.fund and c.area_code = book.area_code
           and not exists (select from period_reopening r where r.closing_id = c.id))
     where (fund, area_code) in (
        select c.fund, c.area_code from period_closing c
         where c.id = (case when tg_table_name = 'period_closing' then (to_jsonb(new) ->> 'id')
                            else (to_jsonb(new) ->> 'closing_id') end)::uuid);
    return null;
end $$;
create trigger period_closes after insert on period_closing
    for each row execute function book_follows_its_closings();
create trigger period_reopens after insert on period_reopening
    for each row execute function book_follows_its_closings();

create or replace function journal_moves_balances() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
begin
    -- Shared: nobody closes a book of these until this transaction has ended.
    perform from book b
      where (b.fund, b.area_code) in (
          select a.fund, a.area_code from posted p join account a on a.id = p.account_id)
      for share;
    if exists (
        select from posted p
          join journal_entry e on e.id = p.entry_id
          join account a on a.id = p.account_id
          join book b on b.fund = a.fund and b.area_code = a.area_code
         where e.effective_on <= b.closed_until) then
        raise exception 'the period is closed' using errcode = 'check_violation',
            constraint = 'journal_period_open', table = 'journal_entry';
    end if;
    update account set balance = balance + moved.amount
      from (select account_id, sum(amount)::bigint as amount from posted group by account_id) as moved
     where account.id = moved.account_id;
    return null;
end $$;

alter table journal_entry drop constraint journal_entry_kind_check,
    add constraint journal_entry_kind_check check (kind in (
        'appropriation', 'arrangement', 'withdrawal', 'reservation', 'commitment', 'release', 'order',
        'payment', 'reversal'));

create table appropriation_reversal (
    appropriation_id uuid primary key references appropriation,
    reversed_on date not null,
    reason text not null,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table appropriation_reversal is 'Receipts taken back, each once. Append-only.';

create table arrangement_reversal (
    arrangement_id uuid primary key references arrangement,
    reversed_on date not null,
    reason text not null,
    entry_id uuid not null references journal_entry,
    event_id uuid not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table arrangement_reversal is 'Arrangements taken back, each once. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    role = migrations.app_role()
    migrations.execute(
        f"revoke all on function book_follows_its_closings() from public;"
        f"grant select, insert (id, fund, area_code), update (locked_at) on book to {role};"
    )
    migrations.grant(
        append_only=(
            "period_closing", "period_reopening", "appropriation_reversal", "arrangement_reversal",
        )
    )  # fmt: skip
