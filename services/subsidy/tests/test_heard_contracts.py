"""What subsidy hears, read from the examples that the publishers committed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from kit.consumers import Subscription
from kit.identities import Merged
from kit.testing import UnderTest
from subsidy import events
from subsidy.consumers import SUBSCRIPTIONS

SERVICES = Path(__file__).parents[2]
HEARD: dict[str, type[BaseModel]] = {
    "registry.worker.registered.v1": events.WorkerRegistered,
    "registry.worker.merged.v1": Merged,
    "registry.worker.unmerged.v1": Merged,
    "registry.certificate.issued.v1": events.CertificateIssued,
    "registry.certificate.revoked.v1": events.CertificateRevoked,
    "registry.certificate.suspended.v1": events.CertificateRevoked,
    "registry.certificate.reinstated.v1": events.CertificateRevoked,
    "registry.certificate.restored.v1": events.CertificateRevoked,
    "jobs-market.employer.registered.v1": events.EmployerRegistered,
    "jobs-market.placement.confirmed.v1": events.PlacementConfirmed,
    "jobs-market.placement.ended.v1": events.PlacementEnded,
    "jobs-market.placement.voided.v1": events.PlacementVoided,
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
