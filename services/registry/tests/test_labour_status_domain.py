"""The fold of labour status: any order, any repetition, the same answer."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.facts import InTheFuture
from registry.labour_status import domain
from registry.labour_status.domain import (
    Declared,
    Hearing,
    Placement,
    Spell,
    placements,
    spells,
)
from registry.life_facts.domain import Kind, LifeFact

A, B = UUID(int=1), UUID(int=2)
TODAY = date(2003, 10, 31)
LAID_OFF = Declared("laid_off", date(2001, 1, 1))


def job(id: UUID, start: date, end: date | None = None, voided: bool = False) -> Placement:
    return Placement(id, start, end, voided)


def test_a_placement_employs_and_its_end_leads_back() -> None:
    placed = [job(A, date(2003, 5, 1))]
    assert domain.current([LAID_OFF], placed) == Spell("employed", date(2003, 5, 1), A)
    ended = [job(A, date(2003, 5, 1), date(2003, 8, 1))]
    assert domain.current([LAID_OFF], ended) == Spell("laid_off", date(2003, 8, 1))


def test_a_voided_placement_never_was() -> None:
    assert domain.current([LAID_OFF], [job(A, date(2003, 5, 1), voided=True)]) == Spell(
        "laid_off", date(2001, 1, 1)
    )


def test_voiding_one_of_two_leaves_the_other() -> None:
    jobs = [job(A, date(2003, 5, 1), voided=True), job(B, date(2003, 6, 1))]
    assert domain.current([LAID_OFF], jobs) == Spell("employed", date(2003, 6, 1), B)


def test_retirement_and_death_are_final() -> None:
    facts = [LAID_OFF, Declared("retired", date(2003, 7, 1))]
    jobs = [job(A, date(2003, 5, 1))]
    assert domain.spells(facts, jobs) == [
        Spell("laid_off", date(2001, 1, 1)),
        Spell("employed", date(2003, 5, 1), A),
        Spell("retired", date(2003, 7, 1)),
    ]
    history = domain.spells(facts, jobs)
    with pytest.raises(domain.FinalStatus):
        declare("laid_off", date(2003, 8, 1), history)
    declare("deceased", date(2003, 8, 1), history)


def test_the_status_of_a_day() -> None:
    history = domain.spells([LAID_OFF], [job(A, date(2003, 5, 1), date(2003, 8, 1))])
    assert domain.on(date(2000, 1, 1), history) is None
    for day, status in (
        ("2003-04-30", "laid_off"),
        ("2003-05-01", "employed"),
        ("2003-08-01", "laid_off"),
    ):
        spell = domain.on(date.fromisoformat(day), history)
        assert spell is not None
        assert spell.status == status


def test_employment_is_not_declared_and_nothing_is_declared_twice() -> None:
    history = domain.spells([LAID_OFF], [])
    with pytest.raises(domain.EmployedIsDerived):
        declare("employed", date(2003, 1, 1), history)
    with pytest.raises(domain.StatusUnchanged):
        declare("laid_off", date(2003, 1, 1), history)
    with pytest.raises(InTheFuture):
        declare("retired", date(2003, 11, 1), history)


def test_who_belongs_to_the_base_population() -> None:
    assert domain.population("laid_off") == domain.population("jobless") == "base"
    assert domain.population("new_entrant") == domain.population("retired") == "outside"


def declare(
    status: domain.LabourStatus, since: date, history: list[Spell], *declared: Declared
) -> None:
    """On a document of that day."""
    document = domain.Document("2003-117", since)
    domain.check_declaration(
        Declared(status, since), document, history, declared or [LAID_OFF], TODAY
    )


def test_who_came_in_by_a_registration_leaves_by_a_cancellation() -> None:
    came, left = Declared("unemployed", date(2003, 3, 1)), Declared("jobless", date(2003, 6, 1))
    history = domain.spells([LAID_OFF, came, left], [])
    with pytest.raises(domain.LeftByCancellation):
        declare("new_entrant", date(2003, 4, 1), history, LAID_OFF, came, left)
    declare("schooling", date(2003, 4, 1), history, LAID_OFF, came, left)
    declare("new_entrant", date(2003, 7, 1), history, LAID_OFF, came, left)
    with pytest.raises(domain.UnemployedIsRegistered):
        declare("unemployed", date(2003, 7, 1), history, LAID_OFF, came, left)
    with pytest.raises(domain.DocumentNeeded):
        domain.check_declaration(
            Declared("retired", date(2003, 7, 1)), None, history, [LAID_OFF], TODAY
        )


DAYS = st.integers(0, 900).map(lambda n: date(2002, 1, 1) + timedelta(days=n))


@given(
    st.lists(st.tuples(DAYS, st.one_of(st.none(), st.integers(1, 300)), st.booleans()), max_size=4),
    st.randoms(use_true_random=False),
)
def test_any_order_gives_the_same_history(
    drawn: list[tuple[date, int | None, bool]], random: object
) -> None:
    jobs = [
        job(UUID(int=n), start, start + timedelta(days=length) if length else None, voided)
        for n, (start, length, voided) in enumerate(drawn)
    ]
    expected = domain.spells([LAID_OFF], jobs)
    for order in itertools.islice(itertools.permutations(jobs), 12):
        assert domain.spells([LAID_OFF], order) == expected
    days = [spell.since for spell in expected]
    assert days == sorted(set(days))


def life(kind: Kind, on: date, until: date | None = None) -> LifeFact:
    return LifeFact(uuid4(), uuid4(), kind, on, until)


def test_a_life_fact_withdraws_a_person_from_its_day_and_work_does_not_bring_them_back() -> None:
    declared = [Declared("laid_off", date(2001, 3, 1))]
    job = Placement(uuid4(), date(2003, 5, 1))
    told = spells(declared, [job], [life("retired", date(2004, 2, 1))])
    assert [(s.status, s.since) for s in told] == [
        ("laid_off", date(2001, 3, 1)),
        ("employed", date(2003, 5, 1)),
        ("retired", date(2004, 2, 1)),
    ]


def test_what_ends_gives_back_the_status_of_before_and_death_comes_first() -> None:
    declared = [Declared("unemployed", date(2003, 1, 1))]
    facts = [
        life("imprisoned", date(2003, 6, 1), until=date(2004, 6, 1)),
        life("deceased", date(2005, 1, 1)),
        life("retired", date(2004, 9, 1)),
        life("dibao", date(2003, 2, 1)),
    ]
    told = spells(declared, [], facts)
    assert told == spells(declared, [], [*reversed(facts), *facts])
    assert [s.status for s in told] == [
        "unemployed", "imprisoned", "unemployed", "retired", "deceased",
    ]  # fmt: skip


def test_a_filing_and_a_placement_of_one_job_are_one_job() -> None:
    """The labour market's first day goes before the employer's; the earliest end holds."""
    told = [
        Hearing(UUID(int=1), A, B, "began", date(2003, 5, 3), "filing"),
        Hearing(UUID(int=2), A, B, "began", date(2003, 5, 1)),
        Hearing(UUID(int=3), A, B, "ended", date(2003, 9, 1)),
        Hearing(UUID(int=4), A, B, "ended", date(2003, 8, 1), "filing"),
    ]
    assert placements(told) == [job(A, date(2003, 5, 1), date(2003, 8, 1))]
    assert placements(told[:1]) == [Placement(A, date(2003, 5, 3), filed=True)]
    undone = [*told, Hearing(UUID(int=5), A, B, "reversed", None, "filing", UUID(int=4))]
    assert placements(undone) == [job(A, date(2003, 5, 1), date(2003, 9, 1))]
    assert placements([*undone, Hearing(UUID(int=6), A, B, "voided")])[0].voided
    assert placements(told[2:]) == []


def test_a_filed_job_employs_without_naming_a_placement() -> None:
    filed = Placement(A, date(2003, 5, 1), filed=True)
    assert domain.current([LAID_OFF], [filed]) == Spell("employed", date(2003, 5, 1), None)
    both = [filed, job(B, date(2003, 6, 1))]
    assert domain.current([LAID_OFF], both) == Spell("employed", date(2003, 6, 1), B)


FILED, PLACED = UUID(int=8), UUID(int=9)
EMPLOYER, OTHER = UUID(int=21), UUID(int=22)


def filed_and_placed(
    began: date,
    apart: int,
    employers: tuple[UUID | None, UUID | None] = (None, EMPLOYER),
    ended: date | None = None,
) -> list[Hearing]:
    """A hire filed under a name of its own, and the labour market's placement some days apart."""
    told = [
        Hearing(UUID(int=31), FILED, B, "began", began, "filing", None, employers[0]),
        Hearing(
            UUID(int=32), PLACED, B, "began", began + timedelta(days=apart), "jobs-market", None,
            employers[1],
        ),
    ]  # fmt: skip
    if ended is not None:
        told.append(Hearing(UUID(int=33), PLACED, B, "ended", ended))
    return told


@given(
    DAYS, st.integers(-30, 30), st.sampled_from([None, EMPLOYER]), st.sampled_from([None, EMPLOYER]),
    st.integers(31, 400), st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_hire_filed_before_its_placement_is_known_is_that_placement(
    began: date, apart: int, filed: UUID | None, placed: UUID | None, days: int, chance: Random
) -> None:
    """The same days and the same end as when the filing names the placement, told in any order."""
    told = filed_and_placed(began, apart, (filed, placed), began + timedelta(days=days))
    named = [replace(one, job_id=PLACED) for one in told]
    chance.shuffle(told)
    (one,) = placements(told)
    assert (one.id, one.filed_as) == (PLACED, FILED)
    assert replace(one, filed_as=None, employer_id=None) == replace(
        placements(named)[0], employer_id=None
    )
    never = [*told, Hearing(UUID(int=34), PLACED, B, "voided")]
    assert [job.voided for job in placements(never)] == [True]


def test_jobs_of_two_employers_far_apart_or_one_after_the_other_are_two() -> None:
    began = date(2003, 5, 1)
    assert len(placements(filed_and_placed(began, 0, (EMPLOYER, OTHER)))) == 2
    assert len(placements(filed_and_placed(began, 31))) == 2
    left = Hearing(UUID(int=35), FILED, B, "ended", date(2003, 5, 10), "filing")
    assert len(placements([*filed_and_placed(began, 9), left])) == 2
    (first, second) = placements([*filed_and_placed(began, 8), left]), placements([left])
    assert [job.ended_on for job in first] == [date(2003, 5, 10)]
    assert second == []


def test_a_filing_is_of_the_nearest_placement_and_of_one_only() -> None:
    began = date(2003, 5, 1)
    second = Hearing(UUID(int=36), A, B, "began", date(2003, 5, 5))
    jobs = placements([*filed_and_placed(began, 1), second])
    assert [(job.id, job.filed_as) for job in jobs] == [(PLACED, FILED), (A, None)]
    never = Hearing(UUID(int=37), PLACED, B, "voided")
    jobs = placements([*filed_and_placed(began, 1), second, never])
    assert [(job.id, job.filed_as) for job in jobs] == [(PLACED, None), (A, FILED)]


HEARINGS = st.lists(
    st.builds(
        Hearing,
        event_id=st.integers(1, 12).map(lambda n: UUID(int=n)),
        job_id=st.sampled_from([A, B]),
        worker_id=st.just(A),
        act=st.sampled_from(["began", "ended", "voided", "reversed"]),
        on=DAYS,
        source=st.sampled_from(["jobs-market", "filing"]),
        reverses=st.integers(1, 12).map(lambda n: UUID(int=n)),
        employer_id=st.sampled_from([None, EMPLOYER, OTHER]),
    ),
    max_size=10,
    unique_by=lambda hearing: hearing.event_id,
)


@given(HEARINGS, st.randoms(use_true_random=False), st.integers(0, 10))
def test_what_is_told_of_jobs_in_any_order_and_twice_is_the_same(
    told: list[Hearing], chance: Random, again: int
) -> None:
    shuffled = [*told, *told[:again]]
    chance.shuffle(shuffled)
    assert placements(shuffled) == placements(told)


def test_of_two_declarations_for_one_day_the_later_made_holds_in_any_order() -> None:
    first = Declared("laid_off", date(2003, 1, 1), UUID(int=1))
    second = Declared("jobless", date(2003, 1, 1), UUID(int=2))
    assert spells([first, second], []) == spells([second, first], [])
    assert spells([second, first], []) == [Spell("jobless", date(2003, 1, 1))]
