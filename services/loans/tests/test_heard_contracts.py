"""What loans hears, read from the examples that registry committed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from kit.identities import Merged
from kit.life_facts import LifeFactTold
from kit.unemployment import UnemploymentTold
from loans import events
from loans.consumers import SUBSCRIPTIONS

SERVICES = Path(__file__).parents[2]
HEARD: dict[str, type[BaseModel]] = {
    "registry.worker.registered.v1": events.WorkerRegistered,
    "registry.worker.corrected.v1": events.WorkerCorrected,
    "registry.worker.merged.v1": Merged,
    "registry.worker.unmerged.v1": Merged,
    "registry.certificate.issued.v1": events.CertificateIssued,
    "registry.certificate.revoked.v1": events.CertificateRevoked,
    "registry.certificate.suspended.v1": events.CertificateRevoked,
    "registry.certificate.reinstated.v1": events.CertificateReinstated,
    "registry.certificate.restored.v1": events.CertificateRestored,
    "registry.life-fact.recorded.v1": LifeFactTold,
    "registry.life-fact.ended.v1": LifeFactTold,
    "registry.life-fact.reversed.v1": LifeFactTold,
    "registry.unemployment.registered.v1": UnemploymentTold,
    "registry.unemployment.resumed.v1": UnemploymentTold,
    "registry.unemployment.employed.v1": UnemploymentTold,
    "registry.unemployment.cancelled.v1": UnemploymentTold,
    "registry.unemployment.voided.v1": UnemploymentTold,
}


@pytest.mark.parametrize("name", HEARD)
def test_a_publishers_example_can_be_read(name: str) -> None:
    path = SERVICES / "registry" / "contract" / "events" / f"{name}.example.json"
    HEARD[name].model_validate(json.loads(path.read_text("utf-8"))["data"])


def test_every_handler_has_its_slim_copy() -> None:
    assert {name for one in SUBSCRIPTIONS for name in one.handlers} == set(HEARD)
