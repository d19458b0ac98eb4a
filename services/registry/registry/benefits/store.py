"""The ledger in the database: grants, acts on them, payments, month slots, overlaps, annotations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.db import Tx
from registry.benefits.domain import (
    Act,
    Annotation,
    Grant,
    Kind,
    Overlap,
    Paid,
    Payment,
    Recovery,
)

_GRANT = (
    "id", "kind", "worker_id", "valid_from", "valid_to", "amount", "granted_by", "source_event",
    "months", "document", "written_by", "about", "waits_since",
)  # fmt: skip
_ACT = (
    "id", "benefit_id", "act", "happened_on", "amount", "reason", "document", "actor", "reverses",
    "withdrawn_certificate", "finding",
)  # fmt: skip
_ANNOTATION = (
    "id", "worker_id", "certificate_id", "kind", "valid_from", "valid_to", "amount", "granted_by",
    "source_event", "area_code", "office", "annotated_event", "reversed",
)  # fmt: skip
_OVERLAP = (
    "id", "person_id", "kind", "cause", "benefit_id", "other_id", "months", "area_code", "office",
    "found_on", "standing", "told_event",
)  # fmt: skip


def grant_of(row: Record) -> Grant:
    values = {column: row[column] for column in _GRANT}
    values["amount_fen"] = values.pop("amount")
    values["months"] = None if row["months"] is None else tuple(row["months"])
    return Grant(**values)


def overlap_of(row: Record) -> Overlap:
    values = {column: row[column] for column in _OVERLAP}
    return Overlap(**{**values, "months": tuple(row["months"])})


def _annotation(row: Record) -> Annotation:
    return Annotation(*(row[column] for column in _ANNOTATION))


async def record_grants(tx: Tx, grants: Sequence[Grant]) -> None:
    """Keep grants; the same one again changes nothing."""
    if not grants:
        return
    columns = zip(
        *(
            (g.id, g.kind, g.worker_id, g.valid_from, g.valid_to, g.amount_fen, g.granted_by,
             g.source_event, _named(g.months), g.document, g.written_by, g.about, g.waits_since)
            for g in grants
        ),
        strict=True,
    )  # fmt: skip
    # Months travel as one text each: arrays of arrays would have to be of one length.
    await tx.execute(
        "insert into benefit_grant (id, kind, worker_id, valid_from, valid_to, amount, granted_by,"
        " source_event, months, document, written_by, about, waits_since)"
        " select id, kind, worker_id, valid_from, valid_to, amount, granted_by, source_event,"
        " months::date[], document, written_by, about, waits_since"
        " from unnest($1::uuid[], $2::text[], $3::uuid[], $4::date[], $5::date[], $6::bigint[],"
        " $7::text[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::uuid[],"
        " $13::date[]) as g (id, kind,"
        " worker_id, valid_from, valid_to, amount, granted_by, source_event, months, document,"
        " written_by, about, waits_since)"
        " on conflict (id) do nothing",
        *(list(column) for column in columns),
    )


def _named(months: tuple[date, ...] | None) -> str | None:
    """The months as PostgreSQL writes an array."""
    return None if months is None else "{" + ",".join(m.isoformat() for m in months) + "}"


async def record_acts(tx: Tx, acts: Sequence[Act]) -> None:
    """Keep what happened to grants; the same act again changes nothing."""
    await tx.execute(
        "insert into benefit_act (id, benefit_id, act, happened_on, amount, reason, document, actor,"
        " reverses, withdrawn_certificate, finding) select * from unnest($1::uuid[], $2::uuid[],"
        " $3::text[], $4::date[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::uuid[],"
        " $10::uuid[], $11::text[])"
        " on conflict (id) do nothing",
        [a.id for a in acts],
        [a.benefit_id for a in acts],
        [a.act for a in acts],
        [a.on for a in acts],
        [a.amount_fen for a in acts],
        [a.reason for a in acts],
        [a.document for a in acts],
        [a.actor for a in acts],
        [a.reverses for a in acts],
        [a.withdrawn_certificate for a in acts],
        [a.finding for a in acts],
    )


async def ids_in_use(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    rows = await tx.fetch("select id from benefit_grant where id = any($1::uuid[])", ids)
    return {row["id"] for row in rows}


async def grants_of(tx: Tx, workers: Sequence[UUID]) -> list[Grant]:
    rows = await tx.fetch(
        "select * from benefit_grant where worker_id = any($1::uuid[]) order by id", workers
    )
    return [grant_of(row) for row in rows]


async def written_to(tx: Tx, workers: Sequence[UUID]) -> set[UUID]:
    """Which of these records have a benefit that was written here."""
    rows = await tx.fetch(
        "select distinct worker_id from benefit_grant"
        " where worker_id = any($1::uuid[]) and written_by is not null",
        workers,
    )
    return {row["worker_id"] for row in rows}


async def acts_on(tx: Tx, grants: Sequence[UUID]) -> dict[UUID, list[Act]]:
    """By grant, in the order in which they were recorded."""
    found: dict[UUID, list[Act]] = {}
    for row in await tx.fetch(
        "select * from benefit_act where benefit_id = any($1::uuid[]) order by recorded_at, id",
        grants,
    ):
        act = Act(*(row[column] for column in _ACT))
        found.setdefault(act.benefit_id, []).append(act)
    return found


async def grants_about(tx: Tx, entities: Collection[UUID]) -> dict[UUID, list[Grant]]:
    """By entity of the granting noun: its grant, and further ones where it was opened again; the last
    opening last."""
    found: dict[UUID, list[Grant]] = {}
    for row in await tx.fetch(
        "select * from benefit_grant where id = any($1::uuid[])"
        " union select * from benefit_grant where about = any($1::uuid[]) order by source_event",
        list(entities),
    ):
        grant = grant_of(row)
        found.setdefault(grant.entity_id, []).append(grant)
    return found


# --- payments -----------------------------------------------------------------------------------


async def record_payments(tx: Tx, payments: Sequence[Payment]) -> None:
    """Keep payments; the same one again changes nothing."""
    await tx.execute(
        "insert into benefit_payment (id, entity_id, programme, valid_from, valid_to, amount,"
        " claim_id, decision_id) select * from unnest($1::uuid[], $2::uuid[], $3::text[],"
        " $4::date[], $5::date[], $6::bigint[], $7::uuid[], $8::uuid[]) on conflict (id) do nothing",
        [p.id for p in payments],
        [p.entity_id for p in payments],
        [p.programme for p in payments],
        [p.valid_from for p in payments],
        [p.valid_to for p in payments],
        [p.amount_fen for p in payments],
        [p.claim_id for p in payments],
        [p.decision_id for p in payments],
    )


async def record_recoveries(tx: Tx, recoveries: Sequence[Recovery]) -> None:
    """Keep what came back; the same recovery again changes nothing."""
    await tx.execute(
        "insert into benefit_recovery (id, payment_id, happened_on, amount, whole)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[], $5::bool[])"
        " on conflict (id) do nothing",
        [r.id for r in recoveries],
        [r.payment_id for r in recoveries],
        [r.on for r in recoveries],
        [r.amount_fen for r in recoveries],
        [r.whole for r in recoveries],
    )


async def paid_of(tx: Tx, entities: Sequence[UUID]) -> dict[UUID, list[Paid]]:
    """By entity: its payments in the order of their periods, with what came back of each."""
    found: dict[UUID, list[Paid]] = {}
    for row in await tx.fetch(
        "select p.*, coalesce(sum(r.amount), 0)::bigint as recovered,"
        " coalesce(bool_or(r.whole), false) as whole"
        " from benefit_payment p left join benefit_recovery r on r.payment_id = p.id"
        " where p.entity_id = any($1::uuid[]) group by p.id order by p.valid_from, p.id",
        entities,
    ):
        payment = Payment(
            row["id"], row["entity_id"], row["programme"], row["valid_from"], row["valid_to"],
            row["amount"], row["claim_id"], row["decision_id"],
        )  # fmt: skip
        one = Paid(payment, row["recovered"], row["whole"])
        found.setdefault(payment.entity_id, []).append(one)
    return found


async def entities_paid(tx: Tx, payments: Collection[UUID]) -> dict[UUID, UUID]:
    """By payment, as far as they are known: of which entity it was paid."""
    rows = await tx.fetch(
        "select id, entity_id from benefit_payment where id = any($1::uuid[])", list(payments)
    )
    return {row["id"]: row["entity_id"] for row in rows}


# --- months -------------------------------------------------------------------------------------


async def held(tx: Tx, workers: Sequence[UUID]) -> dict[UUID, set[date]]:
    """The live months of these records, by grant."""
    rows = await tx.fetch(
        "select benefit_id, array_agg(month) as months from benefit_month"
        " where worker_id = any($1::uuid[]) and live group by benefit_id",
        workers,
    )
    return {row["benefit_id"]: set(row["months"]) for row in rows}


async def release(tx: Tx, slots: Sequence[tuple[UUID, date]]) -> None:
    """(grant, month): it no longer holds the month; the row stays."""
    await tx.execute(
        "update benefit_month m set live = false from unnest($1::uuid[], $2::date[])"
        " as u (benefit_id, month) where m.benefit_id = u.benefit_id and m.month = u.month",
        [slot[0] for slot in slots],
        [slot[1] for slot in slots],
    )


async def take(tx: Tx, slots: Iterable[tuple[UUID, date, UUID, Kind]]) -> None:
    """(grant, month, record, kind): it holds the month. A second live one for the same record, kind
    and month breaks ``benefit_month_once``."""
    rows = list(slots)
    await tx.execute(
        "insert into benefit_month (benefit_id, month, worker_id, kind)"
        " select * from unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[])"
        " on conflict (benefit_id, month) do update set live = true",
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


# --- overlaps -----------------------------------------------------------------------------------


async def overlaps_of(tx: Tx, persons: Sequence[UUID]) -> list[Overlap]:
    """What was ever found of these persons, also what no longer stands."""
    rows = await tx.fetch(
        "select * from benefit_overlap where person_id = any($1::uuid[]) order by id", persons
    )
    return [overlap_of(row) for row in rows]


async def save_overlaps(tx: Tx, overlaps: Sequence[Overlap]) -> None:
    await tx.execute(
        "insert into benefit_overlap (id, person_id, kind, cause, benefit_id, other_id, months,"
        " area_code, office, found_on, standing, told_event)"
        " select id, person_id, kind, cause, benefit_id, other_id, months::date[], area_code,"
        " office, found_on, standing, told_event from unnest($1::uuid[], $2::uuid[], $3::text[],"
        " $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::date[],"
        " $11::bool[], $12::uuid[]) as o (id, person_id, kind, cause, benefit_id, other_id, months,"
        " area_code, office, found_on, standing, told_event)"
        " on conflict (id) do update set months = excluded.months, standing = excluded.standing,"
        " found_on = excluded.found_on, told_event = excluded.told_event",
        [o.id for o in overlaps],
        [o.person_id for o in overlaps],
        [o.kind for o in overlaps],
        [o.cause for o in overlaps],
        [o.benefit_id for o in overlaps],
        [o.other_id for o in overlaps],
        [_named(o.months) for o in overlaps],
        [o.area_code for o in overlaps],
        [o.office for o in overlaps],
        [o.found_on for o in overlaps],
        [o.standing for o in overlaps],
        [o.told_event for o in overlaps],
    )


# --- annotations --------------------------------------------------------------------------------


async def standing(
    tx: Tx, workers: Sequence[UUID], certificates: Sequence[UUID]
) -> list[Annotation]:
    """Annotations that are not reversed: of these records, and on these certificates."""
    rows = await tx.fetch(
        "select * from benefit where worker_id = any($1::uuid[]) and not reversed"
        " union select * from benefit where certificate_id = any($2::uuid[]) and not reversed"
        " order by id",
        workers,
        certificates,
    )
    return [_annotation(row) for row in rows]


async def annotate(tx: Tx, annotations: Sequence[Annotation]) -> None:
    await tx.copy(
        "benefit",
        _ANNOTATION,
        [
            (a.id, a.worker_id, a.certificate_id, a.kind, a.valid_from, a.valid_to, a.amount_fen,
             a.granted_by, a.source_event, a.area_code, a.office, a.annotated_event, a.reversed)
            for a in annotations
        ],
    )  # fmt: skip


async def reverse(tx: Tx, ids: Sequence[UUID]) -> None:
    await tx.execute("update benefit set reversed = true where id = any($1::uuid[])", ids)
