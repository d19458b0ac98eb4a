"""Money moved between the lines of a budget, and what a closed budget carried over."""

from kit import migrations

revision = "0015"
down_revision = "0014"

SQL = """
alter table budget_line add column carried bigint not null default 0 check (carried >= 0),
    add constraint carried_within_released check (carried <= released);
comment on column budget_line.carried is 'Fen of what was released that the closing carried over.';

create table reallocation (
    id uuid primary key,
    budget_id uuid not null references budget,
    reason text not null,
    proposed_by text not null,
    proposed_on date not null,
    state text not null check (state in ('proposed', 'approved', 'rejected')),
    decided_by text,
    decided_on date check (decided_on >= proposed_on),
    approval text,
    note text,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint decided_by_another check (decided_by <> proposed_by),
    constraint decided_by_somebody check (
        (state = 'proposed') = (decided_by is null) and (decided_by is null) = (decided_on is null)),
    constraint approved_by_reference check ((state = 'approved') = (approval is not null))
);
create index reallocation_budget on reallocation (budget_id, id);
comment on table reallocation is 'What the office proposes to move between lines, and who decided on it.';

create table reallocation_line (
    reallocation_id uuid not null references reallocation,
    use_code text not null,
    line_id uuid not null,
    change bigint not null check (change <> 0),
    province_approval text,
    primary key (reallocation_id, use_code)
);
comment on table reallocation_line is 'Fen more (or less) for one use. line_id: of the line, which may be new.';

create table reallocation_source (
    reallocation_id uuid not null references reallocation,
    source text not null check (source in ('central', 'province', 'city', 'county', 'donation',
                                           'enterprise', 'raised', 'carried-over')),
    amount bigint not null check (amount > 0),
    primary key (reallocation_id, source)
);
comment on table reallocation_source is 'Fen that a budget may count on besides what it named before.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(
        append_only=("reallocation_line", "reallocation_source"), mutable=("reallocation",)
    )
