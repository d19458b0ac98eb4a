"""The fold: a pure function of the set of facts, in whatever order and however often they come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.folds.domain import HEARD, RULES, RULES_OF, Fact
from assessment.items.domain import NEVER, Item, apply, fold, merge
from kit.ids import new_id

WORKER = "019a9d2c-8f00-7000-8000-000000000a01"


def fact(type: str, data: dict[str, Any], entity: UUID, sequence: int = 1, **more: Any) -> Fact:
    plain: dict[str, Any] = {
        "id": new_id(), "type": type, "entity_id": entity, "sequence": sequence,
        "valid_from": date(2003, 6, 1), "recorded_at": datetime(2003, 6, 2, tzinfo=UTC),
        "area_code": "231102000000", "office": "231102-employment-bureau",
        "worker_id": UUID(WORKER), "reverses": None, "data": data,
    }  # fmt: skip
    return Fact(**{**plain, **more})


def test_the_table_of_rules_is_sound() -> None:
    payload = {
        "registry.worker.registered.v1": {"population": "base"},
        "registry.office.opened.v1": {"code": "x", "name": "x", "kind": "station", "staff": 2},
        "registry.relief.total-stated.v1": {"period_to": "2003-10-31"},
        "registry.difficulty.reinstated.v1": {"recognised_on": "2003-05-31"},
        "jobs-market.placement.ended.v1": {"ended_on": "2003-10-31"},
        "registry.life-fact.ended.v1": {"until": "2003-09-20"},
    }
    for name in RULES_OF:
        fold([fact(name, payload.get(name, {}), new_id())])
    assert len(HEARD) == len(set(HEARD))
    opened = {rule.kind for rule in RULES if rule.effect == "opens"}
    assert {rule.kind for rule in RULES} == opened
    assert all(not rule.each for rule in RULES if rule.effect != "opens")


def test_voided_never_was_ended_was_and_withdrawn_was_until() -> None:
    entity = new_id()
    opened = fact("jobs-market.placement.confirmed.v1", {"channel": "farming"}, entity)
    voided = fact("jobs-market.placement.voided.v1", {}, entity, 2)
    ended = fact("jobs-market.placement.ended.v1", {"ended_on": "2003-07-01"}, entity, 2)
    day = date(2003, 12, 31)
    assert fold([opened]).items[0].counts_on(day)
    assert fold([opened, ended]).items[0].counts_on(day)
    assert fold([opened, ended]).items[0].ended_on == date(2003, 7, 1)
    assert not fold([opened, voided]).items[0].counts_on(date(2003, 6, 1))
    assert fold([opened, voided]).items[0].closed_on == NEVER
    granted = fact("registry.certificate.granted.v1", {}, entity)
    refused = fact("registry.certificate.refused.v1", {}, entity, 2, valid_from=date(2003, 9, 1))
    item = fold([granted, refused]).items[0]
    assert item.counts_on(date(2003, 8, 31))
    assert not item.counts_on(date(2003, 9, 1))
    again = fact("registry.certificate.granted.v1", {}, entity, 3)
    assert fold([granted, refused, again]).items[0].counts_on(day)


def test_what_is_restored_counts_as_if_it_had_never_been_taken_back() -> None:
    entity = new_id()
    issued = fact("registry.certificate.issued.v1", {}, entity)
    revoked = fact("registry.certificate.revoked.v1", {}, entity, 2, valid_from=date(2003, 8, 1))
    restored = fact("registry.certificate.restored.v1", {}, entity, 3, reverses=revoked.id)
    (before,) = [one for one in fold([issued]).items if one.kind == "certificate-issued"]
    for known in ([issued, revoked, restored], [restored, issued], [restored, revoked, issued]):
        (after,) = [one for one in fold(known).items if one.kind == "certificate-issued"]
        assert after.opened_by == before.opened_by
        assert after.counts_on(date(2003, 6, 1))
        assert after.counts_on(date(2003, 12, 31))
    again = fact("registry.certificate.revoked.v1", {}, entity, 4, valid_from=date(2003, 9, 1))
    (after,) = [
        one for one in fold([again, restored, issued]).items if one.kind == "certificate-issued"
    ]
    assert after.counts_on(date(2003, 8, 31))
    assert not after.counts_on(date(2003, 9, 1))


def test_a_certificate_that_was_restored_holds_until_the_day_that_is_told_with_it() -> None:
    """By the later fact, whichever comes first; a revocation between them says nothing of it."""
    entity = new_id()
    issued = fact("registry.certificate.issued.v1", {"valid_until": "2006-04-10"}, entity)
    revoked = fact("registry.certificate.revoked.v1", {}, entity, 2)
    restored = fact("registry.certificate.restored.v1", {"valid_until": "2005-05-04"}, entity, 3)
    again = fact("registry.certificate.restored.v1", {"valid_until": "2007-05-04"}, entity, 4)

    def until(*known: Fact) -> date | None:
        (item,) = [one for one in fold(known).items if one.kind == "certificate-issued"]
        return item.until

    assert until(issued) == until(issued, revoked) == date(2006, 4, 10)
    for order in permutations((issued, revoked, restored)):
        assert until(*order) == until(*order, *order) == date(2005, 5, 4)
    for order in permutations((issued, revoked, restored, again)):
        assert until(*order) == date(2007, 5, 4)
    (granted,) = [one for one in fold([restored]).items if one.kind == "certificate-granted"]
    assert (granted.until_seq, granted.until) == (None, None)


def test_instalments_are_items_of_their_own() -> None:
    entity = new_id()
    facts = [fact("loans.loan.repaid.v1", {"principal": "10.00"}, entity, n) for n in (2, 3)]
    assert [item.amount_fen for item in fold(facts).items] == [1000, 1000]


@pytest.mark.parametrize("data", [{"amount": 5}, {"amount": "x"}, {"amount": "0.001"}])
def test_a_payload_that_breaks_its_contract_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        fold([fact("registry.relief.posted.v1", {"kind": "fee", "item": "x", **data}, new_id())])


def test_an_entitlement_is_void_only_where_it_reverses() -> None:
    entity = new_id()
    opened = fact("subsidy.entitlement.opened.v1", {"months": 12}, entity)
    over = fact("subsidy.entitlement.closed.v1", {"reason": "placement-ended"}, entity, 2)
    void = over._replace(reverses=opened.id)
    day = date(2003, 12, 31)
    assert fold([opened, over]).items[0].counts_on(day)
    assert not fold([opened, void]).items[0].counts_on(day)


_HISTORY = ("granted", "refused", "issued", "revoked", "restored")


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Certificates of a few persons, each with some verbs in its own order."""
    made: list[Fact] = []
    for _ in range(draw(st.integers(1, 3))):
        entity = new_id()
        for n, verb in enumerate(draw(st.lists(st.sampled_from(_HISTORY), max_size=5)), 1):
            on = draw(st.dates(date(2003, 1, 1), date(2003, 12, 31)))
            data = {"valid_until": on.replace(year=2006).isoformat()}
            made.append(fact(f"registry.certificate.{verb}.v1", data, entity, n, valid_from=on))
    return made


@given(histories(), st.randoms(use_true_random=False))
def test_order_duplicates_and_batches_do_not_matter(history: list[Fact], chance: Any) -> None:
    shuffled = history + [one for one in history if chance.random() < 0.3]
    chance.shuffle(shuffled)
    cut = chance.randint(0, len(shuffled))
    whole = {item.key: item for item in fold(history).items}
    assert {item.key: item for item in fold(shuffled).items} == whole
    first = {item.key: item for item in fold(shuffled[:cut]).items}
    for item in fold(shuffled[cut:]).items:
        first[item.key] = merge(first[item.key], item) if item.key in first else item
    assert first == whole


@given(histories())
def test_merging_is_commutative_associative_and_idempotent(history: list[Fact]) -> None:
    by_key: dict[Any, list[Item]] = {}
    for one in history:
        for rule in RULES_OF[one.type]:
            item = apply(rule, one)
            assert item is not None
            by_key.setdefault(item.key, []).append(item)
    for halves in by_key.values():
        left = reduce(merge, halves)
        assert left == reduce(merge, reversed(halves))
        assert merge(left, left) == left
        assert left == reduce(lambda later, one: merge(one, later), halves)
