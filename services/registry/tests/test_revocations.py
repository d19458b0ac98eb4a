"""A death or a retirement that no authority told of: one person proposes the withdrawal, another one
confirms it, and neither of them issued the certificate (R17, 4.6).

Business day: 2003-10-31.
"""

from __future__ import annotations

from typing import Any

import pytest

from .test_benefits_api import benefit, write
from .test_certificate_facts import a_holder, tell
from .test_certificate_procedure import RECORD, act

DEATH = {
    "effective_on": "2003-08-01", "reason": "deceased",
    "evidence": [{"kind": "death_certificate", "reference": "死亡证明 17"}],
}  # fmt: skip
RETIREMENT = {
    "effective_on": "2003-08-01", "reason": "retired",
    "evidence": [{"kind": "retirement_document", "reference": "退休证 17"}],
}  # fmt: skip
ON = {"on": "2003-10-20"}
WRONG = {"note": "复核：系同名", "evidence": RECORD}
LIST = "/v1/revocation-proposals"


async def decide(
    registry: Any, id: str, verdict: str, status: int = 201, *, by: Any, version: int = 1
) -> dict[str, Any]:
    body = {**ON, "note": "系同名"} if verdict == "refusals" else ON
    done: dict[str, Any] = await registry.post(
        f"{LIST}/{id}/{verdict}", body, status, by=by, **{"If-Match": f'"v{version}"'}
    )
    return done


async def waiting(client: Any) -> list[str]:
    page = (await client.get("/v1/awaiting-approvals", params={"kind": "revocation"})).json()
    return [one["id"] for one in page["items"]]


@pytest.mark.parametrize("body", [DEATH, RETIREMENT])
async def test_two_persons_withdraw_it_and_neither_issued_it(
    registry: Any, body: dict[str, Any]
) -> None:
    """The first person took the application, the checker issued it, the street investigates."""
    worker, _, id = await a_holder(registry)
    alone = await act(registry, id, "revocations", body, 409)
    assert alone["code"] == "revocation-needs-second-person"
    issuer = await act(registry, id, "revocation-proposals", body, 409, by=registry.checker)
    assert issuer["code"] == "maker-is-checker"
    asked = await act(registry, id, "revocation-proposals", body)
    assert (asked["state"], asked["proposed_by"]) == ("proposed", "test-loader")
    case = await registry.get(f"/v1/certificates/{id}")
    assert case["state"] == "issued"
    twice = await act(registry, id, "revocation-proposals", body, 409)
    assert twice["code"] == "revocation-already-proposed"
    assert (await waiting(registry.http), await waiting(registry.checker)) == ([], [])
    assert await waiting(registry.street) == [asked["id"]]
    for barred in (registry.http, registry.checker):
        refused = await decide(registry, asked["id"], "confirmations", 409, by=barred)
        assert refused["code"] == "maker-is-checker"
    stale = await decide(registry, asked["id"], "confirmations", 412, by=registry.street, version=2)
    assert stale["status"] == 412
    done = await decide(registry, asked["id"], "confirmations", by=registry.street)
    assert (done["state"], done["state_by"], done["state_on"]) == (
        "confirmed", "street", "2003-10-31",
    )  # fmt: skip
    case = await registry.get(f"/v1/certificates/{id}")
    assert (case["state"], case["reason"], case["revoked_on"]) == (
        "revoked", body["reason"], "2003-08-01",
    )  # fmt: skip
    assert await waiting(registry.street) == []
    (step,) = (await registry.get(f"/v1/certificates/{id}/transitions"))["items"][-1:]
    assert (step["actor"], step["evidence"]) == ("street", asked["evidence"])
    dossier = await registry.get(f"/v1/workers/{worker}/dossier")
    (file,) = dossier["certificates"]["items"]
    assert [one["id"] for one in file["withdrawals"]["items"]] == [asked["id"]]


async def test_what_was_written_for_later_is_ordered_back_by_the_confirmation(
    registry: Any,
) -> None:
    worker, _, id = await a_holder(registry)
    subsidy = benefit(
        worker, kind="social-insurance-subsidy", valid_from="2003-07-01", valid_to="2003-10-31",
        amount="400.00",
    )  # fmt: skip
    paid = await write(registry, subsidy)
    asked = await act(registry, id, "revocation-proposals", DEATH)
    assert await registry.told("benefit.recovery-ordered") == []
    await decide(registry, asked["id"], "confirmations", by=registry.street)
    (order,) = await registry.told("benefit.recovery-ordered")
    assert (str(order.entity_id), order.data["amount"]) == (paid["id"], "300.00")


async def test_who_proposed_it_does_not_give_it_back(registry: Any) -> None:
    """Nor who confirmed it; a fourth person does, and a later withdrawal is another one."""
    _, _, id = await a_holder(registry)
    asked = await act(registry, id, "revocation-proposals", DEATH)
    await decide(registry, asked["id"], "confirmations", by=registry.street)
    for barred in (registry.http, registry.street):
        refused = await act(registry, id, "restorations", WRONG, 409, by=barred)
        assert refused["code"] == "maker-is-checker"
    fourth = registry.thing.client(subject="a fourth")
    back = await act(registry, id, "restorations", WRONG, by=fourth)
    assert back["state"] == "issued"
    lent = {"effective_on": "2003-08-01", "reason": "lent", "evidence": RECORD}
    await act(registry, id, "revocations", lent, by=registry.thing.client(subject="a fifth"))
    back = await act(registry, id, "restorations", WRONG)
    assert back["state"] == "issued"


async def test_a_second_person_may_find_that_it_is_not_so(registry: Any) -> None:
    _, _, id = await a_holder(registry)
    asked = await act(registry, id, "revocation-proposals", DEATH)
    mine = await decide(registry, asked["id"], "refusals", 409, by=registry.http)
    assert mine["code"] == "maker-is-checker"
    done = await decide(registry, asked["id"], "refusals", by=registry.street)
    assert (done["state"], done["note"]) == ("dropped", "系同名")
    late = await decide(registry, asked["id"], "confirmations", 409, by=registry.street, version=2)
    assert late["code"] == "revocation-proposal-state"
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "issued"
    again = await act(registry, id, "revocation-proposals", DEATH)
    listed = (await registry.get(LIST, certificate_id=id, state="proposed"))["items"]
    assert [one["id"] for one in listed] == [again["id"]]
    assert (await registry.get(f"{LIST}/{asked['id']}"))["state"] == "dropped"


async def test_what_an_authority_told_meanwhile_needs_no_confirmation(registry: Any) -> None:
    _, number, id = await a_holder(registry)
    asked = await act(registry, id, "revocation-proposals", DEATH)
    await tell(registry, number, "deceased", "2003-08-01")
    late = await decide(registry, asked["id"], "confirmations", 409, by=registry.street)
    assert late["code"] == "certificate-state"
    await decide(registry, asked["id"], "refusals", by=registry.street)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"evidence": []}, 409, "evidence-missing"),
        ({"reason": "lent"}, 422, "validation-failed"),
        ({"effective_on": "2003-11-01"}, 422, "in-the-future"),
        ({"effective_on": "2003-03-01"}, 422, "step-out-of-order"),
    ],
)
async def test_nobody_is_asked_to_confirm_what_cannot_be(
    registry: Any, change: dict[str, Any], status: int, code: str
) -> None:
    _, _, id = await a_holder(registry)
    refused = await act(registry, id, "revocation-proposals", {**DEATH, **change}, status)
    assert refused["code"] == code
    assert (await registry.get(LIST))["items"] == []
