"""Targets with their adjustments, declared statistics, published values."""

from kit.migrations import execute, grant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = """
create table target (
    id uuid primary key,
    issuer text not null,
    level text not null check (level in ('country', 'province', 'city', 'district', 'office', 'street')),
    indicator text not null,
    year integer not null check (year between 1990 and 2100),
    value numeric not null check (value >= 0),
    area_code text not null,
    office text not null default 'all',
    parent_id uuid references target (id),
    document text,
    signed_on date,
    version integer not null default 1,
    recorded_at timestamptz not null default clock_timestamp()
);
create unique index target_of on target (issuer, indicator, year, area_code, office);
create index target_parent on target (parent_id);
comment on table target is 'What an issuer asked; value is the one first signed and never changes.';

create table target_adjustment (
    target_id uuid not null references target (id),
    n integer not null check (n > 0),
    value_before numeric not null,
    value_after numeric not null check (value_after >= 0),
    effective_on date not null,
    document text not null,
    adjusted_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (target_id, n)
);
comment on table target_adjustment is 'Later values of a target, by its issuer only. Append-only.';

create table statistic (
    id uuid primary key,
    series text not null,
    area_code text not null,
    office text not null default 'all',
    as_of date not null,
    value numeric not null,
    unit text not null,
    source text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index statistic_of on statistic (series, area_code, office, as_of);
comment on table statistic is 'Values that others counted, with their source. A correction is a new row. Append-only.';

create table publication (
    id text primary key,
    indicator text not null,
    form text not null check (form in ('value', 'rate', 'stated', 'completion', 'growth')),
    area_code text not null,
    office text not null default 'all',
    issuer text,
    target_indicator text,
    as_of date not null,
    semantics text,
    unit text not null,
    value numeric not null,
    decimals integer not null check (decimals between 0 and 6),
    qualifier text not null check (qualifier in ('exact', 'at_least', 'at_most', 'about')),
    tolerance numeric,
    scale numeric not null default 1 check (scale > 0 and scale <= 1),
    expect text check (expect in ('agrees', 'does-not-reconcile', 'definition-differs', 'scaled')),
    title text,
    printed boolean not null default true,
    source text,
    position bigint generated always as identity,
    recorded_at timestamptz not null default clock_timestamp()
);
create index publication_order on publication (as_of, position);
comment on table publication is 'Values as they were printed, to compare with. No figure reads this. Append-only.';
"""


def upgrade() -> None:
    execute(SQL)
    grant(append_only=("target_adjustment", "statistic", "publication"), mutable=("target",))
