"""Whose work a closed quarter is about: facts that were loaded, at every size of the city."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from local.city.case import read
from local.city.identity import Ids, check_character
from local.city.market import Market
from local.city.people import People
from local.city.plan import Plan
from local.city.quantities import fen_of
from local.city.quarter import (
    BUILDING,
    PERSONS,
    ROLL,
    Picked,
    days_of,
    in_the_centre,
    line_of,
    months_of,
    pick,
)
from local.city.scale import scale_case

SAMPLE = Path(__file__).parents[2] / "deploy" / "cities" / "231100" / "heihe-2003.json"
FIRST, LAST = date(2003, 7, 1), date(2003, 9, 30)
SCALES = ["0.0005", "0.005", "0.05", "0.2"]


class Loaded:
    """What was sent of a city, and what of it the service might find entitled."""

    def __init__(self, scale: str) -> None:
        plan = Plan(scale_case(read(SAMPLE), Decimal(scale)))
        ids = Ids(plan.case.case, plan.case.as_of)
        self.market, self.people = Market(plan, ids), People(plan, ids)
        self.placements = {row["id"]: row for row in map(json.loads, self.market.placements())}
        self.codes = {
            row["id"]: row["organisation_code"] for row in map(json.loads, self.market.employers())
        }
        self.entitled = {
            row["id"]
            for row in self.placements.values()
            if row.get("contract_months") == 36 and row["channel"] != "public_welfare_4050"
        }

    def picked(self) -> Picked:
        return pick(self.market, self.people, self.entitled, LAST)


@pytest.mark.parametrize("scale", SCALES)
def test_everything_about_them_was_loaded(scale: str) -> None:
    loaded = Loaded(scale)
    picked = loaded.picked()
    claims = [picked.paid, picked.rejected, picked.returned, picked.refused]
    for work in [one for works in (*claims, picked.roll) for one in works]:
        row = loaded.placements[work.placement]
        assert (row["worker_id"], row["employer_id"]) == (work.worker, work.employer)
        assert row["started_on"] == str(work.since) <= str(LAST)
        assert work.id_number[-1] == check_character(work.id_number[:17])
        assert work.payer == loaded.codes[work.employer]
    assert all(len({one.employer for one in works}) == 1 for works in claims if works)
    claimants = [works[0].employer for works in claims if works]
    assert len(set(claimants)) == len(claimants)
    assert all(len(works) <= PERSONS for works in claims)
    assert {one.placement for works in claims[:3] for one in works} <= loaded.entitled
    assert not {one.placement for one in picked.refused} & loaded.entitled
    days = [one.since for one in picked.roll]
    assert days == sorted(days)
    assert len(days) <= ROLL
    posts = [loaded.placements[one.placement].get("public_welfare_post_id") for one in picked.roll]
    assert None not in posts


def test_a_city_of_some_size_has_all_of_it() -> None:
    picked = Loaded("0.05").picked()
    assert picked.paid
    assert picked.returned
    assert picked.refused
    assert picked.rejected[0].district != picked.paid[0].district
    assert len(picked.roll) > 2
    assert Loaded("0.05").picked() == picked


def test_where_nobody_is_entitled_nobody_is_paid() -> None:
    loaded = Loaded("0.005")
    picked = pick(loaded.market, loaded.people, set(), LAST)
    assert (picked.paid, picked.rejected, picked.returned) == ([], [], [])
    assert picked.refused


def test_months_begin_with_the_work() -> None:
    work = Loaded("0.05").picked().roll[0]
    assert work.since < FIRST
    assert months_of(work, FIRST, LAST) == ["2003-07", "2003-08", "2003-09"]
    assert months_of(work, date(2003, 9, 1), LAST) == ["2003-09"]


def test_its_days_are_over_when_the_city_is_loaded() -> None:
    days = days_of(LAST, date(2003, 10, 31))
    assert days is not None
    told = list(vars(days).values())
    assert told == sorted(told)
    assert told[0] > LAST
    assert days_of(LAST, days.drafted) == days
    assert days_of(LAST, days.answered) is None


def test_a_centre_claims_for_who_was_in_it() -> None:
    loaded = Loaded("0.05")
    centre = in_the_centre(loaded.market, loaded.people, date(2002, 3, 31))
    assert centre is not None
    employers = {row["id"]: row for row in map(json.loads, loaded.market.employers())}
    assert employers[centre.enterprise]["ownership"] == "state"
    people = {row["id"]: row for row in map(json.loads, loaded.people.workers())}
    assert 0 < len(centre.workers) <= PERSONS
    for worker, until in centre.workers:
        assert people[worker]["centre_agreement_on"] <= "2002-03-01"
        assert "2002-03-31" <= until == people[worker]["centre_agreement_ended_on"]
    assert in_the_centre(loaded.market, loaded.people, date(2003, 6, 30)) is None, "all had left"


def test_a_project_shrinks_with_the_money_for_it() -> None:
    case = read(SAMPLE)
    assert case.closed_quarter is not None
    for scale in SCALES:
        small = scale_case(case, Decimal(scale))
        assert small.closed_quarter is not None
        assert small.closed_quarter.project is not None
        amount = fen_of(small.closed_quarter.project.amount)
        assert 0 < amount <= fen_of("5 万元") * Decimal(scale)
        assert line_of(small, BUILDING, amount) is not None


def test_its_money_is_what_the_case_arranges_for_it() -> None:
    case = read(SAMPLE)
    number = line_of(case)
    assert number is not None
    assert case.facts[number].id == "fund-social-insurance-subsidy"
    assert line_of(case.model_copy(update={"facts": case.facts[:number]})) is None
