"""Whether a recognition still holds: a fold over work, life, refusals and exits by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.lifecycle import Act
from registry.difficulties import domain, rule
from registry.difficulties.domain import Difficulty, Ending, Exit
from registry.labour_status import domain as statuses
from registry.labour_status.domain import Declared, Placement, Spell
from registry.life_facts.domain import LifeFact

ON = date(2003, 6, 1)
LAID_OFF = Spell("laid_off", date(2001, 1, 1))
ONE = Difficulty(
    UUID(int=1), UUID(int=2), "4050", "recognised", ON, UUID(int=3), "231102000000", "o"
)


def ended(*spells: Spell, refused: tuple[date, ...] = (), exits: tuple[Exit, ...] = ()) -> object:
    found = domain.ending(ON, [LAID_OFF, *spells], refused, 3, exits)
    return (found.on, found.reason) if found else None


def by_hand(day: date, reason: str = "wish_ended", n: int = 9) -> Exit:
    return Exit(UUID(int=n), ONE.id, day, reason, "clerk")  # type: ignore[arg-type]


def test_who_is_without_work_stays() -> None:
    assert ended() is None
    assert ended(Spell("unemployed", date(2003, 8, 1))) is None


def test_work_retirement_and_death_end_it_on_their_day() -> None:
    assert ended(Spell("employed", date(2003, 9, 1))) == (date(2003, 9, 1), "employed")
    after = (Spell("employed", date(2003, 9, 1)), Spell("laid_off", date(2003, 10, 1)))
    assert ended(*after) == (date(2003, 9, 1), "employed")
    assert ended(Spell("retired", date(2003, 7, 1))) == (date(2003, 7, 1), "retired")


def test_what_held_already_and_was_told_later_ends_it_on_its_first_day() -> None:
    before = (Spell("employed", date(2003, 5, 1)), Spell("laid_off", date(2003, 7, 1)))
    assert ended(*before) == (ON, "employed")
    over = (Spell("employed", date(2003, 4, 1)), Spell("laid_off", ON))
    assert ended(*over) is None


def test_three_refusals_since_the_recognition_end_it() -> None:
    days = (date(2003, 5, 1), date(2003, 6, 2), date(2003, 7, 2), date(2003, 8, 2))
    assert ended(refused=days[:3]) is None
    assert ended(refused=days) == (date(2003, 8, 2), "refused_three_offers")


def test_an_exit_by_hand_and_the_earliest_of_many() -> None:
    assert ended(exits=(by_hand(date(2003, 9, 1)),)) == (date(2003, 9, 1), "wish_ended")
    job = Spell("employed", date(2003, 8, 1))
    assert ended(job, exits=(by_hand(date(2003, 9, 1)),)) == (date(2003, 8, 1), "employed")


def test_of_two_that_would_hold_at_once_the_later_is_superseded() -> None:
    later = replace(ONE, id=UUID(int=7), recognised_on=date(2003, 8, 1))
    first, second = domain.fold([later, ONE], {ONE.id: None, later.id: None})
    assert (first.id, first.state) == (ONE.id, "recognised")
    assert (second.state, second.exited_on, second.exit_reason) == (
        "exited", date(2003, 8, 1), "superseded",
    )  # fmt: skip
    done = Ending(date(2003, 7, 1), "employed")
    first, second = domain.fold([later, ONE], {ONE.id: done, later.id: None})
    assert (first.exit_reason, second.state) == ("employed", "recognised")
    other = replace(later, kind="dibao")
    assert [d.state for d in domain.fold([ONE, other], {ONE.id: None, other.id: None})] == [
        "recognised", "recognised",
    ]  # fmt: skip


@pytest.mark.parametrize("act", domain.ACTS)
def test_the_table_of_acts_names_states_of_the_domain(act: Act) -> None:
    states = {"recognised", "refused", "exited", None}
    assert {act.source, act.target} <= states


DAYS = st.integers(0, 700).map(lambda n: date(2002, 9, 30) + timedelta(days=n))
JOBS = st.lists(
    st.builds(
        lambda n, start, length, voided: Placement(
            UUID(int=n), start, start + timedelta(days=length) if length else None, voided
        ),
        st.integers(1, 40), DAYS, st.one_of(st.none(), st.integers(1, 300)), st.booleans(),
    ),
    max_size=4, unique_by=lambda job: job.id,
)  # fmt: skip
LIFE = st.lists(
    st.builds(
        lambda n, kind, day, length: LifeFact(
            UUID(int=n), ONE.worker_id, kind, day, day + timedelta(days=length) if length else None
        ),
        st.integers(50, 90), st.sampled_from(["retired", "imprisoned", "deceased", "dibao"]), DAYS,
        st.one_of(st.none(), st.integers(1, 200)),
    ),
    max_size=3, unique_by=lambda fact: fact.id,
)  # fmt: skip
EXITS = st.lists(st.builds(by_hand, DAYS, n=st.integers(100, 120)), max_size=3,
                 unique_by=lambda exit: exit.id)  # fmt: skip
ROWS = st.lists(
    st.builds(
        lambda n, day, kind: replace(ONE, id=UUID(int=n), recognised_on=day, kind=kind),
        st.integers(200, 220), DAYS, st.sampled_from(["4050", "dibao"]),
    ),
    max_size=4, unique_by=lambda row: row.id,
)  # fmt: skip


@given(ROWS, JOBS, LIFE, st.lists(DAYS, max_size=5), EXITS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_facts_gives_the_same_recognitions(
    rows: list[Difficulty], jobs: list[Placement], life: list[LifeFact], refused: list[date],
    exits: list[Exit], random: Random,
) -> None:  # fmt: skip
    def stand() -> list[Difficulty]:
        spells = statuses.spells([Declared("laid_off", date(2001, 1, 1))], jobs, life)
        endings = {
            row.id: domain.ending(row.recognised_on, spells, refused, 3, exits) for row in rows
        }
        return domain.fold(rows, endings)

    expected = stand()
    for row in expected:
        assert (row.state == "exited") == (row.exited_on is not None)
        assert row.exited_on is None or row.exited_on >= row.recognised_on
    for kind in ("4050", "dibao"):
        assert sum(row.state == "recognised" and row.kind == kind for row in expected) <= 1
    for facts in (rows, jobs, life, refused, exits):
        random.shuffle(facts)
    assert stand() == expected


@given(st.dates(date(1920, 1, 1), date(2009, 12, 31)), st.integers(30, 60), st.integers(-3, 3))
def test_the_last_birth_date_of_an_age_is_the_last(on: date, years: int, offset: int) -> None:
    last = rule.born_by(years, on)
    born = last + timedelta(days=offset)
    assert (rule.age(born, on) >= years) == (born <= last)
