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
        domain.WorkPaperMissing, 422, "就业备案须注明劳动合同编号，个体经营须注明营业执照号",
        "Employment names its contract, a trade its licence",
    ),
    refused(
        domain.IncomeMissing, 422, "有稳定收入须注明月收入，其他事由不填",
        "A stable income is said in yuan a month, and nothing else has one",
    ),
    refused(
        domain.LeastWageNotSet, 409, "本市未设定当日的最低工资标准，不能据以决定",
        "The city has set no least wage for that day: nothing is decided without one",
        ("请先在政策参数中设定 {on} 的最低工资标准", "set the least wage of {on} in the policies first"),
    ),
    refused(
        domain.IncomeTooLow, 409, "收入低于当日最低工资标准", "The income is below the least wage of the day",
        _DECISION,
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
