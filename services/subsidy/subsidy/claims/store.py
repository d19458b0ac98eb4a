"""Claims, their papers and lines, what is due, and the steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from kit.db import Tx
from subsidy.claims.domain import Claim, Due, Line, Outcome, State

_CLAIM = tuple(field.name for field in fields(Claim))
_LINE = tuple(field.name for field in fields(Line))
_DUE = tuple(field.name for field in fields(Due))
_SELECT = f"select {', '.join('c.' + name for name in _CLAIM)} from claim c"  # noqa: S608
_LINES = f"select {', '.join('l.' + name for name in _LINE)} from claim_line l"  # noqa: S608
_DUES = f"select {', '.join('d.' + name for name in _DUE)} from claim_due d"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a claim: when, by whom, why."""

    claim_id: UUID
    version: int
    act: str
    on_day: date
    reason: str | None
    note: str | None
    done_by: str


def _claim(row: Any) -> Claim:
    return Claim(**{**dict(row), "filers": tuple(row["filers"])})


def _line(row: Any) -> Line:
    return Line(**{name: row[name] for name in _LINE})


# --- claims


async def exists(tx: Tx, id: UUID) -> bool:
    return bool(await tx.fetchval("select exists (select from claim where id = $1)", id))


async def add(tx: Tx, claim: Claim) -> None:
    row = [getattr(claim, name) for name in _CLAIM]
    await tx.copy("claim", _CLAIM, [tuple(list(v) if isinstance(v, tuple) else v for v in row)])


async def save(tx: Tx, claims: Sequence[Claim]) -> None:
    """Write claims as their acts left them; whoever calls has locked them."""
    for one in claims:
        await tx.execute(
            "update claim set filers = $2, state = $3, state_on = $4, due_on = $5, pay_by = $6,"
            " amount = $7, reviewed_by = $8, approved_by = $9, arrangement_id = $10,"
            " reservation_id = $11, reason = $12, version = $13 where id = $1",
            one.id, list(one.filers), one.state, one.state_on, one.due_on, one.pay_by, one.amount,
            one.reviewed_by, one.approved_by, one.arrangement_id, one.reservation_id, one.reason,
            one.version,
        )  # fmt: skip


async def waiting(
    tx: Tx, states: Sequence[State], since: date
) -> list[tuple[UUID, State, date, date | None]]:
    """Claims that are in one of these states since that day or later, locked: (id, state, since when, by
    when the next act is due)."""
    rows = await tx.fetch(
        "select id, state, state_on, due_on from claim where state = any($1::text[]) and state_on >= $2"
        " order by id for no key update",
        states, since,
    )  # fmt: skip
    return [(row["id"], row["state"], row["state_on"], row["due_on"]) for row in rows]


async def postpone(tx: Tx, due: Sequence[tuple[UUID, date]]) -> None:
    """The next act on each of these claims, locked by the caller, is due by another day."""
    await tx.execute(
        "update claim c set due_on = u.due_on from unnest($1::uuid[], $2::date[]) as u (id, due_on)"
        " where c.id = u.id",
        [id for id, _ in due],
        [on for _, on in due],
    )


async def lock(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Claim]:
    """Claims of the actor's area about to be changed, in the order of their ids."""
    rows = await tx.fetch(
        f"{_SELECT} where c.id = any($1::uuid[]) and c.area_code like $2 || '%'"
        " order by c.id for no key update",
        ids, area_prefix,
    )  # fmt: skip
    return [_claim(row) for row in rows]


async def some(tx: Tx, ids: Sequence[UUID], area_prefix: str) -> list[Claim]:
    rows = await tx.fetch(
        f"{_SELECT} where c.id = any($1::uuid[]) and c.area_code like $2 || '%'", ids, area_prefix
    )
    return [_claim(row) for row in rows]


async def page(
    tx: Tx,
    area_prefix: str,
    *,
    programme: str | None,
    claimant_id: UUID | None,
    quarter: date | None,
    state: State | None,
    overdue_on: date | None,
    after: UUID | None,
    limit: int,
) -> list[Claim]:
    """Claims in the order of their ids; ``overdue_on``: those whose next act was due before that day."""
    rows = await tx.fetch(
        f"{_SELECT} where c.area_code like $1 || '%' and c.id > $2"
        " and ($3::text is null or c.programme = $3) and ($4::uuid is null or c.claimant_id = $4)"
        " and ($5::date is null or c.quarter = $5) and ($6::text is null or c.state = $6)"
        " and ($7::date is null or c.due_on < $7) order by c.id limit $8",
        area_prefix, after or UUID(int=0), programme, claimant_id, quarter, state, overdue_on, limit,
    )  # fmt: skip
    return [_claim(row) for row in rows]


async def add_steps(tx: Tx, steps: Sequence[Step]) -> None:
    columns = tuple(field.name for field in fields(Step))
    await tx.copy(
        "claim_step", columns, [tuple(getattr(one, name) for name in columns) for one in steps]
    )


async def steps(tx: Tx, claim_id: UUID) -> list[Step]:
    """What was done with a claim, in order."""
    rows = await tx.fetch(
        "select claim_id, version, act, on_day, reason, note, done_by from claim_step"
        " where claim_id = $1 order by version limit 1000",
        claim_id,
    )
    return [Step(**dict(row)) for row in rows]


async def papers(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """The papers of each of these claims: code and number."""
    found: dict[UUID, dict[str, str]] = {id: {} for id in claim_ids}
    for row in await tx.fetch(
        "select claim_id, code, reference from claim_paper where claim_id = any($1::uuid[])"
        " order by code",
        claim_ids,
    ):
        found[row["claim_id"]][row["code"]] = row["reference"]
    return found


async def bring(tx: Tx, claim_id: UUID, brought: dict[str, str]) -> None:
    """Papers of a claim from now on: a code that was there is replaced."""
    await tx.execute(
        "delete from claim_paper where claim_id = $1 and code = any($2::text[])",
        claim_id, list(brought),
    )  # fmt: skip
    await tx.copy(
        "claim_paper", ("claim_id", "code", "reference"),
        [(claim_id, code, reference) for code, reference in brought.items()],
    )  # fmt: skip


# --- lines


async def add_lines(tx: Tx, lines: Sequence[tuple[UUID, Line]]) -> None:
    """Lines, each with its claim."""
    await tx.copy(
        "claim_line", ("claim_id", *_LINE),
        [(claim_id, *(getattr(one, name) for name in _LINE)) for claim_id, one in lines],
    )  # fmt: skip


async def drop_lines(tx: Tx, claim_id: UUID) -> None:
    await tx.execute("delete from claim_line where claim_id = $1", claim_id)


_DECIDED = """
update claim_line l set outcome = t.outcome, amount = t.amount, clause = t.clause,
       decision_id = t.decision_id, payee_kind = t.payee_kind, day = t.day,
       enterprise_bears = t.enterprise_bears, backstop = t.backstop
  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::date[],
              $8::bigint[], $9::bigint[])
       as t (id, outcome, amount, clause, decision_id, payee_kind, day, enterprise_bears, backstop)
 where l.id = t.id
"""
_OF_DECISION = (
    "id", "outcome", "amount", "clause", "decision_id", "payee_kind", "day", "enterprise_bears",
    "backstop",
)  # fmt: skip


async def save_decided(tx: Tx, lines: Sequence[Line]) -> None:
    """What a review, or its undoing, made of lines."""
    await tx.execute(_DECIDED, *([getattr(one, name) for one in lines] for name in _OF_DECISION))


async def mark_paid(tx: Tx, lines: Sequence[tuple[UUID, UUID | None]]) -> None:
    """The event that told of a line's payment; None: it came back."""
    await tx.execute(
        "update claim_line l set paid_event = t.event from unnest($1::uuid[], $2::uuid[])"
        " as t (id, event) where l.id = t.id",
        [id for id, _ in lines], [event for _, event in lines],
    )  # fmt: skip


async def save_back(tx: Tx, lines: Sequence[Line]) -> None:
    """What of lines has come back."""
    await tx.execute(
        "update claim_line l set back = t.back from unnest($1::uuid[], $2::bigint[])"
        " as t (id, back) where l.id = t.id",
        [one.id for one in lines], [one.back for one in lines],
    )  # fmt: skip


async def lines(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, list[Line]]:
    """The lines of each of these claims, in their order."""
    found: dict[UUID, list[Line]] = {id: [] for id in claim_ids}
    for row in await tx.fetch(
        _LINES.replace(" from", ", l.claim_id from", 1)
        + " where l.claim_id = any($1::uuid[]) order by l.claim_id, l.number",
        claim_ids,
    ):
        found[row["claim_id"]].append(_line(row))
    return found


async def page_of_lines(
    tx: Tx, claim_id: UUID, *, outcome: Outcome | None, after: UUID | None, limit: int
) -> list[Line]:
    """Lines of a claim in the order of their ids."""
    rows = await tx.fetch(
        f"{_LINES} where l.claim_id = $1 and l.id > $2 and ($3::text is null or l.outcome = $3)"
        " order by l.id limit $4",
        claim_id, after or UUID(int=0), outcome, limit,
    )  # fmt: skip
    return [_line(row) for row in rows]


async def counts(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many lines each claim has, by what they came to (``None``: not decided)."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in await tx.fetch(
        "select claim_id, coalesce(outcome, 'undecided') as outcome, count(*) as lines"
        "  from claim_line where claim_id = any($1::uuid[]) group by 1, 2",
        claim_ids,
    ):
        found[row["claim_id"]][row["outcome"]] = row["lines"]
    return found


async def first_claimed(tx: Tx, programme: str, references: Sequence[UUID]) -> dict[UUID, date]:
    """When the work of each reference was first claimed for, by claims that were not rejected (B9)."""
    rows = await tx.fetch(
        "select l.reference, min(c.filed_on) as day from claim_line l join claim c on c.id = l.claim_id"
        " where l.reference = any($2::uuid[]) and c.programme = $1 and c.state <> 'rejected' group by 1",
        programme, list(set(references)),
    )  # fmt: skip
    return {row["reference"]: row["day"] for row in rows}


async def granted_before(tx: Tx, claim_id: UUID, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Fen that other claims were granted for each of these projects, less what came back of them."""
    rows = await tx.fetch(
        "select l.reference, sum(l.amount - l.back)::bigint as amount"
        "  from claim_line l join claim c on c.id = l.claim_id"
        " where l.reference = any($2::uuid[]) and l.span is not null and c.id <> $1"
        "   and c.state in ('reviewed', 'approved', 'paid') group by 1",
        claim_id, project_ids,
    )  # fmt: skip
    return {row["reference"]: row["amount"] for row in rows}


async def claims_paid_to(tx: Tx, workers: Sequence[UUID], references: Sequence[UUID]) -> list[UUID]:
    """Claims that have paid lines of any of these records, or for any of these works."""
    rows = await tx.fetch(
        "select claim_id from claim_line where worker_id = any($1::uuid[]) and paid_event is not null"
        " union"
        " select claim_id from claim_line where reference = any($2::uuid[]) and paid_event is not null",
        workers, references,
    )  # fmt: skip
    return [row["claim_id"] for row in rows]


# --- dues


async def add_dues(tx: Tx, dues: Sequence[Due]) -> None:
    await tx.copy("claim_due", _DUE, [tuple(getattr(d, name) for name in _DUE) for d in dues])


async def save_dues(tx: Tx, dues: Sequence[Due]) -> None:
    await tx.execute(
        "update claim_due d set batch_id = t.batch_id, paid_on = t.paid_on, set_off = t.set_off"
        "  from unnest($1::uuid[], $2::uuid[], $3::date[], $4::bigint[])"
        "       as t (id, batch_id, paid_on, set_off)"
        " where d.id = t.id",
        [d.id for d in dues], [d.batch_id for d in dues], [d.paid_on for d in dues],
        [d.set_off for d in dues],
    )  # fmt: skip


async def dues(tx: Tx, claim_ids: Sequence[UUID]) -> dict[UUID, list[Due]]:
    found: dict[UUID, list[Due]] = {id: [] for id in claim_ids}
    for row in await tx.fetch(
        _DUES + " where d.claim_id = any($1::uuid[]) order by d.payee_kind", claim_ids
    ):
        found[row["claim_id"]].append(Due(**dict(row)))
    return found


async def claims_due(tx: Tx, due_ids: Sequence[UUID]) -> list[UUID]:
    """The claims of which these are dues, in the order of their ids."""
    rows = await tx.fetch(
        "select distinct claim_id from claim_due where id = any($1::uuid[]) order by 1", due_ids
    )
    return [row["claim_id"] for row in rows]
