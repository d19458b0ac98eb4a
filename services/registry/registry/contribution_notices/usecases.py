"""Contributions told and taken back by the insurance agency; answers never say who is registered."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kit.db import Tx
from kit.refusal import Refusal
from kit.service import Runtime
from registry.authorities import Teller, authority, check_teller, listed
from registry.contributions import domain
from registry.contributions import usecases as contributions
from registry.contributions.domain import Contribution, Paid, Withdrawal
from registry.unemployment_insurance import usecases as unemployment_insurance
from registry.workers import usecases as workers


async def record_all(
    rt: Runtime, tx: Tx, teller: Teller, told: Sequence[Paid]
) -> list[Refusal | None]:
    """Record a set of contributions; answers per line why not, or None: ``authority-may-not-tell``,
    ``in-the-future``, ``contribution-before-birth``, ``nothing-insured``.

    A line about a stranger is accepted and not kept; an id that was told before does nothing,
    whatever the line now says (else the answer would tell whether the first one was kept).
    """
    allowed = listed(rt.policies, domain.AUTHORITIES_PARAMETER, rt.today())
    outcome: list[Refusal | None] = []
    good: dict[UUID, Paid] = {}
    for paid in told:
        try:
            check_teller(authority(teller.office), allowed)
            domain.check(paid, rt.today())
        except Refusal as refusal:
            outcome.append(refusal)
            continue
        outcome.append(None)
        good.setdefault(paid.id, paid)
    holders = await workers.ids_of_numbers(rt, tx, [p.id_number.number for p in good.values()])
    people = await workers.facts_of(tx, holders.values())
    kept = []
    for paid in good.values():
        holder = holders.get(paid.id_number.number)
        if holder is not None:
            person = people[holder]
            kept.append(
                Contribution(
                    paid.id, holder, paid.month, paid.insurances, paid.payer, paid.base_fen,
                    teller.office, person.area_code, person.office,
                )
            )  # fmt: skip
    if kept:
        await contributions.keep(tx, teller, kept)
        await unemployment_insurance.refold(rt, tx, {row.worker_id for row in kept}, {})
    return outcome


async def reverse_all(
    rt: Runtime, tx: Tx, teller: Teller, withdrawals: Sequence[Withdrawal]
) -> list[Refusal | None]:
    """Take back contributions of this authority by name; what was never kept, or is another's, is
    accepted and changes nothing. Also before the contribution itself is told."""
    allowed = listed(rt.policies, domain.AUTHORITIES_PARAMETER, rt.today())
    try:
        check_teller(authority(teller.office), allowed)
    except Refusal as refusal:
        return [refusal] * len(withdrawals)
    concerned = await contributions.take_back(tx, teller, withdrawals)
    await unemployment_insurance.refold(rt, tx, concerned, {})
    return [None] * len(withdrawals)


async def record_one(rt: Runtime, teller: Teller, paid: Paid) -> None:
    """A set of one. Raises its refusal."""
    async with rt.db.transaction() as tx:
        (refusal,) = await record_all(rt, tx, teller, [paid])
        if refusal is not None:
            raise refusal
    rt.wake()


async def reverse_one(rt: Runtime, teller: Teller, withdrawal: Withdrawal) -> None:
    """A set of one. Raises its refusal."""
    async with rt.db.transaction() as tx:
        (refusal,) = await reverse_all(rt, tx, teller, [withdrawal])
        if refusal is not None:
            raise refusal
    rt.wake()
