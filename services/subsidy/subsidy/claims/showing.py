"""A claim as it is shown: with its papers, what is missing, its lines, dues and steps; and finding claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from kit import decisions
from kit.auth import Actor
from kit.db import Tx
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.claims import store, terms
from subsidy.claims.domain import Claim, Due, Line, Outcome, State
from subsidy.claims.store import Step


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim with its papers, what belongs to it and is not there, how many lines came to what, what is
    due, and (of one claim) its steps."""

    claim: Claim
    papers: Mapping[str, str]
    missing: tuple[str, ...]
    counts: Mapping[str, int]
    dues: tuple[Due, ...] = ()
    steps: tuple[Step, ...] = ()


def quarter_text(quarter: date) -> str:
    """``2003Q3``."""
    return f"{quarter.year}Q{(quarter.month + 2) // 3}"


def missing(rt: Runtime, claim: Claim, brought: Mapping[str, str]) -> tuple[str, ...]:
    needed = terms.papers(rt.policies, claim.programme, claim.filed_on)
    return tuple(code for code in needed if code not in brought)


async def show(rt: Runtime, tx: Tx, claim: Claim) -> Shown:
    (shown,) = await _shown(rt, tx, [claim])
    return replace(shown, steps=tuple(await store.steps(tx, claim.id)))


async def _shown(rt: Runtime, tx: Tx, claims: Sequence[Claim]) -> list[Shown]:
    ids = [one.id for one in claims]
    papers, counts = await store.papers(tx, ids), await store.counts(tx, ids)
    dues = await store.dues(tx, ids)
    return [
        Shown(
            one, papers[one.id], missing(rt, one, papers[one.id]), counts.get(one.id, {}),
            tuple(dues[one.id]) if one.state in ("approved", "paid") else (),
        )
        for one in claims
    ]  # fmt: skip


async def _in(tx: Tx, actor: Actor, id: UUID) -> Claim:
    found = await store.some(tx, [id], actor.area_prefix)
    if not found:
        raise NotFound
    return found[0]


async def claim_of(rt: Runtime, actor: Actor, id: UUID) -> Shown:
    """One claim of the caller's area, and how it came so far."""
    async with rt.db.reading() as tx:
        return await show(rt, tx, await _in(tx, actor, id))


async def list_claims(
    rt: Runtime,
    actor: Actor,
    *,
    programme: str | None,
    claimant_id: UUID | None,
    quarter: date | None,
    state: State | None,
    overdue: bool,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    """Claims of the caller's area; ``overdue``: their next act was due before today."""
    async with rt.db.reading() as tx:
        claims = await store.page(
            tx, actor.area_prefix, programme=programme, claimant_id=claimant_id, quarter=quarter,
            state=state, overdue_on=rt.today() if overdue else None, after=after, limit=limit,
        )  # fmt: skip
        return await _shown(rt, tx, claims)


async def lines_of(
    rt: Runtime, actor: Actor, id: UUID, *, outcome: Outcome | None, after: UUID | None, limit: int
) -> list[Line]:
    """A page of a claim's lines."""
    async with rt.db.reading() as tx:
        await _in(tx, actor, id)
        return await store.page_of_lines(tx, id, outcome=outcome, after=after, limit=limit)


async def decided_lines(tx: Tx, claim_id: UUID) -> list[UUID]:
    """The lines of a claim, which its decisions are about; none of what is no claim."""
    return [one.id for one in (await store.lines(tx, [claim_id]))[claim_id]]


async def decision_of(rt: Runtime, actor: Actor, id: UUID, line_id: UUID) -> dict[str, Any]:
    """The record by which a line was decided. Raises 404 for a line that is not."""
    async with rt.db.reading() as tx:
        await _in(tx, actor, id)
        line = next((one for one in (await store.lines(tx, [id]))[id] if one.id == line_id), None)
        if line is None or line.decision_id is None:
            raise NotFound
        found = await decisions.load(tx, line.decision_id)
        assert found is not None
        return found
