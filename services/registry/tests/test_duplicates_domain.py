"""Declared matchers: what makes two records alike, and what it weighs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from kit.policy import NoValue
from registry.duplicates import domain, rules
from registry.duplicates.domain import Duplicate
from registry.duplicates.rules import MatchersWrong, Profile
from registry.workers.names import employer_key, household_key, name_key, name_sound

FILE = Path(__file__).parent.parent / "matchers" / "duplicates.toml"
MATCHERS = rules.load(FILE).on(date(2003, 1, 1))
BORN = date(1960, 5, 4)
PERSON = Profile("王小明", "wang xiao ming", "110105196005040020", BORN, "female", "H1", "毛纺厂")


def score(**fields: object) -> tuple[int, dict[str, str]]:
    values = {name: getattr(PERSON, name) for name in Profile.__slots__}
    total, parts = MATCHERS.compare(PERSON, Profile(**{**values, **fields}))  # type: ignore[arg-type]
    assert total == sum(part.points for part in parts)
    return total, {part.attribute: part.outcome for part in parts}


@pytest.mark.parametrize(
    ("fields", "attribute", "outcome"),
    [
        ({}, "id_number", "equal"),
        ({"id_number": "110105196005040128"}, "id_number", "one-digit"),
        ({"id_number": "110105196050040020"}, "id_number", "transposed"),
        ({"name": "王晓明"}, "name", "sounds-equal"),
        ({"name": "王小明明", "sound": "wang xiao ming ming"}, "name", "similar"),
        ({"name": "李建国", "sound": "li jian guo"}, "name", "different"),
        ({"birth_date": date(1960, 4, 5)}, "birth_date", "day-month-swapped"),
        ({"birth_date": date(1966, 5, 4)}, "birth_date", "one-digit"),
        ({"birth_date": date(1971, 11, 30)}, "birth_date", "different"),
        ({"sex": "male"}, "sex", "different"),
        ({}, "household_number", "equal"),
        ({}, "former_employer", "equal"),
    ],
)
def test_each_outcome(fields: dict[str, object], attribute: str, outcome: str) -> None:
    assert score(**fields)[1][attribute] == outcome


def test_what_is_missing_counts_nothing() -> None:
    _, parts = score(household=None, employer=None, id_number=None)
    assert set(parts) == {"name", "birth_date", "sex"}


def test_who_is_proposed() -> None:
    """Same name and birth date; a slip in the number; a slip in the name within a household."""
    assert score(id_number=None, household=None, employer=None)[0] >= MATCHERS.threshold
    assert score(id_number="110105196005040128", name="王晓明", household=None, employer=None)[
        0
    ] >= (MATCHERS.threshold)
    assert score(id_number="x" * 18, name="王晓明", employer=None)[0] >= MATCHERS.threshold
    brother = score(
        id_number="x" * 18, name="王小刚", sound="wang xiao gang", sex="male",
        birth_date=date(1963, 8, 21),
    )  # fmt: skip
    assert brother[0] < MATCHERS.threshold
    assert score(id_number="x" * 18, name="王晓明", household=None, employer=None)[0] < (
        MATCHERS.threshold
    )


@given(
    st.builds(
        Profile,
        st.sampled_from(["王小明", "王晓明", "李红"]),
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["110105196005040020", "110105196005040128", None]),
        st.dates(date(1940, 1, 1), date(1990, 1, 1)),
        st.sampled_from(["male", "female"]),
        st.sampled_from(["H1", "H2", None]),
        st.sampled_from(["E1", None]),
    ),
    st.dates(date(1940, 1, 1), date(1990, 1, 1)),
)
def test_comparing_has_no_direction(one: Profile, born: date) -> None:
    other = Profile("王小明", "a", "110105196005040020", born, "male", "H1", "E1")
    assert MATCHERS.compare(one, other) == MATCHERS.compare(other, one)


PEOPLE = st.builds(
    Profile,
    st.sampled_from(["王小明", "王晓明", "王小明明", "李红", None]),
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["110105196005040020", "110105196005040128", "110105197108220020", None]),
    st.sampled_from([BORN, date(1960, 4, 5), date(1971, 8, 22), None]),
    st.sampled_from(["male", "female"]),
    st.sampled_from(["H1", "H2", None]),
    st.sampled_from(["E1", "E2", None]),
)


@given(PEOPLE, PEOPLE)
def test_what_is_proposed_is_what_reaches_the_threshold(one: Profile, other: Profile) -> None:
    compared = MATCHERS.compare(one, other)
    same = one.id_number is not None and one.id_number == other.id_number
    expected = compared if compared[0] >= MATCHERS.threshold else None
    assert MATCHERS.against(one).proposes(other, same_number=same) == expected


class Closed(Profile):
    """Somebody whose number nobody may open."""

    @property
    def id_number(self) -> str:
        raise AssertionError


def test_the_numbers_of_strangers_stay_closed() -> None:
    stranger = Closed.__new__(Closed)
    values = {"name": "李建国", "sound": "li jian guo", "birth_date": BORN, "sex": "female"}
    for name, value in {**values, "household": None, "employer": "制药厂"}.items():
        object.__setattr__(stranger, name, value)
    assert MATCHERS.against(PERSON).proposes(stranger) is None


@given(
    st.dates(date(1930, 1, 1), date(1995, 12, 31)), st.dates(date(1930, 1, 1), date(1995, 12, 31))
)
def test_near_days_are_those_that_the_comparison_calls_near(a: date, b: date) -> None:
    close = a == b or rules.swapped(a, b) or rules.one_digit(f"{a:%Y%m%d}", f"{b:%Y%m%d}")
    assert (b in rules.near(a)) == close


@pytest.mark.parametrize("day", [date(1960, 2, 29), date(1999, 12, 31), date(2000, 1, 1)])
def test_near_days_exist(day: date) -> None:
    near = rules.near(day)
    assert day in near
    assert len(near) == len(set(near)) > 10


def test_names_are_compared_as_people_write_them() -> None:
    assert name_key(" 阿卜杜·热合曼 ") == name_key("阿卜杜•热合曼") == "阿卜杜热合曼"
    assert name_sound("王晓明") == name_sound("王小明") == "wang xiao ming"
    assert household_key("2311-02 0001") == household_key("2311020001")
    assert employer_key("黑河市（第一）毛纺厂", None) == employer_key("黑河市第一毛纺厂", None)
    assert employer_key("甲", "12345678-9") == employer_key("乙", "123456789")
    assert employer_key(None, None) is None


def test_a_file_that_is_wrong_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text()
    for n, (old, new) in enumerate(
        (
            ('when = "transposed"', 'when = "guessed"'),
            ('on = ["household_number"]', 'on = ["name"]'),
            ("threshold = 60", ""),
            ('document = "policy.md 4.1, 4.6", ', ""),
        )
    ):
        path = tmp_path / f"{n}.toml"
        path.write_text(text.replace(old, new))
        with pytest.raises(MatchersWrong, match=str(path)):
            rules.load(path)
    with pytest.raises(NoValue):
        rules.load(FILE).on(date(2002, 9, 29))


def pair(**fields: object) -> Duplicate:
    _, parts = MATCHERS.compare(PERSON, PERSON)
    values: dict[str, object] = {
        "id": new_id(), "one": new_id(), "other": new_id(), "score": 80, "parts": parts,
        "matchers": "m1", "state": "open", "found_on": BORN, "area_code": "231102000000",
        "office": "231102-x",
    }  # fmt: skip
    return Duplicate(**{**values, **fields})  # type: ignore[arg-type]


def test_not_the_same_is_not_proposed_again_for_the_same_parts() -> None:
    decided = pair(state="not_same")
    assert decided.scored(80, decided.parts, "m2", BORN, 60) is None
    again = decided.scored(75, decided.parts[1:], "m2", BORN, 60)
    assert again is not None
    assert (again.state, again.version) == ("open", 2)


def test_a_pair_that_scores_no_more_is_dropped_and_may_come_back() -> None:
    dropped = pair().scored(10, (), "m1", BORN, 60)
    assert dropped is not None
    assert dropped.state == "dropped"
    assert dropped.scored(10, (), "m1", BORN, 60) is None
    back = dropped.scored(90, pair().parts, "m1", BORN, 60)
    assert back is not None
    assert back.state == "open"
    same = pair(state="same")
    assert same.scored(10, (), "m2", BORN, 60) is None


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("231102001001", "231102001002", "231102001000"),
        ("231102001001", "231102001001", "231102001001"),
        ("231102001001", "231102000000", "231102000000"),
        ("231102001001", "231121001001", "231100000000"),
        ("231102001001", "110105001001", "000000000000"),
    ],
)
def test_the_smallest_area_that_holds_both(a: str, b: str, both: str) -> None:
    assert domain.area_of_both(a, b) == domain.area_of_both(b, a) == both
