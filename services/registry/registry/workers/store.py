"""Workers in the database: personal values encrypted, found by keyed hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from asyncpg import Record

from kit.crypto import Keyring, Sex, mask_id_number, mask_name, place
from kit.db import Tx
from registry.workers.domain import (
    CadreProof,
    Claims,
    Contact,
    Employer,
    Facts,
    OnPaper,
    Proof,
    Worker,
    mask_address,
    mask_phone,
)
from registry.workers.names import employer_key, household_key, name_key, name_sound
from registry.workers.record import CLAIMS

_COLUMNS = (
    "id", "id_number", "id_number_index", "name", "name_index", "sound_index", "phone", "address",
    "household_number", "household_index", "sex", "birth_date", "employer_name", "employer_code",
    "employer_key", "proof_kind", "proof_reference", "proof_on", "cadre_reference",
    "cadre_proved_on", *CLAIMS, "area_code", "office", "registered_on",
)  # fmt: skip
ID_NUMBER = "worker.id_number"
NAME = "worker.name"
SOUND = "worker.sound"
PHONE = "worker.phone"
ADDRESS = "worker.address"
HOUSEHOLD = "worker.household_number"
_WORKER = (
    "select w.*, (select l.survivor_id from identity_link l where l.merged_id = w.id) as merged_into"
    " from worker w"
)
_GET = f"{_WORKER} where id = $1"
_GET_LOCKED = f"{_WORKER} where id = $1 for no key update of w"
_claimed = attrgetter(*CLAIMS)


@dataclass(frozen=True, slots=True)
class Sealed:
    """The personal values of a new record as its row keeps them: encrypted, with the keyed hashes of
    one generation."""

    generation: int
    id_number: bytes
    id_number_index: bytes
    name: bytes
    name_index: bytes
    sound_index: bytes
    phone: bytes | None
    address: bytes | None
    household_number: bytes | None
    household_index: bytes | None


def seal(keyring: Keyring, id: UUID, id_number: str, name: str, contact: Contact) -> Sealed:
    """What is kept of these values in the row of this id."""
    household = contact.household_number
    return Sealed(
        keyring.generation, keyring.encrypt(id_number, place(ID_NUMBER, id)),
        number_index(keyring, id_number), keyring.encrypt(name, place(NAME, id)),
        *name_indexes(keyring, name), _sealed(keyring, contact.phone, PHONE, id),
        _sealed(keyring, contact.address, ADDRESS, id),
        _sealed(keyring, household, HOUSEHOLD, id), household_index(keyring, household),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A row to write."""

    id: UUID
    sealed: Sealed
    sex: Sex
    birth_date: date
    claims: Claims
    employer: Employer
    proof: Proof | None
    cadre_proof: CadreProof | None
    area_code: str
    office: str
    registered_on: date


@dataclass(frozen=True, slots=True)
class Plain:
    """The personal values of one record, opened: never kept, never told."""

    name: str
    id_number: str
    phone: str | None
    address: str | None
    household_number: str | None


def number_index(keyring: Keyring, number: str) -> bytes:
    """The keyed hash under which a number is unique."""
    return keyring.blind_index(number, ID_NUMBER)


def number_indexes(keyring: Keyring, number: str) -> list[bytes]:
    """The keyed hashes by which a number is found."""
    return keyring.blind_indexes(number, ID_NUMBER)


def household_index(keyring: Keyring, number: str | None) -> bytes | None:
    """The keyed hash by which the members of a household are found."""
    return keyring.blind_index(household_key(number), HOUSEHOLD) if number else None


def name_indexes(keyring: Keyring, name: str) -> tuple[bytes, bytes]:
    """The keyed hashes of a name and of its sound."""
    return keyring.blind_index(name_key(name), NAME), sound_index(keyring, name)


def sound_index(keyring: Keyring, name: str) -> bytes:
    """The keyed hash by which names are found that sound like this one."""
    return keyring.blind_index(name_sound(name), SOUND)


def _claims(row: Record) -> Claims:
    return Claims(*(row[column] for column in CLAIMS))


def _proof(row: Record) -> Proof | None:
    kind = row["proof_kind"]
    return Proof(kind, row["proof_reference"], row["proof_on"]) if kind else None


def _opened(row: Record, keyring: Keyring, column: str, of: str) -> str | None:
    sealed = row[column]
    return keyring.decrypt(sealed, place(of, row["id"])) if sealed else None


def _worker(row: Record, keyring: Keyring) -> Worker:
    id = row["id"]
    phone = _opened(row, keyring, "phone", PHONE)
    address = _opened(row, keyring, "address", ADDRESS)
    return Worker(
        id=id,
        id_number_masked=mask_id_number(keyring.decrypt(row["id_number"], place(ID_NUMBER, id))),
        name_masked=mask_name(keyring.decrypt(row["name"], place(NAME, id))),
        phone_masked=mask_phone(phone) if phone else None,
        address_masked=mask_address(address) if address else None,
        has_household=row["household_number"] is not None,
        sex=row["sex"],
        birth_date=row["birth_date"],
        claims=_claims(row),
        employer=Employer(row["employer_name"], row["employer_code"]),
        proof=_proof(row),
        cadre_proof=_cadre_proof(row),
        area_code=row["area_code"],
        office=row["office"],
        registered_on=row["registered_on"],
        version=row["version"],
        merged_into=row["merged_into"],
    )


def _cadre_proof(row: Record) -> CadreProof | None:
    return CadreProof(row["cadre_reference"], row["cadre_proved_on"]) if row["cadre"] else None


def _sealed(keyring: Keyring, value: str | None, column: str, id: UUID) -> bytes | None:
    return keyring.encrypt(value, place(column, id)) if value else None


async def add(tx: Tx, workers: Iterable[NewWorker]) -> None:
    """COPY a set of workers in."""
    await tx.copy("worker", _COLUMNS, map(_row, workers))


def _row(w: NewWorker) -> tuple[object, ...]:
    s, employer, proof, cadre = w.sealed, w.employer, w.proof, w.cadre_proof
    return (
        w.id, s.id_number, s.id_number_index, s.name, s.name_index, s.sound_index, s.phone,
        s.address, s.household_number, s.household_index, w.sex, w.birth_date, employer.name,
        employer.code, employer_key(employer.name, employer.code),
        *((proof.kind, proof.reference, proof.on) if proof else (None, None, None)),
        *((cadre.reference, cadre.on) if cadre else (None, None)),
        *_claimed(w.claims), w.area_code, w.office, w.registered_on,
    )  # fmt: skip


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


async def many(tx: Tx, keyring: Keyring, ids: Sequence[UUID]) -> dict[UUID, Worker]:
    """These workers, by id."""
    rows = await tx.fetch(f"{_WORKER} where id = any($1::uuid[])", ids)
    return {row["id"]: _worker(row, keyring) for row in rows}


async def plain(tx: Tx, keyring: Keyring, ids: Sequence[UUID]) -> dict[UUID, Plain]:
    """The personal values of these workers, opened."""
    rows = await tx.fetch(
        "select id, name, id_number, phone, address, household_number from worker"
        " where id = any($1::uuid[])",
        ids,
    )
    return {
        row["id"]: Plain(
            _opened(row, keyring, "name", NAME) or "",
            _opened(row, keyring, "id_number", ID_NUMBER) or "",
            _opened(row, keyring, "phone", PHONE), _opened(row, keyring, "address", ADDRESS),
            _opened(row, keyring, "household_number", HOUSEHOLD),
        )
        for row in rows
    }  # fmt: skip


async def by_number(tx: Tx, keyring: Keyring, number: str) -> Worker | None:
    indexes = number_indexes(keyring, number)
    row = await tx.fetchrow(f"{_WORKER} where id_number_index = any($1::bytea[])", indexes)
    return _worker(row, keyring) if row else None


async def ids_of(tx: Tx, indexes: Sequence[bytes]) -> dict[bytes, UUID]:
    """Who has the numbers of these keyed hashes."""
    rows = await tx.fetch(
        "select id, id_number_index from worker where id_number_index = any($1::bytea[])", indexes
    )
    return {bytes(row["id_number_index"]): row["id"] for row in rows}


async def masked_names(tx: Tx, keyring: Keyring, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Masked names of a page of people."""
    rows = await tx.fetch("select id, name from worker where id = any($1::uuid[])", list(ids))
    return {
        row["id"]: mask_name(keyring.decrypt(row["name"], place(NAME, row["id"]))) for row in rows
    }


async def facts(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, tuple[Facts, datetime]]:
    """What rules look at as things stand, for a set of workers, and since when each is known."""
    rows = await tx.fetch(
        f"select id, sex, birth_date, {', '.join(CLAIMS)}, employer_name, employer_code, area_code,"  # noqa: S608
        " office, recorded_at"
        " from worker where id = any($1::uuid[])",
        list(ids),
    )
    return {
        row["id"]: (
            Facts(
                row["id"], row["sex"], row["birth_date"], _claims(row),
                Employer(row["employer_name"], row["employer_code"]), row["area_code"],
                row["office"],
            ),
            row["recorded_at"],
        )
        for row in rows
    }  # fmt: skip


async def page(
    tx: Tx, keyring: Keyring, pattern: str, category: str | None, after: UUID | None, limit: int
) -> list[Worker]:
    rows = await tx.fetch(
        f"{_WORKER} where area_code ~ $1 and ($2::text is null or category = $2)"
        " and ($3::uuid is null or id > $3) order by id limit $4",
        pattern,
        category,
        after,
        limit,
    )
    return [_worker(row, keyring) for row in rows]


def columns_of(keyring: Keyring, id: UUID, attribute: str, value: Any) -> dict[str, Any]:
    """The columns of a worker's row in which an attribute with this (JSON) value is kept."""
    match attribute:
        case "name":
            name, sound = name_indexes(keyring, value)
            sealed = _sealed(keyring, value, NAME, id)
            return {"name": sealed, "name_index": name, "sound_index": sound}
        case "id_number":
            sealed = _sealed(keyring, value, ID_NUMBER, id)
            return {"id_number": sealed, "id_number_index": number_index(keyring, value)}
        case "phone":
            return {"phone": _sealed(keyring, value, PHONE, id)}
        case "address":
            return {"address": _sealed(keyring, value, ADDRESS, id)}
        case "household_number":
            sealed = _sealed(keyring, value, HOUSEHOLD, id)
            return {"household_number": sealed, "household_index": household_index(keyring, value)}
        case "former_employer":
            name, code = value["name"], value["code"]
            key = employer_key(name, code)
            return {"employer_name": name, "employer_code": code, "employer_key": key}
        case "category_proof":
            proof = value or {"kind": None, "reference": None, "on": None}
            on = date.fromisoformat(proof["on"]) if proof["on"] else None
            kept = {"proof_kind": proof["kind"], "proof_reference": proof["reference"]}
            return {**kept, "proof_on": on}
        case "cadre":
            shown = value or {"reference": None, "on": None}
            proved_on = date.fromisoformat(shown["on"]) if shown["on"] else None
            kept = {"cadre_reference": shown["reference"], "cadre_proved_on": proved_on}
            return {"cadre": value is not None, **kept}
        case "place":
            return {"area_code": value["area_code"], "office": value["office"]}
        case _:
            is_day = attribute.endswith(("_on", "_since", "_date")) and value is not None
            return {attribute: date.fromisoformat(value) if is_day else value}


async def save(tx: Tx, id: UUID, version: int, columns: Mapping[str, Any]) -> bool:
    """Write changed columns of a row that was read at ``version``; False when somebody was faster."""
    sets = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, 3))
    touched = await tx.execute(
        f"update worker set {sets}, version = version + 1,"  # noqa: S608
        " changed_xid = pg_current_xact_id() where id = $1 and version = $2",
        id,
        version,
        *columns.values(),
    )
    return touched == 1


async def on_paper(tx: Tx, keyring: Keyring, ids: Iterable[UUID]) -> dict[UUID, OnPaper]:
    """Names in plain, for a set of workers."""
    rows = await tx.fetch(
        "select id, id_number, name, sex, birth_date from worker where id = any($1::uuid[])",
        list(ids),
    )
    return {
        id: OnPaper(
            keyring.decrypt(row["name"], place(NAME, id)),
            mask_id_number(keyring.decrypt(row["id_number"], place(ID_NUMBER, id))),
            row["sex"],
            row["birth_date"],
        )
        for row in rows
        for id in (row["id"],)
    }
