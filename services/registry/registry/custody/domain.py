"""Where the certificate itself is (policy R17): with its holder, or taken in by the office.

A certificate that is void because its holder retired, or that was lent, rented, transferred or forged,
is void and collected: by whom, when and where is written down; what is not there after its days is on
a list. One that cannot be had any more is written off with the reason. When the withdrawal was wrong,
the certificate is handed back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from kit.facts import InTheFuture
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal

#: 本人持有 / 已收回 / 已核销（无法收回）
State = Literal["with_holder", "collected", "written_off"]
STATES: dict[str, str] = {
    "with_holder": "本人持有", "collected": "已收回", "written_off": "无法收回，已核销",
}  # fmt: skip

#: 收回 / 核销 / 发还
What = Literal["collect", "write-off", "hand-back"]
WHATS: tuple[What, ...] = get_args(What)

_OUT: tuple[State, ...] = ("with_holder",)
ACTS: tuple[Act, ...] = (
    Act(None, "with_holder", "issue", "发证", "certificate:approve"),
    *each(_OUT, "collected", "collect", "收回", "certificate:write", "R17"),
    *each(_OUT, "written_off", "write-off", "无法收回核销", "certificate:approve"),
    Act("written_off", "collected", "collect", "收回", "certificate:write"),
    Act("collected", "with_holder", "hand-back", "发还", "certificate:write"),
)


class NotVoid(Refusal):
    """Only a certificate that was withdrawn is taken in (R17)."""

    code = "certificate-not-void"


class NotInForce(Refusal):
    """Only a certificate that stands again is handed back."""

    code = "certificate-not-restored"


class WrongPlace(Refusal):
    """The act does not follow from where the certificate is."""

    code = "custody-state"


class OutOfOrder(Refusal):
    """Dated before the issue, or before the act before it."""

    code = "custody-out-of-order"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on where a certificate is. ``place``: where it was taken in; ``note``: why it cannot be
    had. ``actor`` of ``office`` wrote it down."""

    id: UUID
    certificate_id: UUID
    what: What
    on: date
    place: str | None
    note: str | None
    office: str
    actor: str
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Custody:
    """Where one certificate is, with the acts that led there, oldest first."""

    certificate_id: UUID
    entries: tuple[Entry, ...]

    @property
    def state(self) -> State:
        state: State = "with_holder"
        for entry in self.entries:
            state = leads(ACTS, entry.what, state) or state
        return state

    @property
    def since(self) -> date | None:
        """The day of the last act; None where the holder has had it since the issue."""
        return self.entries[-1].on if self.entries else None

    def check(self, what: What, on: date, *, void: bool, issued_on: date, today: date) -> None:
        """Raises why the act is not possible. ``void``: the certificate was withdrawn."""
        if on > today:
            raise InTheFuture
        if leads(ACTS, what, self.state) is None:
            raise WrongPlace(state=self.state)
        if on < (earliest := max(issued_on, self.since or issued_on)):
            raise OutOfOrder(not_before=earliest)
        if what == "hand-back" and void:
            raise NotInForce
        if what != "hand-back" and not void:
            raise NotVoid


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A void certificate that has not been taken in."""

    certificate_id: UUID
    worker_id: UUID
    number: str
    reason: str
    revoked_on: date
    area_code: str
    office: str

    def due_on(self, days: int) -> date:
        """The last day of the time for it."""
        return self.revoked_on + timedelta(days=days)
