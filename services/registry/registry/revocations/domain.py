"""A certificate is withdrawn by hand (R17), and what was withdrawn wrongly is given back.

Who misused a certificate loses it by an approver's word on the record of the investigation. That
somebody died or retired is not for one person to say where no authority has told of it: one person
proposes it on its paper, another one confirms it, and neither of them issued the certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal

#: 死亡 / 退休 / 到达退休年龄: what two persons say
TwoPersons = Literal["deceased", "retired", "retirement-age"]
TWO_PERSONS: dict[str, str] = {
    "deceased": "死亡", "retired": "退休", "retirement-age": "到达退休年龄",
}  # fmt: skip

#: 待复核 / 已注销 / 不予注销
State = Literal["proposed", "confirmed", "dropped"]
STATES: dict[str, str] = {"proposed": "待复核", "confirmed": "已注销", "dropped": "不予注销"}
Verdict = Literal["confirm", "drop"]

_OTHER = "certificate:approve, another person"
ACTS: tuple[Act, ...] = (
    Act(None, "proposed", "propose", "提出注销", "certificate:write", "R17"),
    *each(("proposed",), "confirmed", "confirm", "复核注销", _OTHER),
    *each(("proposed",), "dropped", "drop", "不予注销", _OTHER),
)


class SecondPersonNeeded(Refusal):
    """A death or a retirement that no authority told of: proposed by one person, confirmed by another."""

    code = "revocation-needs-second-person"


class AlreadyProposed(Refusal):
    """A withdrawal of this certificate waits for a second person."""

    code = "revocation-already-proposed"


class WrongState(Refusal):
    """Another person has decided on it already."""

    code = "revocation-proposal-state"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A withdrawal that one person proposed, on the papers named by ``evidence``. ``effective_on``: the
    day of the fact. ``state_on`` and ``state_by``: of the last word. The person and the place are those
    of the certificate."""

    id: UUID
    certificate_id: UUID
    reason: TwoPersons
    effective_on: date
    evidence: tuple[UUID, ...]
    state: State
    state_on: date
    state_by: str
    proposed_by: str
    note: str | None
    version: int
    worker_id: UUID
    area_code: str
    office: str

    def led_to(self, reason: str | None, revoked_on: date | None, proposer: str) -> bool:
        """Whether ``proposer`` proposed the withdrawal of which these are the reason and the day."""
        made = (self.state, self.reason, self.effective_on, self.proposed_by)
        return made == ("confirmed", reason, revoked_on, proposer)

    def decide(
        self, verdict: Verdict, actor: str, on: date, today: date, note: str | None
    ) -> Proposal:
        """The proposal after the word of another person than who made it."""
        after = leads(ACTS, verdict, self.state)
        if after is None:
            raise WrongState(state=self.state)
        if actor == self.proposed_by:
            raise MakerIsChecker
        if on > today:
            raise InTheFuture
        return replace(
            self, state=after, state_on=max(on, self.state_on), state_by=actor, note=note,
            version=self.version + 1,
        )  # fmt: skip


def check_alone(reason: str) -> None:
    """Whether one approver may withdraw for a reason. Raises :class:`SecondPersonNeeded`."""
    if reason in TWO_PERSONS:
        raise SecondPersonNeeded
