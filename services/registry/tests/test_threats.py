"""One test per threat of policy 4.6 and of the issue's list that registry can see: what is tried, and
what stands in its way. Details of each control are tested where it lives."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import orjson
import pytest
import structlog

from kit import observability
from kit.crypto import check_digit
from kit.ids import new_id

from .conftest import DISTRICT, OFFICE, OTHER, Registry

NEW_KEY = "Idempotency-Key"


def at_the_window(registry: Registry, role: str = "registry_clerk", **token: Any) -> Any:
    return registry.thing.client(role, **{"area": DISTRICT, "office": OFFICE, **token})


async def code_of(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    errors = body.get("errors")
    return answer.status_code, errors[0]["code"] if errors else body["code"]


def numbered(digits: str) -> str:
    return digits + check_digit(digits)


# --- 冒名顶替: somebody in another one's name


async def test_one_person_has_one_record_in_either_form_of_the_number(registry: Registry) -> None:
    form = registry.form()
    await registry.post("/v1/workers", form)
    old_form = form["id_number"][:6] + form["id_number"][8:17]
    for number in (form["id_number"], form["id_number"].lower(), old_form):
        again = {**form, "id": str(new_id()), "id_number": number, "name": "李四"}
        assert await code_of(await registry.http.post("/v1/workers", json=again)) == (
            409,
            "id-number-taken",
        )


async def test_a_number_with_a_wrong_check_digit_is_nobody(registry: Registry) -> None:
    number = registry.id_number()
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    answer = await registry.http.post("/v1/workers", json=registry.form(id_number=wrong))
    assert await code_of(answer) == (422, "id-number-check-digit")
    assert wrong not in answer.text


@pytest.mark.parametrize(
    ("digits", "code"),
    [
        ("99100019630230001", "id-number-birth-date"),  # the 30th of February
        ("99100019631301001", "id-number-birth-date"),  # a thirteenth month
        ("99100017630101001", "id-number-birth-date"),  # two hundred and forty years old
        ("99100020400101001", "fact-before-birth"),  # not born yet
    ],
)
async def test_an_impossible_birth_date_is_refused(
    registry: Registry, digits: str, code: str
) -> None:
    form = registry.form(id_number=numbered(digits))
    assert await code_of(await registry.http.post("/v1/workers", json=form)) == (422, code)


async def test_the_form_must_say_what_the_card_says(registry: Registry) -> None:
    for changed, code in (
        ({"sex": "male"}, "sex-differs-from-id-number"),
        ({"birth_date": "1960-05-05"}, "birth-date-differs-from-id-number"),
    ):
        answer = await registry.http.post("/v1/workers", json={**registry.form(), **changed})
        assert await code_of(answer) == (422, code)


# --- 弄虚作假: facts that cannot be


@pytest.mark.parametrize("field", ["registered_on", "status_since", "jobless_since"])
async def test_a_fact_of_the_future_is_refused(registry: Registry, field: str) -> None:
    form = registry.form(**{field: "2003-11-01"})
    assert await code_of(await registry.http.post("/v1/workers", json=form)) == (
        422,
        "in-the-future",
    )
    worker = await registry.worker()
    declared = await registry.http.post(
        f"/v1/workers/{worker}/labour-status/declarations",
        json={"status": "jobless", "since": "2003-11-01"},
    )
    assert await code_of(declared) == (422, "in-the-future")


async def test_who_proves_nothing_is_refused_with_the_clause(registry: Registry) -> None:
    worker = await registry.worker(
        category="none", former_enterprise_kind="none", centre_agreement_on=None
    )
    certificate = await registry.certificate(worker)
    assert (await registry.get(f"/v1/certificates/{certificate}"))["state"] == "refused"
    decision = await registry.get(f"/v1/certificates/{certificate}/decision")
    assert decision["granted"] is False
    assert decision["clause"]


# --- 重复享受: twice


async def test_one_person_does_not_get_two_certificates(registry: Registry) -> None:
    worker = await registry.worker()
    await registry.certificate(worker, issued_on="2003-04-10")
    again = await registry.http.post(
        "/v1/certificates", json={"worker_id": worker, "applied_on": "2003-05-05"}
    )
    assert await code_of(again) == (409, "certificate-exists")
    bulk = await registry.load(
        "/v1/certificates", [{"worker_id": worker, "applied_on": "2003-05-05"}]
    )
    assert await code_of(bulk) == (422, "certificate-exists")


async def test_one_month_is_paid_once(registry: Registry) -> None:
    worker = await registry.worker()
    body = {
        "worker_id": worker, "kind": "living-allowance", "valid_from": "2003-05-01",
        "valid_to": "2003-05-31", "amount": "208.00", "granted_by": "劳动局",
    }  # fmt: skip
    await registry.post("/v1/benefits", body, **{NEW_KEY: str(new_id())})
    again = await registry.http.post("/v1/benefits", json=body, headers={NEW_KEY: str(new_id())})
    assert await code_of(again) == (409, "benefit-months-taken")


# --- 死亡后领取, 退休后领取


async def test_after_death_nothing_is_written_for_the_months_that_follow(
    registry: Registry,
) -> None:
    form = registry.form()
    worker = (await registry.post("/v1/workers", form))["id"]
    civil = registry.thing.client("authority", office="231100-civil-affairs", subject="civil")
    told = await civil.post(
        "/v1/life-facts",
        json={"id": str(new_id()), "id_number": form["id_number"], "kind": "deceased",
              "on": "2003-05-20"},
    )  # fmt: skip
    assert told.status_code == 201, told.text
    assert (await registry.get(f"/v1/workers/{worker}/labour-status"))["status"] == "deceased"
    body = {
        "worker_id": worker, "kind": "living-allowance", "valid_from": "2003-06-01",
        "valid_to": "2003-06-30", "amount": "208.00", "granted_by": "劳动局",
    }  # fmt: skip
    claim = await registry.http.post("/v1/benefits", json=body, headers={NEW_KEY: str(new_id())})
    assert await code_of(claim) == (409, "benefit-after-life-fact")
    declared = await registry.http.post(
        f"/v1/workers/{worker}/labour-status/declarations",
        json={"status": "laid_off", "since": "2003-07-01"},
    )
    assert declared.status_code == 409


async def test_past_the_age_of_retirement_nobody_holds_or_draws_though_no_pension_was_told(
    registry: Registry,
) -> None:
    """R17, R18: 退休后领取 is found by the age, too; a woman of 68."""
    worker = await registry.worker(born="19350504")
    certificate = await registry.certificate(worker)
    decided = await registry.get(f"/v1/certificates/{certificate}")
    age = "policy R17, R18/below-retirement-age"
    assert (decided["state"], decided["clause"]) == ("refused", age)
    asked = {"worker_id": worker, "recognised_on": "2003-06-04"}
    recognised = await registry.post("/v1/difficulties", asked)
    assert (recognised["state"], recognised["clause"]) == ("refused", age)
    body = {
        "worker_id": worker, "kind": "living-allowance", "valid_from": "2003-06-01",
        "valid_to": "2003-06-30", "amount": "208.00", "granted_by": "劳动局",
    }  # fmt: skip
    claim = await registry.http.post("/v1/benefits", json=body, headers={NEW_KEY: str(new_id())})
    assert await code_of(claim) == (409, "benefit-after-retirement-age")


async def test_months_drawn_past_the_age_are_listed_when_it_turns_out_that_she_had_reached_it(
    registry: Registry,
) -> None:
    cadre = {
        "cadre": True, "cadre_proof_reference": "干任字1985-12", "cadre_proof_on": "1985-03-01"
    }  # fmt: skip
    worker = await registry.worker(born="19530610", **cadre)
    body = {
        "worker_id": worker, "kind": "living-allowance", "valid_from": "2003-05-01",
        "valid_to": "2003-08-31", "amount": "832.00", "granted_by": "劳动局",
    }  # fmt: skip
    written = await registry.post("/v1/benefits", body, **{NEW_KEY: str(new_id())})
    assert (await registry.get("/v1/benefits/overlaps"))["items"] == []
    await registry.correct(worker, "cadre", None)
    (found,) = (await registry.get("/v1/benefits/overlaps"))["items"]
    assert (found["cause"], found["benefit_id"]) == ("after-retirement-age", written["id"])
    assert [month[:7] for month in found["months"]] == ["2003-07", "2003-08"]


# --- inside: those who may come in


async def test_a_station_reads_only_its_own_people(registry: Registry) -> None:
    worker = await registry.worker()
    foreign = registry.thing.client("station_clerk", area=OTHER, office="231121-station")
    assert (await foreign.get(f"/v1/workers/{worker}")).status_code == 404
    readers = await registry.get(f"/v1/workers/{worker}/readers")
    (line,) = [line for line in readers["items"] if line["outcome"] == "denied"]
    assert (line["operation"], line["office"]) == ("get_worker", "231121-station")


async def test_nobody_registers_people_of_another_area(registry: Registry) -> None:
    foreign = at_the_window(registry, area=OTHER, office="231121-bureau")
    assert await code_of(await foreign.post("/v1/workers", json=registry.form())) == (
        403,
        "outside-your-area",
    )


async def test_nobody_approves_what_they_asked_for(registry: Registry) -> None:
    worker = await registry.worker()
    request = await registry.ask(worker, "phone", "0456-8291234")
    own = await registry.http.post(
        f"/v1/correction-requests/{request['id']}/approvals", json={"on": "2003-09-01"},
        headers={"If-Match": f'"v{request["version"]}"'},
    )  # fmt: skip
    assert await code_of(own) == (409, "maker-is-checker")


async def test_an_authority_tells_facts_and_reads_nobody(registry: Registry) -> None:
    worker = await registry.worker()
    police = registry.thing.client("authority", office="231100-police", subject="police")
    for path in (
        f"/v1/workers/{worker}", "/v1/workers", "/v1/certificates", f"/v1/workers/{worker}/readers"
    ):  # fmt: skip
        assert (await police.get(path)).status_code == 403


async def test_names_and_numbers_are_not_taken_in_passing(registry: Registry) -> None:
    """Plain values leave by one door: a scope, a purpose, a rate, a line."""
    form = registry.form(phone="0456-8291234", name="欧阳小明")
    worker = (await registry.post("/v1/workers", form))["id"]
    clerk = at_the_window(registry)
    answers = [
        await clerk.get(f"/v1/workers/{worker}"),
        await clerk.get("/v1/workers"),
        await clerk.post("/v1/workers/searches", json={"id_number": form["id_number"]}),
        await clerk.post("/v1/workers/names", json={"ids": [worker]}),
        await at_the_window(registry, "auditor").post(
            f"/v1/workers/{worker}/reveals",
            json={"fields": ["name"], "purpose": "audit", "text": "抽查"},
        ),
    ]
    for answer in answers:
        for plain in (form["id_number"], "欧阳小明", "8291234"):
            assert plain not in answer.text


# --- traces: where a number must not stay


async def test_a_number_in_an_address_is_refused_and_written_nowhere(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    form = registry.form()
    number = form["id_number"]
    await registry.post("/v1/workers", form)
    configured, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    observability.log_to_stdout("registry", "DEBUG")
    try:
        for address in (
            f"/v1/workers/{number}",
            f"/v1/workers?id_number={number}",
            f"/v1/certificates?number={number}",
            f"/v1/access-log/people?account={number}",
        ):
            answer = await registry.http.get(address)
            assert await code_of(answer) == (400, "id-number-in-address")
            assert number not in answer.text
        structlog.get_logger("test").warning("a slip", about=number)
        logging.getLogger("library").warning("failed for %s", number)
    finally:
        structlog.configure(**configured)
        logging.getLogger().handlers[:] = handlers
    said = capsys.readouterr().out
    assert observability.MASK in said
    metrics = (await registry.http.get("/metrics")).text
    assert number not in said + metrics


async def test_a_number_in_free_text_is_refused(registry: Registry) -> None:
    worker = await registry.worker()
    answer = await registry.http.post(
        f"/v1/workers/{worker}/reveals",
        json={"fields": ["name"], "purpose": "contact", "text": f"查{registry.id_number()}"},
    )
    assert await code_of(answer) == (422, "holds-id-number")


async def test_no_event_names_anybody(registry: Registry) -> None:
    form = registry.form(phone="0456-8291234", name="欧阳小明")
    await registry.post("/v1/workers", form)
    told = orjson.dumps([event.data for event in await registry.thing.told()]).decode()
    for plain in (form["id_number"], form["id_number"][6:], "欧阳", "8291234"):
        assert plain not in told


async def test_the_application_cannot_cover_its_tracks(registry: Registry) -> None:
    worker = await registry.worker()
    await registry.get(f"/v1/workers/{worker}")
    for statement in (
        "delete from access_log",
        "update access_log set account = 'somebody else'",
        "truncate access_log",
        "delete from audit_seal",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with registry.thing.db.transaction() as tx:
                await tx.execute(statement)
