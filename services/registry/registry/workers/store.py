"""Workers in the database: personal values encrypted, ID numbers found by keyed hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from kit.crypto import Keyring, Sex, mask_id_number, mask_name, place
from kit.db import Tx
from registry.workers.domain import Claims, Facts, Worker

_CLAIMS = (
    "category", "former_enterprise_kind", "former_enterprise_closed", "settlement_received",
    "drawing_unemployment_insurance", "dibao", "jobless_since", "internally_retired",
    "centre_agreement_on", "centre_agreement_ended_on",
)  # fmt: skip
_COLUMNS = (
    "id", "id_number", "id_number_index", "name", "phone", "sex", "birth_date", *_CLAIMS,
    "area_code", "office", "registered_on",
)  # fmt: skip
ID_NUMBER = "worker.id_number"
NAME = "worker.name"
PHONE = "worker.phone"
_GET = "select * from worker where id = $1"
_GET_LOCKED = "select * from worker where id = $1 for no key update"


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A row to write. The plain values live only as long as the import of their chunk."""

    id: UUID
    id_number: str
    id_number_index: bytes
    name: str
    phone: str | None
    sex: Sex
    birth_date: date
    claims: Claims
    area_code: str
    office: str
    registered_on: date


def number_index(keyring: Keyring, number: str) -> bytes:
    """The keyed hash under which a number is unique."""
    return keyring.blind_index(number, ID_NUMBER)


def _claims(row: Record) -> Claims:
    return Claims(*(row[column] for column in _CLAIMS))


def _worker(row: Record, keyring: Keyring) -> Worker:
    id = row["id"]
    return Worker(
        id=id,
        id_number_masked=mask_id_number(keyring.decrypt(row["id_number"], place(ID_NUMBER, id))),
        name_masked=mask_name(keyring.decrypt(row["name"], place(NAME, id))),
        has_phone=row["phone"] is not None,
        sex=row["sex"],
        birth_date=row["birth_date"],
        claims=_claims(row),
        area_code=row["area_code"],
        office=row["office"],
        registered_on=row["registered_on"],
        version=row["version"],
    )


async def add(tx: Tx, keyring: Keyring, workers: Sequence[NewWorker]) -> None:
    """COPY a set of workers in, encrypting on the way."""
    encrypt = keyring.encrypt
    rows = []
    for w in workers:
        c = w.claims
        rows.append(
            (
                w.id, encrypt(w.id_number, place(ID_NUMBER, w.id)), w.id_number_index,
                encrypt(w.name, place(NAME, w.id)),
                encrypt(w.phone, place(PHONE, w.id)) if w.phone else None,
                w.sex, w.birth_date, c.category, c.former_enterprise_kind,
                c.former_enterprise_closed, c.settlement_received,
                c.drawing_unemployment_insurance, c.dibao, c.jobless_since, c.internally_retired,
                c.centre_agreement_on, c.centre_agreement_ended_on, w.area_code, w.office,
                w.registered_on,
            )
        )  # fmt: skip
    await tx.copy("worker", _COLUMNS, rows)


async def taken(
    tx: Tx, ids: Sequence[UUID], indexes: Sequence[bytes]
) -> tuple[set[UUID], set[bytes]]:
    """Which of these ids and of these keyed hashes exist already."""
    by_id = await tx.fetch("select id from worker where id = any($1::uuid[])", ids)
    by_number = await tx.fetch(
        "select id_number_index from worker where id_number_index = any($1::bytea[])", indexes
    )
    return {row["id"] for row in by_id}, {bytes(row["id_number_index"]) for row in by_number}


async def get(tx: Tx, keyring: Keyring, id: UUID, *, lock: bool = False) -> Worker | None:
    row = await tx.fetchrow(_GET_LOCKED if lock else _GET, id)
    return _worker(row, keyring) if row else None


async def by_number(tx: Tx, keyring: Keyring, index: bytes) -> Worker | None:
    row = await tx.fetchrow("select * from worker where id_number_index = $1", index)
    return _worker(row, keyring) if row else None


async def ids_of(tx: Tx, indexes: Sequence[bytes]) -> dict[bytes, UUID]:
    """Who has the numbers of these keyed hashes."""
    rows = await tx.fetch(
        "select id, id_number_index from worker where id_number_index = any($1::bytea[])", indexes
    )
    return {bytes(row["id_number_index"]): row["id"] for row in rows}


async def facts(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What rules look at, for a set of workers."""
    rows = await tx.fetch(
        f"select id, sex, birth_date, {', '.join(_CLAIMS)}, area_code, office"  # noqa: S608
        " from worker where id = any($1::uuid[])",
        list(ids),
    )
    return {
        row["id"]: Facts(
            row["id"], row["sex"], row["birth_date"], _claims(row), row["area_code"], row["office"]
        )
        for row in rows
    }


async def page(
    tx: Tx, keyring: Keyring, prefix: str, category: str | None, after: UUID | None, limit: int
) -> list[Worker]:
    rows = await tx.fetch(
        "select * from worker where area_code like $1 || '%' and ($2::text is null or category = $2)"
        " and ($3::uuid is null or id > $3) order by id limit $4",
        prefix,
        category,
        after,
        limit,
    )
    return [_worker(row, keyring) for row in rows]


async def save_category(tx: Tx, worker: Worker) -> bool:
    """Write a corrected category; False when somebody else was faster."""
    touched = await tx.execute(
        "update worker set category = $2, version = $3 where id = $1 and version = $3 - 1",
        worker.id,
        worker.claims.category,
        worker.version,
    )
    return touched == 1
