"""Which findings stand: what of a loan should not be, or go on, as is known now (policy 4.1, 4.3, 5.1 E8).

Registry tells of a death, or of another birth date, after a loan was asked for or paid out. Nothing is
undone: the loan gets a finding, which is gone when the fact was not so, when the application is declined
and when nothing is owed any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from kit.findings import Finding
from kit.life_facts import KIND_ZH, LifeFact, first
from loans.borrowers.domain import GONE, UNABLE
from loans.loans import twice
from loans.loans.domain import OPEN, OWED, Loan, age_on

#: The greatest age at maturity that the law of a day allows, in completed years.
AgeMax = Callable[[date], int]


def found_in(
    loans: Iterable[Loan],
    facts: Mapping[UUID, Iterable[LifeFact]],
    births: Mapping[UUID, date],
    age_max: AgeMax,
) -> list[Finding]:
    """Everything wrong with the loans of one person. ``facts`` and ``births`` by record."""
    mine = list(loans)
    found = twice.found_in(mine)
    for loan in mine:
        found += _of_facts(loan, facts.get(loan.worker_id, ()))
        if (born := births.get(loan.worker_id)) is not None:
            found += _of_age(loan, born, age_max)
    return found


def _of_facts(loan: Loan, facts: Iterable[LifeFact]) -> list[Finding]:
    """The first fact that goes on, if the loan goes on."""
    kinds = UNABLE if loan.state in OPEN else GONE if loan.state in OWED else ()
    fact = first(fact for fact in facts if fact.until is None and fact.kind in kinds)
    if fact is None:
        return []
    if loan.state in OPEN:
        return [
            Finding(
                loan.id, fact.id, "borrower-unable", "policy 4.1, 5.1 E8",
                f"借款人{KIND_ZH[fact.kind]}，申请停止办理",
                f"the borrower is {fact.kind}: the application stops",
                loan.area_code, loan.office,
            )
        ]  # fmt: skip
    return [
        Finding(
            loan.id, fact.id, "claim-on-guarantee", "policy 4.3, 5.1 E8",
            f"贷款未还清而借款人{KIND_ZH[fact.kind]}，应向遗产、反担保人追偿",
            f"the borrower is {fact.kind} and owes: claim from the estate or the guarantor",
            loan.area_code, loan.office,
        )
    ]  # fmt: skip


def _of_age(loan: Loan, born: date, age_max: AgeMax) -> list[Finding]:
    """Paid out to somebody who, as is known now, is too old when the term ends (L1)."""
    if loan.due_on is None or loan.disbursed_on is None:
        return []
    if age_on(born, loan.due_on) <= age_max(loan.disbursed_on):
        return []
    return [
        Finding(
            loan.id, None, "too-old-at-maturity", "银发[2002]394号 (policy 3.3 L1)",
            "按更正后的出生日期，贷款到期时借款人超龄",
            "by the birth date as corrected the borrower is too old when the term ends",
            loan.area_code, loan.office,
        )
    ]  # fmt: skip
