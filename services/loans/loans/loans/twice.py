"""Two loans of one person at a time (policy 4.3: no other live guaranteed loan; 4.6 重复享受).

A person may stand under several records (E1). What was asked for or lent before anybody knew is not
called back: the later loan gets a finding, which is gone when the records are no longer one person or
when one of the two came to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from kit.findings import Finding
from loans.loans.domain import Loan


def found_in(loans: Iterable[Loan]) -> list[Finding]:
    """Of all loans of one person: which were asked for while another one was live."""
    granted = sorted(
        (loan for loan in loans if loan.state != "declined"),
        key=lambda loan: (loan.applied_on, loan.id),
    )
    return [
        Finding(
            later.id, earlier.id, "another-live-loan", "银发[2002]394号 (policy 4.3, 4.6 重复享受)",
            "同一人在前一笔担保贷款未结清时又申请贷款",
            "asked for while the same person had another live guaranteed loan",
            later.area_code, later.office,
        )
        for n, later in enumerate(granted)
        for earlier in granted[:n]
        if earlier.state != "repaid" or later.applied_on < earlier.last_on
    ]  # fmt: skip
