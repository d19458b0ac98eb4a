"""A woman who has shown that she is a cadre retires at 55, everywhere; one who has not, at 50 (R18).

Business day: 2003-10-31, and 2007-02-01 for the law of 2006.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kit.ids import new_id
from registry.certificates.ending import expire_outlived

from .test_certificate_facts import tell
from .test_certificate_procedure import act
from .test_journey_unemployment import Window

#: A woman of 53 on the business day, and the paper that shows what she is.
BORN = "19500504"
PAPER = {"reference": "干任字1985-12", "on": "1985-03-01"}
CADRE = {
    "cadre": True, "cadre_proof_reference": PAPER["reference"], "cadre_proof_on": PAPER["on"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cadre": True}, "cadre-not-proved"),
        ({**CADRE, "cadre": False}, "cadre-not-proved"),
        ({**CADRE, "cadre_proof_on": "2003-11-01"}, "in-the-future"),
        ({**CADRE, "cadre_proof_on": "1949-01-01"}, "fact-before-birth"),
        ({**CADRE, "cadre_proof_on": None}, "validation-failed"),
    ],
)
async def test_the_claim_and_its_paper_come_together(
    registry: Any, fields: dict[str, Any], code: str
) -> None:
    refused = await registry.post("/v1/workers", registry.form(born=BORN, **fields), 422)
    assert refused["code"] == code


async def test_registered_with_the_paper_and_told_without_it(registry: Any) -> None:
    form = registry.form(born=BORN, **CADRE)
    shown = await registry.post("/v1/workers", form)
    assert {name: shown[name] for name in CADRE} == CADRE
    (event,) = await registry.told("worker.registered")
    assert event.data["cadre"] is True
    assert PAPER["reference"] not in str(event.data)


async def test_unemployed_from_the_first_day_on_until_fifty_five(registry: Any) -> None:
    of = {"labour_status": "unemployed", "status_since": "2002-11-30", "born": BORN}
    refused = await registry.post("/v1/workers", registry.form(**of), 422)
    assert refused["code"] == "unemployed-outside-working-age"
    await registry.post("/v1/workers", registry.form(**of, **CADRE))


async def test_by_request_and_approval_she_may_register_as_unemployed_and_back(
    registry: Any,
) -> None:
    window = Window(registry, await registry.worker(born=BORN))
    assert (await window.registers("2003-10-01", status=422))["code"] == "outside-working-age"
    early = await registry.ask(window.worker, "cadre", {**PAPER, "on": "1940-01-01"}, 422)
    assert early["code"] == "fact-before-birth"
    asked = await registry.ask(window.worker, "cadre", PAPER)
    assert (asked["previous"], asked["value"]) == (None, PAPER)
    assert (await window.registers("2003-10-01", status=422))["code"] == "outside-working-age"
    await registry.approve(asked)
    shown = await registry.get(f"/v1/workers/{window.worker}")
    assert {name: shown[name] for name in CADRE} == CADRE
    (event,) = await registry.told("worker.corrected")
    assert (event.data["attributes"], event.data["cadre"]) == (["cadre"], True)
    await window.registers("2003-10-01")
    page = await registry.get("/v1/unemployment-registrations/decisions", worker_id=window.worker)
    assert [(d["granted"], d["facts"]["cadre"]) for d in page["items"]] == [
        (False, False), (False, False), (True, True),
    ]  # fmt: skip
    await registry.correct(window.worker, "cadre", None, on="2003-09-02")
    assert (await registry.get(f"/v1/workers/{window.worker}"))["cadre"] is False


async def test_the_certificate_of_2006_is_granted_and_ends_at_her_own_age(
    registry_2007: Any,
) -> None:
    """Born in 1952: a worker retired in 2002, a cadre retires on 2007-05-04."""
    registry = registry_2007
    worker, cadre = (
        await registry.worker(born="19520504"), await registry.worker(born="19520504", **CADRE)
    )  # fmt: skip
    rows = [{"worker_id": id, "applied_on": "2006-03-03"} for id in (worker, cadre)]
    await registry.loaded("/v1/certificates", rows)
    states = {}
    for id in (worker, cadre):
        (one,) = (await registry.get("/v1/certificates", worker_id=id))["items"]
        states[id] = one["state"], one["clause"]
    assert states == {
        worker: ("refused", "policy R17, R18/below-retirement-age"), cadre: ("publicised", None),
    }  # fmt: skip
    await registry.loaded(
        "/v1/certificates/issues", [{"worker_id": cadre, "issued_on": "2006-04-10"}]
    )
    (issued,) = (await registry.get("/v1/certificates", worker_id=cadre))["items"]
    assert issued["valid_until"] == "2007-05-03"


async def test_what_is_in_hand_is_valid_as_long_as_the_corrected_record_says(
    registry_2007: Any,
) -> None:
    """R12: to the day before retirement, and not beyond the programme's last day."""
    registry = registry_2007
    worker = await registry.worker(born="19580504")
    row = {"id": str(new_id()), "worker_id": worker, "applied_on": "2006-03-03"}
    await registry.loaded("/v1/certificates", [row])
    await registry.loaded(
        "/v1/certificates/issues", [{"worker_id": worker, "issued_on": "2006-04-10"}]
    )

    async def until() -> tuple[str, str]:
        one = await registry.get(f"/v1/certificates/{row['id']}")
        return one["state"], one["valid_until"]

    assert await until() == ("issued", "2008-05-03")
    await registry.correct(worker, "cadre", PAPER)
    assert await until() == ("issued", "2008-12-31")
    await registry.correct(worker, "cadre", None, on="2003-09-02")
    assert await until() == ("issued", "2008-05-03")
    await registry.correct(worker, "id_number", registry.id_number("19650504"), on="2003-09-03")
    assert await until() == ("issued", "2008-12-31")
    await registry.correct(worker, "dibao", True, on="2003-09-04")
    told = await registry.told("certificate.restored")
    assert [(e.data["state"], e.data["state_since"], e.data["valid_until"]) for e in told] == [
        ("issued", "2006-04-10", day) for day in ("2008-12-31", "2008-05-03", "2008-12-31")
    ]


async def _over(registry: Any, born: str = "19560504") -> tuple[str, str]:
    """A holder whose certificate was over in May 2006, a few weeks after its issue."""
    worker = await registry.worker(born=born)
    row = {"id": str(new_id()), "worker_id": worker, "applied_on": "2006-03-03"}
    await registry.loaded("/v1/certificates", [row])
    await registry.loaded(
        "/v1/certificates/issues", [{"worker_id": worker, "issued_on": "2006-04-10"}]
    )
    assert await expire_outlived(registry.thing.runtime) == 1
    return worker, row["id"]


async def test_what_was_over_too_early_stands_again(registry_2007: Any) -> None:
    """R12: a birth date that was wrong ended it; the record of a day says so, and said otherwise before.
    The expiry is the event that is taken back."""
    registry = registry_2007
    worker, id = await _over(registry)
    before = datetime.now(UTC).isoformat()
    await registry.correct(worker, "id_number", registry.id_number("19650504"), on="2007-02-01")
    one = await registry.get(f"/v1/certificates/{id}")
    assert (one["state"], one["state_on"], one["valid_until"]) == (
        "issued", "2006-04-10", "2008-12-31",
    )  # fmt: skip
    (expired,) = await registry.told("certificate.expired")
    (restored,) = await registry.told("certificate.restored")
    assert restored.reverses == expired.id
    assert (restored.data["state"], restored.data["valid_until"]) == ("issued", "2008-12-31")
    path = f"/v1/workers/{worker}/record"
    states = []
    for known in ({}, {"known_at": before}):
        (held,) = (await registry.get(path, on="2006-09-01", **known))["certificates"]
        states.append(held["state"])
    assert states == ["issued", "expired"]


async def test_an_end_that_was_too_late_is_told_again(registry_2007: Any) -> None:
    """The last day was another one and is over all the same: the calendar ends it on its day."""
    registry = registry_2007
    worker, id = await _over(registry)
    await registry.correct(worker, "id_number", registry.id_number("19560901"), on="2007-02-01")
    assert await expire_outlived(registry.thing.runtime) == 1
    one = await registry.get(f"/v1/certificates/{id}")
    assert (one["state"], one["state_on"], one["valid_until"]) == (
        "expired", "2006-09-01", "2006-08-31",
    )  # fmt: skip
    assert [str(e.valid_from) for e in await registry.told("certificate.expired")] == [
        "2006-05-04", "2006-09-01",
    ]  # fmt: skip


async def test_nothing_that_was_over_stands_beside_another_one(registry_2007: Any) -> None:
    """R14: who has applied again meanwhile keeps the new application only."""
    registry = registry_2007
    worker, id = await _over(registry)
    await registry.post("/v1/certificates", {"worker_id": worker, "applied_on": "2007-01-10"})
    await registry.correct(worker, "id_number", registry.id_number("19650504"), on="2007-02-01")
    one = await registry.get(f"/v1/certificates/{id}")
    assert (one["state"], one["valid_until"]) == ("expired", "2006-05-03")
    assert await registry.told("certificate.restored") == []


async def test_a_death_in_the_longer_validity_stands_over_what_comes_back(
    registry_2007: Any,
) -> None:
    """Told while the certificate was over, it had nothing to take; now it has."""
    registry = registry_2007
    worker, id = await _over(registry)
    correct = registry.id_number("19650504")
    await tell(registry, correct, "deceased", "2006-10-01")
    await registry.correct(worker, "id_number", correct, on="2007-02-01")
    one = await registry.get(f"/v1/certificates/{id}")
    assert (one["state"], one["revoked_on"], one["reason"], one["held_state"]) == (
        "revoked", "2006-10-01", "deceased", "issued",
    )  # fmt: skip


async def test_a_withdrawal_for_age_waits_for_the_statutory_day(registry: Any) -> None:
    """Two persons say it, though the register proves the day."""
    by_age = {"effective_on": "2003-10-01", "reason": "retirement-age", "evidence": []}
    for fields, status in (({}, 201), (CADRE, 409)):
        worker = await registry.worker(born="19530504", **fields)
        id = await registry.certificate(worker, issued_on="2003-04-10")
        asked = await act(registry, id, "revocation-proposals", by_age, status)
        assert (asked.get("state"), asked.get("code")) == (
            ("proposed", None) if status == 201 else (None, "not-of-retirement-age")
        )
        if status == 201:
            await registry.post(
                f"/v1/revocation-proposals/{asked['id']}/confirmations", {"on": "2003-10-20"},
                by=registry.street, **{"If-Match": '"v1"'},
            )  # fmt: skip
            case = await registry.get(f"/v1/certificates/{id}")
            assert (case["state"], case["revoked_on"]) == ("revoked", "2003-10-01")


async def test_limits_near_retirement_count_to_her_own_age(registry: Any) -> None:
    """B9, by the law of 2008: what goes on until retirement goes on until 55."""
    for fields, until in (({}, "2013-05-04"), (CADRE, "2018-05-04")):
        worker = await registry.worker(born="19630504", **fields)
        page = await registry.get(f"/v1/workers/{worker}/benefit-months", on="2013-05-04")
        (post,) = [one for one in page["kinds"] if one["kind"] == "post-subsidy"]
        assert post["until"] == until
