"""Requests for corrections and verdicts on them; personal values encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import orjson
from asyncpg import Record

from kit.crypto import Keyring, place
from kit.db import Tx
from registry.corrections.domain import Request, State, Verdict
from registry.workers.record import PERSONAL

VALUE = "correction_request.sealed"
EXPECTED = "correction_request.sealed_expected"
_INSERT = (
    "insert into correction_request (id, worker_id, attribute, value, expected, sealed,"
    " sealed_expected, valid_from, requested_on, reason, evidence, requested_by, state, area_code,"
    " office) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
)


def _request(row: Record, keyring: Keyring) -> Request:
    id = row["id"]
    value, expected = row["value"], row["expected"]
    if row["sealed"] is not None:
        value = keyring.decrypt(row["sealed"], place(VALUE, id))
        expected = keyring.decrypt(row["sealed_expected"], place(EXPECTED, id))
    return Request(
        id, row["worker_id"], row["attribute"], orjson.loads(value), orjson.loads(expected),
        row["valid_from"], row["requested_on"], row["reason"], row["evidence"],
        row["requested_by"], row["state"], row["area_code"], row["office"], row["version"],
        row["recorded_at"],
    )  # fmt: skip


async def add(tx: Tx, keyring: Keyring, r: Request) -> None:
    value, expected = orjson.dumps(r.value).decode(), orjson.dumps(r.expected).decode()
    personal = r.attribute in PERSONAL
    await tx.execute(
        _INSERT, r.id, r.worker_id, r.attribute, None if personal else value,
        None if personal else expected,
        keyring.encrypt(value, place(VALUE, r.id)) if personal else None,
        keyring.encrypt(expected, place(EXPECTED, r.id)) if personal else None,
        r.valid_from, r.requested_on, r.reason, r.evidence, r.requested_by, r.state, r.area_code,
        r.office,
    )  # fmt: skip


async def get(tx: Tx, keyring: Keyring, id: UUID, *, lock: bool = False) -> Request | None:
    suffix = " for no key update" if lock else ""
    row = await tx.fetchrow(f"select * from correction_request where id = $1{suffix}", id)  # noqa: S608
    return _request(row, keyring) if row else None


async def save(
    tx: Tx,
    request: Request,
    verdict: Verdict,
    on: date,
    reason: str | None,
    actor: str,
    told_event: UUID | None,
) -> bool:
    """Write a verdict; False when somebody was faster."""
    touched = await tx.execute(
        "update correction_request set state = $2, version = $3 where id = $1 and version = $3 - 1",
        request.id,
        request.state,
        request.version,
    )
    await tx.execute(
        "insert into correction_verdict (request_id, verdict, decided_on, reason, actor, told_event)"
        " values ($1, $2, $3, $4, $5, $6)",
        request.id, verdict, on, reason, actor, told_event,
    )  # fmt: skip
    return touched == 1


async def page(
    tx: Tx,
    keyring: Keyring,
    pattern: str,
    workers: Sequence[UUID] | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> list[Request]:
    rows = await tx.fetch(
        "select * from correction_request where area_code ~ $1"
        " and ($2::uuid[] is null or worker_id = any($2)) and ($3::text is null or state = $3)"
        " and ($4::uuid is null or id > $4) order by id limit $5",
        pattern,
        workers,
        state,
        after,
        limit,
    )
    return [_request(row, keyring) for row in rows]


async def awaiting(
    tx: Tx, keyring: Keyring, pattern: str, barred: str, after: tuple[date, UUID], limit: int
) -> list[Request]:
    """Requests that nobody has decided and that ``barred`` did not make, oldest first."""
    rows = await tx.fetch(
        "select * from correction_request where state = 'requested' and area_code ~ $1"
        " and requested_by <> $2 and (requested_on, id) > ($3, $4)"
        " order by requested_on, id limit $5",
        pattern,
        barred,
        *after,
        limit,
    )
    return [_request(row, keyring) for row in rows]
