"""Double entry in fen: what may be written into the journal and what every account then holds.

An amount is signed fen: a plus is a debit, a minus a credit; the lines of an entry add to nothing.
Accounts have a normal side (1 debit, -1 credit) on which their balance stays: an account that would
cross to the other side is overdrawn, and the entry is refused. The database holds the same two rules
(a deferred constraint trigger and a check), so that no way around this module breaks them.

Accounts of one fund in one area, in the order in which money moves:
source (credit) -> unallocated -> arranged:<arrangement> -> reserved:<reservation>
-> committed:<reservation> -> ordered:<reservation> -> paid:<use> (debit). A payment that nobody had to
reserve goes from arranged to paid at once; what is ordered lies with the bank, and comes back to
committed when it was not paid. A recovery brings what was paid back to its arrangement. A withdrawal takes
what is left of an arrangement back to unallocated.

The accounts of one fund in one area are a book. A book is closed until a day: no entry of that day or
before is taken any more, by this module nor by the database. What is wrong in a closed period is reversed
in the open one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

AccountKind = Literal[
    "source", "unallocated", "arranged", "reserved", "committed", "ordered", "paid"
]
EntryKind = Literal[
    "appropriation",
    "arrangement",
    "withdrawal",
    "reservation",
    "commitment",
    "release",
    "order",
    "payment",
    "recovery",
    "reversal",
]

#: Fund, area code, kind, detail: what names an account.
Key = tuple[str, str, AccountKind, str]

#: On which side an account of a kind stands.
SIDES: Mapping[AccountKind, int] = {
    "source": -1, "unallocated": 1, "arranged": 1, "reserved": 1, "committed": 1, "ordered": 1,
    "paid": 1,
}  # fmt: skip


class Unbalanced(Refusal):
    """The lines of an entry do not add to nothing, or it has fewer than two of them."""

    code = "unbalanced-entry"


class Overdrawn(Refusal):
    """The account does not hold what is to leave it (``missing`` in fen)."""

    code = "not-enough-money"


class AlreadyReversed(Refusal):
    """What is to be taken back was taken back before."""

    code = "already-reversed"


class ReversedBeforeMade(Refusal):
    """A reversal holds from the day of what it takes back at the earliest (``made_on``)."""

    code = "reversed-before-made"


class PeriodClosed(Refusal):
    """The day lies in a closed period of the book (``open_from``: the first open day)."""

    code = "period-closed"


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``balance`` is signed fen, positive on the debit side; ``closed_until``: the last day
    of its book that is closed."""

    id: UUID
    fund: str
    area_code: str
    kind: AccountKind
    detail: str
    balance: int = 0
    closed_until: date | None = None

    @property
    def key(self) -> Key:
        return (self.fund, self.area_code, self.kind, self.detail)

    @property
    def side(self) -> int:
        return SIDES[self.kind]

    @property
    def available(self) -> int:
        """What the account holds on its normal side, in fen; never negative."""
        return self.balance * self.side

    def after(self, amount: int, on: date) -> Account:
        """The account after a line of ``amount``. Raises :class:`PeriodClosed` and :class:`Overdrawn`."""
        if self.closed_until is not None and on <= self.closed_until:
            raise PeriodClosed(open_from=self.closed_until + timedelta(days=1))
        balance = self.balance + amount
        if balance * self.side < 0:
            raise Overdrawn(missing=-balance * self.side)
        return replace(self, balance=balance)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``amount`` in fen, not 0, debit positive."""

    account_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of money. ``about`` is the appropriation, arrangement or payment that it books;
    a reversal names the entry that it takes back."""

    id: UUID
    kind: EntryKind
    effective_on: date
    about: UUID
    area_code: str
    office: str
    lines: tuple[Line, ...]
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """An account whose running balance is not the sum of its lines (fen)."""

    account_id: UUID
    balance: int
    derived: int


def transfer(
    entry_id: UUID,
    kind: EntryKind,
    effective_on: date,
    about: UUID,
    *,
    place: tuple[str, str],
    credit: UUID,
    debit: UUID,
    amount: int,
) -> Entry:
    """An entry of two lines: ``amount`` fen leave ``credit`` and arrive at ``debit``.

    ``place`` is area code and office. Raises :class:`Unbalanced` unless the amount is positive.
    """
    if amount <= 0:
        raise Unbalanced(amount=amount)
    return Entry(
        entry_id, kind, effective_on, about, *place, (Line(credit, -amount), Line(debit, amount))
    )


def reversal(entry: Entry, entry_id: UUID, effective_on: date, about: UUID) -> Entry:
    """The mirror of an entry, naming it: the only way to take money back. Raises
    :class:`ReversedBeforeMade`."""
    if effective_on < entry.effective_on:
        raise ReversedBeforeMade(made_on=entry.effective_on)
    lines = tuple(Line(line.account_id, -line.amount) for line in entry.lines)
    return Entry(
        entry_id, "reversal", effective_on, about, entry.area_code, entry.office, lines,
        reverses=entry.id,
    )  # fmt: skip


def check(entry: Entry) -> None:
    """Raises :class:`Unbalanced` when an entry may not stand in the journal."""
    total = sum(line.amount for line in entry.lines)
    if len(entry.lines) < 2 or total != 0 or any(line.amount == 0 for line in entry.lines):
        raise Unbalanced(amount=total)


def post(accounts: Mapping[UUID, Account], entry: Entry) -> dict[UUID, Account]:
    """The touched accounts after an entry. Raises :class:`Unbalanced`, :class:`PeriodClosed` or
    :class:`Overdrawn`; then nothing has happened."""
    check(entry)
    touched: dict[UUID, Account] = {}
    for line in entry.lines:
        account = touched.get(line.account_id) or accounts[line.account_id]
        touched[line.account_id] = account.after(line.amount, entry.effective_on)
    return touched


def derive(lines: Iterable[Line]) -> dict[UUID, int]:
    """Balances from lines alone."""
    totals: dict[UUID, int] = {}
    for line in lines:
        totals[line.account_id] = totals.get(line.account_id, 0) + line.amount
    return totals


def differences(accounts: Sequence[Account], derived: Mapping[UUID, int]) -> list[Difference]:
    """Accounts that hold something else than their lines say."""
    return [
        Difference(account.id, account.balance, derived.get(account.id, 0))
        for account in accounts
        if account.balance != derived.get(account.id, 0)
    ]
