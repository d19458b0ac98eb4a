"""Payees and their accounts. Names and numbers are ciphertexts here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.payees.domain import Account, Kind, Payee

_PAYEE = "select id, kind, reference_id, area_code, office from payee"
_ACCOUNT = """
select a.id, a.payee_id, a.clearing_code, a.proposed_on, a.reason, a.proposed_by,
       d.confirmed, d.decided_on, d.decided_by, d.note
  from payee_account a left join payee_account_decision d on d.account_id = a.id
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An account's name and number as they are kept, and the hash by which equal numbers are found."""

    name: bytes
    number: bytes
    clearing_code: str
    number_index: bytes = b""


async def lock(tx: Tx, payee_id: UUID) -> None:
    """One change of a payee at a time; rows of append-only tables cannot be locked."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 1))", str(payee_id))


async def taken(tx: Tx, payee: Payee) -> tuple[bool, bool]:
    """Whether the id is in use, and whether the body that it stands for is a payee already."""
    row = await tx.fetchrow(
        "select bool_or(id = $1) as id, bool_or(kind = $2 and reference_id = $3) as body from payee"
        " where id = $1 or (kind = $2 and reference_id = $3)",
        payee.id, payee.kind, payee.reference_id,
    )  # fmt: skip
    return (bool(row["id"]), bool(row["body"])) if row is not None else (False, False)


async def add(tx: Tx, payee: Payee, recorded_by: str) -> None:
    await tx.execute(
        "insert into payee (id, kind, reference_id, area_code, office, recorded_by)"
        " values ($1, $2, $3, $4, $5, $6)",
        payee.id, payee.kind, payee.reference_id, payee.area_code, payee.office, recorded_by,
    )  # fmt: skip


async def add_account(tx: Tx, account: Account, sealed: Sealed) -> None:
    await tx.execute(
        "insert into payee_account (id, payee_id, name, number, number_index, clearing_code,"
        " proposed_on, reason, proposed_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        account.id, account.payee_id, sealed.name, sealed.number, sealed.number_index,
        account.clearing_code, account.proposed_on, account.reason, account.proposed_by,
    )  # fmt: skip


async def add_decision(tx: Tx, account: Account) -> None:
    await tx.execute(
        "insert into payee_account_decision (account_id, confirmed, decided_on, decided_by, note)"
        " values ($1, $2, $3, $4, $5)",
        account.id, account.standing == "confirmed", account.decided_on, account.decided_by,
        account.note,
    )  # fmt: skip


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> dict[UUID, Payee]:
    """These payees with their accounts, as far as they lie in the actor's area."""
    rows = await tx.fetch(
        _PAYEE + " where id = any($1::uuid[]) and area_code like $2 || '%'", ids, area_prefix
    )
    return {payee.id: payee for payee in await _with_accounts(tx, rows)}


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    kind: Kind | None,
    reference_id: UUID | None,
    waiting: bool,
    after: UUID | None,
    limit: int,
) -> list[Payee]:
    """Payees in the order of their ids; ``waiting``: those of whom an account waits."""
    rows = await tx.fetch(
        _PAYEE + " where area_code like $1 || '%' and id > $2 and ($3::text is null or kind = $3)"
        " and ($4::uuid is null or reference_id = $4) and (not $5 or exists (select from"
        " payee_account a left join payee_account_decision d on d.account_id = a.id"
        " where a.payee_id = payee.id and d.account_id is null)) order by id limit $6",
        area_prefix, after or UUID(int=0), kind, reference_id, waiting, limit,
    )  # fmt: skip
    return await _with_accounts(tx, rows)


async def sealed(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Sealed]:
    """The ciphertexts of accounts."""
    rows = await tx.fetch(
        "select id, name, number, clearing_code from payee_account where id = any($1::uuid[])",
        account_ids,
    )
    return {row["id"]: Sealed(row["name"], row["number"], row["clearing_code"]) for row in rows}


async def shared(tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Of how many other payees each account's number is an account too; none is left out."""
    rows = await tx.fetch(
        "select a.id, count(distinct o.payee_id) as others from payee_account a"
        " join payee_account o on o.number_index = a.number_index and o.payee_id <> a.payee_id"
        " left join payee_account_decision d on d.account_id = o.id"
        " where a.id = any($1::uuid[]) and d.confirmed is not false group by a.id",
        account_ids,
    )
    return {row["id"]: row["others"] for row in rows}


async def _with_accounts(tx: Tx, rows: Sequence[Any]) -> list[Payee]:
    accounts = await tx.fetch(
        _ACCOUNT + " where a.payee_id = any($1::uuid[]) order by a.id",
        [row["id"] for row in rows],
    )
    of_payee: dict[UUID, list[Account]] = {}
    for row in accounts:
        of_payee.setdefault(row["payee_id"], []).append(_account(row))
    return [
        replace(Payee(**dict(row)), accounts=tuple(of_payee.get(row["id"], ()))) for row in rows
    ]


def _account(row: Any) -> Account:
    made = Account(
        row["id"], row["payee_id"], row["clearing_code"], row["proposed_on"], row["reason"],
        row["proposed_by"],
    )  # fmt: skip
    if row["confirmed"] is None:
        return made
    return replace(
        made, standing="confirmed" if row["confirmed"] else "rejected",
        decided_on=row["decided_on"], decided_by=row["decided_by"], note=row["note"],
    )  # fmt: skip
