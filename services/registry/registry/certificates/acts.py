"""The certificate's states, and the one table of acts that lead from one to another (policy 4.1).

Everything else follows from this table: which step a state allows, who may take it, the actions
that a case shows, the diagram in the documents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from kit import lifecycle

#: 已申请 / 已审核 / 已公示 / 异议调查中 / 已批准待市级确认 / 已发证 /
#: 年检逾期暂停 / 已挂失 / 已到期 / 不予发证 / 已注销
State = Literal[
    "applied",
    "checked",
    "publicised",
    "under_investigation",
    "approved",
    "issued",
    "suspended",
    "lost",
    "expired",
    "refused",
    "revoked",
]
#: Under way: not handed over yet.
UNDER_WAY: tuple[State, ...] = (
    "applied", "checked", "publicised", "under_investigation", "approved",
)  # fmt: skip
#: In somebody's hand, whether usable today or not.
IN_HAND: tuple[State, ...] = ("issued", "suspended", "lost")
#: One person has one of these (R14); the unique index of the table says the same.
LIVE_STATES: frozenset[State] = frozenset({*UNDER_WAY, *IN_HAND})

#: Who brings it about: 窗口经办 / 审批 / 规则 / 到期 / 更正 / 撤销所依据的事项 / 外部门事实
Who = Literal["write", "approve", "rule", "calendar", "correction", "reversal", "fact"]


@dataclass(frozen=True, slots=True)
class Act:
    """One kind of step. ``sources`` is empty for the first one. ``maker_bars``: whoever took one of
    these steps of the same certificate may not take this one (4.6). ``by_issuer``: only the office
    that issued it, or that took the holder over (R13). ``by_city``: only an office of the city (R11).
    ``path``: the sub-resource that is posted to,
    where a person acts. ``limit``: the time that the law gives for it, by its clause."""

    code: str
    zh: str
    en: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: Who
    path: str | None = None
    maker_bars: tuple[State, ...] = ()
    by_issuer: bool = False
    by_city: bool = False
    limit: str = ""

    def leads(self, source: State, target: State) -> bool:
        """Whether it leads from one state to another."""
        return source in self.sources and target in self.targets


_ENTRY: tuple[State, ...] = ("applied", "checked")
_HELD: tuple[State, ...] = ("issued", "suspended", "lost", "expired")

APPLY = Act("apply", "申请", "apply", (), ("applied",), "write", "")
CHECK = Act(
    "check", "审核", "check", ("applied",), ("checked", "refused"), "write", "checks", ("applied",),
    limit="R11 street",
)  # fmt: skip
PUBLICISE = Act(
    "publicise", "公示", "publicise", ("checked",), ("publicised",), "write", "publications",
    limit="R11 street",
)  # fmt: skip
OBJECT = Act(
    "object", "提出异议", "object", ("publicised",), ("under_investigation",), "write", "objections"
)
DISMISS = Act(
    "dismiss-objection", "异议不成立", "dismiss the objection", ("under_investigation",),
    ("publicised",), "approve", "objections/{objection_id}/findings", ("under_investigation",),
)  # fmt: skip
UPHOLD = Act(
    "uphold-objection", "异议成立", "uphold the objection", ("under_investigation",), ("refused",),
    "approve", "objections/{objection_id}/findings", (*_ENTRY, "under_investigation"),
)  # fmt: skip
REFUSE = Act("refuse", "不予发证", "refuse", UNDER_WAY, ("refused",), "approve", "refusals", _ENTRY)
#: Where the city confirms, the district's issue is an approval that waits for it.
ISSUE = Act(
    "issue", "发证", "issue", ("publicised",), ("issued", "approved"), "approve", "issues", _ENTRY,
    limit="R10, R11 district",
)  # fmt: skip
CONFIRM = Act(
    "confirm", "市级确认发证", "confirm by the city", ("approved",), ("issued",), "approve",
    "confirmations", (*_ENTRY, "approved"), by_city=True, limit="R11 city",
)  # fmt: skip
INSPECT = Act(
    "inspect", "年检", "inspect", ("issued",), ("issued",), "write", "inspections", by_issuer=True
)
SUSPEND = Act(
    "suspend", "年检逾期暂停", "suspend (inspection missed)", ("issued",), ("suspended",), "calendar",
    limit="R13",
)  # fmt: skip
REINSTATE = Act(
    "reinstate", "补检恢复", "reinstate (late inspection)", ("suspended",), ("issued",), "write",
    "inspections", by_issuer=True,
)  # fmt: skip
UNINSPECT = Act(
    "uninspect", "撤销年检", "take an inspection back", ("issued",), ("suspended",), "reversal",
    limit="R13",
)  # fmt: skip
EXPIRE = Act("expire", "到期", "expire", IN_HAND, ("expired",), "calendar", limit="R12")
REPORT_LOSS = Act(
    "report-loss", "挂失", "report the loss", ("issued",), ("lost",), "write", "losses"
)
REISSUE = Act(
    "reissue", "补发", "reissue", ("lost",), ("issued",), "approve", "reissues", ("lost",)
)
FIND = Act(
    "find", "撤销挂失", "take a report of loss back", ("lost",), ("issued",), "approve",
    "losses/{loss_id}/reversals", ("lost",),
)  # fmt: skip
#: It orders money back and is one approver's word, of a death or a retirement two persons'
#: (``revocations``): never of who handed the certificate out.
REVOKE = Act("revoke", "注销", "revoke", _HELD, ("revoked",), "approve", "revocations", ("issued",))
RESTORE = Act(
    "restore", "撤销注销", "take a withdrawal back", ("revoked",), _HELD, "approve", "restorations",
    ("revoked",),
)  # fmt: skip
CORRECT_TO_REFUSED = Act(
    "correct-to-refused", "更正后不予发证", "refuse after a correction",
    ("checked", "publicised", "under_investigation", "approved"), ("refused",), "correction",
)  # fmt: skip
CORRECT_TO_REVOKED = Act(
    "correct-to-revoked", "更正后注销", "revoke after a correction", _HELD, ("revoked",),
    "correction",
)  # fmt: skip
CORRECT_TO_GRANTED = Act(
    "correct-to-granted", "更正后重新公示", "grant after a correction", ("refused", "revoked"),
    ("publicised",), "correction",
)  # fmt: skip
REOPEN = Act(
    "reopen", "更正后延长有效期", "reopen after a correction", ("expired",), IN_HAND, "correction",
    limit="R12",
)  # fmt: skip
FACT_REFUSES = Act(
    "fact-refuses", "因事实不予发证", "refuse because of a fact", UNDER_WAY, ("refused",), "fact"
)
FACT_REVOKES = Act(
    "fact-revokes", "因事实注销", "revoke because of a fact", (*_HELD, "revoked"), ("revoked",),
    "fact",
)  # fmt: skip
FACT_REVERSED = Act(
    "fact-reversed", "事实撤销后恢复", "come back when the fact is reversed", ("refused", "revoked"),
    (*UNDER_WAY, *_HELD, "revoked"), "fact",
)  # fmt: skip

#: In the order of a certificate's life.
ACTS: tuple[Act, ...] = (
    APPLY, CHECK, PUBLICISE, OBJECT, DISMISS, UPHOLD, REFUSE, ISSUE, CONFIRM, INSPECT, SUSPEND, REINSTATE,
    UNINSPECT, REPORT_LOSS, REISSUE, FIND, EXPIRE, REVOKE, RESTORE, CORRECT_TO_REFUSED, CORRECT_TO_REVOKED,
    CORRECT_TO_GRANTED, REOPEN, FACT_REFUSES, FACT_REVOKES, FACT_REVERSED,
)  # fmt: skip

#: 状态的中文名
TITLES: dict[str, str] = {
    "applied": "已申请", "checked": "已审核", "publicised": "已公示",
    "under_investigation": "异议调查中", "approved": "已批准待市级确认", "issued": "已发证",
    "suspended": "年检逾期暂停", "lost": "已挂失", "expired": "已到期", "refused": "不予发证", "revoked": "已注销",
}  # fmt: skip
_DOERS: dict[Who, str] = {
    "write": "certificate:write", "approve": "certificate:approve", "rule": "rule",
    "calendar": "clock", "correction": "correction:approve",
    "reversal": "certificate:approve", "fact": "facts",
}  # fmt: skip
#: The same table as arrows, for the diagram in the documents.
ARROWS: tuple[lifecycle.Act, ...] = tuple(
    lifecycle.Act(source, target, act.code, act.zh, _DOERS[act.who], act.limit)
    for act in ACTS
    for source in (act.sources or (None,))
    for target in act.targets
)

SCOPES: dict[Who, str] = {
    "write": "registry:certificate:write",
    "approve": "registry:certificate:approve",
}
_BY_STATE: dict[State, tuple[Act, ...]] = {
    state: tuple(act for act in ACTS if act.who in SCOPES and state in act.sources)
    for state in (*UNDER_WAY, *IN_HAND, "expired", "refused", "revoked")
}


def bars(act: Act, subject: str, makers: Iterable[tuple[State, str]]) -> bool:
    """Whether this person made what the act would decide on. ``makers``: who led the certificate
    into which state."""
    return any(state in act.maker_bars and maker == subject for state, maker in makers)


def allowed(
    state: State,
    *,
    subject: str,
    scopes: frozenset[str],
    offices: Collection[str],
    inspected_by: str | None,
    makers: Iterable[tuple[State, str]],
    of_city: bool = False,
) -> list[str]:
    """The acts that this caller may take next, by code. ``offices``: in whose place they act;
    ``of_city``: of an office of the city."""
    made = list(makers)
    return [
        act.code
        for act in _BY_STATE[state]
        if SCOPES[act.who] in scopes
        and not (act.by_issuer and inspected_by not in offices)
        and (of_city or not act.by_city)
        and not (act.maker_bars and bars(act, subject, made))
    ]
