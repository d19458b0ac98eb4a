"""The fold of unemployment registration, and the rules of filing: pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import decisions
from kit.decisions import Condition
from registry.filings import deciding
from registry.filings import domain as filings
from registry.filings.domain import Ages, Applicant, Leaving
from registry.labour_status import domain as labour
from registry.labour_status.domain import Declared, Hearing
from registry.life_facts.domain import LifeFact
from registry.unemployment import domain
from registry.unemployment.domain import STATUS_AFTER, Filing, Reason, Stage, stages

#: The machine may be busy: what counts is what is found.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORKER = UUID(int=999)
FIRST = Declared("laid_off", date(2001, 1, 1), UUID(int=1))


class Told:
    """Everything told of one person, as the window writes it down."""

    def __init__(self) -> None:
        self.declared: list[Declared] = [FIRST]
        self.heard: list[Hearing] = []
        self.life: list[LifeFact] = []
        self.filings: list[Filing] = []

    def registers(self, id: UUID, on: date) -> None:
        self.declared.append(Declared("unemployed", on, id))
        self.filings.append(Filing(id, WORKER, "registered", on, on, "contract_ended"))

    def cancels(self, id: UUID, on: date, reason: Reason) -> None:
        self.declared.append(Declared(STATUS_AFTER[reason], on, id))
        job = id if reason in domain.AT_WORK else None
        self.filings.append(Filing(id, WORKER, "cancelled", on, on, None, reason, job))
        if job:
            self.heard.append(Hearing(id, job, WORKER, "began", on, "filing"))

    def job(self, id: UUID, act: Any, on: date | None, job: UUID, source: Any) -> None:
        self.heard.append(Hearing(id, job, WORKER, act, on, source))
        if source == "filing" and on is not None:
            what: Any = "hired" if act == "began" else "separated"
            self.filings.append(Filing(id, WORKER, what, on, on, None, None, job))

    def spells(self) -> list[labour.Spell]:
        return labour.spells(self.declared, labour.placements(self.heard), self.life)

    def stages(self) -> list[Stage]:
        return stages(self.spells(), self.declared, self.filings)

    def shuffled(self, chance: Random) -> Told:
        """The same things in another order, some of them told twice."""
        other = Told()
        for name in ("declared", "heard", "life", "filings"):
            facts = list(getattr(self, name))
            facts += chance.sample(facts, chance.randint(0, len(facts)))
            chance.shuffle(facts)
            setattr(other, name, facts)
        return other


DAYS = st.integers(0, 700).map(lambda n: date(2002, 1, 1) + timedelta(days=n))
REASONS = st.sampled_from(list(STATUS_AFTER))
KINDS: Any = st.sampled_from(
    ["retired", "deceased", "enlisted", "emigrated", "imprisoned", "incapacitated", "dibao"]
)


@st.composite
def told(draw: st.DrawFn) -> Told:
    """Any acts, placements and life facts of one person, with no order in them."""
    person, ids = Told(), iter(range(2, 100))
    for _ in range(draw(st.integers(0, 3))):
        person.registers(UUID(int=next(ids)), draw(DAYS))
    for _ in range(draw(st.integers(0, 3))):
        person.cancels(UUID(int=next(ids)), draw(DAYS), draw(REASONS))
    for _ in range(draw(st.integers(0, 5))):
        job = draw(st.sampled_from([UUID(int=500), UUID(int=501)]))
        act = draw(st.sampled_from(["began", "ended", "voided"]))
        source = (
            "jobs-market" if act == "voided" else draw(st.sampled_from(["jobs-market", "filing"]))
        )
        person.job(UUID(int=next(ids)), act, None if act == "voided" else draw(DAYS), job, source)
    for _ in range(draw(st.integers(0, 2))):
        on = draw(DAYS)
        until = draw(st.one_of(st.none(), st.integers(1, 200)))
        end = on + timedelta(days=until) if until else None
        person.life.append(LifeFact(UUID(int=next(ids)), WORKER, draw(KINDS), on, end))
    for _ in range(draw(st.integers(0, 2))):
        status = draw(st.sampled_from(["jobless", "laid_off", "new_entrant"]))
        person.declared.append(Declared(status, draw(DAYS), UUID(int=next(ids))))
    return person


@unhurried
@given(told(), st.randoms(use_true_random=False))
def test_any_order_and_duplication_gives_the_same_registration(
    person: Told, chance: Random
) -> None:
    other = person.shuffled(chance)
    assert other.stages() == person.stages()
    assert domain.awaited(other.stages(), other.filings) == domain.awaited(
        person.stages(), person.filings
    )


@unhurried
@given(told())
def test_registered_is_whoever_is_unemployed_by_status_and_nobody_else(person: Told) -> None:
    """Status and registration never contradict, on no day."""
    history, statuses = person.stages(), person.spells()
    days = {stage.since for stage in history} | {spell.since for spell in statuses}
    for day in days:
        status = labour.on(day, statuses)
        stage = domain.on(day, history)
        unemployed = status is not None and status.status == "unemployed"
        assert (stage is not None and stage.state == "registered") == unemployed
    counted = [spell.number for spell in domain.spells(history)]
    assert counted == sorted(set(counted))
    for spell in domain.spells(history):
        assert spell.until is None or spell.until > spell.since


@unhurried
@given(told(), st.data())
def test_what_is_reversed_never_was(person: Told, data: st.DataObject) -> None:
    """Reversing a filing by name gives what would be without it."""
    undoable = [f for f in person.filings if f.what in ("registered", "cancelled")]
    if not undoable:
        return
    wrong = data.draw(st.sampled_from(undoable))
    without = Told()
    without.declared = [d for d in person.declared if d.id != wrong.id]
    without.heard = [h for h in person.heard if h.event_id != wrong.id]
    without.filings = [f for f in person.filings if f.id != wrong.id]
    without.life = person.life
    undone = Told()
    undone.declared, undone.life = without.declared, person.life
    undoing = Filing(UUID(int=700), WORKER, "reversed", wrong.on, wrong.on, reverses=wrong.id)
    undone.filings = [*person.filings, undoing]
    undone.heard = list(person.heard)
    if wrong.job_id is not None:
        undone.heard.append(
            Hearing(UUID(int=700), wrong.job_id, WORKER, "reversed", None, "filing", wrong.id)
        )
    assert undone.stages() == without.stages()


@unhurried
@given(told())
def test_every_change_of_state_is_an_act_of_the_table(person: Told) -> None:
    arrows = {(act.source, act.target) for act in domain.ACTS}
    for before, after in pairwise(stage.state for stage in person.stages()):
        assert (before, after) in arrows


def test_a_new_spell_begins_at_a_separation() -> None:
    person = Told()
    person.registers(UUID(int=2), date(2003, 1, 10))
    person.job(UUID(int=3), "began", date(2003, 3, 1), UUID(int=500), "jobs-market")
    person.job(UUID(int=4), "ended", date(2003, 6, 1), UUID(int=500), "filing")
    first, second = domain.spells(person.stages())
    assert (first.number, first.days(date(2003, 10, 31))) == (1, 50)
    assert (second.number, second.days(date(2003, 7, 1))) == (2, 30)
    assert domain.awaited(person.stages(), person.filings) is None
    assert domain.spells(person.stages()[:1])[0].days(date(2003, 1, 1)) == 0


# --- the rules ---

AGES = Ages(16, 60, 50, 55)
APPLICANT: dict[str, Any] = {
    "sex": "female", "birth_date": date(1960, 5, 4), "cadre": False, "status": "laid_off",
    "kind": "contract_ended", "evidence_kind": "separation_proof", "evidence_on": date(2003, 2, 28),
    "school": False, "graduated_on": None,
}  # fmt: skip
ON = date(2003, 3, 1)
GRADUATE = {"kind": "graduate", "evidence_kind": "graduation_certificate"}


@pytest.mark.parametrize(
    ("changed", "failing"),
    [
        ({}, None),
        ({"birth_date": date(1987, 3, 2)}, "working-age"),
        ({"birth_date": date(1987, 3, 1)}, None),
        ({"birth_date": date(1953, 3, 1)}, "working-age"),
        ({"birth_date": date(1953, 3, 1), "cadre": True}, None),
        ({"birth_date": date(1953, 3, 2)}, None),
        ({"birth_date": date(1943, 3, 1), "sex": "male"}, "working-age"),
        ({"birth_date": date(1943, 3, 2), "sex": "male"}, None),
        ({"status": "retired"}, "not-pensioned"),
        ({"status": "deceased"}, "not-pensioned"),
        ({"status": "employed"}, "not-employed"),
        ({"status": "imprisoned"}, "in-labour-force"),
        ({"status": "schooling"}, "in-labour-force"),
        ({"evidence_kind": "licence_cancellation"}, "evidence"),
        ({"evidence_on": date(2003, 3, 2)}, "evidence"),
        ({"kind": "self_employed_closed", "evidence_kind": "licence_cancellation"}, None),
        (GRADUATE, "evidence"),
        ({**GRADUATE, "school": True, "graduated_on": date(2003, 3, 2)}, "evidence"),
        ({**GRADUATE, "school": True, "graduated_on": date(2003, 3, 1)}, None),
    ],
)
def test_who_may_register(changed: dict[str, Any], failing: str | None) -> None:
    facts = Applicant(**{**APPLICANT, **changed})
    conditions = filings.may_register(facts, AGES, ON)
    assert next((c.code for c in conditions if not c.ok), None) == failing


def test_the_rules_run_again_on_nothing_but_their_record() -> None:
    """Kept as text, derived again the same."""
    applicant = Applicant(**{**APPLICANT, **GRADUATE, "graduated_on": date(2002, 7, 1)})
    leaving = Leaving("no_contact", 1, date(2003, 1, 1))
    earning = Leaving("stable_income", 0, None, 30_050)
    two = filings.may_cancel(leaving, 3, 6, ON)[:2]
    before = {k: v for k, v in filings.leaving_record(leaving).items() if k != "monthly_income"}
    limits: dict[str, Any] = {filings.REFUSALS: 3, filings.NO_CONTACT: 6}
    told: list[tuple[str, str, tuple[Condition, ...], dict[str, Any], dict[str, Any]]] = [
        (
            filings.REGISTRATION, "2002", filings.may_register(applicant, AGES, ON), filings.record(applicant),
            {filings.AGE_MIN: 16, filings.AGE_MALE: 60, filings.AGE_FEMALE: 50, filings.AGE_CADRE: 55},
        ),
        (
            filings.CANCELLATION, "2002-2", filings.may_cancel(leaving, 3, 6, ON),
            filings.leaving_record(leaving), limits,
        ),
        (
            filings.CANCELLATION, "2002-2", filings.may_cancel(earning, 3, 6, ON, 30_050),
            filings.leaving_record(earning), {**limits, filings.LEAST_WAGE: "300.50"},
        ),
        (filings.CANCELLATION, "2002", two, before, limits),
    ]  # fmt: skip
    for rule, version, conditions, facts, parameters in told:
        decision = decisions.Decision(
            "unemployment", WORKER, rule, version, ON, ON, conditions, facts
        )
        record = decision.record()
        record["parameters"] = [
            {"id": name, "value": str(value)} for name, value in parameters.items()
        ]
        again = decisions.rederive(record, deciding.RULES)
        assert again.same, again.differences


@pytest.mark.parametrize(
    ("leaving", "failing"),
    [
        (Leaving("refused_three", 2, None), "refusals"),
        (Leaving("refused_three", 3, None), None),
        (Leaving("no_contact", 0, date(2002, 9, 2)), "no-contact"),
        (Leaving("no_contact", 0, date(2002, 9, 1)), None),
        (Leaving("ended_job_wish", 0, ON), None),
    ],
)
def test_when_a_registration_may_be_cancelled(leaving: Leaving, failing: str | None) -> None:
    conditions = filings.may_cancel(leaving, 3, 6, ON)
    assert next((c.code for c in conditions if not c.ok), None) == failing


def test_how_late_a_filing_is() -> None:
    hired = date(2003, 3, 1)
    assert filings.late_days(hired, date(2003, 3, 31), 30) == 0
    assert filings.late_days(hired, date(2003, 4, 1), 30) == 1
    with pytest.raises(filings.FiledBeforeFact):
        filings.late_days(hired, date(2003, 2, 28), 30)


def test_acts_begin_and_every_reason_has_its_status() -> None:
    assert {act.source for act in domain.ACTS} == {None, *domain.STATES}
    assert {*STATUS_AFTER, "other_status"} == set(domain.REASONS)
