"""What was heard of refused referrals. Append-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.db import Tx
from registry.refusals.domain import RefusedReferral


async def hear(tx: Tx, told: Sequence[tuple[UUID, RefusedReferral]]) -> None:
    """Keep what events told, each once."""
    await tx.execute(
        "insert into refusal_heard (event_id, referral_id, worker_id, refused_on)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[])"
        " on conflict do nothing",
        [event_id for event_id, _ in told],
        [one.referral_id for _, one in told],
        [one.worker_id for _, one in told],
        [one.on for _, one in told],
    )


async def of(
    tx: Tx, workers: Sequence[UUID], known_at: datetime | None
) -> dict[UUID, list[RefusedReferral]]:
    found: dict[UUID, list[RefusedReferral]] = {}
    for row in await tx.fetch(
        "select referral_id, worker_id, refused_on from refusal_heard"
        " where worker_id = any($1::uuid[]) and ($2::timestamptz is null or recorded_at <= $2)"
        " order by refused_on, referral_id",
        workers,
        known_at,
    ):
        one = RefusedReferral(row["referral_id"], row["worker_id"], row["refused_on"])
        found.setdefault(one.worker_id, []).append(one)
    return found


async def page(
    tx: Tx, workers: Sequence[UUID], after: UUID | None, limit: int
) -> list[RefusedReferral]:
    """Refused referrals in the order of their ids, each once however often it was told."""
    rows = await tx.fetch(
        "select distinct on (referral_id) referral_id, worker_id, refused_on from refusal_heard"
        " where worker_id = any($1::uuid[]) and ($2::uuid is null or referral_id > $2)"
        " order by referral_id, refused_on limit $3",
        workers,
        after,
        limit,
    )
    return [RefusedReferral(*row.values()) for row in rows]
