"""Naming a payee, proposing and confirming its account, and looking at it in plain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from kit import audit
from kit.auth import Actor
from kit.crypto import place
from kit.db import Tx
from kit.facts import admit
from kit.idempotency import Claim, once
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.payees import store
from subsidy.payees.domain import (
    Account,
    AccountIsTheSame,
    Details,
    Kind,
    NoConfirmedAccount,
    Payee,
    PayeeExists,
    PayeeUnknown,
)  # fmt: skip
from subsidy.payees.store import Sealed

#: What is shown of an account in every answer about it, for the access log.
MASKED = ("name_masked", "number_masked")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that somebody brought the papers of."""

    details: Details
    on: date
    reason: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Shown:
    """A payee with what may be seen of its accounts: masked, and how many other payees have the
    same number."""

    payee: Payee
    masked: dict[UUID, Details]
    shared: dict[UUID, int]


async def register_payee(
    rt: Runtime, actor: Actor, payee: Payee, proposal: Proposal, claim: Claim
) -> Shown:
    """A payee with its first account, which waits for its confirmation like every other."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        id_taken, body_taken = await store.taken(tx, payee)
        admit(
            payee.id, payee.area_code, proposal.on, area_prefix=actor.area_prefix,
            today=rt.today(), taken={payee.id} if id_taken else set(),
        )  # fmt: skip
        await store.lock(tx, payee.reference_id)
        if body_taken or (await store.taken(tx, payee))[1]:
            raise PayeeExists
        await store.add(tx, payee, actor.subject)
        made = payee.propose(await _propose(rt, tx, actor, payee.id, proposal))
        shown = await _shown(rt, tx, [made])
        await kept.keep(shown[0], location=f"/v1/payees/{payee.id}")
    await _note(rt, actor, "register_payee", shown)
    return shown[0]


async def propose_account(
    rt: Runtime, actor: Actor, payee_id: UUID, proposal: Proposal, claim: Claim
) -> Shown:
    """Another account for a payee. The one that holds goes on holding until this one is confirmed."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        await store.lock(tx, payee_id)
        payee = await _in(tx, actor, payee_id)
        admit(
            proposal.id, payee.area_code, proposal.on, area_prefix=actor.area_prefix,
            today=rt.today(), taken=set(),
        )  # fmt: skip
        if payee.confirmed is not None:
            holds = (await _opened(rt, tx, [payee.confirmed.id]))[payee.confirmed.id]
            if holds == proposal.details:
                raise AccountIsTheSame
        made = payee.propose(await _propose(rt, tx, actor, payee_id, proposal))
        shown = await _shown(rt, tx, [made])
        await kept.keep(shown[0])
    await _note(rt, actor, "propose_account", shown)
    return shown[0]


async def decide_account(
    rt: Runtime,
    actor: Actor,
    payee_id: UUID,
    account_id: UUID,
    *,
    confirmed: bool,
    on: date,
    note: str,
    claim: Claim,
) -> Shown:
    """The second look at an account, by another person than who proposed it."""
    async with rt.db.transaction() as tx, once(tx, claim) as kept:
        await store.lock(tx, payee_id)
        payee = await _in(tx, actor, payee_id)
        found = next((one for one in payee.accounts if one.id == account_id), None)
        if found is None:
            raise NotFound
        decided = found.decide(confirmed, on, actor.subject, note, rt.today())
        await store.add_decision(tx, decided)
        accounts = tuple(decided if one.id == account_id else one for one in payee.accounts)
        shown = await _shown(rt, tx, [replace(payee, accounts=accounts)])
        await kept.keep(shown[0])
    await _note(rt, actor, "decide_account", shown)
    return shown[0]


async def reveal_account(
    rt: Runtime, actor: Actor, payee_id: UUID, account_id: UUID, purpose: str
) -> Details:
    """Name and number in plain, after the line with the purpose is committed."""
    async with rt.db.reading() as tx:
        payee = await _in(tx, actor, payee_id)
        if account_id not in {one.id for one in payee.accounts}:
            raise NotFound
        details = (await _opened(rt, tx, [account_id]))[account_id]
    await audit.note(
        rt, actor, "reveal_account", [payee.reference_id], ("name", "number"), purpose=purpose
    )
    return details


async def payee_of(rt: Runtime, actor: Actor, payee_id: UUID) -> Shown:
    """One payee of the caller's area, masked."""
    async with rt.db.reading() as tx:
        shown = await _shown(rt, tx, [await _in(tx, actor, payee_id)])
    await _note(rt, actor, "get_payee", shown)
    return shown[0]


async def list_payees(
    rt: Runtime,
    actor: Actor,
    *,
    kind: Kind | None,
    reference_id: UUID | None,
    waiting: bool,
    after: UUID | None,
    limit: int,
) -> list[Shown]:
    """Payees of the caller's area, masked; ``waiting``: those with an account to confirm."""
    async with rt.db.reading() as tx:
        payees = await store.page(
            tx, actor.area_prefix, kind=kind, reference_id=reference_id, waiting=waiting,
            after=after, limit=limit,
        )  # fmt: skip
        shown = await _shown(rt, tx, payees)
    await _note(rt, actor, "list_payees", shown)
    return shown


# --- for payment orders


async def payable(tx: Tx, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Payee]:
    """These payees, each with a confirmed account. Raises :class:`PayeeUnknown` and
    :class:`NoConfirmedAccount` naming the first that is not or has none."""
    found = await store.some(tx, sorted(set(ids)), actor.area_prefix)
    for id in ids:
        if id not in found:
            raise PayeeUnknown(payee_id=id)
        if found[id].confirmed is None:
            raise NoConfirmedAccount(payee_id=id)
    return found


async def known(tx: Tx, actor: Actor, ids: Collection[UUID]) -> dict[UUID, Payee]:
    """These payees, as far as they lie in the actor's area."""
    return await store.some(tx, list(ids), actor.area_prefix)


async def references(tx: Tx, ids: Collection[UUID]) -> set[UUID]:
    """Whom payees stand for, by the ids that the house knows them by."""
    return {payee.reference_id for payee in (await store.some(tx, list(ids), "")).values()}


async def details(rt: Runtime, tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Details]:
    """Names and numbers in plain, for the file that goes to the bank."""
    return await _opened(rt, tx, account_ids)


# --- inside


async def _propose(
    rt: Runtime, tx: Tx, actor: Actor, payee_id: UUID, proposal: Proposal
) -> Account:
    account = Account(
        proposal.id, payee_id, proposal.details.clearing_code, proposal.on, proposal.reason,
        actor.subject,
    )  # fmt: skip
    sealed = Sealed(
        rt.keyring.encrypt(proposal.details.name, place("payee_account.name", account.id)),
        rt.keyring.encrypt(proposal.details.number, place("payee_account.number", account.id)),
        account.clearing_code,
        rt.keyring.blind_index(proposal.details.number, "payee_account"),
    )
    await store.add_account(tx, account, sealed)
    return account


async def _in(tx: Tx, actor: Actor, payee_id: UUID) -> Payee:
    found = await store.some(tx, [payee_id], actor.area_prefix)
    if payee_id not in found:
        raise NotFound
    return found[payee_id]


async def _opened(rt: Runtime, tx: Tx, account_ids: Sequence[UUID]) -> dict[UUID, Details]:
    return {
        id: Details(
            rt.keyring.decrypt(kept.name, place("payee_account.name", id)),
            rt.keyring.decrypt(kept.number, place("payee_account.number", id)),
            kept.clearing_code,
        )
        for id, kept in (await store.sealed(tx, account_ids)).items()
    }


async def _shown(rt: Runtime, tx: Tx, payees: Sequence[Payee]) -> list[Shown]:
    ids = [account.id for payee in payees for account in payee.accounts]
    opened = await _opened(rt, tx, ids)
    shared = await store.shared(tx, ids)
    return [
        Shown(
            payee,
            {one.id: opened[one.id].masked() for one in payee.accounts},
            {one.id: shared.get(one.id, 0) for one in payee.accounts},
        )
        for payee in payees
    ]


async def _note(rt: Runtime, actor: Actor, operation: str, shown: Sequence[Shown]) -> None:
    """People leave a line in the access log; of bodies nobody asks who read them."""
    people = [one.payee.reference_id for one in shown if one.payee.kind == "person"]
    await audit.note(rt, actor, operation, people, MASKED)
