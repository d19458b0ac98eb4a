"""Corrections by request and approval, over HTTP."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

import pytest

from kit.crypto import check_digit
from registry.corrections.bodies import AnyAsk
from registry.workers.domain import Claims
from registry.workers.record import OTHER, PERSONAL


def test_every_attribute_can_be_corrected() -> None:
    """Nothing that registration takes is beyond correction."""
    asked = {
        attribute
        for shape in get_args(AnyAsk)
        for attribute in get_args(shape.model_fields["attribute"].annotation)
    }
    assert asked == {field.name for field in fields(Claims)} | PERSONAL | set(OTHER)


async def test_nothing_changes_before_another_person_approves(registry: Any) -> None:
    worker = await registry.worker()
    asked = await registry.ask(worker, "category", "none", evidence="原单位证明 2003-17")
    assert (asked["state"], asked["previous"], asked["value"]) == (
        "requested", "soe_laid_off", "none",
    )  # fmt: skip
    assert (await registry.get(f"/v1/workers/{worker}"))["category"] == "soe_laid_off"
    assert await registry.told("worker.category-corrected") == []
    own = await registry.post(
        f"/v1/correction-requests/{asked['id']}/approvals",
        {"on": "2003-09-01"}, 409, **{"If-Match": '"v1"'},
    )  # fmt: skip
    assert own["code"] == "maker-is-checker"
    refused = await registry.post(
        f"/v1/correction-requests/{asked['id']}/refusals",
        {"on": "2003-09-01", "reason": "x"}, 409, **{"If-Match": '"v1"'},
    )  # fmt: skip
    assert refused["code"] == "maker-is-checker"
    await registry.approve(asked)
    assert (await registry.get(f"/v1/workers/{worker}"))["category"] == "none"
    assert (await registry.approve({**asked, "version": 2}, status=409))["code"] == (
        "correction-decided"
    )
    await registry.approve(asked, status=412)


async def test_whoever_asked_withdraws_and_others_refuse(registry: Any) -> None:
    worker = await registry.worker()
    asked = await registry.ask(worker, "category", "none")
    path = f"/v1/correction-requests/{asked['id']}"
    foreign = await registry.checker.post(
        f"{path}/withdrawals", json={"on": "2003-09-01"}, headers={"If-Match": '"v1"'}
    )
    assert (foreign.status_code, foreign.json()["code"]) == (409, "not-the-maker")
    early = await registry.post(
        f"{path}/withdrawals", {"on": "2003-08-31"}, 422, **{"If-Match": '"v1"'}
    )
    assert early["code"] == "verdict-before-request"
    await registry.post(f"{path}/withdrawals", {"on": "2003-09-01"}, 201, **{"If-Match": '"v1"'})
    assert (await registry.get(path))["state"] == "withdrawn"
    second = await registry.ask(worker, "category", "none")
    refused = await registry.checker.post(
        f"/v1/correction-requests/{second['id']}/refusals",
        json={"on": "2003-09-02", "reason": "证明材料不足"}, headers={"If-Match": '"v1"'},
    )  # fmt: skip
    assert refused.json()["state"] == "refused"
    assert (await registry.get(f"/v1/workers/{worker}"))["category"] == "soe_laid_off"
    listed = await registry.get("/v1/correction-requests", state="refused")
    assert [one["id"] for one in listed["items"]] == [second["id"]]
    assert (await registry.get("/v1/correction-requests", state="requested"))["items"] == []


async def test_personal_values_are_masked_and_never_told(registry: Any) -> None:
    worker = await registry.worker(phone="0456-8220000")
    other = registry.id_number(born="19610504", sex="male")
    for attribute, value, shown in (
        ("name", "李大红", "李**"),
        ("phone", "13900000000", "***"),
        ("address", "爱辉区兴安街9号", "***"),
        ("household_number", "231102-000077", "***"),
        ("id_number", other, other[:6] + "********" + other[-4:]),
    ):
        asked = await registry.ask(worker, attribute, value)
        assert asked["value"] == shown
        outcome = await registry.approve(asked)
        assert value not in str(outcome)
    after = await registry.get(f"/v1/workers/{worker}")
    assert (after["name_masked"], after["has_address"], after["has_household"]) == (
        "李**", True, True,
    )  # fmt: skip
    assert (after["sex"], after["birth_date"]) == ("male", "1961-05-04")
    found = await registry.post("/v1/workers/searches", {"id_number": other}, 200)
    assert [one["id"] for one in found["items"]] == [worker]
    told = await registry.told("worker.corrected")
    assert [event.data["attributes"] for event in told] == [
        ["name"], ["phone"], ["address"], ["household_number"], ["birth_date", "id_number", "sex"],
    ]  # fmt: skip
    assert (told[-1].data["sex"], told[-1].data["birth_date"]) == ("male", "1961-05-04")
    async with registry.thing.db.looking() as tx:
        for table in ("worker_change", "correction_request", "event_log", "worker"):
            dump = await tx.fetchval(f"select string_agg(x::text, '') from {table} x") or ""
            for value in ("李大红", "13900000000", "兴安街", "000077", other):
                assert value not in dump
                assert value.encode().hex() not in dump


async def test_a_wrong_number_is_refused_before_anybody_is_asked(registry: Any) -> None:
    worker, other = await registry.worker(), registry.form()
    await registry.post("/v1/workers", other)
    for value, more, status, code in (
        (other["id_number"], {}, 409, "id-number-taken"),
        (registry.id_number(born="20020101"), {}, 422, "fact-before-birth"),
        (registry.id_number(), {"valid_from": "2003-05-01"}, 422, "only-from-the-beginning"),
        ("11010519491231002Y", {}, 422, "validation-failed"),
    ):
        problem = await registry.ask(worker, "id_number", value, status, **more)
        assert problem["code"] == code
        assert value not in str(problem)


async def test_a_number_that_was_taken_meanwhile(registry: Any) -> None:
    worker, twin = await registry.worker(), await registry.worker()
    number = registry.id_number()
    first = await registry.ask(worker, "id_number", number)
    second = await registry.ask(twin, "id_number", number)
    await registry.approve(first)
    assert (await registry.approve(second, status=409))["code"] == "id-number-taken"


async def test_a_record_that_moved_on_is_asked_for_again(registry: Any) -> None:
    worker = await registry.worker()
    first = await registry.ask(worker, "dibao", True)
    second = await registry.ask(worker, "category", "none")
    third = await registry.ask(worker, "category", "soe_unemployed")
    await registry.approve(first)
    await registry.approve(second)
    assert (await registry.approve(third, status=409))["code"] == "record-moved-on"


@pytest.mark.parametrize(
    ("attribute", "value", "more", "status", "code"),
    [
        ("category", "none", {"requested_on": "2003-11-01"}, 422, "in-the-future"),
        ("category", "none", {"valid_from": "2003-10-01"}, 422, "in-the-future"),
        ("centre_agreement_on", "2003-12-01", {}, 422, "in-the-future"),
        ("centre_agreement_on", "1950-12-01", {}, 422, "fact-before-birth"),
        ("centre_agreement_ended_on", "2001-01-01", {}, 422, "agreement-dates-wrong"),
        ("place", {"area_code": "231181000000", "office": "231102-employment-bureau"}, {}, 422,
         "unknown-area"),
        ("place", {"area_code": "231121000000", "office": "231102-nobody"}, {}, 422,
         "unknown-office"),
        ("place", {"area_code": "230200000000", "office": "231102-nobody"}, {}, 403,
         "outside-your-area"),
        ("category_proof",
         {"kind": "dibao-certificate", "reference": "1", "on": "2003-01-01"}, {}, 422,
         "proof-does-not-fit"),
        ("dibao", "perhaps", {}, 422, "validation-failed"),
        ("sex", "male", {}, 422, "validation-failed"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_not_asked(
    registry: Any, attribute: str, value: Any, more: dict[str, Any], status: int, code: str
) -> None:
    worker = await registry.worker()
    assert (await registry.ask(worker, attribute, value, status, **more))["code"] == code


async def test_a_transfer_moves_the_person_to_another_office(registry: Any) -> None:
    await registry.post(
        "/v1/offices",
        {
            "code": "231121-employment-bureau", "name": "嫩江县就业局", "kind": "bureau", "staff": 3,
            "area_code": "231121000000", "opened_on": "2000-01-01",
        },
    )  # fmt: skip
    worker = await registry.worker()
    there = registry.thing.client("registry_clerk", area="231121000000", office="231121-x")
    assert (await there.get(f"/v1/workers/{worker}")).status_code == 404
    place = {"area_code": "231121000000", "office": "231121-employment-bureau"}
    await registry.correct(worker, "place", place, valid_from="2003-08-01")
    assert (await there.get(f"/v1/workers/{worker}")).json()["area_code"] == "231121000000"
    assert (await there.get(f"/v1/workers/{worker}/labour-status")).status_code == 200
    (event,) = await registry.told("worker.corrected")
    assert (event.area_code, event.office) == tuple(place.values())


async def test_a_change_from_a_day_on_leaves_earlier_decisions(registry: Any) -> None:
    """The category of March is what the application of March is decided on."""
    worker = await registry.worker()
    id = await registry.certificate(worker, issued_on="2003-04-10")
    await registry.correct(worker, "category", "none", valid_from="2003-08-01")
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "issued"
    await registry.correct(worker, "category", "none")
    assert (await registry.get(f"/v1/certificates/{id}"))["state"] == "revoked"


async def test_another_office_neither_sees_nor_decides(registry: Any) -> None:
    worker = await registry.worker()
    asked = await registry.ask(worker, "category", "none")
    foreign = registry.thing.client("registry_supervisor", area="231121000000", office="231121-x")
    path = f"/v1/correction-requests/{asked['id']}"
    assert (await foreign.get(path)).status_code == 404
    assert (await foreign.get("/v1/correction-requests")).json()["items"] == []
    assert (await foreign.get(f"/v1/workers/{worker}/correction-requests")).status_code == 404
    approve = await foreign.post(
        f"{path}/approvals", json={"on": "2003-09-01"}, headers={"If-Match": '"v1"'}
    )
    assert approve.status_code == 404


async def test_asking_twice_with_one_key_asks_once(registry: Any) -> None:
    worker = await registry.worker()
    body = {"attribute": "dibao", "value": True, "requested_on": "2003-09-01", "reason": "x"}
    headers = {"If-Match": '"v1"', "Idempotency-Key": "ask-000001"}
    path = f"/v1/workers/{worker}/correction-requests"
    first = await registry.post(path, body, 201, **headers)
    assert await registry.post(path, body, 201, **headers) == first
    assert len((await registry.get(path))["items"]) == 1


async def test_registered_with_everything(registry: Any) -> None:
    """Household, address, former employer and the proof of the category."""
    form = registry.form(
        address="爱辉区兴安街1号", household_number="2311020001", former_employer="黑河市第一毛纺厂",
        former_employer_code="12345678-9", proof_kind="layoff-certificate",
        proof_reference="黑劳下字0017", proof_on="2001-03-01",
    )  # fmt: skip
    shown = await registry.post("/v1/workers", form)
    for name in ("former_employer", "former_employer_code", "proof_kind", "proof_reference"):
        assert shown[name] == form[name]
    assert (shown["has_address"], shown["has_household"]) == (True, True)
    assert form["address"] not in str(shown)
    assert form["household_number"] not in str(shown)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"proof_kind": "dibao-certificate"}, "proof-does-not-fit"),
        ({"proof_on": "2003-12-01"}, "in-the-future"),
        ({"proof_on": "1950-12-01"}, "fact-before-birth"),
        ({"proof_reference": None}, "validation-failed"),
    ],
)
async def test_a_proof_must_prove(registry: Any, more: dict[str, Any], code: str) -> None:
    proof = {"proof_kind": "layoff-certificate", "proof_reference": "1", "proof_on": "2001-03-01"}
    problem = await registry.post("/v1/workers", registry.form(**{**proof, **more}), 422)
    assert problem["code"] == code


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
async def test_residence_permits_are_accepted(registry: Any, region: str) -> None:
    """港澳台居民居住证: the same form and check digit, regions 81, 82 and 83."""
    digits = f"{region}19600504002"
    form = {**registry.form(), "id_number": digits + check_digit(digits)}
    shown = await registry.post("/v1/workers", form)
    assert (shown["sex"], shown["birth_date"]) == ("female", "1960-05-04")
    found = await registry.post("/v1/workers/searches", {"id_number": form["id_number"]}, 200)
    assert [one["id"] for one in found["items"]] == [form["id"]]
