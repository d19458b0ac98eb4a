"""What stands of a person's certificates: the procedure's own states under the facts of life.

A fold. What withdraws somebody (R17, 4.1), told by an authority or declared at a window, revokes from
its own day, a merge leaves one of two live certificates (5.3 no. 6); the procedure's own state is
held meanwhile and comes back when the fact is reversed or the merge undone. The same facts in any
order, once or twice, give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from registry.certificates.acts import IN_HAND, LIVE_STATES, UNDER_WAY
from registry.certificates.domain import Certificate
from registry.labour_status.domain import Withdrawal

MERGED = "merged"
#: The kinds of facts that withdraw a certificate, by the law of a day.
Withdrawing = Callable[[date], Collection[str]]


@dataclass(frozen=True, slots=True)
class Cause:
    """From which day a certificate does not stand, and why (a kind of withdrawal, or ``merged``).
    ``evidence``: the fact or declaration, or the certificate that was kept."""

    day: date
    reason: str
    evidence: UUID


def lifted(certificate: Certificate) -> Certificate:
    """The procedure's own state, without what stands over it."""
    if certificate.held_state is None:
        return certificate
    assert certificate.held_on is not None
    base = replace(
        certificate,
        state=certificate.held_state,
        state_on=certificate.held_on,
        reason=certificate.held_reason,
        revoked_on=certificate.held_revoked_on,
        held_state=None,
        held_on=None,
        held_reason=None,
        held_revoked_on=None,
    )
    # An application that a fact refused was entitled as soon as the rule had been asked.
    return replace(base, entitled=base.state != "applied") if base.state in UNDER_WAY else base


def under(base: Certificate, cause: Cause | None) -> Certificate:
    """The certificate with a cause laid over the procedure's own state."""
    if cause is None:
        return base
    way = base.state in UNDER_WAY
    return replace(
        base,
        state="refused" if way else "revoked",
        state_on=cause.day,
        reason=cause.reason,
        revoked_on=None if way else cause.day,
        entitled=False if way else base.entitled,
        held_state=base.state,
        held_on=base.state_on,
        held_reason=base.reason,
        held_revoked_on=base.revoked_on,
    )


def again(base: Certificate, before: Certificate) -> Certificate:
    """A procedure that went on under a cause (a correction): the same cause over its new state.

    ``step`` counts only what can be seen to change.
    """
    if before.held_state is None:
        return base
    day, reason = before.revoked_on or before.state_on, before.reason
    if base.state == "refused":
        after = base  # nothing is left that the cause could take
    else:
        after = under(base, Cause(day, str(reason), base.id))
    moved = (after.state, after.state_on, after.reason) != (
        before.state, before.state_on, before.reason,
    )  # fmt: skip
    return replace(after, step=before.step + moved)


def touches(base: Certificate, fact: Withdrawal) -> bool:
    """Whether a withdrawing fact takes anything from this certificate."""
    if fact.until is not None and fact.until <= base.applied_on:
        return False  # it was over before the person applied
    if base.state == "refused":
        return False
    if base.state == "revoked":
        return base.revoked_on is None or fact.on < base.revoked_on
    return base.valid_until is None or fact.on <= base.valid_until


def _of_facts(
    base: Certificate, facts: Iterable[Withdrawal], withdrawing: Withdrawing
) -> Cause | None:
    """The earliest fact that withdraws it, by the law of the day on which the two first met."""
    found = [
        fact
        for fact in facts
        if fact.kind in withdrawing(max(fact.on, base.applied_on)) and touches(base, fact)
    ]
    if not found:
        return None
    first = min(found, key=lambda fact: (fact.on, fact.kind, fact.id))
    return Cause(first.on, first.kind, first.id)


def _rank(base: Certificate) -> tuple[bool, date, date, UUID]:
    """Which of two live ones is the earlier: one in hand before one under way, then by day."""
    return (base.issued_on is None, base.issued_on or base.applied_on, base.applied_on, base.id)


def fold(
    certificates: Sequence[Certificate],
    facts: Sequence[Withdrawal],
    withdrawing: Withdrawing,
) -> list[tuple[Certificate, Cause | None]]:
    """All certificates of one person, of all records, as they stand under these facts; each with
    what stands over it. In the order given; ``step`` and ``version`` are left alone."""
    bases = [lifted(certificate) for certificate in certificates]
    causes = [_of_facts(base, facts, withdrawing) for base in bases]
    live = [
        base
        for base, cause in zip(bases, causes, strict=True)
        if cause is None and base.state in LIVE_STATES
    ]
    if len(live) > 1:
        kept = min(live, key=_rank)
        causes = [
            Cause(base.issued_on or base.applied_on, MERGED, kept.id)
            if base in live and base is not kept
            else cause
            for base, cause in zip(bases, causes, strict=True)
        ]
    return [(under(base, cause), cause) for base, cause in zip(bases, causes, strict=True)]


def stands(certificate: Certificate, day: date) -> bool:
    """Whether the holder may use it on a day: issued, in its time, neither lost nor suspended."""
    return (
        certificate.state == "issued"
        and certificate.issued_on is not None
        and certificate.valid_until is not None
        and certificate.issued_on <= day <= certificate.valid_until
    )


def over_since(certificate: Certificate) -> date | None:
    """The first day on which an expired or too old certificate is not valid; None without one."""
    if certificate.state not in IN_HAND or certificate.valid_until is None:
        return None
    return certificate.valid_until + timedelta(days=1)
