"""How the refusals of filings are told."""

from __future__ import annotations

from kit.problems import refused
from registry.filings import domain

_DECISION = ("条款 {clause}，决定记录 {decision}", "clause {clause}, decision {decision}")
_AFTER = ("不得早于 {not_before}", "not before {not_before}")

problems = [
    refused(domain.AlreadyRegistered, 409, "已登记失业", "Registered as unemployed already"),
    refused(
        domain.WrongState, 409, "当前登记状态不可办理此事项", "The registration's state does not allow it",
        ("当前状态 {state}", "the state is {state}"),
    ),
    refused(domain.OutOfOrder, 409, "日期早于前一事项", "Dated before what it follows", _AFTER),
    refused(domain.FiledAlready, 409, "此次就业已备案", "This job is filed already"),
    refused(domain.NoJob, 409, "没有可终止的就业", "No known job could end on that day"),
    refused(domain.FiledBeforeFact, 422, "办理日早于事实发生日", "Filed before it happened"),
    refused(
        domain.OutsideWorkingAge, 422, "不在法定劳动年龄内", "Not of legal working age", _DECISION
    ),
    refused(domain.AtWork, 409, "目前在业，先办理终止备案", "At work on that day", _DECISION),
    refused(domain.Pensioned, 409, "已退休或死亡", "Retired, or dead", _DECISION),
    refused(
        domain.OutsideLabourForce, 409, "在学、服役、境外、服刑或丧失劳动能力",
        "In school, army or prison, abroad, or unable to work", _DECISION,
    ),
    refused(
        domain.EvidenceDoesNotSuit, 422, "证明与失业原因或日期不符",
        "The paper does not show this loss of work", _DECISION,
    ),
    refused(
        domain.TooFewRefusals, 409, "拒绝推荐未达规定次数", "Fewer refusals than the clause asks for",
        _DECISION,
    ),
    refused(
        domain.StillInContact, 409, "未联系时间未达规定月数", "In touch within the months of the clause",
        _DECISION,
    ),
]  # fmt: skip
