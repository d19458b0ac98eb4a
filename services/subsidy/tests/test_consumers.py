"""Entitlements folded from what registry and jobs-market tell, whichever came first."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.events import Event
from kit.testing import UnderTest

from .conftest import DISTRICT

START = date(2003, 9, 1)


@dataclass
class Story:
    """One worker, one employer, one placement, and the events that tell of them."""

    service: UnderTest
    worker: UUID = field(default_factory=uuid4)
    employer: UUID = field(default_factory=uuid4)
    certificate: UUID = field(default_factory=uuid4)
    placement: UUID = field(default_factory=uuid4)

    def _say(self, type: str, entity: UUID, data: dict[str, Any], **more: Any) -> Event:
        return self.service.heard(type, entity, data, area_code=DISTRICT, **more)

    def registered(self, population: str = "base") -> Event:
        return self._say(
            "registry.worker.registered.v1", self.worker,
            {"sex": "female", "birth_date": "1960-01-01", "labour_status": "laid_off",
             "category": "soe_laid_off", "population": population, "new_field": 1},
        )  # fmt: skip

    def issued(self, on: date = date(2003, 3, 10), sequence: int = 2) -> Event:
        return self._say(
            "registry.certificate.issued.v1", self.certificate,
            {"worker_id": str(self.worker), "category": "soe_laid_off", "valid_until": "2006-03-09"},
            valid_from=on, sequence=sequence,
        )  # fmt: skip

    def granted(self) -> Event:
        return self._say(
            "registry.certificate.granted.v1", self.certificate,
            {"worker_id": str(self.worker), "category": "soe_laid_off"}, sequence=1,
        )  # fmt: skip

    def revoked(self, on: date) -> Event:
        return self._say(
            "registry.certificate.revoked.v1", self.certificate,
            {"worker_id": str(self.worker), "reason": "fraud"}, valid_from=on, sequence=3,
        )  # fmt: skip

    def hiring(self, sector: str = "services") -> Event:
        return self._say(
            "jobs-market.employer.registered.v1", self.employer,
            {"name": "某公司", "sector": sector, "ownership": "private"},
        )  # fmt: skip

    def confirmed(self, **fields: Any) -> Event:
        data = {
            "worker_id": str(self.worker), "employer_id": str(self.employer),
            "channel": "private_economy", "started_on": START.isoformat(), "contract_months": 12,
            "new_post": True, **fields,
        }  # fmt: skip
        return self._say(
            "jobs-market.placement.confirmed.v1", self.placement, data, valid_from=START, sequence=1
        )

    def ended(self, on: date) -> Event:
        return self._say(
            "jobs-market.placement.ended.v1", self.placement,
            {"worker_id": str(self.worker), "ended_on": on.isoformat(), "reason": "closed"},
            valid_from=on, sequence=2,
        )  # fmt: skip

    def voided(self, sequence: int = 2) -> Event:
        return self._say(
            "jobs-market.placement.voided.v1", self.placement,
            {"worker_id": str(self.worker), "reason": "phantom"}, valid_from=START,
            sequence=sequence,
        )  # fmt: skip

    async def entitlement(self) -> dict[str, Any]:
        client = self.service.client("auditor")
        found = (await client.get(f"/v1/entitlements?placement_id={self.placement}")).json()
        items: list[dict[str, Any]] = found["items"]
        return items[0] if items else {}

    async def told(self) -> list[str]:
        return [event.type.split(".")[2] for event in await self.service.told()]


@pytest.fixture
def story(subsidy: UnderTest) -> Story:
    return Story(subsidy)


async def test_a_confirmed_placement_opens_an_entitlement_and_a_void_takes_it_back(
    story: Story,
) -> None:
    confirmed = story.confirmed()
    await story.service.deliver(
        story.registered(), story.granted(), story.issued(), story.hiring(), confirmed
    )
    (opened,) = await story.service.told()
    assert opened.type == "subsidy.entitlement.opened.v1"
    assert opened.valid_from == START
    assert (opened.area_code, opened.causation_id) == (DISTRICT, confirmed.id)
    assert opened.correlation_id == confirmed.correlation_id
    entitlement = await story.entitlement()
    assert opened.data == {
        "worker_id": str(story.worker), "placement_id": str(story.placement),
        "employer_id": str(story.employer), "programme": "si-enterprise",
        "from": "2003-09-01", "to": "2004-08-31", "months": 12,
        "decision_id": entitlement["decision_id"],
    }  # fmt: skip
    await story.service.deliver(story.voided())
    closed = (await story.service.told())[-1]
    assert closed.type == "subsidy.entitlement.closed.v1"
    assert closed.reverses == opened.id
    assert (closed.entity_id, closed.sequence) == (opened.entity_id, 2)
    assert closed.data["reason"] == "placement-voided"
    assert (await story.entitlement())["standing"] == "voided"
    assert await story.service.dead() == []


async def test_a_refusal_names_its_clause_and_explains_itself(story: Story) -> None:
    await story.service.deliver(
        story.registered(), story.issued(sequence=1), story.hiring("industry"), story.confirmed()
    )
    (refused,) = await story.service.told()
    assert refused.data["clause"] == "财社[2002]107 B6/service-sector"
    entitlement = await story.entitlement()
    client = story.service.client("auditor")
    path = f"/v1/entitlements/{entitlement['id']}/decision"
    decision = (await client.get(path)).json()
    assert decision["id"] == refused.data["decision_id"]
    assert decision["rederives"] is True
    assert any(line.startswith("不符合：用人单位属商贸") for line in decision["explained_zh"])
    assert decision["record"]["events"]["placement"]
    outsider = story.service.client("auditor", area="231121000000")
    assert (await outsider.get(path)).status_code == 404


async def test_an_end_closes_and_keeps_what_could_be_claimed(story: Story) -> None:
    await story.service.deliver(
        story.registered(), story.granted(), story.issued(), story.hiring(), story.confirmed(),
        story.ended(date(2003, 10, 15)),
    )  # fmt: skip
    assert await story.told() == ["opened", "closed"]
    entitlement = await story.entitlement()
    assert (entitlement["standing"], entitlement["claimable_months"]) == ("closed", 2)
    assert entitlement["window_months"] == 12
    await story.service.deliver(story.voided(sequence=3))
    assert await story.told() == ["opened", "closed", "closed"]
    assert (await story.entitlement())["standing"] == "voided"


async def test_a_late_certificate_turns_a_refusal_and_the_superseded_decision_stays(
    story: Story,
) -> None:
    await story.service.deliver(story.registered(), story.hiring(), story.confirmed())
    assert await story.told() == ["refused"]
    await story.service.deliver(story.granted(), story.issued(date(2003, 10, 20)))
    assert await story.told() == ["refused", "opened"]
    entitlement = await story.entitlement()
    assert (entitlement["window_from"], entitlement["window_months"]) == ("2003-10-01", 11)
    client = story.service.client("auditor")
    found = (await client.get(f"/v1/entitlements/{entitlement['id']}/decisions")).json()
    assert [(one["granted"], one["superseded"]) for one in found] == [(False, True), (True, False)]


async def test_a_revocation_before_the_start_takes_it_back(story: Story) -> None:
    await story.service.deliver(
        story.registered(), story.granted(), story.issued(), story.hiring(), story.confirmed()
    )
    await story.service.deliver(story.revoked(date(2003, 8, 1)))
    assert await story.told() == ["opened", "closed", "refused"]
    assert (await story.service.told())[1].reverses is not None
    assert (await story.entitlement())["standing"] == "refused"


async def test_others_are_no_case(story: Story) -> None:
    await story.service.deliver(story.registered("outside"), story.hiring(), story.confirmed())
    alone = Story(story.service)
    await story.service.deliver(alone.registered(), alone.confirmed(employer_id=None))
    assert await story.told() == []
    async with story.service.db.looking() as tx:
        assert await tx.fetchval("select count(*) from decision") == 0


ORDERS = list(itertools.permutations(range(5)))[::12]


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_any_order_with_duplicates_gives_the_same_entitlement(
    story: Story, order: tuple[int, ...]
) -> None:
    events = [
        story.registered(), story.issued(sequence=1), story.hiring(), story.confirmed(),
        story.ended(date(2003, 12, 31)),
    ]  # fmt: skip
    for index in order:
        await story.service.deliver(events[index])
    for event in events:  # everything once more
        await story.service.deliver(event)
    entitlement = await story.entitlement()
    assert entitlement["standing"] == "closed"
    assert entitlement["claimable_months"] == 4
    opened = [e for e in await story.service.told() if e.type.endswith("opened.v1")]
    closed = [e for e in await story.service.told() if e.type.endswith("closed.v1")]
    assert len(opened) - len([e for e in closed if e.reverses]) == 1
    assert await story.service.dead() == []


async def test_a_batch_of_many_is_decided_in_one_go(subsidy: UnderTest) -> None:
    stories = [Story(subsidy) for _ in range(200)]
    await subsidy.deliver(
        *(s.registered() for s in stories), *(s.issued(sequence=1) for s in stories),
        *(s.hiring() for s in stories),
        *(s.confirmed(new_post=number % 2 == 0) for number, s in enumerate(stories)),
    )  # fmt: skip
    told = [event.type.split(".")[2] for event in await subsidy.told()]
    assert (told.count("opened"), told.count("refused")) == (100, 100)
    async with subsidy.db.looking() as tx:
        assert await tx.fetchval("select count(*) from decision") == 200


async def test_an_entitlement_comes_back_with_its_certificate(story: Story) -> None:
    """Revoked for a death that was told wrongly: closed, and open again when it is restored."""
    await story.service.deliver(
        story.registered(), story.granted(), story.issued(), story.hiring(), story.confirmed(),
        story.revoked(date(2003, 6, 1)),
    )  # fmt: skip
    assert (await story.entitlement())["standing"] == "refused"
    restored = story.service.heard(
        "registry.certificate.restored.v1", story.certificate, {"worker_id": str(story.worker)},
        valid_from=date(2003, 3, 10), sequence=4, area_code=DISTRICT,
    )  # fmt: skip
    await story.service.deliver(restored)
    assert (await story.entitlement())["standing"] == "open"
    assert await story.service.dead() == []


async def test_what_a_certificate_that_ran_out_no_longer_covers_is_closed(story: Story) -> None:
    await story.service.deliver(
        story.registered(), story.granted(), story.issued(), story.hiring(),
        story.confirmed(contract_months=36),
    )  # fmt: skip
    expired = story.service.heard(
        "registry.certificate.expired.v1", story.certificate,
        {"worker_id": str(story.worker), "valid_until": "2006-03-09"},
        valid_from=date(2006, 3, 10), sequence=3, area_code=DISTRICT,
    )  # fmt: skip
    await story.service.deliver(expired)
    opened, closed = await story.service.told()
    assert (closed.valid_from, closed.reverses) == (date(2006, 3, 9), None)
    assert (closed.data["reason"], closed.causation_id) == ("certificate-expired", expired.id)
    entitlement = await story.entitlement()
    assert (entitlement["standing"], entitlement["window_to"]) == ("closed", "2006-08-31")
    assert (entitlement["claimable_to"], entitlement["claimable_months"]) == ("2006-03-09", 31)
    path = f"/v1/entitlements/{entitlement['id']}/decision"
    decision = (await story.service.client("auditor").get(path)).json()
    assert decision["rederives"] is True
    assert opened.data["to"] == "2006-08-31"


async def test_work_without_an_employer_is_kept_and_is_no_case(story: Story) -> None:
    await story.service.deliver(
        story.registered(), story.issued(sequence=1),
        story.confirmed(employer_id=None, channel="flexible", contract_months=None),
    )  # fmt: skip
    assert await story.told() == []
    async with story.service.db.looking() as tx:
        row = await tx.fetchrow("select channel, employer_id from known_placement")
    assert (row["channel"], row["employer_id"]) == ("flexible", None)
