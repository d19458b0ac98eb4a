"""Looking into the ledger: pages of benefits and of overlaps, within an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.benefits import rules
from registry.benefits.domain import Cause, Grant, KeptBy, Overlap, Paid
from registry.benefits.store import grant_of, overlap_of, paid_of


@dataclass(frozen=True, slots=True)
class Line:
    """One benefit as it stands: its grant, the months that it holds, and where it is annotated.

    ``reversed``: it was withdrawn, or its annotation was struck off. ``waiting``: no second person has
    confirmed what a window wrote. ``paid``: what was paid of it
    piece by piece. ``kept_by``: the noun that keeps it, where that is another one than the ledger."""

    grant: Grant
    months: tuple[date, ...]
    annotation_id: UUID | None
    certificate_id: UUID | None
    reversed: bool
    area_code: str
    office: str
    paid: tuple[Paid, ...] = ()
    kept_by: KeptBy = "benefits"
    waiting: bool = False

    @property
    def amount_fen(self) -> int | None:
        """What the person has of it, in fen; None where nobody told."""
        return rules.amount_fen(self.grant, self.paid)

    @property
    def months_paid(self) -> tuple[date, ...]:
        """The months of which paid money has not come back whole."""
        return rules.standing_months(self.grant, self.paid)


# The annotation that stands is shown, else the latest that was struck off; not one that stood on
# another person's certificate while two records were taken for one.
_WAITING = (
    "(g.waits_since is not null and not exists (select from benefit_act x where x.benefit_id = g.id"
    " and x.act in ('confirmed', 'withdrawn')))"
)
_LINE = (
    f"select g.*, {_WAITING} as waiting,"  # noqa: S608 (constants)
    " w.area_code, w.office, a.id as annotation_id,"
    " a.certificate_id,"
    " (coalesce(a.reversed, false) or exists (select from benefit_act x where x.benefit_id = g.id"
    " and x.act = 'withdrawn')) as reversed,"
    " (select array_agg(m.month order by m.month) from benefit_month m"
    "  where m.benefit_id = g.id and m.live) as held,"
    " not exists (select from benefit_grant o where o.about = coalesce(g.about, g.id)"
    "  and o.source_event > g.source_event) as last_opening"
    " from benefit_grant g join worker w on w.id = g.worker_id"
    " left join lateral (select b.* from benefit b join certificate c on c.id = b.certificate_id"
    "  where b.source_event = g.source_event and (not b.reversed or c.worker_id = g.worker_id)"
    "  order by b.reversed, b.id desc limit 1) a on true"
)


async def _lines(tx: Tx, rows: Sequence[Record]) -> list[Line]:
    lines = [
        Line(
            grant_of(row), tuple(row["held"] or ()), row["annotation_id"], row["certificate_id"],
            row["reversed"], row["area_code"], row["office"], waiting=row["waiting"],
        )
        for row in rows
    ]  # fmt: skip
    last = {row["id"] for row in rows if row["last_opening"]}
    entities = [line.grant.entity_id for line in lines if line.grant.id in last]
    paid = await paid_of(tx, entities) if entities else {}
    return [
        replace(line, paid=tuple(paid.get(line.grant.entity_id, ())))
        if line.grant.id in last
        else line
        for line in lines
    ]


async def page(
    tx: Tx,
    pattern: str,
    workers: Sequence[UUID] | None,
    certificate_id: UUID | None,
    after: UUID | None,
    limit: int | None,
) -> list[Line]:
    """Benefits in the order of their ids; all of them where ``limit`` is None."""
    rows = await tx.fetch(
        _LINE  # noqa: S608 (constants)
        + " where w.area_code ~ $1"
        " and ($2::uuid[] is null or g.worker_id = any($2))"
        " and ($3::uuid is null or g.source_event in (select source_event from benefit"
        "  where certificate_id = $3))"
        " and ($4::uuid is null or g.id > $4) order by g.id limit $5",
        pattern,
        workers,
        certificate_id,
        after,
        limit,
    )
    return await _lines(tx, rows)


async def awaiting(
    tx: Tx, pattern: str, barred: str, after: tuple[date, UUID], limit: int
) -> list[Line]:
    """What windows wrote, others than ``barred``, and no second person has confirmed: by day and id."""
    rows = await tx.fetch(
        _LINE
        + f" where {_WAITING} and w.area_code ~ $1 and g.written_by <> $2"
        + " and (g.waits_since, g.id) > ($3, $4) order by g.waits_since, g.id limit $5",
        pattern, barred, *after, limit,
    )  # fmt: skip
    return await _lines(tx, rows)


async def some(tx: Tx, ids: Sequence[UUID]) -> list[Line]:
    """Those of these benefits that there are, in the order of their ids."""
    rows = await tx.fetch(_LINE + " where g.id = any($1::uuid[]) order by g.id", ids)
    return await _lines(tx, rows)


async def waiting(
    tx: Tx, pattern: str, until: date, written_by: str | None, limit: int
) -> list[Line]:
    """What windows (one account of them, where ``written_by`` names it) wrote until a day, and no second
    person has confirmed: in the order of the ids."""
    rows = await tx.fetch(
        _LINE
        + f" where {_WAITING} and w.area_code ~ $1 and g.waits_since <= $2"
        + " and ($3::text is null or g.written_by = $3) order by g.id limit $4",
        pattern, until, written_by, limit,
    )  # fmt: skip
    return await _lines(tx, rows)


async def overlap_page(
    tx: Tx,
    pattern: str,
    person_id: UUID | None,
    cause: Cause | None,
    standing: bool,
    after: UUID | None,
    limit: int,
) -> list[Overlap]:
    rows = await tx.fetch(
        "select * from benefit_overlap where area_code ~ $1 and standing = $4"
        " and ($2::uuid is null or person_id = $2) and ($3::text is null or cause = $3)"
        " and ($5::uuid is null or id > $5) order by id limit $6",
        pattern,
        person_id,
        cause,
        standing,
        after,
        limit,
    )
    return [overlap_of(row) for row in rows]


async def overlap(tx: Tx, id: UUID) -> Overlap | None:
    row = await tx.fetchrow("select * from benefit_overlap where id = $1", id)
    return overlap_of(row) if row else None
