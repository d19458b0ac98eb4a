"""The platform's own tables, the same in every service's database.

A service's first migration executes :func:`statements`. A later change of a platform table is a new
function here and a new migration in every service: what is deployed is never edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

EVENT_SQL = """
create table event_sequence (
    entity_id uuid primary key,
    last integer not null check (last > 0)
);
comment on table event_sequence is 'How many events each entity has published: makes sequence gapless.';

create table event_log (
    id uuid not null primary key,
    position bigint generated always as identity,
    txid xid8 not null default pg_current_xact_id(),
    type text not null,
    entity_id uuid not null,
    sequence integer not null,
    valid_from date not null,
    area_code text not null,
    office text not null,
    correlation_id uuid not null,
    causation_id uuid,
    reverses uuid,
    traceparent text,
    data text not null,
    recorded_at timestamptz not null default clock_timestamp()
) partition by range (id);
create table event_log_default partition of event_log default;
create index event_log_feed on event_log (txid, position);
create index event_log_entity on event_log (entity_id, sequence);
comment on table event_log is 'Every event ever told: the stream is transport, this is the truth. Append-only.';

create table outbox (
    position bigint primary key,
    event_id uuid not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
comment on table outbox is
    'Events that the relay has yet to hand over; rows go after the broker''s acknowledgement.';

create table inbox (
    durable text not null,
    entity_id uuid not null,
    sequence integer not null,
    event_id uuid not null,
    primary key (durable, entity_id, sequence)
);
create index inbox_event on inbox (event_id);
comment on table inbox is 'Events whose effect is committed, written in the effect''s own transaction. Append-only.';

create table dead_letter (
    durable text not null,
    event_id uuid not null,
    entity_id uuid,
    sequence integer,
    state text not null check (state in ('poison', 'behind', 'gap', 'malformed')),
    error text not null,
    attempts integer not null default 1,
    message bytea not null,
    first_at timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    primary key (durable, event_id)
);
create index dead_letter_entity on dead_letter (durable, entity_id, sequence);
comment on table dead_letter is
    'Events not applied (poison, malformed) and those of the same entity that wait (behind, gap).';
"""


def create_event_log_partition(name: str, low: str, high: str) -> str:
    """DDL for one range partition of ``event_log`` by UUIDv7 bounds (its own step of operations)."""
    return f"create table {name} partition of event_log for values from ('{low}') to ('{high}')"


def grants(app_role: str, *, append_only: list[str], mutable: list[str]) -> list[str]:
    """What the application role may do: SELECT and INSERT everywhere, more only where state is kept."""
    statements = [f"grant select, insert on {table} to {app_role}" for table in append_only]
    return statements + [
        f"grant select, insert, update, delete on {table} to {app_role}" for table in mutable
    ]


def statements(app_role: str) -> list[str]:
    """Every statement that makes the platform's tables and their grants, in order."""
    from kit.bulk import BULK_SQL
    from kit.decisions import DECISION_SQL
    from kit.idempotency import IDEMPOTENCY_SQL
    from kit.policy import PARAMETER_SET_SQL

    return [
        EVENT_SQL,
        IDEMPOTENCY_SQL,
        BULK_SQL,
        PARAMETER_SET_SQL,
        DECISION_SQL,
        *grants(
            app_role,
            append_only=[
                "event_log",
                "inbox",
                "decision",
                "decision_basis",
                "parameter_set",
                "bulk_import_error",
            ],
            mutable=["event_sequence", "outbox", "dead_letter", "idempotency_key", "bulk_import"],
        ),
    ]


def audit_statements(app_role: str) -> list[str]:
    """The tables of :mod:`kit.audit`, since 2026-11: who read whom, and the seals over it.

    The application may not say when a line was written nor in which transaction.
    """
    from kit.audit import AUDIT_SQL, WRITTEN

    return [
        AUDIT_SQL,
        f"grant select, insert ({', '.join(WRITTEN)}) on access_log to {app_role}",
        *grants(app_role, append_only=["audit_seal"], mutable=[]),
    ]


def rotation_statements(app_role: str, sealed: Mapping[str, Sequence[str]]) -> list[str]:
    """The table of :mod:`kit.rotation`; and of append-only tables the columns of ciphertexts, which
    alone may be replaced."""
    from kit.rotation import ROTATION_SQL

    return [
        ROTATION_SQL,
        *grants(app_role, append_only=[], mutable=["key_rotation"]),
        *(reencrypted(app_role, table, columns) for table, columns in sealed.items()),
    ]


def reencrypted(app_role: str, table: str, columns: Sequence[str]) -> str:
    """The grant by which a rotation replaces ciphertexts of an append-only table."""
    return f"grant update ({', '.join(columns)}) on {table} to {app_role}"


def finding_statements(app_role: str) -> list[str]:
    """The table of :mod:`kit.findings`."""
    from kit.findings import FINDING_SQL

    return [FINDING_SQL, *grants(app_role, append_only=[], mutable=["finding"])]


def identity_statements(app_role: str, tables: Sequence[str]) -> list[str]:
    """The table of :mod:`kit.identity_links`, with its shadow where one is asked for."""
    from kit.identity_links import LINK_SQL

    return [
        *(LINK_SQL.format(name=name) for name in tables),
        *grants(app_role, append_only=[], mutable=list(tables)),
    ]
