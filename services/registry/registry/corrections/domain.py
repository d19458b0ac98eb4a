"""A request to correct one attribute of a person's record, and what another person says to it.

requested → approved (the record is changed), refused, or withdrawn by whoever asked. The record is
never edited: an approval adds a change, and a wrong correction is undone by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from kit.facts import InTheFuture, MakerIsChecker
from kit.lifecycle import Act, leads
from kit.refusal import Refusal

#: 待审 / 已批准 / 已驳回 / 已撤回
State = Literal["requested", "approved", "refused", "withdrawn"]
Verdict = Literal["approved", "refused", "withdrawn"]

STATES: dict[str, str] = {
    "requested": "待审", "approved": "已批准", "refused": "已驳回", "withdrawn": "已撤回",
}  # fmt: skip

#: 更正申请
ACTS: tuple[Act, ...] = (
    Act(None, "requested", "request", "申请更正", "correction:write"),
    Act("requested", "approved", "approved", "批准", "correction:approve, another person"),
    Act("requested", "refused", "refused", "驳回", "correction:approve, another person"),
    Act("requested", "withdrawn", "withdrawn", "撤回", "correction:write, the maker"),
)


class NotRequested(Refusal):
    """The request has been decided."""

    code = "correction-decided"


class OnlyTheMaker(Refusal):
    """Only whoever asked withdraws."""

    code = "not-the-maker"


class DecidedBeforeRequest(Refusal):
    """A verdict dated before the request."""

    code = "verdict-before-request"


@dataclass(frozen=True, slots=True)
class Request:
    """``value`` is to hold from ``valid_from`` on (None: from the beginning); ``expected`` is what
    the record held there when it was asked for. Values are JSON values, personal ones in plain:
    they are masked before they are shown. ``evidence`` names the document seen."""

    id: UUID
    worker_id: UUID
    attribute: str
    value: Any
    expected: Any
    valid_from: date | None
    requested_on: date
    reason: str
    evidence: str | None
    requested_by: str
    state: State
    area_code: str
    office: str
    version: int = 1
    recorded_at: datetime | None = None

    def decide(self, verdict: Verdict, actor: str, on: date, today: date) -> Request:
        """The request after a verdict. Raises what forbids it."""
        if leads(ACTS, verdict, self.state) is None:
            raise NotRequested(state=self.state)
        if verdict == "withdrawn":
            if actor != self.requested_by:
                raise OnlyTheMaker
        elif actor == self.requested_by:
            raise MakerIsChecker
        if on > today:
            raise InTheFuture
        if on < self.requested_on:
            raise DecidedBeforeRequest(requested_on=self.requested_on)
        return replace(self, state=verdict, version=self.version + 1)


def check_request(valid_from: date | None, requested_on: date, today: date) -> None:
    """A correction is asked for today or earlier, of what holds by then."""
    if requested_on > today or (valid_from is not None and valid_from > requested_on):
        raise InTheFuture
