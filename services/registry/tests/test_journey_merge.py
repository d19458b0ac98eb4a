"""Somebody registered twice, found, made one person, and two again, in the words of the office (policy
4.1 Worker ACTIVE→MERGED; 5.3 no. 6: the earlier certificate is kept, benefit months are united,
overlaps are listed for recovery).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

import pytest

from kit.ids import new_id

from .conftest import Registry
from .test_merged_benefits import opened
from .test_merges_api import found_same, merged, unmerged

SUBSIDY = "social-insurance-subsidy"


class Record:
    """One of the two records that a person came to have, with its certificate and its subsidy."""

    def __init__(self, registry: Registry, worker: str) -> None:
        self.registry, self.worker = registry, worker
        self.certificate = self.grant = ""

    async def is_issued(self, on: str) -> None:
        self.certificate = await self.registry.certificate(self.worker, issued_on=on)

    async def draws(self, since: str, until: str) -> None:
        grant = new_id()
        self.grant = str(grant)
        event = opened(self.registry, self.worker, grant, (since, until))
        await self.registry.thing.deliver(event)

    async def certificate_is(self) -> tuple[str, str | None, str | None]:
        shown = await self.registry.get(f"/v1/certificates/{self.certificate}")
        return shown["state"], shown["reason"], shown["revoked_on"]

    async def months(self) -> list[str]:
        """Months of the subsidy that count for whoever this record belongs to."""
        kinds = (await self.registry.get(f"/v1/workers/{self.worker}/benefit-months"))["kinds"]
        return [month for kind in kinds if kind["kind"] == SUBSIDY for month in kind["months"]]

    async def annotated(self) -> set[str]:
        """Whose subsidies stand on this certificate."""
        path = "/v1/benefits"
        page = await self.registry.get(path, certificate_id=self.certificate)
        return {one["id"] for one in page["items"] if one["certificate_id"] == self.certificate}


async def overlaps(registry: Registry) -> list[tuple[str, list[str]]]:
    page = await registry.get("/v1/benefits/overlaps")
    return [(one["cause"], one["months"]) for one in page["items"]]


@pytest.fixture
async def both(registry: Registry) -> tuple[Record, Record]:
    """Issued in April and drawing April and May; issued in May and drawing May and June."""
    early, late = [Record(registry, await registry.worker()) for _ in range(2)]
    await early.is_issued("2003-04-10")
    await late.is_issued("2003-05-12")
    await early.draws("2003-04-01", "2003-05-31")
    await late.draws("2003-05-01", "2003-06-30")
    return early, late


@pytest.mark.parametrize("survivor", ["early", "late"])
async def test_found_made_one_person_and_two_again(
    registry: Registry, both: tuple[Record, Record], survivor: str
) -> None:
    """Whichever record goes on, the earlier certificate is kept."""
    early, late = both
    kept, gone = both if survivor == "early" else (late, early)
    apart = [await early.certificate_is(), await late.certificate_is()]
    assert [state for state, _, _ in apart] == ["issued", "issued"]
    verdict = await found_same(registry, kept.worker, gone.worker)
    assert await early.certificate_is() == apart[0]  # a verdict merges nobody yet

    merge = await merged(registry, kept.worker, gone.worker, verdict)
    assert (merge["due_on"], merge["late"]) == ("2003-09-08", False)
    assert await early.certificate_is() == apart[0]
    assert await late.certificate_is() == ("revoked", "merged", "2003-05-12")
    assert await kept.months() == ["2003-04", "2003-05", "2003-06"]
    assert await overlaps(registry) == [("merge", ["2003-05"])]
    # What was written on a paper stays on that paper; the person's ledger shows both.
    assert (await early.annotated(), await late.annotated()) == ({early.grant}, {late.grant})
    ledger = (await registry.get("/v1/benefits", worker_id=kept.worker))["items"]
    assert {one["id"] for one in ledger} == {early.grant, late.grant}
    assert (await registry.get(f"/v1/workers/{gone.worker}"))["merged_into"] == kept.worker
    path = f"/v1/workers/{gone.worker}/labour-status/declarations"
    stands_still = await registry.post(path, {"status": "jobless", "since": "2003-09-05"}, 409)
    assert stands_still["code"] == "worker-merged"
    (revoked,) = await registry.told("certificate.revoked")
    assert (str(revoked.entity_id), str(revoked.valid_from)) == (late.certificate, "2003-05-12")

    back = await unmerged(registry, merge)
    assert (back["state"], back["reversed_on"]) == ("reversed", "2003-09-20")
    assert [await early.certificate_is(), await late.certificate_is()] == apart
    assert await early.months() == ["2003-04", "2003-05"]
    assert await late.months() == ["2003-05", "2003-06"]
    assert (await early.annotated(), await late.annotated()) == ({early.grant}, {late.grant})
    assert await overlaps(registry) == []
    (restored,) = await registry.told("certificate.restored")
    (undone,) = await registry.told("worker.unmerged")
    (joined,) = await registry.told("worker.merged")
    assert (restored.reverses, undone.reverses) == (revoked.id, joined.id)
    await registry.post(path, {"status": "jobless", "since": "2003-09-21"})


async def test_merged_again_after_a_second_look(
    registry: Registry, both: tuple[Record, Record]
) -> None:
    """Taken apart by mistake: the same verdict still stands, and everything is one again."""
    early, late = both
    verdict = await found_same(registry, early.worker, late.worker)
    merge = await merged(registry, early.worker, late.worker, verdict)
    one = [await early.certificate_is(), await late.certificate_is(), await early.months()]
    await unmerged(registry, merge)
    again = await merged(registry, early.worker, late.worker, verdict, merged_on="2003-09-22")
    assert (again["state"], again["late"]) == ("merged", True)
    found: list[Any] = [
        await early.certificate_is(), await late.certificate_is(), await early.months(),
    ]  # fmt: skip
    assert found == one
    assert await overlaps(registry) == [("merge", ["2003-05"])]


async def test_what_happened_while_they_were_one_person_stays_with_the_record_it_was_told_of(
    registry: Registry, both: tuple[Record, Record]
) -> None:
    """A fact about one of two people who were taken for one is no fact about the other."""
    early, late = both
    verdict = await found_same(registry, early.worker, late.worker)
    merge = await merged(registry, early.worker, late.worker, verdict)
    await registry.declare(early.worker, "emigrated", "2003-09-10")
    assert await early.certificate_is() == ("revoked", "emigrated", "2003-09-10")
    await unmerged(registry, merge)
    assert await early.certificate_is() == ("revoked", "emigrated", "2003-09-10")
    assert (await late.certificate_is())[0] == "issued"
