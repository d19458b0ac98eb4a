"""What becomes of people of whom other authorities tell, in the words of the offices."""

from __future__ import annotations

from typing import Any

import httpx

from kit.ids import new_id

POLICE, CIVIL = "231100-police", "231100-civil-affairs"
INSURANCE = "231100-insurance-agency"


class Person:
    """Somebody whom the street knows and other authorities know by number."""

    def __init__(self, registry: Any, form: dict[str, Any]) -> None:
        self.registry, self.form = registry, form
        self.id: str = form["id"]

    async def registers(self) -> None:
        await self.registry.post("/v1/workers", self.form)

    async def is_told(self, office: str, kind: str, on: str, **more: Any) -> str:
        body = {
            "id": str(new_id()), "id_number": self.form["id_number"], "kind": kind, "on": on, **more
        }  # fmt: skip
        await self._say(office, "", body)
        return str(body["id"])

    async def no_longer(self, office: str, fact: str, on: str) -> None:
        await self._say(office, "/ends", {"id": str(new_id()), "life_fact_id": fact, "on": on})

    async def was_told_wrongly(self, office: str, fact: str) -> None:
        body = {"id": str(new_id()), "reverses": fact, "reason": "同名误报"}
        await self._say(office, "/reversals", body)

    async def _say(self, office: str, path: str, body: Any) -> None:
        client: httpx.AsyncClient = self.registry.thing.client(
            "authority", office=office, subject=office
        )
        answer = await client.post(f"/v1/life-facts{path}", json=body)
        assert answer.status_code == 201, answer.text

    async def status(self) -> tuple[str, str]:
        standing = await self.registry.get(f"/v1/workers/{self.id}/labour-status")
        return standing["status"], standing["since"]

    async def spells(self) -> list[tuple[str, str]]:
        standing = await self.registry.get(f"/v1/workers/{self.id}/labour-status")
        return [(one["status"], one["since"]) for one in standing["spells"]]

    async def conflicts(self) -> list[str]:
        page = await self.registry.get("/v1/contributions/conflicts")
        return [one["month"] for one in page["items"] if one["worker_id"] == self.id]

    async def certificate(self) -> tuple[str, str | None]:
        """State of the certificate, and from which day on it was revoked."""
        page = await self.registry.get("/v1/certificates", worker_id=self.id)
        (one,) = page["items"]
        return one["state"], one["revoked_on"]

    async def difficulties(self) -> list[tuple[str, str | None]]:
        page = await self.registry.get("/v1/difficulties", worker_id=self.id)
        return [(one["state"], one["exited_on"]) for one in page["items"]]


async def test_imprisoned_and_released(registry: Any) -> None:
    """登记失业 → 服刑 → 释放: outside of the labour force for as long as the sentence lasts."""
    person = Person(registry, registry.form(labour_status="unemployed", status_since="2003-02-01"))
    await person.registers()
    sentence = await person.is_told(POLICE, "imprisoned", "2003-04-10", document="刑字12号")
    assert await person.status() == ("imprisoned", "2003-04-10")
    await person.no_longer(POLICE, sentence, "2003-09-01")
    assert await person.spells() == [
        ("unemployed", "2003-02-01"), ("imprisoned", "2003-04-10"), ("unemployed", "2003-09-01"),
    ]  # fmt: skip
    changed = await registry.told("labour-status.changed")
    (recorded,) = await registry.told("life-fact.recorded")
    (ended,) = await registry.told("life-fact.ended")
    assert [event.causation_id for event in changed] == [recorded.id, ended.id]


async def test_retires_while_hard_to_employ(registry: Any) -> None:
    """退休: retired from the day of the pension, and no longer somebody whom it is hard to employ."""
    person = Person(registry, registry.form(born="19530504"))
    await person.registers()
    await registry.post("/v1/difficulties", {"worker_id": person.id, "recognised_on": "2003-03-03"})
    assert await person.difficulties() == [("recognised", None)]
    retired = await person.is_told(INSURANCE, "retired", "2003-06-01")
    assert await person.status() == ("retired", "2003-06-01")
    assert await person.difficulties() == [("exited", "2003-06-01")]
    # It was somebody of the same name: everything is as if nothing had been told.
    await person.was_told_wrongly(INSURANCE, retired)
    assert await person.status() == ("laid_off", "2001-03-01")
    assert await person.difficulties() == [("recognised", None)]


async def test_dies_and_is_told_of_late_and_twice(registry: Any) -> None:
    """死亡: from the day of death, not of the notice; a job that was found after it does not count."""
    person = Person(registry, registry.form())
    await person.registers()
    await registry.certificate(person.id, issued_on="2003-04-10")
    placed = registry.thing.heard(
        "jobs-market.placement.confirmed.v1", new_id(),
        {"worker_id": person.id, "started_on": "2003-08-01", "channel": "private_economy"},
    )  # fmt: skip
    await registry.thing.deliver(placed)
    assert await person.status() == ("employed", "2003-08-01")
    by_police = await person.is_told(POLICE, "deceased", "2003-07-15")
    by_civil = await person.is_told(CIVIL, "deceased", "2003-07-15")
    assert await person.spells() == [("laid_off", "2001-03-01"), ("deceased", "2003-07-15")]
    assert await person.certificate() == ("revoked", "2003-07-15")
    await person.was_told_wrongly(POLICE, by_police)
    assert await person.status() == ("deceased", "2003-07-15")
    assert await person.certificate() == ("revoked", "2003-07-15")
    await person.was_told_wrongly(CIVIL, by_civil)
    assert await person.status() == ("employed", "2003-08-01")
    assert await person.certificate() == ("issued", None)


async def test_registers_after_having_served(registry: Any) -> None:
    """参军、退伍后登记: what was known before the registration stands in the history at once."""
    form = registry.form(labour_status="jobless", status_since="2001-03-01", category="none")
    person = Person(registry, form)
    office = "231100-conscription-office"
    service = await person.is_told(office, "enlisted", "2001-12-01")
    await person.no_longer(office, service, "2003-01-01")
    await person.registers()
    assert await person.spells() == [
        ("jobless", "2001-03-01"), ("enlisted", "2001-12-01"), ("jobless", "2003-01-01"),
    ]  # fmt: skip
    (told,) = await registry.told("life-fact.recorded")
    assert (told.data["on"], told.data["until"]) == ("2001-12-01", "2003-01-01")


async def test_insured_by_an_employer_while_registered_as_unemployed(registry: Any) -> None:
    """4.6 已再就业仍领取: a finding for the street, until the month turns out to be explained."""
    person = Person(registry, registry.form(labour_status="unemployed", status_since="2003-02-01"))
    await person.registers()
    agency = registry.thing.client("authority", office=INSURANCE, subject=INSURANCE)
    for month in ("2003-05", "2003-06"):
        paid = {
            "id": str(new_id()), "id_number": person.form["id_number"], "month": month,
            "pension": True, "payer": "70289001-5", "base": "860.00",
        }  # fmt: skip
        assert (await agency.post("/v1/contributions", json=paid)).status_code == 201
    assert await person.conflicts() == ["2003-05", "2003-06"]
    # In June the person was in the army: it was no unemployment that the employer contradicts.
    await person.is_told("231100-conscription-office", "enlisted", "2003-05-20")
    assert await person.conflicts() == []
