"""What subsidy hears, read from the examples that the publishers committed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from kit.consumers import Subscription
from kit.identities import Merged
from kit.life_facts import LifeFactTold
from kit.testing import UnderTest
from subsidy.calendars.events import CalendarPublished
from subsidy.consumers import SUBSCRIPTIONS
from subsidy.heard import events

SERVICES = Path(__file__).parents[2]
REGISTRY: dict[type[BaseModel], tuple[str, ...]] = {
    events.WorkerRegistered: ("worker.registered",),
    events.WorkerCorrected: ("worker.corrected",),
    Merged: ("worker.merged", "worker.unmerged"),
    events.CertificateTold: (
        "certificate.issued", "certificate.suspended", "certificate.reinstated",
        "certificate.reissued", "certificate.expired", "certificate.revoked", "certificate.restored",
    ),
    events.DifficultyTold: (
        "difficulty.recognised", "difficulty.exited", "difficulty.reinstated",
    ),
    events.UnemploymentTold: (
        "unemployment.registered", "unemployment.resumed", "unemployment.employed",
        "unemployment.cancelled", "unemployment.voided",
    ),
    LifeFactTold: ("life-fact.recorded", "life-fact.ended", "life-fact.reversed"),
    events.ContributionTold: ("contribution.recorded", "contribution.reversed"),
    events.ConflictTold: ("contribution.conflict-found", "contribution.conflict-cleared"),
    CalendarPublished: ("calendar.published",),
}  # fmt: skip
JOBS_MARKET: dict[type[BaseModel], tuple[str, ...]] = {
    events.EmployerRegistered: ("employer.registered",),
    events.PlacementConfirmed: ("placement.confirmed",),
    events.PlacementEnded: ("placement.ended",),
    events.PlacementVoided: ("placement.voided",),
    events.PostOccupant: ("public-welfare-post.occupied", "public-welfare-post.vacated"),
    events.ClassOpened: ("training-class.opened",),
    events.ClassCompleted: ("training-class.completed",),
    events.EnrolmentTold: (
        "enrolment.enrolled", "enrolment.resulted", "enrolment.employed", "enrolment.unemployed",
    ),
    events.ReferralResolved: ("referral.resolved",),
}  # fmt: skip
HEARD: dict[str, type[BaseModel]] = {
    f"{publisher}.{fact}.v1": model
    for publisher, models in (("registry", REGISTRY), ("jobs-market", JOBS_MARKET))
    for model, facts in models.items()
    for fact in facts
}


def example(name: str) -> dict[str, object]:
    path = SERVICES / name.split(".")[0] / "contract" / "events" / f"{name}.example.json"
    told: dict[str, object] = json.loads(path.read_text("utf-8"))
    return told


@pytest.mark.parametrize("name", HEARD)
def test_a_publishers_example_can_be_read(name: str) -> None:
    HEARD[name].model_validate(example(name)["data"])


def test_every_handler_has_its_slim_copy() -> None:
    handled = {name for one in SUBSCRIPTIONS for name in one.handlers}
    assert handled == set(HEARD)
    assert all(isinstance(one, Subscription) for one in SUBSCRIPTIONS)


async def test_the_consumers_take_the_examples_whole(subsidy: UnderTest) -> None:
    for consumer in subsidy.runtime.consumers:
        names = [n for n in HEARD if n.split(".")[0] == consumer.subscription.publisher]
        await consumer.apply([json.dumps(example(name)).encode() for name in names])
    assert [row for row in await subsidy.dead() if row["state"] != "gap"] == []
