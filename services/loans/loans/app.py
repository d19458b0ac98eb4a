"""Loans put together: its routers, what it tells and hears, and what its refusals mean in HTTP."""

from __future__ import annotations

from kit import cli, findings
from kit.problems import Problem
from kit.service import Service
from loans import law
from loans.consumers import SUBSCRIPTIONS
from loans.events import CATALOGUE
from loans.guarantee_funds.api import contribution_imports, contributions, funds
from loans.guarantee_funds.domain import FundUnknown, NoHeadroom
from loans.loans import domain
from loans.loans.api import loan_imports
from loans.loans.api import router as loans

PROBLEMS: dict[type[Exception], Problem] = {
    law.NoRuleInForce: Problem(
        422, "no-rule-in-force", "当日尚无小额担保贷款政策",
        "No rule for guaranteed loans was in force on that day",
    ),
    FundUnknown: Problem(
        409, "guarantee-fund-unknown", "该市尚未建立担保基金",
        "The city has no guarantee fund yet",
    ),
    NoHeadroom: Problem(
        409, "no-headroom", "担保基金剩余额度不足", "The guarantee fund has not enough headroom",
        "尚缺 {missing} 分", "{missing} fen are missing",
    ),
    domain.BorrowerNotYetKnown: Problem(
        409, "not-yet-known", "所引用的人员尚未到达，请稍后重试",
        "The worker is not known here yet", retry_after=1,
    ),
    domain.AlreadyBorrowing: Problem(
        409, "another-live-loan", "该人员另有未结清的担保贷款",
        "The worker has another live guaranteed loan",
    ),
    domain.WrongState: Problem(
        409, "wrong-state", "当前状态不能办理此环节", "This step does not follow on the loan's state"
    ),
    domain.TooEarly: Problem(
        422, "before-previous-step", "日期早于上一环节", "The day lies before the previous step"
    ),
    domain.RateTooHigh: Problem(
        422, "rate-above-benchmark", "利率高于当日允许的上限",
        "The rate is above what the benchmark of the day allows",
        "最高 {rate_max}%", "at most {rate_max} per cent",
    ),
    domain.TooOldAtMaturity: Problem(
        422, "too-old-at-maturity", "贷款到期时借款人超龄",
        "The borrower is too old when the term ends",
    ),
    domain.BorrowerUnable: Problem(
        409, "borrower-unable", "借款人已死亡、退休、离开或丧失劳动能力，只能不予办理",
        "The borrower died, retired, left or cannot work: it can only be declined",
        "自 {since} 起{kind}", "since {since}",
    ),
    domain.OverRepaid: Problem(
        422, "more-than-outstanding", "归还本金超过未还本金", "More principal than is outstanding"
    ),
    domain.NothingRepaid: Problem(
        422, "nothing-repaid", "本金与利息不能同时为零", "Neither principal nor interest"
    ),
    domain.ReviewRefused: Problem(
        422, "labour-review-refused", "按当日政策审核不予通过",
        "The labour review refuses this loan", "{clause}", "{clause}",
    ),
    domain.StepMissing: Problem(
        422, "step-missing", "缺少前一环节的日期、银行或利率",
        "The day of an earlier step, the bank or the rate is missing",
    ),
}  # fmt: skip

SERVICE = Service(
    name="loans",
    package="loans",
    title_zh="小额担保贷款服务",
    title_en="Guaranteed small loans",
    description=(
        "下岗失业人员小额担保贷款：担保基金、申请、推荐、审核、承诺、发放与还款。"
        " The guarantee fund with its headroom, and loans from application to the last repayment"
        " on the dated terms of the law."
    ),
    catalogue=CATALOGUE,
    routers=[
        funds,
        contributions,
        contribution_imports,
        loans,
        loan_imports,
        findings.reading("loans:loan:read"),
    ],
    problems=PROBLEMS,
    subscriptions=SUBSCRIPTIONS,
)


def main() -> None:
    """Entry point of the installed command."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
