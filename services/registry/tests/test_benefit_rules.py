"""The ledger as a fold: which months count, what overlaps, what the law gives."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.benefits import rules
from registry.benefits.domain import KINDS, TABLE, Act, Grant, Holder, Paid, Payment, until
from registry.benefits.rules import Entry, Limit
from registry.labour_status.domain import Spell

A, B = UUID(int=101), UUID(int=102)
LAID_OFF = [Spell("laid_off", date(2001, 1, 1))]


def grant(n: int, start: str, end: str | None = None, **fields: object) -> Grant:
    return replace(
        Grant(
            UUID(int=n), "living-allowance", A, date.fromisoformat(start),
            date.fromisoformat(end) if end else None, 62400, "劳动局", UUID(int=1000 + n),
        ),
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def act(n: int, kind: str, on: str, amount: int | None = None, of: int = 1) -> Act:
    return Act(UUID(int=n), UUID(int=of), kind, date.fromisoformat(on), amount)  # type: ignore[arg-type]


def paid(n: int, of: int, month: str, back: int = 0, *, whole: bool = False) -> Paid:
    day = date.fromisoformat(month)
    payment = Payment(
        UUID(int=n), UUID(int=of), "living-allowance", day, day.replace(day=28), 10000, None,
        UUID(int=1),
    )  # fmt: skip
    return Paid(payment, back, whole)


def months(found: tuple[date, ...]) -> list[str]:
    return [f"{month:%Y-%m}" for month in found]


def test_every_kind_says_how_it_takes_months() -> None:
    assert set(TABLE) == set(KINDS)
    for row in TABLE.values():
        assert row.takes in ("monthly", "once", "note")
        assert row.clause
        assert row.limit is None or row.takes != "note"


def test_months_of_a_period_of_a_day_and_of_an_open_end() -> None:
    assert months(rules.months_of(grant(1, "2003-05-20", "2003-07-01"))) == [
        "2003-05", "2003-06", "2003-07",
    ]  # fmt: skip
    assert rules.months_of(grant(1, "2003-05-20")) == ()
    named = (date(2003, 9, 1), date(2003, 6, 1), date(2003, 9, 1))
    assert months(rules.months_of(grant(1, "2003-05-20", months=named))) == ["2003-06", "2003-09"]
    loan = grant(1, "2003-05-20", "2005-05-19", kind="small-loan")
    assert months(rules.months_of(loan)) == ["2003-05"]
    assert rules.months_of(grant(1, "2003-05-20", "2004-05-19", kind="re-employment")) == ()


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        ([], ["2003-05", "2003-06", "2003-07"]),
        ([act(9, "withdrawn", "2003-05-01")], []),
        ([act(9, "stopped", "2003-06-15")], ["2003-05", "2003-06"]),
        ([act(9, "stopped", "2003-06-01")], ["2003-05"]),
        # To be recovered, and not yet back: counted.
        ([act(9, "recovery-ordered", "2003-06-01", 400)], ["2003-05", "2003-06", "2003-07"]),
        (
            [act(9, "recovery-ordered", "2003-06-01", 400), act(8, "recovered", "2003-09-01", 399)],
            ["2003-05", "2003-06", "2003-07"],
        ),
        (
            [act(9, "recovery-ordered", "2003-06-01", 400), act(8, "recovered", "2003-09-01", 400)],
            ["2003-05"],
        ),
        # Nothing was paid: nothing has to come back first.
        ([act(9, "recovery-ordered", "2003-05-01", 0)], []),
    ],
)
def test_what_an_act_releases(acts: list[Act], left: list[str]) -> None:
    one = grant(1, "2003-05-01", "2003-07-31")
    for order in itertools.permutations(acts):
        assert months(rules.live_months(one, [*order, *order])) == left


def entry(one: Grant, *acts: Act) -> Entry:
    return Entry(one, rules.live_months(one, acts))


def unlimited(_: Grant) -> None:
    return None


#: Nobody in these cases grows old, but where a case says when.
NEVER = date(2099, 1, 1)


def wrong(
    *entries: Entry,
    spells: list[Spell] = LAID_OFF,
    holder: Holder | None = None,
    limit: Limit | None = None,
    retires: date = NEVER,
) -> list[tuple[str, int, int | None, list[str]]]:
    return [
        (f.cause, f.benefit_id.int, f.other_id.int if f.other_id else None, months(f.months))
        for f in rules.overlaps(entries, spells, holder, lambda _: limit, lambda _: retires)
    ]


def test_the_second_of_a_kind_overlaps_with_the_first() -> None:
    first, second = grant(1, "2003-05-01", "2003-07-31"), grant(2, "2003-07-01", "2003-08-31")
    assert wrong(entry(second), entry(first)) == [("duplicate-grant", 2, 1, ["2003-07"])]
    assert (
        rules.slots([entry(second), entry(first)])[A, "living-allowance", date(2003, 7, 1)].int == 1
    )
    assert wrong(entry(first), entry(replace(second, kind="dibao"))) == []
    assert wrong(entry(first), entry(replace(second, worker_id=B))) == [
        ("merge", 2, 1, ["2003-07"])
    ]


def test_nothing_is_due_after_death_and_a_retired_person_may_be_poor() -> None:
    retired = [*LAID_OFF, Spell("retired", date(2003, 6, 10))]
    one = grant(1, "2003-05-01", "2003-08-31")
    assert wrong(entry(one), spells=retired) == [
        ("after-life-fact", 1, None, ["2003-07", "2003-08"])
    ]
    assert wrong(entry(replace(one, kind="dibao")), spells=retired) == []
    dead = [*retired, Spell("deceased", date(2003, 8, 1))]
    assert wrong(entry(replace(one, kind="dibao")), spells=dead) == [
        ("after-life-fact", 1, None, ["2003-08"])
    ]
    released = [
        *LAID_OFF,
        Spell("imprisoned", date(2003, 6, 1)),
        Spell("jobless", date(2003, 7, 9)),
    ]
    assert wrong(entry(one), spells=released) == [
        ("after-life-fact", 1, None, ["2003-06", "2003-07"])
    ]


def test_nothing_is_due_past_the_age_of_retirement_though_nobody_told_of_a_pension() -> None:
    one, day = grant(1, "2003-05-01", "2003-08-31"), date(2003, 6, 10)
    assert wrong(entry(one), retires=day) == [
        ("after-retirement-age", 1, None, ["2003-07", "2003-08"])
    ]
    assert wrong(entry(replace(one, kind="dibao")), retires=day) == []
    told = [*LAID_OFF, Spell("retired", date(2003, 7, 20))]
    assert wrong(entry(one), spells=told, retires=day) == [
        ("after-life-fact", 1, None, ["2003-08"]),
        ("after-retirement-age", 1, None, ["2003-07"]),
    ]


HOLDER = Holder(
    A, UUID(int=7), "231102000000", "o", date(2003, 4, 10), date(2006, 4, 10)
)  # fmt: skip


def test_a_certificate_must_be_in_force_where_the_kind_asks_for_one() -> None:
    holder = replace(
        HOLDER, revoked_on=date(2003, 9, 1), suspended=((date(2003, 6, 15), date(2003, 8, 1)),)
    )
    one = grant(1, "2003-05-01", "2003-09-30", kind="social-insurance-subsidy")
    assert wrong(entry(one), holder=holder) == [
        ("after-revocation", 1, None, ["2003-09"]), ("while-suspended", 1, None, ["2003-07"]),
    ]  # fmt: skip
    assert wrong(entry(replace(one, kind="living-allowance")), holder=holder) == []


def test_without_a_certificate_before_its_month_and_after_its_validity_there_is_no_right() -> None:
    one = grant(1, "2003-03-15", "2003-05-31", kind="social-insurance-subsidy")
    assert wrong(entry(one)) == [
        ("without-certificate", 1, None, ["2003-03", "2003-04", "2003-05"])
    ]
    assert wrong(entry(replace(one, kind="training-subsidy"))) == []
    assert wrong(entry(one), holder=HOLDER) == [("without-certificate", 1, None, ["2003-03"])]
    late = grant(1, "2006-04-01", "2006-05-31", kind="post-subsidy")
    assert wrong(entry(late), holder=HOLDER) == [("after-expiry", 1, None, ["2006-05"])]
    assert wrong(entry(late), holder=until(HOLDER.valid_until, HOLDER)) == []
    assert wrong(entry(late), holder=until(date(2006, 4, 11), HOLDER)) == [
        ("after-expiry", 1, None, ["2006-05"])
    ]


def test_of_several_certificates_any_one_in_force_is_enough() -> None:
    """The first was revoked, the second issued two years later: each month has its own reason."""
    first = replace(HOLDER, certificate_id=UUID(int=6), revoked_on=date(2003, 6, 1))
    second = replace(
        HOLDER, issued_on=date(2005, 6, 1), valid_until=date(2008, 6, 1), others=(first,)
    )
    named = tuple(
        date(*month, 1) for month in ((2003, 3), (2003, 5), (2003, 7), (2005, 7), (2008, 7))
    )
    one = grant(1, "2003-03-01", kind="post-subsidy", months=named)
    assert wrong(entry(one), holder=second) == [
        ("after-expiry", 1, None, ["2008-07"]), ("after-revocation", 1, None, ["2003-07"]),
        ("without-certificate", 1, None, ["2003-03"]),
    ]  # fmt: skip


def test_months_beyond_the_limit_count_once_and_retirement_may_lift_it() -> None:
    early = grant(1, "2003-05-01", "2003-07-31")
    late = grant(2, "2003-07-01", "2003-09-30")
    limit = Limit(4, "B7")
    assert wrong(entry(late), entry(early), limit=limit) == [
        ("duplicate-grant", 2, 1, ["2003-07"]), ("over-limit", 2, None, ["2003-09"]),
    ]  # fmt: skip
    near = Limit(4, "B9", until=date(2003, 10, 1))
    assert wrong(entry(grant(1, "2003-05-01", "2003-12-31")), limit=near) == [
        ("over-limit", 1, None, ["2003-10", "2003-11", "2003-12"])
    ]


def test_a_yearly_limit_begins_again_in_january() -> None:
    three = [
        entry(grant(n, day, kind="introduction-subsidy"))
        for n, day in enumerate(("2006-03-05", "2006-11-05", "2007-01-05"), start=1)
    ]
    assert wrong(*three, limit=Limit(1, "B19")) == [("over-limit", 2, None, ["2006-11"])]


def test_what_a_person_has_of_a_benefit_is_what_was_paid_and_did_not_come_back() -> None:
    one = grant(1, "2003-05-01", "2003-07-31")
    assert rules.amount_fen(one, []) == 62400
    paid_twice = [paid(8, 1, "2003-05-01", 4000), paid(9, 1, "2003-06-01")]
    assert rules.amount_fen(one, paid_twice) == 16000
    # More came back than was paid: nobody has less than nothing.
    assert rules.amount_fen(one, [paid(8, 1, "2003-05-01", 12000)]) == 0


def test_a_limit_of_each_grant_counts_each_by_itself() -> None:
    two = [
        entry(grant(1, "2003-05-01", "2003-06-30", kind="unemployment-insurance")),
        entry(grant(2, "2003-07-01", "2003-09-30", kind="unemployment-insurance")),
    ]
    assert wrong(*two, limit=Limit(2, "R21")) == [("over-limit", 2, None, ["2003-09"])]


GRANTS = st.lists(
    st.builds(
        lambda n, kind, record, start, length: grant(
            n, f"2003-{start:02d}-05", f"{2003 + (start + length) // 13}-{(start + length - 1) % 12 + 1:02d}-20",
            kind=kind, worker_id=record,
        ),
        st.integers(1, 60), st.sampled_from(["living-allowance", "dibao", "small-loan"]),
        st.sampled_from([A, B]), st.integers(1, 6), st.integers(0, 6),
    ),
    max_size=6, unique_by=lambda one: one.id,
)  # fmt: skip
ACTS = st.lists(
    st.builds(
        lambda n, of, kind, month, amount: act(n, kind, f"2003-{month:02d}-01", amount, of),
        st.integers(100, 999), st.integers(1, 60),
        st.sampled_from(["withdrawn", "stopped", "recovery-ordered", "recovered"]),
        st.integers(1, 12), st.integers(0, 3),
    ),
    max_size=8, unique_by=lambda one: one.id,
)  # fmt: skip


PAID = st.lists(
    st.builds(
        lambda n, of, month, back, whole: paid(n, of, f"2003-{month:02d}-01", back, whole=whole),
        st.integers(2000, 2999), st.integers(1, 60), st.integers(1, 9), st.integers(0, 12000),
        st.booleans(),
    ),
    max_size=8, unique_by=lambda one: one.payment.id,
)  # fmt: skip


def entries_of(grants: list[Grant], acts: list[Act], payments: list[Paid]) -> list[Entry]:
    return [
        Entry(
            one,
            rules.live_months(
                one,
                [a for a in acts if a.benefit_id == one.id],
                [p for p in payments if p.payment.entity_id == one.id],
            ),
        )
        for one in {one.id: one for one in grants}.values()
    ]


def ledger(grants: list[Grant], acts: list[Act], payments: list[Paid]) -> object:
    entries = entries_of(grants, acts, payments)
    found = rules.overlaps(entries, LAID_OFF, None, unlimited, lambda _: NEVER)
    return rules.slots(entries), rules.used(entries), found


@given(GRANTS, ACTS, PAID, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_ledger(
    grants: list[Grant], acts: list[Act], payments: list[Paid], random: Random
) -> None:
    expected = ledger(grants, acts, payments)
    for _ in range(4):
        random.shuffle(grants)
        random.shuffle(acts)
        random.shuffle(payments)
        told = ledger([*grants, *grants[:2]], [*acts, *acts[:3]], [*payments, *payments[:2]])
        assert told == expected


@given(GRANTS, ACTS, PAID)
def test_a_month_that_was_paid_counts_until_the_payment_has_come_back_whole(
    grants: list[Grant], acts: list[Act], payments: list[Paid]
) -> None:
    """Whatever became of its grant; and a month of which everything came back counts for no grant."""
    for entry in entries_of(grants, acts, payments):
        mine = [one for one in payments if one.payment.entity_id == entry.grant.id]
        months = [set(rules.months_paid(entry.grant, one.payment)) for one in mine]
        standing = set().union(*(m for m, one in zip(months, mine, strict=True) if not one.whole))
        back = set().union(*months) - standing
        assert standing <= set(entry.months)
        assert not back & set(entry.months)


@given(GRANTS, ACTS, PAID)
def test_no_month_is_held_twice_and_every_live_month_is_held(
    grants: list[Grant], acts: list[Act], payments: list[Paid]
) -> None:
    entries = entries_of(grants, acts, payments)
    held = rules.slots(entries)
    wanted = {(e.grant.worker_id, e.grant.kind, m) for e in entries for m in e.months}
    assert set(held) == wanted
    # What is not held is an overlap, month by month.
    spare = sum(len(e.months) for e in entries) - len(held)
    within = [
        f
        for f in rules.overlaps(entries, LAID_OFF, None, unlimited, lambda _: NEVER)
        if f.cause != "merge"
    ]
    across = [
        f
        for f in rules.overlaps(entries, LAID_OFF, None, unlimited, lambda _: NEVER)
        if f.cause == "merge"
    ]
    alone = sum(len(f.months) for f in within)
    assert alone <= spare <= alone + sum(len(f.months) for f in across)
