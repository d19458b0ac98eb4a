"""A person's way through unemployment registration, in the words of the office (policy 4.1, R18–R20).

Business day: 2003-10-31.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kit.ids import new_id

from .conftest import Registry
from .test_consumers import confirmed, voided

PATH = "/v1/unemployment-registrations"


class Window:
    """A street's window, and one person who comes to it."""

    def __init__(self, registry: Registry, worker: str) -> None:
        self.registry, self.worker = registry, worker
        self.case: dict[str, Any] = {}

    async def registers(
        self, on: str, kind: str = "contract_ended", status: int = 201, **fields: Any
    ) -> dict[str, Any]:
        body = {
            "worker_id": self.worker, "on": on, "kind": kind, "evidence_kind": "separation_proof",
            "evidence_reference": "2003-028", "evidence_on": on, **fields,
        }  # fmt: skip
        answer = await self.registry.post(PATH, body, status)
        if status == 201:
            self.case = answer
        return answer

    async def files(self, act: str, status: int = 201, **body: Any) -> dict[str, Any]:
        """One act on the case, as the window sees it now; work is filed with its paper."""
        await self.looks()
        if {"contract", "hired", "self_employed"} & {body.get("form"), body.get("reason")}:
            body = {"reference": "2003-101", **body}
        version = f'"v{self.case["version"]}"'
        answer = await self.registry.post(
            f"{PATH}/{self.case['id']}/{act}", body, status, **{"If-Match": version}
        )
        if status == 201:
            self.case = answer
        return answer

    async def looks(self) -> tuple[str, str]:
        page = await self.registry.get(PATH, worker_id=self.worker)
        (row,) = page["items"]
        self.case = await self.registry.get(f"{PATH}/{row['id']}")
        return self.case["state"], self.case["since"]

    async def status(self) -> str:
        standing = await self.registry.get(f"/v1/workers/{self.worker}/labour-status")
        return str(standing["status"])

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        events = await self.registry.thing.told()
        return [(e.type.split(".")[2], e.data) for e in events if e.noun == "unemployment"]


def refusal(registry: Registry, worker: str, on: date) -> Any:
    """The labour market tells that the person refused a referral."""
    body = {"worker_id": worker, "vacancy_id": str(new_id()), "outcome": "refused"}
    return registry.thing.heard("jobs-market.referral.resolved.v1", new_id(), body, valid_from=on)


@pytest.fixture
async def window(registry: Registry) -> Window:
    return Window(registry, await registry.worker())


async def test_registered_employed_unemployed_again_and_cancelled(window: Window) -> None:
    """∅ → REGISTERED → EMPLOYED → REGISTERED → CANCELLED → REGISTERED, each filed at the window."""
    await window.registers("2003-01-10")
    assert (window.case["state"], window.case["since"]) == ("registered", "2003-01-10")
    assert window.case["allowed_actions"] == ["file-hire", "cancel", "log-contact", "reverse"]
    assert await window.status() == "unemployed"

    await window.files("hire-filings", on="2003-03-01", filed_on="2003-03-20", form="contract")
    assert (window.case["state"], window.case["since"]) == ("employed", "2003-03-01")
    assert await window.status() == "employed"

    await window.files("separation-filings", on="2003-06-01", filed_on="2003-06-05")
    assert (window.case["state"], window.case["spell"]) == ("registered", 2)
    assert [(s["number"], s["since"], s["until"], s["days"]) for s in window.case["spells"]] == [
        (1, "2003-01-10", "2003-03-01", 50),
        (2, "2003-06-01", None, 152),
    ]
    await window.files("contacts", on="2003-07-01", channel="visit")
    assert window.case["contacted_on"] == "2003-07-01"

    await window.files("cancellations", on="2003-08-01", reason="schooling")
    assert (window.case["state"], window.case["reason"]) == ("cancelled", "schooling")
    assert window.case["allowed_actions"] == ["register", "reverse"]
    assert await window.status() == "schooling"
    await window.registers("2003-10-01", "graduate", 409)

    standing = await window.registry.get(f"/v1/workers/{window.worker}/labour-status")
    assert [s["status"] for s in standing["spells"]] == [
        "laid_off", "unemployed", "employed", "unemployed", "schooling",
    ]  # fmt: skip
    assert await window.told() == [
        ("registered", {"worker_id": window.worker, "since": "2003-01-10", "spell": 1, "kind": "contract_ended"}),
        ("employed", {"worker_id": window.worker, "since": "2003-03-01", "spell": 1, "placement_id": None}),
        ("resumed", {"worker_id": window.worker, "since": "2003-06-01", "spell": 2, "kind": "contract_ended"}),
        ("cancelled", {"worker_id": window.worker, "since": "2003-08-01", "spell": 2, "reason": "schooling"}),
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["filing", "placement"])
async def test_a_hire_is_one_job_whether_its_filing_or_its_placement_comes_first(
    window: Window, first: str
) -> None:
    """No paper is awaited that is there, and with the placement the job ends."""
    registry, placement, employer = window.registry, new_id(), new_id()
    await window.registers("2003-01-10")
    told = confirmed(registry, window.worker, placement, "2003-03-01", employer_id=str(employer))
    if first == "placement":
        await registry.thing.deliver(told)
    await window.files(
        "hire-filings", on="2003-03-01", filed_on="2003-03-05", form="contract",
        employer_id=str(employer),
    )  # fmt: skip
    if first == "filing":
        await registry.thing.deliver(told)
    await window.looks()
    assert (window.case["state"], window.case["awaits"]) == ("employed", None)
    assert (await registry.get(PATH, overdue="true"))["items"] == []
    body = {"worker_id": window.worker, "ended_on": "2003-06-01", "reason": "expired"}
    await registry.thing.deliver(
        registry.thing.heard("jobs-market.placement.ended.v1", placement, body)
    )
    assert await window.looks() == ("registered", "2003-06-01")
    assert window.case["awaits"] == "separation-filing"
    assert await window.status() == "unemployed"


async def test_a_filed_hire_of_another_employer_is_another_job(window: Window) -> None:
    registry, placement = window.registry, new_id()
    await window.registers("2003-01-10")
    await window.files("hire-filings", on="2003-03-01", form="contract", employer_id=str(new_id()))
    told = confirmed(registry, window.worker, placement, "2003-03-01", employer_id=str(new_id()))
    await registry.thing.deliver(told, voided(registry, window.worker, placement, told))
    assert await window.looks() == ("employed", "2003-03-01")


async def test_the_labour_market_employs_and_ends_by_itself_and_the_papers_follow(
    window: Window,
) -> None:
    """E14, E16: the placement says it; the employer's filings are awaited, and late ones taken."""
    registry, placement = window.registry, new_id()
    await window.registers("2003-01-10")
    first = confirmed(registry, window.worker, placement, "2003-03-01")
    await registry.thing.deliver(first)
    assert await window.looks() == ("employed", "2003-03-01")
    assert (window.case["awaits"], window.case["awaits_since"]) == ("hire-filing", "2003-03-01")
    overdue = await registry.get(PATH, overdue="true")
    assert [row["worker_id"] for row in overdue["items"]] == [window.worker]

    await window.files("hire-filings", on="2003-03-01", filed_on="2003-05-01", form="contract")
    assert (window.case["state"], window.case["awaits"]) == ("employed", None)
    assert (await registry.get(PATH, overdue="true"))["items"] == []
    late = (await registry.get(f"{PATH}/filings", late="true"))["items"]
    assert [(f["what"], f["late_days"], f["job_id"]) for f in late] == [
        ("hired", 31, str(placement))
    ]
    await window.files("hire-filings", 409, on="2003-03-01", form="contract")

    ended = registry.thing.heard(
        "jobs-market.placement.ended.v1", placement,
        {"worker_id": window.worker, "ended_on": "2003-09-01", "reason": "expired"},
    )  # fmt: skip
    await registry.thing.deliver(ended)
    assert await window.looks() == ("registered", "2003-09-01")
    assert (window.case["awaits"], window.case["spell"]) == ("separation-filing", 2)
    await window.files("separation-filings", on="2003-09-01", filed_on="2003-09-20")
    assert (window.case["awaits"], window.case["state"]) == (None, "registered")
    late = (await registry.get(f"{PATH}/filings", late="true"))["items"]
    assert [f["late_days"] for f in late] == [31, 12]
    told = [e for e in await registry.thing.told() if e.noun == "unemployment"]
    assert [e.sequence for e in told] == [1, 2, 3]
    assert [e.causation_id for e in told[1:]] == [first.id, ended.id]


async def test_a_voided_placement_never_employed_anybody(window: Window) -> None:
    registry, placement = window.registry, new_id()
    await window.registers("2003-01-10")
    first = confirmed(registry, window.worker, placement, "2003-03-01")
    await registry.thing.deliver(first)
    await registry.thing.deliver(voided(registry, window.worker, placement, first))
    assert await window.looks() == ("registered", "2003-01-10")
    assert window.case["spell"] == 1
    told = [e for e in await registry.thing.told() if e.noun == "unemployment"]
    assert [e.type.split(".")[2] for e in told] == ["registered", "employed", "resumed"]
    assert told[2].reverses == told[1].id


async def test_whoever_is_unemployed_by_status_is_registered(registry: Registry) -> None:
    """A worker registered as unemployed, and an import of them: one and the same thing."""
    alone = Window(registry, await registry.worker(labour_status="unemployed"))
    assert await alone.looks() == ("registered", "2001-03-01")
    assert alone.case["kind"] == "unstated"
    forms = [registry.form(labour_status="unemployed") for _ in range(3)]
    await registry.loaded("/v1/workers", [*forms, registry.form()])
    page = await registry.get(PATH, state="registered", kind="unstated")
    assert {row["worker_id"] for row in page["items"]} == {alone.worker, *(f["id"] for f in forms)}


async def test_a_declaration_neither_opens_a_registration_nor_ends_it(window: Window) -> None:
    """The one has its paper and decision (4.1), the other its coded reason (R20)."""
    path = f"/v1/workers/{window.worker}/labour-status/declarations"
    body = {"status": "unemployed", "since": "2003-05-01"}
    refused = await window.registry.post(path, body, 422)
    assert refused["code"] == "unemployment-needs-registration"
    await window.registers("2003-06-01")
    for status in ("jobless", "laid_off", "new_entrant"):
        left = await window.registry.post(path, {"status": status, "since": "2003-07-01"}, 409)
        assert left["code"] == "registration-needs-cancellation"
    assert await window.looks() == ("registered", "2003-06-01")
    await window.registry.post(path, {"status": "schooling", "since": "2003-09-01"})
    assert await window.looks() == ("cancelled", "2003-09-01")
    assert window.case["reason"] == "schooling"
    await window.registry.post(path, {"status": "jobless", "since": "2003-10-01"})
    await window.registers("2003-10-10")
    assert (window.case["state"], window.case["spell"]) == ("registered", 2)


async def test_a_pension_ends_a_registration_on_paper_and_once_a_second_person_confirms(
    window: Window,
) -> None:
    registry = window.registry
    await window.registers("2003-05-01")
    bare = await window.files("cancellations", 422, on="2003-07-01", reason="pension")
    assert bare["code"] == "declaration-document"
    await window.files("cancellations", on="2003-07-01", reason="pension", reference="退休证 7")
    assert window.case["state"] == "registered"
    (waiting,) = (await registry.get("/v1/awaiting-declarations"))["items"]
    assert (waiting["worker_id"], waiting["status"], waiting["document"]) == (
        window.worker, "retired", "退休证 7",
    )  # fmt: skip
    path = f"/v1/workers/{window.worker}/labour-status/declarations/{waiting['id']}/confirmations"
    await registry.post(path, None, by=registry.checker)
    assert await window.looks() == ("cancelled", "2003-07-01")
    assert window.case["reason"] == "pension"


async def test_a_placement_heard_before_the_person_is_registered(registry: Registry) -> None:
    form = registry.form(labour_status="unemployed")
    await registry.thing.deliver(confirmed(registry, form["id"], new_id(), "2003-05-01"))
    await registry.post("/v1/workers", form)
    early = Window(registry, form["id"])
    assert await early.looks() == ("employed", "2003-05-01")
    assert [name for name, _ in await early.told()] == ["employed"]


async def test_graduates_register_with_school_and_day(registry: Registry) -> None:
    young = Window(registry, await registry.worker(
        born="19810504", labour_status="new_entrant", category="none", status_since="2003-07-01",
        former_enterprise_kind="none", centre_agreement_on=None,
    ))  # fmt: skip
    paper = {"evidence_kind": "graduation_certificate", "evidence_on": "2003-07-01"}
    refused = await young.registers("2003-09-01", "graduate", 422, **paper)
    assert refused["code"] == "evidence-does-not-suit"
    await young.registers(
        "2003-09-01", "graduate", school="黑河学院", graduated_on="2003-07-01", **paper
    )
    assert young.case["kind"] == "graduate"
    assert (await registry.get(PATH, kind="graduate"))["items"][0]["worker_id"] == young.worker


async def test_three_refusals_and_half_a_year_of_silence(
    registry: Registry, window: Window
) -> None:
    """R20: the number and the time are counted, and the decision says what was counted."""
    await window.registers("2003-01-10")
    refused = await window.files("cancellations", 409, on="2003-06-01", reason="refused_three")
    assert refused["code"] == "too-few-refusals"
    assert "R20" in refused["detail"]
    for n in range(3):
        await registry.thing.deliver(refusal(registry, window.worker, date(2003, 5, 10 + n)))
    silent = await window.files("cancellations", 409, on="2003-06-01", reason="no_contact")
    assert silent["code"] == "still-in-contact"
    await window.files("contacts", on="2003-02-01", channel="phone")
    await window.files("cancellations", 409, on="2003-07-31", reason="no_contact")
    page = await registry.get(PATH, out_of_touch="true")
    assert [row["worker_id"] for row in page["items"]] == [window.worker]
    await window.files("cancellations", on="2003-06-01", reason="refused_three")
    assert (window.case["state"], await window.status()) == ("cancelled", "jobless")
    decided = await registry.get(f"{PATH}/decisions", worker_id=window.worker)
    assert [(d["rule"], d["granted"]) for d in decided["items"]] == [
        ("registry.unemployment_registration", True),
        ("registry.unemployment_cancellation", False),
        ("registry.unemployment_cancellation", False),
        ("registry.unemployment_cancellation", False),
        ("registry.unemployment_cancellation", True),
    ]
    assert decided["items"][-1]["facts"]["refusals"] == 3


async def test_cancelled_because_at_work_and_not_registered_when_that_ends(window: Window) -> None:
    await window.registers("2003-01-10")
    await window.files("cancellations", on="2003-03-01", reason="self_employed")
    assert (window.case["state"], await window.status()) == ("cancelled", "employed")
    refused = await window.registers("2003-05-01", status=409)
    assert refused["code"] == "still-employed"
    await window.files("separation-filings", on="2003-05-01", by="self")
    assert (window.case["state"], await window.status()) == ("cancelled", "jobless")
    await window.registers(
        "2003-05-02", "self_employed_closed", evidence_kind="licence_cancellation"
    )
    assert (window.case["state"], window.case["spell"]) == ("registered", 2)


async def test_what_was_filed_in_error_is_taken_back_by_name(window: Window) -> None:
    """Registered, hired and cancelled by mistake: each reversal gives back what was before."""
    registry = window.registry
    await window.registers("2003-01-10")
    await window.files("hire-filings", on="2003-03-01", form="contract")
    filings = (await registry.get(f"{PATH}/{window.case['id']}/filings"))["items"]
    by_what = {f["what"]: f["id"] for f in filings}
    await window.files("reversals", filing_id=by_what["hired"], reason="录入有误")
    assert (window.case["state"], await window.status()) == ("registered", "unemployed")
    await window.files("reversals", 422, filing_id=by_what["hired"], reason="录入有误")
    await window.files("reversals", filing_id=by_what["registered"], reason="录入有误")
    assert (window.case["state"], await window.status()) == ("void", "laid_off")
    told = [e for e in await registry.thing.told() if e.noun == "unemployment"]
    assert [e.type.split(".")[2] for e in told] == [
        "registered", "employed", "resumed", "voided",
    ]  # fmt: skip
    assert [e.reverses for e in told[2:]] == [told[1].id, told[2].id]
    await window.registers("2003-04-01")
    assert (window.case["state"], window.case["spell"]) == ("registered", 1)


async def test_a_declaration_is_taken_back_by_name(registry: Registry) -> None:
    worker = await registry.worker()
    path = f"/v1/workers/{worker}/labour-status/declarations"
    standing = await registry.post(path, {"status": "schooling", "since": "2003-05-01"})
    first, second = standing["declared"]
    after = await registry.post(f"{path}/{second['id']}/reversals", {"reason": "录入有误"})
    assert (after["status"], [s["status"] for s in after["spells"]]) == ("laid_off", ["laid_off"])
    only = await registry.post(f"{path}/{first['id']}/reversals", {"reason": "录入有误"}, 409)
    assert only["code"] == "only-declaration"
    gone = await registry.post(f"{path}/{second['id']}/reversals", {"reason": "录入有误"}, 404)
    assert gone["code"] == "unknown-declaration"
    changed = await registry.told("labour-status.changed")
    assert changed[1].reverses == changed[0].id
