"""What stands of certificates under facts and merges: a fold, whatever the order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import lifecycle
from registry.certificates import acts, domain, evidence, standing
from registry.certificates.acts import ACTS, LIVE_STATES, State
from registry.certificates.domain import Certificate
from registry.labour_status.domain import WITHDRAWN, Withdrawal
from registry.workers.domain import PROOF_KINDS

WITHDRAWING = frozenset(
    {"retired", "deceased", "emigrated", "enlisted", "imprisoned", "incapacitated"}
)
DAY = date(2003, 3, 3)
STATES: tuple[State, ...] = (
    "applied", "checked", "publicised", "under_investigation", "approved", "issued", "suspended",
    "lost", "expired", "refused", "revoked",
)  # fmt: skip


def certificate(n: int, state: State, applied: int = 0) -> Certificate:
    """A certificate of the nth record in a state of the procedure's own."""
    on = DAY + timedelta(days=applied)
    issued = state in ("issued", "suspended", "lost", "expired", "revoked")
    return Certificate(
        UUID(int=n), UUID(int=1000 + n), "soe_laid_off", state, on, on + timedelta(days=40), 4,
        "231102000000", "office", entitled=state not in ("applied", "refused"),
        number=f"N{n}" if issued else None,
        issued_on=on + timedelta(days=30) if issued else None,
        valid_until=on + timedelta(days=1000) if issued else None,
        revoked_on=on + timedelta(days=40) if state == "revoked" else None,
        reason="lent" if state == "revoked" else None,
        issued_by="office" if issued else None,
    )  # fmt: skip


def fact(n: int, kind: str, day: int, until: int | None = None) -> Withdrawal:
    on = DAY + timedelta(days=day)
    end = on + timedelta(days=until) if until else None
    return Withdrawal(UUID(int=5000 + n), kind, on, end)  # type: ignore[arg-type]


FACTS = st.lists(
    st.tuples(
        st.sampled_from(WITHDRAWN), st.integers(-400, 1200), st.sampled_from((None, 30, 300))
    ),
    max_size=4,
).map(lambda found: [fact(n, *one) for n, one in enumerate(found)])
# The machine may be busy: a slow draw is no finding.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CERTIFICATES = st.lists(
    st.tuples(st.sampled_from(STATES), st.integers(0, 600)), min_size=1, max_size=3
).map(lambda found: [certificate(n, state, day) for n, (state, day) in enumerate(found, 1)])


def stand(certificates: list[Certificate], facts: list[Withdrawal]) -> list[Certificate]:
    return [one for one, _ in standing.fold(certificates, facts, lambda day: WITHDRAWING)]


@CALM
@given(CERTIFICATES, FACTS, st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_the_same(
    certificates: list[Certificate], facts: list[Withdrawal], chance: random.Random
) -> None:
    """One fact after another, each time folded over what stood before: as all at once."""
    at_once = stand(certificates, facts)
    told = facts + facts[:2]
    chance.shuffle(told)
    step_by_step = stand(certificates, [])
    known: list[Withdrawal] = []
    for one in told:
        if one not in known:
            known.append(one)
        step_by_step = stand(step_by_step, known)
    assert step_by_step == at_once


@CALM
@given(CERTIFICATES, FACTS)
def test_what_is_reversed_leaves_nothing_behind(
    certificates: list[Certificate], facts: list[Withdrawal]
) -> None:
    """All facts reversed: the person's one record with one certificate is as it was before."""
    for one in certificates:
        assert stand(stand([one], facts), []) == [one]


@CALM
@given(CERTIFICATES, FACTS)
def test_one_person_has_one_live_certificate(
    certificates: list[Certificate], facts: list[Withdrawal]
) -> None:
    """Merged records too, and the merge undone gives back each record's own."""
    together = stand(certificates, facts)
    assert sum(one.state in LIVE_STATES for one in together) <= 1
    apart = [one for merged in together for one in stand([merged], [])]
    assert apart == certificates


def test_of_two_in_hand_the_earlier_is_kept() -> None:
    late, early = certificate(1, "issued", 50), certificate(2, "issued", 10)
    first, second = stand([late, early], [])
    assert (first.state, first.reason, first.revoked_on) == ("revoked", "merged", late.issued_on)
    assert second == early
    under_way = certificate(3, "publicised", 0)
    kept, other = stand([late, under_way], [])
    assert (kept.state, other.state, other.reason) == ("issued", "refused", "merged")


def test_a_fact_takes_from_its_own_day() -> None:
    issued = certificate(1, "issued")
    (dead,) = stand([issued], [fact(1, "deceased", 100)])
    assert (dead.state, dead.reason, dead.revoked_on) == (
        "revoked", "deceased", DAY + timedelta(days=100),
    )  # fmt: skip
    assert dead.held_state == "issued"
    (both,) = stand([dead], [fact(1, "deceased", 100), fact(2, "retired", 60)])
    assert (both.reason, both.revoked_on) == ("retired", DAY + timedelta(days=60))


@pytest.mark.parametrize(
    ("state", "told", "after"),
    [
        ("issued", fact(1, "schooling", 100), "issued"),
        ("issued", fact(1, "imprisoned", -100, 50), "issued"),  # over before the application
        ("issued", fact(1, "imprisoned", -100, 150), "revoked"),
        ("issued", fact(1, "retired", 1001), "issued"),  # its validity was over
        ("revoked", fact(1, "deceased", 41), "revoked"),  # revoked by hand before
        ("refused", fact(1, "deceased", 1), "refused"),
        ("publicised", fact(1, "emigrated", 1), "refused"),
        ("applied", fact(1, "enlisted", 1), "refused"),
        ("suspended", fact(1, "incapacitated", 60), "revoked"),
        ("expired", fact(1, "deceased", 900), "revoked"),
    ],
)
def test_which_facts_touch_which_states(state: State, told: Withdrawal, after: State) -> None:
    one = certificate(1, state)
    (stood,) = stand([one], [told])
    assert stood.state == after
    assert (stood.held_state is None) == (stood == one)


def test_nothing_is_done_while_a_fact_stands_over_it() -> None:
    (dead,) = stand([certificate(1, "lost")], [fact(1, "deceased", 100)])
    with pytest.raises(domain.WrongState):
        dead.reissue(on=date(2004, 1, 1), number="N2")
    with pytest.raises(domain.WrongState):
        dead.revoke(reason="lent", on=date(2004, 1, 1))


# --- the table of acts


def test_the_table_names_every_state_and_act_once() -> None:
    assert len({act.code for act in ACTS}) == len(ACTS)
    states = {s for act in ACTS for s in (*act.sources, *act.targets)}
    assert states == set(STATES) == set(acts.TITLES)
    assert {
        act.code for act in ACTS if act.path is not None and act.who not in acts.SCOPES
    } == set()
    drawn = lifecycle.mermaid(acts.ARROWS, acts.TITLES)
    for act in ACTS:
        assert f"{act.zh} {act.code}" in drawn


def test_every_step_of_the_domain_follows_the_table() -> None:
    """Each method, tried from each state: it moves exactly where the table has a row for it."""
    on = DAY + timedelta(days=80)
    until = date(2009, 1, 1)
    steps = {
        "check": lambda c: c.check(granted=True, clause=None, decision_id=UUID(int=9), on=on),
        "publicise": lambda c: c.publicise(on=on),
        "object": lambda c: c.object(on=on),
        "dismiss-objection": lambda c: c.dismiss(on=on),
        "uphold-objection": lambda c: c.uphold(on=on),
        "refuse": lambda c: c.refuse(reason="proof-false", on=on),
        "issue": lambda c: c.issue(
            on=on, number="N", publicity_days=3, valid_until=until, issued_by="office"
        ),
        "confirm": lambda c: c.confirm(
            on=on, number="N", valid_until=until, told_event=UUID(int=8)
        ),
        "suspend": lambda c: c.suspend(year=2003, on=on),
        "reinstate": lambda c: c.reinstate(on=on),
        "expire": lambda c: c.expire(on=on),
        "report-loss": lambda c: c.report_loss(on=on),
        "reissue": lambda c: c.reissue(on=on, number="N2"),
        "revoke": lambda c: c.revoke(reason="lent", on=on),
        "restore": lambda c: c.restore(state="issued", on=on),
    }
    table = {act.code: act for act in ACTS}
    for (code, step), state in product(steps.items(), STATES):
        before = certificate(1, state)
        if state in table[code].sources:
            assert step(before).state in table[code].targets, (code, state)
        else:
            with pytest.raises(domain.WrongState):
                step(before)


@pytest.mark.parametrize(
    ("subject", "scopes", "office", "state", "allowed"),
    [
        ("clerk", {"write"}, "office", "applied", []),
        ("other", {"write"}, "office", "applied", ["check"]),
        ("other", {"approve"}, "office", "revoked", ["restore"]),
        ("other", {"write", "approve"}, "office", "publicised", ["object", "refuse", "issue"]),
        ("clerk", {"write", "approve"}, "office", "publicised", ["object"]),
        ("other", {"write"}, "office", "issued", ["inspect", "report-loss"]),
        ("other", {"write"}, "elsewhere", "issued", ["report-loss"]),
        ("other", set(), "office", "issued", []),
        ("other", {"approve"}, "office", "lost", ["reissue", "find", "revoke"]),
        ("teller", {"approve"}, "office", "lost", ["revoke"]),
    ],
)
def test_what_a_caller_may_do_next(
    subject: str, scopes: set[str], office: str, state: State, allowed: list[str]
) -> None:
    makers: list[tuple[State, str]] = [("applied", "clerk"), ("checked", "clerk")]
    found = acts.allowed(
        state, subject=subject,
        scopes=frozenset(f"registry:certificate:{verb}" for verb in scopes), offices={office},
        inspected_by="office", makers=[*makers, ("lost", "teller")],
    )  # fmt: skip
    assert found == allowed


# --- validity and papers


@pytest.mark.parametrize(
    ("issued", "retires", "end", "last"),
    [
        (date(2003, 4, 10), None, None, date(2006, 4, 10)),
        (date(2006, 4, 10), date(2007, 5, 4), date(2008, 12, 31), date(2007, 5, 3)),
        (date(2006, 4, 10), date(2010, 5, 4), date(2008, 12, 31), date(2008, 12, 31)),
        (date(2006, 4, 10), date(2005, 5, 4), None, date(2009, 4, 10)),
        (date(2006, 2, 28), date(2009, 2, 28), None, date(2009, 2, 27)),
    ],
)
def test_how_long_it_is_valid(
    issued: date, retires: date | None, end: date | None, last: date
) -> None:
    assert domain.validity(issued, years=3, retires_on=retires, scheme_end=end) == last


@pytest.mark.parametrize("reason", get_args(domain.RevocationReason))
def test_a_withdrawal_rests_on_the_paper_of_its_reason(reason: Any) -> None:
    proof = evidence.REVOCATION_PROOFS[reason]
    if proof is None:
        assert reason == "retirement-age", "the register knows when somebody was born"
        return evidence.check_revocation(reason, [])
    evidence.check_revocation(reason, ["photo", proof])
    with pytest.raises(evidence.EvidenceMissing) as missing:
        evidence.check_revocation(reason, ["id_card", "photo", "other"])
    assert missing.value.params["kinds"] == proof
    return None


def test_papers_that_are_asked_for() -> None:
    asked = ("id_card", "photo", "category_proof")
    proofs = ("soe_laid_off:centre-agreement", "soe_unemployed:unemployment-insurance-booklet")
    both = ["id_card", "photo"]
    evidence.check_evidence("soe_laid_off", asked, [*both, "centre_agreement"], proofs)
    evidence.check_evidence(
        "soe_unemployed", asked, [*both, "unemployment_insurance_booklet"], proofs
    )
    with pytest.raises(evidence.EvidenceMissing) as missing:
        evidence.check_evidence("soe_unemployed", asked, ["id_card", "centre_agreement"], proofs)
    assert missing.value.params["kinds"] == "photo, category_proof"
    with pytest.raises(evidence.EvidenceMissing):
        evidence.check_evidence("soe_unemployed", asked, [*both, "unemployment_card"], proofs)
    evidence.check_evidence("none", asked, both, proofs)


def test_every_paper_that_proves_a_category_at_registration_can_be_seen_at_the_check() -> None:
    assert set(evidence.PROVES.values()) == set(PROOF_KINDS)


def test_a_certificate_is_usable_only_when_issued_and_in_its_time() -> None:
    one = certificate(1, "issued")
    assert one.issued_on is not None
    assert standing.stands(one, one.issued_on)
    assert not standing.stands(one, one.issued_on - timedelta(days=1))
    assert not standing.stands(one, date(2010, 1, 1))
    assert not standing.stands(replace(one, state="suspended"), one.issued_on)
