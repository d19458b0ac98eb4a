"""Budgets: sources, lines by use code, the acts that led them on, and which arrangements they provided for."""

from kit import migrations

revision = "0012"
down_revision = "0011"

SQL = """
create table budget (
    id uuid primary key,
    fund text not null check (fund in ('reemployment', 'living_allowance')),
    year integer not null,
    area_code text not null,
    office text not null,
    drafted_by text not null,
    drafted_on date not null,
    state text not null check (state in ('draft', 'approved', 'released', 'closed', 'withdrawn')),
    state_on date not null,
    approval text,
    version integer not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint approved_by_reference check (state in ('draft', 'withdrawn') or approval is not null)
);
create unique index budget_once on budget (fund, year, area_code) where state <> 'withdrawn';
create index budget_area on budget (area_code text_pattern_ops, id);
comment on table budget is 'What one area''s fund may be used for in a fiscal year, and how far it is.';

create table budget_source (
    budget_id uuid not null references budget,
    source text not null check (source in ('central', 'province', 'city', 'county', 'donation',
                                           'enterprise', 'raised', 'carried-over')),
    amount bigint not null check (amount > 0),
    primary key (budget_id, source)
);
comment on table budget_source is 'Where a budget''s money is to come from, in fen.';

create table budget_line (
    id uuid primary key,
    budget_id uuid not null references budget,
    use_code text not null,
    amount bigint not null check (amount >= 0),
    released bigint not null default 0 check (released >= 0),
    province_approval text,
    finding text check (finding in ('use-outside-permitted-list', 'no-use-list-in-force')),
    constraint budget_line_once unique (budget_id, use_code),
    constraint released_within_approved check (released <= amount)
);
comment on table budget_line is 'Fen for one use: approved, and released of it (set aside in arrangements).';

create table budget_step (
    budget_id uuid not null references budget,
    version integer not null,
    act text not null,
    on_day date not null,
    approval text,
    note text,
    done_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (budget_id, version)
);
comment on table budget_step is 'Who did what with a budget, and under which reference. Append-only.';

alter table arrangement add column budget_line_id uuid references budget_line;
create index arrangement_budget_line on arrangement (budget_line_id) where budget_line_id is not null;

-- Whatever way it is written: at commit the lines are no more than the sources that were named.
create function budget_within_sources() returns trigger language plpgsql
    set search_path = pg_catalog, public as $$
declare
    budget uuid := coalesce(new.budget_id, old.budget_id);
begin
    if (select coalesce(sum(amount), 0) from budget_line where budget_id = budget)
        > (select coalesce(sum(amount), 0) from budget_source where budget_id = budget) then
        raise exception 'budget lines exceed their sources' using errcode = 'check_violation',
            constraint = 'budget_within_sources', table = 'budget_line';
    end if;
    return null;
end $$;
create constraint trigger budget_line_fits after insert or update of amount on budget_line
    deferrable initially deferred for each row execute function budget_within_sources();
create constraint trigger budget_source_carries after update or delete on budget_source
    deferrable initially deferred for each row execute function budget_within_sources();
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("budget_step",), mutable=("budget", "budget_source", "budget_line")
    )
    role = migrations.app_role()
    migrations.execute(f"grant delete on budget_source, budget_line to {role};")
