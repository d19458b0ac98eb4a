"""Benefits, reliefs, pairings, areas: their rules without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from registry.areas import domain as areas
from registry.benefits import domain as benefits
from registry.labour_status.domain import Placement
from registry.pairings import domain as pairings
from registry.reliefs import domain as reliefs

ON = date(2003, 6, 1)
GRANT = benefits.Grant(
    UUID(int=1), "re-employment", UUID(int=2), ON, None, None, "jobs-market", UUID(int=3)
)
HOLDER = benefits.Holder(UUID(int=2), UUID(int=4), "231102000000", "o", date(2003, 4, 10),
    date(2006, 4, 10))  # fmt: skip


def test_a_grant_stands_unless_withdrawn_or_after_revocation() -> None:
    assert benefits.holds(GRANT, HOLDER)
    assert not benefits.holds(GRANT, HOLDER, withdrawn=True)
    assert not benefits.holds(GRANT, replace(HOLDER, revoked_on=ON))
    assert benefits.holds(GRANT, replace(HOLDER, revoked_on=date(2003, 6, 2)))


POSTING = reliefs.Posting(
    UUID(int=1), "fee", "registration", "工商局", "person", UUID(int=2), UUID(int=2), 2000, ON,
    "231102000000", "o",
)  # fmt: skip


def test_reliefs_in_force() -> None:
    reliefs.check_posting(POSTING, in_force=True)
    with pytest.raises(reliefs.ReliefNotInForce):
        reliefs.check_posting(POSTING, in_force=False)


def test_items_belong_to_their_kind() -> None:
    with pytest.raises(reliefs.ItemOfOtherKind):
        reliefs.check_posting(replace(POSTING, item="business_tax"), in_force=True)
    with pytest.raises(reliefs.PersonNeedsWorker):
        reliefs.check_posting(replace(POSTING, worker_id=UUID(int=9)), in_force=True)


def test_a_total_has_a_period() -> None:
    total = reliefs.StatedTotal(
        UUID(int=1),
        "tax",
        "地税局",
        1,
        date(2003, 2, 1),
        date(2003, 1, 1),
        None,
        "231100000000",
        "o",
    )
    with pytest.raises(reliefs.PeriodReversed):
        reliefs.check_total(total)


def test_a_pairing_is_placed_by_the_first_job_that_holds() -> None:
    early = Placement(UUID(int=1), date(2003, 5, 1))
    voided = Placement(UUID(int=2), date(2003, 6, 2), voided=True)
    ended = Placement(UUID(int=3), date(2003, 6, 3), date(2003, 7, 1))
    later = Placement(UUID(int=4), date(2003, 8, 1))
    assert pairings.outcome(ON, [later, ended, voided, early]) == ended
    assert pairings.outcome(ON, [early, voided]) is None


def test_areas_tell_level_and_parent() -> None:
    street = areas.establish(UUID(int=1), "231102001000", "花园街道", ON)
    assert (street.level, street.parent_code) == ("street", "231102000000")
    with pytest.raises(areas.CodeIsCountry):
        areas.establish(UUID(int=1), "000000000000", "中国", ON)
