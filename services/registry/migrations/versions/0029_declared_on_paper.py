"""A declaration has its document; one that takes somebody out of the labour force awaits a second person."""

from kit import migrations

revision = "0029"
down_revision = "0028"

SQL = """
alter table labour_status_declared
    add column document_kind text,
    add column document text,
    add column document_on date,
    add column awaits boolean not null default false;
comment on column labour_status_declared.awaits is
    'It holds once another person has confirmed it (labour_status_confirmed).';
create index labour_status_declared_awaiting on labour_status_declared (id) where awaits;

create table labour_status_confirmed (
    declaration_id uuid primary key,
    worker_id uuid not null,
    actor text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table labour_status_confirmed is '复核: declarations that another person confirmed. Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("labour_status_confirmed",))
