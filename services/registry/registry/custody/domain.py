"""Where the certificate itself is (policy R14, R15, R17): at the office, with its holder, with the
employer, or taken in.

What is issued lies at the office until it is collected, and who collects it is written down: the holder
in person, or somebody with a paper that authorises it (4.6, 冒名顶替).
Whoever is self-employed or works flexibly keeps it; of others the employer may keep it while they work
there and its benefits run: handed over and returned on written days. An employer that keeps it after
the employment ended is on a list. A certificate that is void because its holder retired, or that was
lent, rented, transferred or forged, is collected: by whom, when and where is written down; what is not
there after its days is on a list. One that cannot be had any more is written off with the reason. When
the withdrawal was wrong, the certificate is handed back, and to whom is written down as at issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from kit.facts import InTheFuture
from kit.lifecycle import Act, each, leads
from kit.refusal import Refusal

#: 待领取 / 本人持有 / 用人单位保管 / 已收回 / 已核销（无法收回）
State = Literal["at_office", "with_holder", "with_employer", "collected", "written_off"]
STATES: dict[str, str] = {
    "at_office": "待领取", "with_holder": "本人持有", "with_employer": "用人单位保管", "collected": "已收回",
    "written_off": "无法收回，已核销",
}  # fmt: skip

#: 发证 / 领取 / 交用人单位 / 用人单位交还 / 收回 / 核销 / 发还
What = Literal["issue", "pick-up", "entrust", "return", "collect", "write-off", "hand-back"]
WHATS: dict[str, str] = {
    "issue": "发证（补发），待领取", "pick-up": "领取",
    "entrust": "交用人单位保管", "return": "用人单位交还", "collect": "收回", "write-off": "核销",
    "hand-back": "发还",
}  # fmt: skip

#: 代领人与持证人的关系：配偶 / 父母 / 子女 / 兄弟姐妹 / 监护人 / 其他亲属 / 用人单位 / 社区 / 其他
Relation = Literal[
    "spouse", "parent", "child", "sibling", "guardian", "other_relative", "employer", "community",
    "other",
]  # fmt: skip
RELATIONS: dict[str, str] = {
    "spouse": "配偶", "parent": "父母", "child": "子女", "sibling": "兄弟姐妹", "guardian": "监护人",
    "other_relative": "其他亲属", "employer": "用人单位", "community": "社区", "other": "其他",
}  # fmt: skip
#: 授权委托书 / 监护证明 / 亲属关系证明 / 单位介绍信 / 其他
Authorisation = Literal[
    "power_of_attorney", "guardianship_proof", "kinship_proof", "introduction_letter", "other"
]
AUTHORISATIONS: dict[str, str] = {
    "power_of_attorney": "授权委托书", "guardianship_proof": "监护证明", "kinship_proof": "亲属关系证明",
    "introduction_letter": "单位介绍信", "other": "其他",
}  # fmt: skip

_OUT: tuple[State, ...] = ("with_holder", "with_employer")
ACTS: tuple[Act, ...] = (
    Act(None, "at_office", "issue", "发证，待领取", "certificate:approve"),
    Act(None, "with_holder", "load", "既往已发放", "certificate-history:import"),
    Act("at_office", "with_holder", "pick-up", "领取", "certificate:write", "R14"),
    *each(
        (*_OUT, "collected", "written_off"),
        "at_office",
        "issue",
        "再次发证、补发，待领取",
        "certificate:approve",
    ),
    Act("with_holder", "with_employer", "entrust", "交用人单位保管", "certificate:write", "R15"),
    Act("with_employer", "with_holder", "return", "用人单位交还", "certificate:write", "R15"),
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


class NotInHand(Refusal):
    """Only a certificate that was issued and stands is handed to anybody."""

    code = "certificate-not-in-hand"


class NotAtWork(Refusal):
    """R15: the employer keeps it of those who work there; no work is known on that day."""

    code = "custody-without-employment"


class KeepsItself(Refusal):
    """R15: whoever is self-employed or works flexibly keeps the certificate."""

    code = "holder-keeps-certificate"


class WrongPlace(Refusal):
    """The act does not follow from where the certificate is."""

    code = "custody-state"


class OutOfOrder(Refusal):
    """Dated before the issue, or before the act before it."""

    code = "custody-out-of-order"


@dataclass(frozen=True, slots=True)
class Collector:
    """Who collected a certificate, or was handed it back: the holder, ``in_person``; else somebody in that
    ``relation``, on a paper kept under ``document``."""

    in_person: bool
    relation: Relation | None = None
    authorisation: Authorisation | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on where a certificate is. ``place``: where it was taken in; ``note``: why it cannot be
    had. ``actor`` of ``office`` wrote it down. ``employer``: who keeps it while ``job_id`` lasts.
    ``collector``: who came for it."""

    id: UUID
    certificate_id: UUID
    what: What
    on: date
    place: str | None
    note: str | None
    office: str
    actor: str
    employer: str | None = None
    job_id: UUID | None = None
    collector: Collector | None = None
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
        """The day of the last act; None where the holder had it before the platform knew of it."""
        return self.entries[-1].on if self.entries else None

    @property
    def employer(self) -> str | None:
        """Who keeps it in the holder's place."""
        return self.entries[-1].employer if self.state == "with_employer" else None

    def check(
        self, what: What, on: date, *, void: bool, in_hand: bool, issued_on: date, today: date
    ) -> None:
        """Raises why the act is not possible. ``void``: the certificate was withdrawn; ``in_hand``: it
        was handed out, and was neither withdrawn nor is it over."""
        if on > today:
            raise InTheFuture
        if leads(ACTS, what, self.state) is None:
            raise WrongPlace(state=self.state)
        if on < (earliest := max(issued_on, self.since or issued_on)):
            raise OutOfOrder(not_before=earliest)
        if what == "hand-back" and void:
            raise NotInForce
        if what in ("collect", "write-off") and not void:
            raise NotVoid
        if what in ("entrust", "pick-up") and not in_hand:
            raise NotInHand


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate that an employer keeps. ``ended_on``: the first day without the job for which it was
    handed over; None while it lasts."""

    certificate_id: UUID
    worker_id: UUID
    number: str
    employer: str
    since: date
    job_id: UUID
    area_code: str
    office: str
    ended_on: date | None = None

    def overdue(self, today: date) -> bool:
        """The employment is over, and the certificate has not been returned."""
        return self.ended_on is not None and self.ended_on <= today


@dataclass(frozen=True, slots=True)
class Awaited:
    """A certificate that was issued on a day and that nobody has come for."""

    certificate_id: UUID
    worker_id: UUID
    number: str
    since: date
    area_code: str
    office: str


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
