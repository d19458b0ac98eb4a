"""Who deceived: for a term no claim of this claimant is taken, nobody is enrolled for monthly payment by or
for her, and no project of hers is approved (policy 4.2, 4.6, B24).

What was enrolled before goes on in the runs: B24 recovers and stops what was got by deceit, and no text that
was read stops the other months that the law gives a person. Such an enrolment is ended by hand.

proposed → standing | declined by another person; standing → lifted before its term is over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal

#: 已提出 / 已列入 / 不予列入 / 已移出
State = Literal["proposed", "standing", "declined", "lifted"]
STATES = {
    "proposed": "已提出，待决定", "standing": "已列入", "declined": "不予列入", "lifted": "已提前移出",
}  # fmt: skip

#: Why a claimant is listed (policy 4.6).
Reason = Literal[
    "false-statement", "phantom-staff", "claimed-twice", "diverted-money", "refund-not-paid"
]
REASONS: dict[str, str] = {
    "false-statement": "弄虚作假、伪造材料",
    "phantom-staff": "虚列人员、假合同",
    "claimed-twice": "一岗多报、重复申领",
    "diverted-money": "截留、挪用资金",
    "refund-not-paid": "拒不退回应退款项",
}

ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出", "blacklisting:write", "subsidy.blacklist_months"),
    Act("proposed", "standing", "enter", "列入", "blacklisting:approve"),
    Act("proposed", "declined", "decline", "不予列入", "blacklisting:approve"),
    Act("standing", "lifted", "lift", "提前移出", "blacklisting:approve"),
)


class Blacklisted(Refusal):
    """No claim, enrolment or project of the claimant is taken (``until``, ``reason``)."""

    code = "claimant-blacklisted"


class AlreadyProposed(Refusal):
    """Another entry of the claimant waits for its decision."""

    code = "blacklisting-proposed"


class RecoveryUnknown(Refusal):
    """There is no such recovery of this claimant."""

    code = "blacklisting-recovery-unknown"


class WrongState(Refusal):
    """The act does not follow from the state that the entry is in."""

    code = "blacklisting-state"


class OutOfOrder(Refusal):
    """An act dated before the one that it follows."""

    code = "blacklisting-step-out-of-order"


@dataclass(frozen=True, slots=True)
class Blacklisting:
    """``since`` … ``until``: days on which nothing is taken, both included. ``recovery_id``: the recovery
    of what was got by deceit, if any."""

    id: UUID
    claimant_kind: str
    claimant_id: UUID
    reason: Reason
    reference: str
    recovery_id: UUID | None
    since: date
    until: date
    area_code: str
    office: str
    proposed_by: str
    state: State = "proposed"
    state_on: date = date.min
    decided_by: str | None = None
    lifted_by: str | None = None
    lifting: str | None = None
    version: int = 1

    def decide(self, agreed: bool, on: date, by: str, today: date) -> Blacklisting:
        """Raises :class:`MakerIsChecker` for who proposed it."""
        if by == self.proposed_by:
            raise MakerIsChecker
        return replace(self._to("enter" if agreed else "decline", on, today), decided_by=by)

    def lift(self, on: date, by: str, why: str, today: date) -> Blacklisting:
        """Claims are taken again, from the day after ``on``."""
        return replace(self._to("lift", on, today), lifted_by=by, lifting=why)

    def forbids(self, on: date) -> bool:
        """Whether what is asked for on that day is not taken."""
        if self.state == "lifted" and on > self.state_on:
            return False
        return self.state in ("standing", "lifted") and self.since <= on <= self.until

    def _to(self, act: str, on: date, today: date) -> Blacklisting:
        target = leads(ACTS, act, self.state)
        if target is None:
            raise WrongState(state=self.state)
        if on > today:
            raise InTheFuture(on=on, today=today)
        if on < self.state_on:
            raise OutOfOrder(not_before=self.state_on)
        return replace(self, state=target, state_on=on, version=self.version + 1)


def refuse(entries: Iterable[Blacklisting], *days: date) -> None:
    """``entries``: of one claimant. Raises :class:`Blacklisted` when one of them forbids one of the days."""
    for one in entries:
        if any(one.forbids(on) for on in days):
            raise Blacklisted(until=one.until, reason=one.reason)
