"""What holds of the programmes whatever the facts: amounts, order, counters, records, wrong data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.decisions import rederive
from kit.policy import Policies, PolicyError, Table
from subsidy.entitlements import domain as entitlements
from subsidy.entitlements import terms as entitlement_terms
from subsidy.programmes import domain, record
from subsidy.programmes.domain import Assessment
from subsidy.programmes.durations import old_enough
from subsidy.programmes.facts import (
    AllowanceFacts,
    Contribution,
    Facts,
    MonthFacts,
    Person,
    Recognition,
    Spell,
    TrainingFacts,
    Work,
    age_on,
    anniversary,
    last_of,
    months_after,
)
from subsidy.programmes.terms import Law, check

HERE = Path(__file__).parent
POLICIES = Policies.load(HERE.parent / "policies", overlay=HERE / "golden" / "programmes" / "city")
LAW = Law(POLICIES)
OF_MONTHS = ("si-enterprise", "si-public-welfare", "si-flexible-4050", "post-subsidy")
SHARED_COUNTER = OF_MONTHS[:3]
FIRST, LAST = date(2002, 6, 1), date(2010, 12, 31)


def assess(code: str, facts: Facts) -> Assessment:
    return domain.assess(facts, LAW.of(code, facts)[0])


days = st.dates(FIRST, LAST)
spells = st.builds(
    lambda since, length: Spell(since, None if length is None else since + timedelta(length)),
    days, st.none() | st.integers(0, 2000),
)  # fmt: skip
recognitions = st.builds(
    lambda kind, spell: Recognition(kind, spell.since, spell.until),
    st.sampled_from(["4050", "dibao", "disabled", "veteran"]), spells,
)  # fmt: skip
persons = st.builds(
    Person,
    sex=st.sampled_from(["male", "female"]),
    birth_date=st.dates(date(1942, 1, 1), date(1975, 12, 31)),
    cadre=st.booleans(),
    certificates=st.lists(spells, max_size=3).map(tuple),
    recognitions=st.lists(recognitions, max_size=3).map(tuple),
    left_on=st.none() | days,
)
works = st.builds(
    Work,
    started_on=days,
    contract_months=st.none() | st.integers(1, 80),
    wage=st.integers(0, 200_000),
    sector=st.sampled_from([None, "commerce", "industry"]),
    new_post=st.booleans(),
    ended_on=st.none() | days,
    approved_on=st.none() | days,
    renewed_until=st.none() | days,
)
contributions = st.lists(
    st.builds(
        Contribution,
        insurance=st.sampled_from(["pension", "medical", "unemployment"]),
        base=st.integers(1, 1_000_000),
        payer=st.sampled_from(["employer", "self", "other"]),
    ),
    max_size=7,
).map(tuple)
month_facts = st.builds(
    MonthFacts,
    month=days.map(lambda day: day.replace(day=1)),
    person=persons,
    work=works,
    contributions=contributions,
    used=st.dictionaries(st.sampled_from(["si-months", "post-months"]), st.integers(0, 60)),
    taken=st.lists(
        st.sampled_from(["post-subsidy", "social-insurance-subsidy", "tax-relief"]), unique=True
    ).map(tuple),
)  # fmt: skip


def likely(facts: MonthFacts) -> MonthFacts:
    """The same, made so that most conditions hold: else nearly everything would be refused."""
    person = replace(
        facts.person, sex="female", birth_date=date(1960, 6, 15), cadre=True, left_on=None,
        certificates=(Spell(date(2002, 1, 1)), *facts.person.certificates),
        recognitions=(Recognition("4050", date(2002, 1, 1)), *facts.person.recognitions),
    )  # fmt: skip
    work = replace(
        facts.work, sector="commerce", new_post=True, wage=60_000, ended_on=None,
        contract_months=max(facts.work.contract_months or 36, 36),
    )  # fmt: skip
    own = tuple(
        Contribution(insurance, base, payer)
        for insurance, base in (("pension", 61_234), ("medical", 60_001), ("unemployment", 59_999))
        for payer in ("employer", "self")
    )
    start = facts.month.replace(day=min(facts.work.started_on.day, 28))
    return replace(
        facts, person=person, work=replace(work, started_on=start),
        contributions=own, used={}, taken=(),
    )  # fmt: skip


@given(st.sampled_from(OF_MONTHS), month_facts, st.booleans())
def test_an_amount_is_never_negative_and_refused_is_nothing(
    code: str, facts: MonthFacts, plausible: bool
) -> None:
    one = assess(code, likely(facts) if plausible else facts)
    assert one.granted == (one.clause is None)
    assert one.months == int(one.granted)
    if one.granted:
        assert one.amount == one.steps[-1].fen
        assert all(step.fen >= 0 for step in one.steps)
    else:
        assert (one.amount, one.steps, one.local_only) == (0, (), False)


@given(st.sampled_from(OF_MONTHS), month_facts)
def test_likely_facts_are_granted_where_the_programme_is_in_force(
    code: str, facts: MonthFacts
) -> None:
    """So that the properties above and below speak of grants too."""
    told = likely(facts)
    terms, _ = LAW.of(code, told)
    assert assess(code, told).granted == (terms.programme is not None)


@given(st.sampled_from(OF_MONTHS), month_facts, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_facts_does_not_matter(
    code: str, facts: MonthFacts, chance: Any, plausible: bool
) -> None:
    told = likely(facts) if plausible else facts

    def shuffled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(items, len(items)))

    other = replace(
        told,
        contributions=shuffled(told.contributions), taken=shuffled(told.taken),
        person=replace(
            told.person, certificates=shuffled(told.person.certificates),
            recognitions=shuffled(told.person.recognitions),
        ),
    )  # fmt: skip
    assert assess(code, told) == assess(code, other)


#: No parameter of the month has a value before there was a programme: several are missing.
BEFORE = MonthFacts(
    date(2002, 6, 1), Person("male", date(1975, 1, 1)), Work(date(2006, 1, 1)),
)  # fmt: skip


@given(st.sampled_from(OF_MONTHS), month_facts, st.booleans())
@example("post-subsidy", BEFORE, False)
def test_every_record_derives_again(code: str, facts: MonthFacts, plausible: bool) -> None:
    told = likely(facts) if plausible else facts
    terms, parameters = LAW.of(code, told)
    decision = record.decision_of(
        code, told, terms, domain.assess(told, terms), noun="claim-line", entity_id=uuid4(),
        parameters=parameters, parameter_set=POLICIES.parameter_set_hash,
        decided_on=date(2010, 12, 31), events={},
    )  # fmt: skip
    assert rederive(decision.record(), record.RULES).differences == ()


@given(month_facts, st.integers(1, 60), st.integers(1, 60))
def test_a_longer_contract_never_opens_fewer_months(
    facts: MonthFacts, one: int, other: int
) -> None:
    told = likely(facts)

    def months(contract: int) -> int:
        work = replace(told.work, contract_months=contract)
        return granted_months("si-enterprise", replace(told, work=work))

    shorter, longer = sorted((one, other))
    # From 2008-02-03 on it may run until retirement.
    most = 36 if told.work.started_on < date(2008, 2, 3) else 60
    assert months(shorter) <= months(longer) <= most


def granted_months(code: str, facts: MonthFacts) -> int:
    """Months granted in turn from the first one on, each counted before the next is asked."""
    used = 0
    for offset in range(62):
        month = months_after(facts.work.started_on.replace(day=1), offset)
        one = assess(code, replace(facts, month=month, used={"si-months": used}))
        used += one.months
    return used


@given(st.dates(date(2002, 11, 1), date(2005, 12, 31)), st.integers(1, 60))
def test_the_months_are_those_that_the_entitlement_opens(start: date, contract: int) -> None:
    """Two rules of one law: what the placement opened and what is paid month by month agree."""
    certificate = entitlements.Certificate(uuid4(), date(2002, 10, 1))
    placement = entitlements.Placement(uuid4(), uuid4(), uuid4(), start, contract, True)
    case = entitlements.Case(placement, "base", "commerce", (certificate,))
    parameters = entitlement_terms.insurance_parameters(POLICIES, start)
    outcome = entitlements.assess(case, entitlement_terms.insurance_terms(parameters))
    facts = likely(
        MonthFacts(start.replace(day=1), Person("female", date(1960, 1, 1)), Work(start))
    )
    work = replace(facts.work, started_on=start, contract_months=contract)
    opened = outcome.window.months if outcome.window else 0
    assert granted_months("si-enterprise", replace(facts, work=work)) == opened


@given(month_facts, st.integers(1, 31), st.integers(1, 31))
def test_more_days_at_work_never_pay_less(facts: MonthFacts, one: int, other: int) -> None:
    told = likely(replace(facts, month=date(2004, 2, 1)))

    def paid(last: int) -> int:
        end = told.month.replace(day=min(last, 29))
        return assess("post-subsidy", replace(told, work=replace(
            told.work, started_on=told.month, ended_on=end,
        ))).amount  # fmt: skip

    fewer, more = sorted((one, other))
    assert 0 < paid(fewer) <= paid(more) <= paid(29) == 15_000


@given(st.integers(1, 3_000_000), st.integers(1, 3_000_000))
def test_a_higher_base_never_pays_less_and_the_cap_holds(one: int, other: int) -> None:
    told = likely(
        MonthFacts(date(2003, 3, 1), Person("female", date(1960, 1, 1)), Work(date(2003, 3, 1)))
    )

    def paid(base: int) -> int:
        own = tuple(replace(c, base=base) for c in told.contributions)
        return assess("si-enterprise", replace(told, contributions=own)).amount

    lower, higher = sorted((one, other))
    assert paid(lower) <= paid(higher) <= 68_321


@given(st.integers(1, 10_000_000), st.decimals(0, 100, places=2))
def test_the_two_parts_of_the_training_subsidy_are_the_whole(standard: int, percent: Any) -> None:
    facts = TrainingFacts(
        Person("female", date(1965, 5, 4), certificates=(Spell(date(2006, 1, 1)),)),
        date(2006, 3, 1), date(2006, 5, 31), date(2006, 12, 1), True, 50, 50, 50, True,
        date(2006, 8, 1), "first", True,
    )  # fmt: skip
    terms, _ = LAW.of("training-subsidy", facts)
    other = replace(
        terms, values={**terms.values, "standard": standard, "first_part_percent": percent}
    )
    parts = [domain.assess(replace(facts, part=part), other) for part in ("first", "second")]
    assert all(one.granted and one.amount >= 0 for one in parts)
    assert sum(one.amount for one in parts) == standard


@given(st.integers(1, 10_000_000), st.integers(0, 10_000_000), st.booleans())
def test_the_three_bearers_bear_the_whole(standard: int, brought: int, recognised: bool) -> None:
    facts = AllowanceFacts(
        date(2003, 3, 1), Person("female", date(1965, 5, 4)), Spell(date(2001, 1, 1)),
        enterprise_pays=brought, recognised_on=date(2003, 1, 1) if recognised else None,
    )  # fmt: skip
    terms, _ = LAW.of("living-allowance", facts)
    one = domain.assess(facts, replace(terms, values={**terms.values, "standard": standard}))
    if one.granted:
        *borne, whole = one.steps
        assert sum(step.fen for step in borne) == whole.fen == one.amount == standard
        assert all(step.fen >= 0 for step in borne)
    else:
        assert not recognised
        assert brought * 3 <= standard + 1


def test_the_kinds_of_insurance_subsidy_share_one_counter() -> None:
    counters = {
        found[0].counter
        for code in SHARED_COUNTER
        for entry in LAW.policy(code).entries
        if (found := LAW.version(code, entry.since)) is not None
    }
    assert counters == {"si-months"}


def test_days_are_counted_as_people_count_them() -> None:
    leap = date(1964, 2, 29)
    assert anniversary(leap, 40) == date(2004, 2, 29)
    assert anniversary(leap, 50) == date(2014, 3, 1)
    assert (age_on(leap, date(2014, 2, 28)), age_on(leap, date(2014, 3, 1))) == (49, 50)
    assert months_after(date(2006, 11, 30), 3) == date(2007, 2, 28)
    assert last_of(date(2004, 2, 10)) == date(2004, 2, 29)


def test_a_programme_of_another_kind_is_not_decided() -> None:
    facts = AllowanceFacts(
        date(2003, 3, 1), Person("female", date(1965, 5, 4)), Spell(date(2001, 1, 1))
    )
    with pytest.raises(domain.OtherFacts):
        assess("si-enterprise", facts)


RAW = POLICIES.value("subsidy.si_enterprise", date(2003, 9, 1)).value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "1999"}, "'1999' is not one of"),
        ({"clauses": (Table({"code": "pretty", "cite": "B6"}),)}, "'pretty' is not one of"),
        ({"amount": Table({"formula": "guess", "cite": "B5"})}, "'guess' is not one of"),
        ({"law": Table({"sectors": "si_sectors"})}, "binds nothing to contract_months_min"),
        ({"month": Table({"luck": "si_luck"})}, "reads luck"),
        ({"clauses": ()}, "needs the clause insured-in-month"),
        ({"fund": "pocket"}, "'pocket' is not one of"),
    ],
)
def test_wrong_data_is_refused_with_its_reason(changes: dict[str, Any], message: str) -> None:
    assert isinstance(RAW, Table)
    with pytest.raises(PolicyError, match=message):
        domain.programme_of("si-enterprise", {**RAW, **changes})


def test_data_that_lacks_something_or_binds_twice_is_refused() -> None:
    assert isinstance(RAW, Table)
    with pytest.raises(PolicyError, match="lacks kind"):
        domain.programme_of("x", {key: RAW[key] for key in RAW if key != "kind"})
    month = {**RAW["month"], "insurances": "si_insurances"}
    with pytest.raises(PolicyError, match="binds twice"):
        domain.programme_of("x", {**RAW, "month": month})


def test_a_citys_wrong_file_stops_the_start(tmp_path: Path) -> None:
    check(POLICIES)
    check(Policies.load(HERE.parent / "policies"))
    default = (HERE.parent / "policies" / "programmes" / "si-enterprise.toml").read_text("utf-8")
    for right, wrong, message in (
        ('rates = "si_employer_rates"', 'rates = "si_rates"', "there is no subsidy.si_rates"),
        ("employer-part", "employers-part", "'employers-part' is not one of"),
        ('code = "new-post"', 'code = "newest-post"', "'newest-post' is not one of"),
    ):
        assert right in default
        (tmp_path / "si-enterprise.toml").write_text(default.replace(right, wrong), "utf-8")
        with pytest.raises(PolicyError, match=message):
            check(Policies.load(HERE.parent / "policies", overlay=tmp_path))


@pytest.mark.parametrize(
    ("name", "right", "wrong", "message"),
    [
        ("retirement_ages", ", female_cadre = 55", "", "is no retirement_ages: 'female_cadre'"),
        ("difficult_age_reference", '"day"', '"some-day"', "is no age_reference"),
        ("post_partial_month", '"by-days"', '"by-luck"', "is no partial_month: by-luck"),
        ("difficult_ages", "{ male = 50, female = 40 }", "45", "is no difficult_ages"),
    ],
)
def test_a_citys_value_of_another_shape_stops_the_start(
    tmp_path: Path, name: str, right: str, wrong: str, message: str
) -> None:
    default = (HERE.parent / "policies" / f"{name}.toml").read_text("utf-8")
    assert right in default
    (tmp_path / f"{name}.toml").write_text(default.replace(right, wrong), "utf-8")
    with pytest.raises(PolicyError, match=message):
        check(Policies.load(HERE.parent / "policies", overlay=tmp_path))


@pytest.mark.parametrize(
    ("reference", "born", "enough"),
    [
        ("day", date(1963, 6, 1), True),
        ("day", date(1963, 6, 2), False),
        ("year-end", date(1963, 12, 31), True),
        ("year-end", date(1964, 1, 1), False),
        ("2007-12-31", date(1967, 12, 31), True),
        ("2007-12-31", date(1968, 1, 1), False),
    ],
)
def test_the_age_is_counted_on_the_day_that_the_city_has(
    reference: str, born: date, enough: bool
) -> None:
    values = {"age_reference": reference, "difficult_ages": {"male": 50, "female": 40}}
    assert old_enough(Person("female", born), date(2003, 6, 1), values) == enough


def test_a_record_is_explained_without_the_page_of_terms() -> None:
    facts = likely(
        MonthFacts(date(2003, 9, 1), Person("female", date(1960, 1, 1)), Work(date(2003, 9, 1)))
    )
    terms, parameters = LAW.of("si-enterprise", facts)
    decision = record.decision_of(
        "si-enterprise", facts, terms, domain.assess(facts, terms), noun="claim-line",
        entity_id=uuid4(), parameters=parameters, parameter_set="x", decided_on=date(2003, 10, 8),
        events={},
    )  # fmt: skip
    lines = record.explain(decision.record(), "en")
    assert lines[0] == "Granted (law of 2003-09-01)"
    assert "subsidy.si_enterprise, 2003-08-23, 财税[2003]192 R28" in lines
    assert any("medical 6, pension 20, unemployment 2 percent" in line for line in lines)
    assert lines[-1] == "together 122.47 + 12.00 = 134.47"
