"""The access log under seal: every finished line enters a chain of keyed hashes, in batches.

Sealing runs by itself (a job of the worker, or ``<package>.app seal`` as a process of its own), in
transactions of its own and never in a business transaction. Lines are taken in the order
``(txid, id)`` and only from transactions that ended before every one that still runs: no late commit
can fall into a range that is sealed already.

A seal covers the lines after the seal before it. It keeps sixteen bytes of the hash of each line,
by which a break is found to the line, and a hash over all of it, chained to the seal before and
keyed by the service's keyring: whoever can write into the database, but has no keys, cannot make
it. The newest hash goes to the log at each sealing and is printed by ``audit-head``: kept on paper
or on a medium that is written once, it also proves that no seals were cut off the end.

Restored by a logical dump into another cluster, transaction ids begin anew: see the runbook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

import orjson
import structlog
from asyncpg import Record

from kit.crypto import Keyring, NoKey
from kit.db import UNAVAILABLE, Database, Tx

if TYPE_CHECKING:
    from kit.service import Runtime

log = structlog.get_logger("sealing")

#: Lines of one seal at most: one transaction, one row of 80 KB.
LINES_MAX = 5_000
LEAF = 16
EVERY_S = 10.0
_FIRST = bytes(32)

_LINE = (
    "id, txid::text as txid, (extract(epoch from at) * 1000000)::bigint as at_us, service, account,"
    " office, operation, subject_id, fields, purpose, outcome, request_id"
)
_UNSEALED = f"""
select {_LINE} from access_log
 where (txid, id) > ($1::text::xid8, $2::uuid) and txid < pg_snapshot_xmin(pg_current_snapshot())
 order by access_log.txid, access_log.id limit $3
"""  # noqa: S608
_RANGE = f"""
select {_LINE} from access_log
 where (txid, id) > ($1::text::xid8, $2::uuid) and (txid, id) <= ($3::text::xid8, $4::uuid)
 order by access_log.txid, access_log.id limit $5
"""  # noqa: S608
_SEAL = "number, previous, last_txid::text as last_txid, last_id, lines, leaves, key_id, sealed_at, hash"
_LAST = f"select {_SEAL} from audit_seal order by number desc limit 1"  # noqa: S608
_SEALS = f"select {_SEAL} from audit_seal where number > $1 order by number limit 20"  # noqa: S608
_ADD = """
insert into audit_seal (number, previous, last_txid, last_id, lines, leaves, key_id, sealed_at, hash)
values ($1, $2, $3::text::xid8, $4, $5, $6, $7, $8, $9)
"""
_WAITING = """
select count(*) as lines, min(at) as since from access_log
 where (txid, id) > ($1::text::xid8, $2::uuid)
"""
_NOTHING_BEFORE = ("0", UUID(int=0))


class ClockWentBack(Exception):
    """The database's transaction ids are lower than those already sealed: it was restored."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain: it ends at the line ``(last_txid, last_id)``."""

    number: int
    previous: bytes
    last_txid: str
    last_id: UUID
    leaves: bytes
    key_id: str
    sealed_at: datetime

    @property
    def lines(self) -> int:
        return len(self.leaves) // LEAF

    def hash(self, keyring: Keyring) -> bytes:
        """What binds this seal to its lines and to every seal before it. Raises NoKey."""
        content = orjson.dumps(
            [
                self.number, self.previous.hex(), self.last_txid, str(self.last_id), self.lines,
                sha256(self.leaves).hexdigest(), self.key_id, _micros(self.sealed_at),
            ]
        )  # fmt: skip
        return keyring.seal(content, self.key_id)[1]


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: in which seal, what is wrong, at which line if one is known."""

    seal: int
    what: str
    line: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification saw. ``broken`` is the first break; ``head`` the newest hash that held."""

    seals: int = 0
    lines: int = 0
    head: str = _FIRST.hex()
    broken: Break | None = None
    unsealed: int = 0
    unsealed_since: datetime | None = None
    heads: frozenset[str] = field(default_factory=frozenset, repr=False)


def leaf(row: Record) -> bytes:
    """Sixteen bytes of the hash of a line's canonical text: a JSON array in a fixed order."""
    subject = row["subject_id"]
    text = orjson.dumps(
        [
            str(row["id"]), row["txid"], row["at_us"], row["service"], row["account"], row["office"],
            row["operation"], str(subject) if subject else None, row["fields"], row["purpose"],
            row["outcome"], str(row["request_id"]),
        ]
    )  # fmt: skip
    return sha256(text).digest()[:LEAF]


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


# --- sealing ------------------------------------------------------------------------------------


async def seal(db: Database, keyring: Keyring) -> int:
    """Seal everything that is finished; answers how many lines. One process does it at a time."""
    sealed = 0
    while True:
        async with db.transaction() as tx:
            if not await tx.fetchval("select pg_try_advisory_xact_lock(hashtext('kit.sealing'))"):
                return sealed
            count = await _seal_batch(tx, keyring)
        sealed += count
        if count < LINES_MAX:
            return sealed


async def _seal_batch(tx: Tx, keyring: Keyring) -> int:
    last = await tx.fetchrow(_LAST)
    after = (last["last_txid"], last["last_id"]) if last else _NOTHING_BEFORE
    if last and not await tx.fetchval(
        "select $1::text::xid8 < pg_snapshot_xmax(pg_current_snapshot())", last["last_txid"]
    ):
        raise ClockWentBack
    rows = await tx.fetch(_UNSEALED, *after, LINES_MAX)
    if not rows:
        return 0
    made = Seal(
        number=last["number"] + 1 if last else 1,
        previous=bytes(last["hash"]) if last else _FIRST,
        last_txid=rows[-1]["txid"],
        last_id=rows[-1]["id"],
        leaves=b"".join(map(leaf, rows)),
        key_id=keyring.seal(b"")[0],
        sealed_at=datetime.now(UTC),
    )
    head = made.hash(keyring)
    await tx.execute(
        _ADD, made.number, made.previous, made.last_txid, made.last_id, made.lines, made.leaves,
        made.key_id, made.sealed_at, head,
    )  # fmt: skip
    log.info("audit.sealed", seal=made.number, lines=made.lines, head=head.hex())
    return len(rows)


async def seal_waiting(rt: Runtime) -> None:
    """The worker's job. What forbids sealing is told at each round, and stops nothing else."""
    try:
        await seal(rt.db, rt.keyring)
    except (ClockWentBack, NoKey) as error:
        log.error("sealing.refused", error=type(error).__name__)


async def seal_forever(rt: Runtime) -> None:
    """A process of its own: seals until it is stopped, and waits out the database."""
    while True:
        try:
            await seal_waiting(rt)
        except UNAVAILABLE as error:
            log.warning("sealing.waits", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)


# --- verifying ----------------------------------------------------------------------------------


async def head(tx: Tx) -> dict[str, str | int | None]:
    """The newest seal, to be written down outside of the database."""
    row = await tx.fetchrow(_LAST)
    if row is None:
        return {"seal": 0, "head": _FIRST.hex(), "sealed_at": None}
    return {
        "seal": row["number"],
        "head": bytes(row["hash"]).hex(),
        "sealed_at": row["sealed_at"].isoformat(),
    }


async def verify(tx: Tx, keyring: Keyring) -> Verdict:
    """Compute every line and every seal again, oldest first, up to the first break."""
    seals = lines = 0
    previous, after = _FIRST, _NOTHING_BEFORE
    heads = {previous.hex()}
    while rows := await tx.fetch(_SEALS, seals):
        for row in rows:
            found = _read(row)
            broken = _check(found, row, seals + 1, previous, keyring)
            if broken is None:
                covered = await tx.fetch(
                    _RANGE, *after, found.last_txid, found.last_id, found.lines + 1
                )
                broken = _compare(found, covered)
            if broken is not None:
                return Verdict(seals, lines, previous.hex(), broken, heads=frozenset(heads))
            seals, lines = found.number, lines + found.lines
            previous, after = bytes(row["hash"]), (found.last_txid, found.last_id)
            heads.add(previous.hex())
    waiting = await tx.fetchrow(_WAITING, *after)
    assert waiting is not None
    return Verdict(
        seals, lines, previous.hex(), None, waiting["lines"], waiting["since"], frozenset(heads)
    )


def _read(row: Record) -> Seal:
    return Seal(
        row["number"], bytes(row["previous"]), row["last_txid"], row["last_id"],
        bytes(row["leaves"]), row["key_id"], row["sealed_at"],
    )  # fmt: skip


def _check(
    found: Seal, row: Record, number: int, previous: bytes, keyring: Keyring
) -> Break | None:
    """The seal itself: its place in the chain, and its hash under its key."""
    if found.number != number:
        return Break(number, "the seal is missing")
    if found.previous != previous:
        return Break(number, "the seal does not follow the one before it")
    try:
        if found.hash(keyring) != bytes(row["hash"]) or found.lines != row["lines"]:
            return Break(number, "the seal was changed")
    except NoKey:
        return Break(number, "the seal names a key that is not in the keyring")
    return None


def _compare(found: Seal, covered: Sequence[Record]) -> Break | None:
    """The lines under a seal; names the first that was changed, removed or put in."""
    kept = [found.leaves[at : at + LEAF] for at in range(0, len(found.leaves), LEAF)]
    now = [leaf(row) for row in covered]
    if kept == now:
        return None
    at = next(
        (n for n, (was, is_) in enumerate(zip(kept, now, strict=False)) if was != is_),
        min(len(kept), len(now)),
    )
    here = covered[at]["id"] if at < len(now) else None
    if kept[at : at + 1] and kept[at] in now[at + 1 :]:
        return Break(found.number, "a line was put in", here)
    if at >= len(now) or now[at] in kept[at + 1 :]:
        before = covered[at - 1]["id"] if at else None
        return Break(found.number, "a line was removed after the one named", before)
    if at >= len(kept):
        return Break(found.number, "a line was put in", here)
    return Break(found.number, "a line was changed", here)
