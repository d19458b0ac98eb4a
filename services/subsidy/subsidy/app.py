"""Subsidy put together: its routers, what it tells and hears, and what its refusals mean in HTTP."""

from __future__ import annotations

from kit import cli, findings
from kit.problems import Problem
from kit.rotation import Sealed
from kit.service import Command, Job, Service
from subsidy.arrangements.api import router as arrangements
from subsidy.arrangements.api import router_imports as arrangement_imports
from subsidy.arrangements.domain import (
    ArrangedTooMuch,
    ArrangementOfABudget,
    ArrangementUnknown,
)  # fmt: skip
from subsidy.batches import api as batches
from subsidy.blacklist import api as blacklist
from subsidy.budgets import api as budgets
from subsidy.budgets.usecases import check_lines, tell_of_exhausted_lines
from subsidy.claims import api as claims
from subsidy.consumers import SUBSCRIPTIONS
from subsidy.enrolments import api as enrolments
from subsidy.entitlements.api import router as entitlements
from subsidy.events import CATALOGUE
from subsidy.funds.api import appropriations, appropriations_imports, funds
from subsidy.funds.domain import YearOutOfRange
from subsidy.funds.usecases import tell_of_idle_money
from subsidy.journal.api import router as journal
from subsidy.journal.domain import AlreadyReversed, Overdrawn, ReversedBeforeMade, Unbalanced
from subsidy.journal.usecases import check_all
from subsidy.matching import api as matching
from subsidy.matching.usecases import tell_of_matching
from subsidy.months import api as months
from subsidy.offsets import api as offsets
from subsidy.orders import api as orders
from subsidy.payees import api as payees
from subsidy.payments.api import router as payments
from subsidy.payments.api import router_imports as payment_imports
from subsidy.payments.domain import LineExhausted, PaidBeforeArranged, ReversedBeforePaid
from subsidy.periods import api as periods
from subsidy.programmes import api as programmes
from subsidy.programmes.terms import check
from subsidy.projects import api as projects
from subsidy.reallocations import api as reallocations
from subsidy.recoveries import api as recoveries
from subsidy.rederiving import rederive
from subsidy.replies import api as replies
from subsidy.reservations import api as reservations
from subsidy.reversals import api as reversals
from subsidy.runs import api as runs
from subsidy.runs import freezing, paying

PROBLEMS: dict[type[Exception], Problem] = {
    **dict(programmes.problems),
    **dict(reservations.problems),
    **dict(budgets.problems),
    **dict(reallocations.problems),
    **dict(periods.problems),
    **dict(matching.problems),
    **dict(payees.problems),
    **dict(enrolments.problems),
    **dict(runs.problems),
    **dict(orders.problems),
    **dict(batches.problems),
    **dict(replies.problems),
    **dict(claims.problems),
    **dict(projects.problems),
    **dict(blacklist.problems),
    **dict(recoveries.problems),
    **dict(offsets.problems),
    **dict(reversals.problems),
    YearOutOfRange: Problem(
        422, "budget-year-differs", "预算年度与到账日期不符",
        "The budget year does not fit the day of receipt",
    ),
    ArrangedTooMuch: Problem(
        409, "more-than-unallocated", "安排金额超过未安排资金",
        "More than the fund has unallocated",
        "尚缺 {missing} 分", "{missing} fen are missing",
    ),
    ArrangementUnknown: Problem(
        404, "arrangement-unknown", "无此资金安排", "There is no such arrangement"
    ),
    LineExhausted: Problem(
        409, "more-than-the-line-holds", "支付金额超过该项安排的余额",
        "More than the arrangement's line holds",
        "尚缺 {missing} 分", "{missing} fen are missing",
    ),
    PaidBeforeArranged: Problem(
        422, "paid-before-arranged", "支付日期早于安排日期",
        "Paid before the money was arranged",
    ),
    AlreadyReversed: Problem(
        409, "already-reversed", "已冲销", "It was taken back before"
    ),
    ReversedBeforeMade: Problem(
        422, "reversed-before-made", "冲销日期早于原记账日期",
        "Taken back before it was entered",
    ),
    ArrangementOfABudget: Problem(
        409, "arrangement-of-a-budget", "该项安排属于预算，请在预算中冲销",
        "The arrangement is a budget's release: it is taken back there",
    ),
    ReversedBeforePaid: Problem(
        422, "reversed-before-paid", "冲销日期早于支付日期", "Taken back before it was paid"
    ),
    Overdrawn: Problem(
        409, "not-enough-money", "科目余额不足", "The account does not hold enough"
    ),
    Unbalanced: Problem(
        422, "unbalanced-entry", "分录借贷不平", "The entry does not balance"
    ),
}  # fmt: skip

#: Every column that holds names and accounts encrypted.
SEALED = [
    Sealed("payee_account", "name"),
    Sealed("payee_account", "number"),
    Sealed("payment_file", "content", row="batch_id"),
    Sealed("bank_message", "content"),
]

#: What a day brings to money: looked for every minute, told once.
JOBS = (
    Job("tell-of-matching", 60, tell_of_matching),
    Job("tell-of-idle-money", 60, tell_of_idle_money),
    Job("tell-of-exhausted-lines", 60, tell_of_exhausted_lines),
    Job("freeze-runs", 1, freezing.go_on),
    Job("tell-of-paid-lines", 2, paying.go_on),
)
#: What an operator asks of the books, beside the platform's commands.
COMMANDS = (
    Command("journal-check", "derive every balance from its lines; 1 when one differs", check_all),
    Command(
        "budget-check", "compare budget lines with the journal; 1 when one differs", check_lines
    ),
    Command(
        "rederive",
        "derive decisions again from their records; 1 when one differs",
        rederive,
        "a decision, what it is about, or a claim; all decisions when absent",
    ),
)

SERVICE = Service(
    name="subsidy",
    package="subsidy",
    title_zh="资金与补贴服务",
    title_en="Funds and subsidies",
    description=(
        "再就业资金的筹集、预算、安排、预留、支付（复式记账，以分计），补贴项目及其条件与标准，申领、按月发放与追回，"
        "收款账户与银行往来，社会保险补贴资格。 Funds, budgets, reservations and payments in a double-entry"
        " journal in fen; subsidy programmes as dated rules; claims, monthly runs and recoveries; payees,"
        " payment files and the bank's replies; entitlements to the social-insurance subsidy."
    ),
    catalogue=CATALOGUE,
    routers=[
        funds,
        appropriations,
        appropriations_imports,
        matching.router,
        matching.imports,
        *budgets.routers,
        reallocations.router,
        arrangements,
        arrangement_imports,
        reservations.router,
        payments,
        reversals.router,
        payment_imports,
        journal,
        periods.router,
        entitlements,
        payees.router,
        findings.reading("subsidy:entitlement:read"),
        programmes.router,
        enrolments.router,
        enrolments.imports,
        runs.router,
        *claims.routers,
        *offsets.routers,
        projects.router,
        blacklist.router,
        months.router,
        recoveries.router,
        batches.router,
        orders.router,
        replies.messages,
        replies.desk,
    ],
    problems=PROBLEMS,
    subscriptions=SUBSCRIPTIONS,
    check=check,
    sealed=SEALED,
    jobs=JOBS,
    commands=COMMANDS,
)


def main() -> None:
    """Entry point of the installed command."""
    cli.main(SERVICE)


if __name__ == "__main__":
    main()
