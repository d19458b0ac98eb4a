"""Which act leads the mirror of unemployment insurance from which state to which."""

from __future__ import annotations

from typing import Literal

from kit.lifecycle import Act, each

#: 领取中 / 就业待签 (at work, no agreement yet) / 缓发 / 停发 / 领完 / 作废 (no fact stands)
State = Literal["drawing", "employed", "deferred", "stopped", "exhausted", "void"]
STATES: dict[str, str] = {
    "drawing": "领取中", "employed": "已就业未签缓发协议", "deferred": "缓发", "stopped": "停发",
    "exhausted": "领取期满", "void": "作废",
}  # fmt: skip

_BEGUN: tuple[State, ...] = ("drawing", "employed", "deferred", "stopped")
#: From where the agency may grant anew: what is over, and work that ends on the very day of the grant.
_GRANTED_ANEW: tuple[State, ...] = ("stopped", "exhausted", "void", "employed")
#: From where the agency may grant to somebody who is at work by then.
_NOT_BEGUN: tuple[State | None, ...] = (None, "exhausted")
_NOT_DRAWING: tuple[State | None, ...] = (*_NOT_BEGUN, "deferred")

_AGENCY, _CLERK, _FACTS = "authority", "registry_clerk", "facts"
ACTS: tuple[Act, ...] = (
    Act(None, "drawing", "start", "核定领取", _AGENCY, "R21"),
    Act("drawing", "employed", "take-work", "领取期间就业", _FACTS, "R22"),
    Act("drawing", "deferred", "sign-deferral", "签订缓发协议", _CLERK, "with the hire filing"),
    Act("employed", "deferred", "sign-deferral", "签订缓发协议", _CLERK, "with the hire filing"),
    Act("deferred", "drawing", "lose-work", "再次失业", _FACTS, "R21: at most 24 months"),
    Act("employed", "stopped", "lose-work", "未签协议又失业", _FACTS, "R22"),
    *each(_BEGUN, "stopped", "stop", "停发", _AGENCY, "R22"),
    *each(_BEGUN, "stopped", "leave", "退休、死亡、参军等", _FACTS, "R22"),
    Act("stopped", "drawing", "return", "事由终止", _FACTS),
    Act("stopped", "employed", "return", "事由终止", _FACTS),
    Act("stopped", "deferred", "return", "事由终止", _FACTS),
    *each(_BEGUN, "exhausted", "draw-last", "领取期满", _AGENCY),
    *each(_GRANTED_ANEW, "drawing", "start", "重新核定领取", _AGENCY, "R21"),
    *each(_NOT_DRAWING, "employed", "start", "在业期间核定（疑点）", _AGENCY, "R22"),
    *each(_NOT_BEGUN, "deferred", "start", "在业期间核定（疑点）", _AGENCY, "R22"),
    *each(_NOT_DRAWING, "stopped", "start", "在业期间核定（疑点）", _AGENCY, "R22"),
    Act("drawing", "void", "reverse", "撤销", _AGENCY),
)  # fmt: skip
