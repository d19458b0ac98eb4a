"""Public-welfare posts and their occupants."""

from kit import migrations

revision = "0005"
down_revision = "0004"

SQL = """
create table public_welfare_post (
    id uuid primary key,
    employer_id uuid not null references employer,
    kind text not null,
    developed_on date not null,
    area_code text not null check (area_code ~ '^[0-9]{12}$'),
    office text not null,
    recorded_at timestamptz not null default clock_timestamp()
);
create index public_welfare_post_employer on public_welfare_post (employer_id);

create table occupancy (
    placement_id uuid primary key,
    post_id uuid not null references public_welfare_post,
    worker_id uuid not null,
    occupied_on date not null,
    occupied_event uuid not null,
    vacated_on date check (vacated_on >= occupied_on),
    voided boolean not null default false
);
create unique index occupancy_one_occupant on occupancy (post_id) where vacated_on is null and not voided;
create index occupancy_post on occupancy (post_id, occupied_on);
comment on index occupancy_one_occupant is
    'One post, one occupant; past intervals are checked by the domain under a lock of the post.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(mutable=("public_welfare_post", "occupancy"))
