"""The fold of unemployment insurance: pure, and the law of R21 to R23."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.labour_status.domain import LabourStatus, Spell
from registry.unemployment_insurance import domain
from registry.unemployment_insurance.domain import Account, Episode, Fact, Finding, Terms, fold

#: The machine may be busy: what counts is what is found.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORKER = UUID(int=999)
LAW = Terms(((1, 12), (5, 18), (10, 24)), 24)
OUT: list[Spell] = [Spell("unemployed", date(2003, 1, 1))]


def law(_day: date) -> Terms:
    return LAW


def started(id: int, on: date, months: int = 18, years: int = 7) -> Fact:
    return Fact(UUID(int=id), WORKER, "started", on, months, years)


def drawn(id: int, month: date) -> Fact:
    return Fact(UUID(int=id), WORKER, "drawn", month)


def fact(id: int, what: Any, on: date, **more: Any) -> Fact:
    return Fact(UUID(int=id), WORKER, what, on, **more)


def spells(*told: tuple[LabourStatus, date]) -> list[Spell]:
    return [Spell(status, since) for status, since in told]


def states(account: Account) -> list[tuple[str, date]]:
    return [(stage.state, stage.since) for stage in account.stages]


AT_WORK = spells(
    ("unemployed", date(2003, 1, 1)), ("employed", date(2003, 6, 10)),
    ("unemployed", date(2003, 9, 1)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("years", "months"), [(0, 0), (1, 12), (4, 12), (5, 18), (9, 18), (10, 24), (30, 24)]
)
def test_what_years_of_contributions_earn(years: int, months: int) -> None:
    assert domain.terms(["10:24", "1:12", "5:18"], 24).months(years) == months


def test_signed_at_work_the_months_are_frozen_and_go_on_without_work() -> None:
    told = [
        started(1, date(2003, 2, 1)), drawn(2, date(2003, 2, 1)), drawn(3, date(2003, 3, 1)),
        fact(4, "deferred", date(2003, 6, 15)),
    ]  # fmt: skip
    account = fold(told, AT_WORK, law)
    assert states(account) == [
        ("drawing", date(2003, 2, 1)), ("employed", date(2003, 6, 10)),
        ("deferred", date(2003, 6, 15)), ("drawing", date(2003, 9, 1)),
    ]  # fmt: skip
    assert (account.granted, account.drawn, account.left) == (18, 2, 16)
    assert account.episodes == (Episode(date(2003, 6, 10), date(2003, 6, 15)),)
    assert account.findings == ()


def test_unsigned_the_work_stops_it_until_the_agency_starts_again() -> None:
    """R22 stops at work; R21 merges what was left with what was newly earned, at most 24."""
    told = [started(1, date(2003, 2, 1)), drawn(2, date(2003, 2, 1))]
    account = fold(told, AT_WORK, law)
    assert states(account)[1:] == [("employed", date(2003, 6, 10)), ("stopped", date(2003, 9, 1))]
    assert account.stages[-1].reason == "re_employed"
    again = fold([*told, started(3, date(2003, 9, 15), months=24, years=5)], AT_WORK, law)
    assert states(again)[-1] == ("drawing", date(2003, 9, 15))
    assert (again.left, again.findings) == (24, ())  # 17 left and 18 earned: 24
    less = fold([*told, started(3, date(2003, 9, 15), months=17, years=0)], AT_WORK, law)
    assert (less.left, less.findings) == (17, ())


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (
            [started(1, date(2003, 2, 1), months=12)],
            Finding("duration-differs", date(2003, 2, 1), 12, 18),
        ),
        (
            [started(1, date(2003, 2, 1), months=30, years=12)],
            Finding("above-maximum", date(2003, 2, 1), 30, 24),
        ),
        (
            [started(1, date(2003, 2, 1)), drawn(2, date(2003, 7, 9))],
            Finding("drawing-while-employed", date(2003, 7, 1)),
        ),
        ([drawn(2, date(2003, 4, 1))], Finding("drawn-beyond-grant", date(2003, 4, 1))),
    ],
)
def test_what_does_not_fit_is_a_finding(told: list[Fact], found: Finding) -> None:
    assert found in fold(told, AT_WORK, law).findings


def test_the_month_of_the_hire_was_due_and_one_insured_by_an_employer_was_not() -> None:
    told = [started(1, date(2003, 2, 1)), drawn(2, date(2003, 6, 1)), drawn(3, date(2003, 4, 1))]
    assert fold(told, AT_WORK, law).findings == ()
    insured = frozenset({date(2003, 4, 1)})
    assert fold(told, AT_WORK, law, insured).findings == (
        Finding("drawing-while-employed", date(2003, 4, 1)),
    )


def test_a_referral_refused_while_drawing_is_found_and_only_then() -> None:
    """R22: the agency hears of it, and alone decides whether there was cause."""
    told = [started(1, date(2003, 2, 1))]
    refused = frozenset({date(2003, 1, 15), date(2003, 3, 4), date(2003, 7, 1)})
    assert fold(told, AT_WORK, law, frozenset(), refused).findings == (
        Finding("refused-while-drawing", date(2003, 3, 4)),
    )
    assert fold(told, OUT, law, frozenset(), refused).findings == (
        Finding("refused-while-drawing", date(2003, 3, 4)),
        Finding("refused-while-drawing", date(2003, 7, 1)),
    )


def test_death_and_pension_stop_from_their_day_and_later_months_are_found() -> None:
    for status, reason in (
        ("deceased", "deceased"),
        ("retired", "pension"),
        ("enlisted", "enlisted"),
    ):
        history = [*OUT, Spell(status, date(2003, 5, 10))]  # type: ignore[arg-type]
        told = [
            started(1, date(2003, 2, 1)), drawn(2, date(2003, 5, 1)), drawn(3, date(2003, 6, 1)),
        ]  # fmt: skip
        account = fold(told, history, law)
        assert (account.stages[-1].state, account.stages[-1].reason) == ("stopped", reason)
        assert account.stages[-1].since == date(2003, 5, 10)
        assert account.findings == (Finding("drawing-while-withdrawn", date(2003, 6, 1)),)


def test_the_last_month_ends_it() -> None:
    told = [started(1, date(2003, 1, 1), months=12, years=1)]
    told += [drawn(n + 1, date(2003, n, 1)) for n in range(1, 13)]
    account = fold(told, OUT, law)
    assert states(account)[-1] == ("exhausted", date(2004, 1, 1))
    assert (account.left, account.findings) == (0, ())
    beyond = fold([*told, drawn(20, date(2004, 1, 1))], OUT, law)
    assert (beyond.left, [f.kind for f in beyond.findings]) == (0, ["drawn-beyond-grant"])


def test_an_agreement_is_signed_by_whoever_is_at_work_and_has_not_signed() -> None:
    told = [started(1, date(2003, 2, 1))]
    working = fold(told, AT_WORK[:2], law)
    domain.check_agreement(working.stages, date(2003, 6, 10))
    with pytest.raises(domain.SignedBeforeWork):
        domain.check_agreement(working.stages, date(2003, 6, 9))
    signed = fold([*told, fact(2, "deferred", date(2003, 6, 10))], AT_WORK[:2], law)
    for account in (fold(told, OUT, law), signed, fold([], OUT, law)):
        with pytest.raises(domain.NotEmployedWhileDrawing):
            domain.check_agreement(account.stages, date(2003, 6, 20))
    assert signed.episodes == (Episode(date(2003, 6, 10), date(2003, 6, 10)),)


DAYS = st.integers(0, 900).map(lambda n: date(2002, 6, 1) + timedelta(days=n))
FACTS = st.lists(
    st.one_of(
        st.builds(
            Fact, id=st.uuids(), worker_id=st.just(WORKER), what=st.just("started"), on=DAYS,
            months=st.integers(0, 40), years=st.integers(0, 30),
        ),
        st.builds(
            Fact, id=st.uuids(), worker_id=st.just(WORKER),
            what=st.sampled_from(["drawn", "deferred"]), on=DAYS,
        ),
        st.builds(
            Fact, id=st.uuids(), worker_id=st.just(WORKER), what=st.just("stopped"), on=DAYS,
            reason=st.sampled_from(["refused_job", "re_employed"]),
        ),
    ),
    max_size=14,
)  # fmt: skip
STATUSES: Any = st.sampled_from(
    ["unemployed", "employed", "laid_off", "retired", "enlisted", "jobless"]
)
HISTORY = st.lists(st.tuples(STATUSES, DAYS), min_size=1, max_size=6, unique_by=lambda s: s[1]).map(
    lambda told: [Spell(status, since) for status, since in sorted(told, key=lambda s: s[1])]
)
MONTHS = st.frozensets(DAYS.map(domain.first_of), max_size=4)


@unhurried
@given(FACTS, HISTORY, MONTHS, st.integers(0, 14), st.randoms(use_true_random=False), st.data())
def test_any_order_and_duplication_gives_the_same_account(
    told: list[Fact],
    history: list[Spell],
    insured: frozenset[date],
    again: int,
    chance: Random,
    data: st.DataObject,
) -> None:
    if told and data.draw(st.booleans()):
        wrong = data.draw(st.sampled_from(told))
        told = [*told, fact(1, "reversed", wrong.on, reverses=wrong.id)]
        without = [f for f in told if f.id not in (wrong.id, UUID(int=1))]
        assert fold(told, history, law, insured) == fold(without, history, law, insured)
    shuffled = [*told, *told[:again]]
    chance.shuffle(shuffled)
    assert fold(shuffled, history, law, insured) == fold(told, history, law, insured)


@unhurried
@given(FACTS, HISTORY)
def test_months_left_are_never_below_zero_nor_above_the_most(
    told: list[Fact], history: list[Spell]
) -> None:
    chosen: list[Fact] = []
    for one in told:
        chosen.append(one)
        account = fold(chosen, history, law)
        assert 0 <= account.left <= LAW.most
        assert 0 <= account.granted <= LAW.most
        assert account.drawn >= 0


def test_a_new_grant_on_the_day_on_which_unsigned_work_ends_is_drawn() -> None:
    account = fold([started(1, date(2003, 2, 1)), started(2, date(2003, 9, 1))], AT_WORK, law)
    assert states(account) == [
        ("drawing", date(2003, 2, 1)), ("employed", date(2003, 6, 10)),
        ("drawing", date(2003, 9, 1)),
    ]  # fmt: skip
    assert ("employed", "drawing") in {(act.source, act.target) for act in domain.ACTS}


@unhurried
@given(FACTS, HISTORY)
def test_every_change_of_state_is_an_act_of_the_table(
    told: list[Fact], history: list[Spell]
) -> None:
    arrows = {(act.source, act.target) for act in domain.ACTS}
    account = fold(told, history, law)
    for before, after in pairwise(stage.state for stage in account.stages):
        assert (before, after) in arrows
    for one, two in pairwise(account.stages):
        assert one.since < two.since


@unhurried
@given(FACTS, HISTORY)
def test_the_deferral_rate_is_at_most_one(told: list[Fact], history: list[Spell]) -> None:
    """Every agreement belongs to a time at work while drawing, and to one only."""
    account = fold(told, history, law)
    days = [episode.employed_on for episode in account.episodes]
    assert days == sorted(set(days))
    signed = [e for e in account.episodes if e.deferred_on is not None]
    assert all(e.deferred_on is not None and e.deferred_on >= e.employed_on for e in signed)
    deferred = [stage for stage in account.stages if stage.state == "deferred"]
    assert len(deferred) >= len(signed) > 0 or not deferred
