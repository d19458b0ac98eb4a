"""An enterprise claims the fund's part of the allowance that it paid its people in the centre (B25)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from .claims_desk import Bureau, made, refused

CITY = Path(__file__).parent / "golden" / "programmes" / "city"
PAPERS = {"roster": "1", "centre-agreements": "2", "payroll": "3", "basic-account": "4"}


BY_RUNS = """
id = "subsidy.living_allowance_way"
title = "How the living allowance is paid here"
title_zh = "本市基本生活费支付办法"
unit = "code"

[[values]]
since = 1998-06-09
value = "run"
cite = { document = "本市办法", clause = "由专户直接发放", status = "source" }
"""


@pytest.fixture
async def bureau(running: Any) -> Bureau:
    """208 yuan a month; the centres are open until June 2003, and claim."""
    return await opened(running, CITY)


async def opened(running: Any, policies: Path) -> Bureau:
    service = await running("subsidy", business_day=date(2003, 7, 31), policy_overlay=policies)
    bureau = await Bureau.opened(service)
    money = {"fund": "living_allowance", "received_on": "2003-06-30"}
    await bureau.treasury.officer.receive("1000.00", **money)
    line = made(
        await bureau.treasury.officer.arrange(
            "1000.00", fund="living_allowance", use_code="living-allowance"
        )
    )
    bureau.treasury.line = line["id"]
    return bureau


async def draft(bureau: Bureau) -> Any:
    """A run for June, from the line of the allowance."""
    body = {
        "programme": "living-allowance", "month": "2003-06", "shortage": "refuse-all",
        "arrangement_id": bureau.treasury.line, "drafted_on": "2003-07-10",
        **bureau.treasury.officer.place,
    }  # fmt: skip
    return await bureau.treasury.officer.post("/v1/runs", body)


async def enrol(bureau: Bureau, name: str) -> Any:
    """The person is to be paid month by month."""
    person = str(bureau.id(name))
    body = {
        "worker_id": person, "programme": "living-allowance", "since": "2003-06-01",
        "reference": None, "payee_id": await bureau.payee("person", person),
        "agreement_until": "2005-12-31", **bureau.treasury.officer.place,
    }  # fmt: skip
    return await bureau.treasury.officer.post("/v1/enrolments", body)


def month(bureau: Bureau, name: str, when: str, pays: str = "69.33", **fields: Any) -> Any:
    return {
        "worker_id": str(bureau.id(name)), "month": when, "enterprise_pays": pays, **fields,
    }  # fmt: skip


async def file(bureau: Bureau, *lines: Any, papers: Any = PAPERS, **fields: Any) -> Any:
    await bureau.world.tell()
    return await bureau.file(
        *lines, programme="living-allowance", quarter="2003Q2", filed_on="2003-07-10",
        papers=papers, **fields,
    )  # fmt: skip


async def reviewed(bureau: Bureau, *lines: Any, **fields: Any) -> dict[str, Any]:
    return made(await bureau.review(made(await file(bureau, *lines, **fields)), "2003-07-11"))


async def test_the_fund_pays_two_thirds_and_stands_in_where_the_enterprise_is_recognised(
    bureau: Bureau,
) -> None:
    for name in ("wang", "li"):
        bureau.world.registered(name)
    poor = {"pays": "0.00", "recognised_on": "2003-05-20"}
    claim = await reviewed(
        bureau, month(bureau, "wang", "2003-05"), month(bureau, "wang", "2003-06"),
        month(bureau, "li", "2003-06", **poor), month(bureau, "li", "2003-05", pays="69.32"),
        papers={**PAPERS, "joint-recognition": "三部门2号"},
    )  # fmt: skip
    assert (claim["claimant_kind"], claim["amount"]) == ("employer", "485.34")
    lines = await bureau.lines(claim)
    shares = [(one["amount"], one["enterprise_bears"], one["backstop"]) for one in lines]
    assert shares == [
        ("138.67", "69.33", "0.00"), ("138.67", "69.33", "0.00"), ("208.00", "0.00", "69.33"),
        ("0.00", "0.00", "0.00"),
    ]  # fmt: skip
    assert lines[3]["clause"] == "黑河市政府报告 (2003) B25/enterprise-third-or-recognition"
    path = f"/v1/claims/{claim['id']}/lines/{lines[2]['id']}/decision"
    decision = made(await bureau.reviewer.get(path))
    assert "财政承担 138.67 元" in decision["explained_zh"]
    assert decision["rederives"] is True
    claim = made(await bureau.approve(claim, "2003-07-14"))
    claim = made(
        await bureau.pay(claim, await bureau.payee("employer", bureau.employer), "2003-07-15")
    )
    file_ = await bureau.hand_over(claim, "2003-07-15")
    await bureau.bank_says(file_, "accepted", date(2003, 7, 16))
    told = await bureau.told("benefit.paid")
    assert sorted(one["amount"] for one in told) == ["138.67", "138.67", "208.00"]
    assert {one["programme"] for one in told} == {"living-allowance"}


async def test_without_the_paper_a_recognition_does_not_count(bureau: Bureau) -> None:
    bureau.world.registered("li")
    line = month(bureau, "li", "2003-06", pays="0.00", recognised_on="2003-05-20")
    claim = await reviewed(bureau, line)
    assert claim["state"] == "rejected"


async def test_a_month_in_the_centre_and_one_at_work_exclude_each_other(bureau: Bureau) -> None:
    bureau.hire("wang", "2003-06", start=date(2003, 6, 10), contract_months=36)
    claim = await reviewed(bureau, month(bureau, "wang", "2003-06"))
    (line,) = await bureau.lines(claim)
    assert (claim["state"], line["clause"].split("/")[1]) == ("rejected", "not-working")
    claim = await reviewed(bureau, month(bureau, "wang", "2003-05"))
    assert claim["amount"] == "138.67"
    again = await reviewed(bureau, month(bureau, "wang", "2003-05"))
    (line,) = await bureau.lines(again)
    assert line["clause"] == "policy 4.6/not-granted-twice"


async def test_the_centres_are_closed_and_a_line_names_no_work(bureau: Bureau) -> None:
    bureau.world.registered("wang")
    named = month(bureau, "wang", "2003-06", reference=str(bureau.id("work")))
    assert refused(await file(bureau, named)) == (422, "claim-line-of-another-shape")
    late = await bureau.file(
        month(bureau, "wang", "2003-07"), programme="living-allowance", quarter="2003Q3",
        filed_on="2003-07-31",
    )  # fmt: skip
    assert refused(late) == (422, "programme-not-claimable")


async def test_where_the_centres_claim_no_run_pays_the_whole_allowance_too(bureau: Bureau) -> None:
    bureau.world.registered("wang")
    assert (await file(bureau, month(bureau, "wang", "2003-06"))).status_code == 201
    for answer in (await enrol(bureau, "wang"), await draft(bureau)):
        assert refused(answer) == (422, "programme-paid-another-way")
        assert "paid by claim" in answer.json()["detail"]


async def test_where_a_city_pays_the_persons_by_runs_no_centre_claims(
    running: Any, tmp_path: Path
) -> None:
    policies = copytree(CITY, tmp_path / "city")
    (policies / "living_allowance_way.toml").write_text(BY_RUNS, encoding="utf-8")
    bureau = await opened(running, policies)
    bureau.world.registered("wang")
    answer = await file(bureau, month(bureau, "wang", "2003-06"))
    assert refused(answer) == (422, "programme-paid-another-way")
    assert "paid by run" in answer.json()["detail"]
    assert (await enrol(bureau, "wang")).status_code == 201
    assert (await draft(bureau)).status_code == 201
