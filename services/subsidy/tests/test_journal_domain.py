"""The journal's rules, and a property: whatever is asked of it, money is conserved."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.journal import domain
from subsidy.journal.domain import Account, Entry, Line, Overdrawn, Unbalanced

DAY = date(2003, 6, 30)
PLACE = ("231100000000", "231100-finance-bureau")


def account(kind: domain.AccountKind, detail: str = "", balance: int = 0) -> Account:
    return Account(uuid4(), "reemployment", PLACE[0], kind, detail, balance)


def move(credit: UUID, debit: UUID, amount: int) -> Entry:
    return domain.transfer(
        uuid4(), "payment", DAY, uuid4(), place=PLACE, credit=credit, debit=debit, amount=amount
    )


def test_money_moves_from_the_credit_to_the_debit() -> None:
    source, pool = account("source", "province"), account("unallocated")
    after = domain.post({a.id: a for a in (source, pool)}, move(source.id, pool.id, 500))
    assert after[source.id].balance == -500
    assert after[source.id].available == 500
    assert after[pool.id].available == 500


@pytest.mark.parametrize("amounts", [(5, -4), (5,), (0, 0), ()])
def test_lines_that_do_not_balance_are_refused(amounts: tuple[int, ...]) -> None:
    lines = tuple(Line(uuid4(), amount) for amount in amounts)
    with pytest.raises(Unbalanced):
        domain.check(Entry(uuid4(), "payment", DAY, uuid4(), *PLACE, lines))


@pytest.mark.parametrize("amount", [0, -1])
def test_a_transfer_moves_something(amount: int) -> None:
    with pytest.raises(Unbalanced):
        move(uuid4(), uuid4(), amount)


def test_an_overdraft_says_how_much_is_missing() -> None:
    line, paid = account("arranged", "x", 300), account("paid", "training-subsidy")
    with pytest.raises(Overdrawn) as refusal:
        domain.post({a.id: a for a in (line, paid)}, move(line.id, paid.id, 301))
    assert refusal.value.params == {"missing": 1}


def test_a_reversal_mirrors_and_names_its_entry() -> None:
    line, paid = account("arranged", "x", 300), account("paid", "training-subsidy")
    accounts = {a.id: a for a in (line, paid)}
    entry = move(line.id, paid.id, 200)
    accounts |= domain.post(accounts, entry)
    mirror = domain.reversal(entry, uuid4(), DAY, entry.about)
    accounts |= domain.post(accounts, mirror)
    assert mirror.reverses == entry.id
    assert [accounts[a.id].balance for a in (line, paid)] == [300, 0]


def test_a_difference_is_said() -> None:
    one = account("unallocated", balance=100)
    assert domain.differences([one], {one.id: 90}) == [domain.Difference(one.id, 100, 90)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "arrange", "pay", "reverse"]),
        st.integers(1, 1_000),
        st.integers(0, 3),
    ),
    max_size=60,
)


@given(STEPS)
def test_money_is_conserved_and_never_negative(steps: list[tuple[str, int, int]]) -> None:
    """Against a model of three numbers: received, arranged by line, paid by line."""
    source, pool = account("source", "province"), account("unallocated")
    lines = [account("arranged", str(n)) for n in range(4)]
    paid = [account("paid", str(n)) for n in range(4)]
    accounts = {a.id: a for a in (source, pool, *lines, *paid)}
    written: list[Entry] = []
    payments: list[tuple[int, int, Entry]] = []
    received, arranged, spent = 0, [0] * 4, [0] * 4

    for kind, amount, n in steps:
        if kind == "reverse":
            if not payments:
                continue
            at, amount, original = payments.pop()
            entry = domain.reversal(original, uuid4(), DAY, original.about)
            spent[at] -= amount
        else:
            credit, debit = {
                "receive": (source, pool),
                "arrange": (pool, lines[n]),
                "pay": (lines[n], paid[n]),
            }[kind]
            entry = move(credit.id, debit.id, amount)
            fits = {
                "receive": True,
                "arrange": amount <= received - sum(arranged),
                "pay": amount <= arranged[n] - spent[n],
            }[kind]
            if not fits:
                with pytest.raises(Overdrawn):
                    domain.post(accounts, entry)
                continue
            if kind == "receive":
                received += amount
            elif kind == "arrange":
                arranged[n] += amount
            else:
                spent[n] += amount
                payments.append((n, amount, entry))
        accounts |= domain.post(accounts, entry)
        written.append(entry)

        assert sum(a.balance for a in accounts.values()) == 0
        assert all(a.available >= 0 for a in accounts.values())
    assert accounts[source.id].available == received
    assert accounts[pool.id].available == received - sum(arranged)
    assert [accounts[a.id].available for a in paid] == spent
    derived = domain.derive(line for entry in written for line in entry.lines)
    assert domain.differences(list(accounts.values()), derived) == []
