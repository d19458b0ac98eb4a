"""Signed statements of certificates, and their bits in the status lists."""

from kit import migrations

revision = "0024"
down_revision = "0023"

SQL = """
create table credential_status (
    list smallint not null check (list > 0),
    index integer not null check (index between 0 and 131071),
    certificate_id uuid not null references certificate,
    number text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint credential_status_pk primary key (list, index),
    constraint credential_status_once unique (certificate_id, number)
);
comment on table credential_status is
    '证件状态位: which bit of which Bitstring Status List stands for a certificate number. Append-only.';

create table credential (
    id uuid primary key,
    certificate_id uuid not null references certificate,
    number text not null,
    list smallint not null,
    index integer not null,
    kid text not null,
    hash bytea not null constraint credential_hash_once unique check (length(hash) = 32),
    valid_from date not null,
    valid_until date not null,
    signed_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    foreign key (list, index) references credential_status (list, index)
);
create index credential_certificate on credential (certificate_id, id);
create index credential_number on credential (number, id);
comment on table credential is
    '签名凭证: every signature made over a certificate''s statement; the bytes are kept by their hash. '
    'Append-only.';
"""


def upgrade() -> None:
    migrations.execute(SQL)
    migrations.grant(append_only=("credential_status", "credential"))
