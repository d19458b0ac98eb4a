"""Days folded out of tellings, against models that count day by day or keep the true history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.heard.domain import Noun, Occupancy, Telling, certificate, held, payer_code
from subsidy.heard.twice import two_occupants

FIRST = date(2003, 1, 1)
DAYS = 60
ENTITY, WORKER = uuid4(), uuid4()


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def telling(sequence: int, noun: Noun, fact: str, n: int, **more: Any) -> Telling:
    return Telling(ENTITY, sequence, noun, fact, WORKER, day(n), UUID(int=sequence), **more)


def days_of(tellings: list[Telling]) -> set[int]:
    """The days, counted from the first, on which it held."""
    spells = held(tellings)
    return {
        n
        for n in range(DAYS)
        if any(one.since <= day(n) and (one.until is None or one.until >= day(n)) for one in spells)
    }


#: What may follow in which state of a certificate (policy 4.1), and the state after it.
NEXT = {
    "none": {"issued": "issued"},
    "issued": {"suspended": "suspended", "reissued": "issued", "expired": "over", "revoked": "revoked"},
    "suspended": {"reinstated": "issued", "revoked": "revoked", "expired": "over"},
    "over": {"revoked": "revoked", "restored": ""},
    "revoked": {"revoked": "revoked", "restored": "", "issued": "issued"},
}  # fmt: skip
#: What a restoration calls the state before.
KINDS = {"issued": "issued", "suspended": "suspended", "over": "expired"}


@given(st.data())
def test_a_certificate_holds_on_the_days_that_its_acts_left_it(data: st.DataObject) -> None:
    """A day by itself: acts of the calendar and the window go forward, a revocation may reach back, a
    restoration puts back what it took, or what was over too early."""
    told: list[Telling] = []
    state, before, now = "none", "none", 0
    valid: set[int] = set()
    stood: set[int] = set()
    lived, kept, until = "none", valid, 0
    for sequence in range(1, data.draw(st.integers(1, 8)) + 1):
        fact = data.draw(st.sampled_from(sorted(NEXT[state])))
        now = data.draw(st.integers(now, now + 8))
        on, last, kind = now, None, None
        if fact == "issued":
            until = now + 30
            last, valid = day(until), set(range(now, min(until + 1, DAYS)))
        elif fact == "suspended":
            valid = {n for n in valid if n < on}
        elif fact == "reinstated":
            last, valid = day(until), valid | set(range(on, min(until + 1, DAYS)))
        elif fact == "reissued":
            last = day(until)
        elif fact == "expired":
            lived, kept = state, valid
            valid = {n for n in valid if n < on}
        elif fact == "revoked":
            if state != "revoked":
                stood, before = valid, state
            on = data.draw(st.integers(0, now))
            valid = {n for n in stood if n < on}
        elif state == "over":
            last, valid, kind, before = day(until), kept, KINDS[lived], lived
        else:
            last, valid, kind = day(until), stood, KINDS[before]
        told.append(telling(sequence, "certificate", fact, on, until=last, kind=kind))
        state = NEXT[state][fact] or before
    assert days_of(data.draw(st.permutations(told))) == valid


@given(st.data())
def test_a_registration_has_the_spells_of_its_true_history(data: st.DataObject) -> None:
    """The publisher tells of the last stage, and takes back the last telling when what it said is no
    part of the history any more. What changed before it shows only in the number of its spell."""
    history: list[tuple[int, bool, int]] = []  # (day, whether registered from then on, which spell)
    told: list[Telling] = []
    said: tuple[int, bool, int] | None = None
    for sequence in range(1, data.draw(st.integers(1, 8)) + 1):
        # Something new follows, replaces the last stage, or begins anew; or the last ones are gone.
        new = data.draw(st.booleans())
        kept = {len(history), max(len(history) - 1, 0), 0} if new else set(range(len(history) + 1))
        history = history[: data.draw(st.sampled_from(sorted(kept)))]
        if new or not history:
            since = data.draw(st.integers(history[-1][0] + 1 if history else 0, 50 + sequence))
            begins = not history or not history[-1][1]
            history.append((since, begins, sum(one[1] for one in history) + begins))
        if history[-1] == said:
            continue
        reverses = None
        if said is not None and said not in history:
            reverses = told[-1].event_id
        said = history[-1]
        fact = "registered" if said[1] else "employed"
        on, _, spell = said
        told.append(telling(sequence, "unemployment", fact, on, reverses=reverses, spell=spell))
    expected: set[int] = set()
    for n, (since, registered, _) in enumerate(history):
        end = history[n + 1][0] if n + 1 < len(history) else DAYS
        expected |= set(range(since, end)) if registered else set()
    assert days_of(data.draw(st.permutations(told))) == expected
    void = telling(99, "unemployment", "voided", 0, reverses=told[-1].event_id)
    assert held([*told, void]) == []


def test_a_recognition_that_never_held_has_no_days_until_it_is_reinstated() -> None:
    told = [
        telling(1, "difficulty", "recognised", 5, kind="4050"),
        telling(2, "difficulty", "exited", 20, kind="4050"),
    ]
    assert days_of(told) == set(range(5, 20))
    never = telling(3, "difficulty", "exited", 5, kind="4050", reverses=told[0].event_id)
    assert held([*told, never]) == []
    back = telling(4, "difficulty", "reinstated", 5, kind="4050", reverses=never.event_id)
    (spell,) = held([*told, never, back])
    assert (spell.kind, spell.since, spell.until) == ("4050", day(5), None)


def test_a_fact_of_life_holds_until_its_end_and_not_when_it_was_told_wrongly() -> None:
    recorded = telling(1, "life-fact", "recorded", 3, kind="imprisoned")
    ended = telling(2, "life-fact", "ended", 3, kind="imprisoned", until=day(10))
    assert days_of([recorded]) == set(range(3, DAYS))
    assert days_of([recorded, ended]) == set(range(3, 10))
    wrong_end = telling(3, "life-fact", "reversed", 3, kind="end", reverses=ended.event_id)
    assert days_of([recorded, ended, wrong_end]) == set(range(3, DAYS))
    never = telling(4, "life-fact", "reversed", 3, kind="fact", reverses=recorded.event_id)
    assert days_of([recorded, ended, wrong_end, never]) == set()
    again = telling(5, "life-fact", "recorded", 8, kind="imprisoned", until=day(9))
    assert days_of([recorded, ended, wrong_end, never, again]) == {8}


def test_who_receives_dibao_has_not_left_the_labour_force() -> None:
    assert held([telling(1, "life-fact", "recorded", 3, kind="dibao")]) == []


def test_a_certificate_is_stopped_while_suspended_and_not_after_a_late_inspection() -> None:
    told = [
        telling(1, "certificate", "issued", 1, until=day(50)),
        telling(2, "certificate", "suspended", 10),
    ]
    assert certificate(told).stopped_on == day(10)
    told.append(telling(3, "certificate", "reinstated", 20, until=day(50)))
    assert certificate(told).stopped_on is None
    told.append(telling(4, "certificate", "expired", 51))
    assert (certificate(told).expired_on, certificate(told).valid_until) == (day(51), day(50))


def test_a_restored_certificate_is_in_the_state_that_it_reached_under_the_revocation() -> None:
    told = [
        telling(1, "certificate", "issued", 1, until=day(50)),
        telling(2, "certificate", "revoked", 10),
    ]
    suspended = telling(3, "certificate", "restored", 20, until=day(50), kind="suspended")
    assert days_of([*told, suspended]) == set(range(1, 20))
    late = telling(4, "certificate", "reinstated", 30, until=day(50))
    assert days_of([*told, suspended, late]) == {*range(1, 20), *range(30, 51)}
    again = telling(5, "certificate", "suspended", 40)
    gone = telling(6, "certificate", "revoked", 45)
    inspected = telling(7, "certificate", "restored", 48, until=day(50), kind="issued")
    assert days_of([*told, suspended, late, again, gone, inspected]) == {
        *range(1, 20), *range(30, 40), *range(48, 51),
    }  # fmt: skip


def test_a_certificate_that_was_over_too_early_goes_on() -> None:
    told = [
        telling(1, "certificate", "issued", 1, until=day(10)),
        telling(2, "certificate", "expired", 11),
    ]
    on = telling(3, "certificate", "restored", 1, until=day(50), kind="issued")
    assert (certificate([*told, on]).expired_on, days_of([*told, on])) == (None, set(range(1, 51)))
    shorter = telling(3, "certificate", "restored", 1, until=day(5), kind="issued")
    assert days_of([*told, shorter]) == set(range(1, 6))


def test_what_no_certificate_goes_through_is_no_telling() -> None:
    with pytest.raises(ValueError, match="never eaten"):
        certificate([telling(1, "certificate", "eaten", 1)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("70289001-5", "702890015"),
        ("70289001-x", "70289001X"),
        ("91110000600037341L", "60003734-1"),
    ],
)
def test_codes_of_one_employer_are_one(one: str, other: str) -> None:
    assert payer_code(one) == payer_code(other)


def test_nobody_and_another_are_no_employer() -> None:
    assert payer_code(None) is None
    assert payer_code("70289001-5") != payer_code("70289002-5")


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 50), st.none() | st.integers(0, 20)), max_size=6
    ),
    st.randoms(),
)
def test_occupants_are_found_in_pairs_that_share_a_day(
    told: list[tuple[int, int, int | None]], chance: Any
) -> None:
    held_by = [
        Occupancy(
            UUID(int=n), UUID(int=post), day(since), None if length is None else day(since + length),
            "231102000000", "office",
        )
        for n, (post, since, length) in enumerate(told)
    ]  # fmt: skip

    def days(one: Occupancy) -> set[int]:
        left = one.vacated_on or day(200)
        return {n for n in range(200) if one.occupied_on <= day(n) < left}

    expected = {
        frozenset((a.placement_id, b.placement_id))
        for a in held_by
        for b in held_by
        if a is not b and a.post_id == b.post_id and days(a) & days(b)
    }
    shuffled = list(held_by)
    chance.shuffle(shuffled)
    found = two_occupants(shuffled)
    pairs = [frozenset((one.subject_id, one.other_id)) for one in found if one.other_id]
    assert (len(pairs), set(pairs)) == (len(set(pairs)), expected)
    assert sorted(map(repr, found)) == sorted(map(repr, two_occupants(held_by)))


def test_the_months_of_two_occupants_are_those_that_they_share() -> None:
    one = Occupancy(uuid4(), uuid4(), date(2003, 9, 1), date(2003, 12, 1), "231102000000", "office")
    other = one._replace(placement_id=uuid4(), occupied_on=date(2003, 10, 20), vacated_on=None)
    (found,) = two_occupants([other, one])
    assert found.subject_id == other.placement_id
    assert found.months == (date(2003, 10, 1), date(2003, 11, 1))
