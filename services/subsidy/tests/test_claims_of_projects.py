"""A street office or the owner of a market claims for a project, by quarter or by year, and never twice."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.testing import UnderTest

from .claims_desk import Bureau, made, refused
from .conftest import DISTRICT

PAPERS = {"project-approval": "黑再领[2003]7号", "vouchers": "凭证3", "basic-account": "开户4"}


class Builder:
    """A body with an approved project of 500.00 and money for it."""

    def __init__(self, bureau: Bureau, line: str) -> None:
        self.bureau, self.line, self.body = bureau, line, str(uuid4())

    @classmethod
    async def opened(cls, service: UnderTest, yuan: str = "1000.00") -> Builder:
        bureau = await Bureau.opened(service)
        await bureau.treasury.officer.receive(yuan)
        line = made(
            await bureau.treasury.officer.arrange(
                yuan, use_code="market-construction", arranged_on="2003-07-01"
            )
        )
        return cls(bureau, line["id"])

    async def record(self, **fields: Any) -> httpx.Response:
        desk = self.bureau.treasury.officer
        body = {
            "programme": "market-building", "body_id": self.body, "title": "劳动力市场信息网络",
            "approval": "黑再领[2003]7号", "approved_on": "2003-06-10", "amount": "500.00",
            **desk.place, **fields,
        }  # fmt: skip
        return await desk.post("/v1/projects", body)

    async def project(self, **fields: Any) -> str:
        return str(made(await self.record(**fields))["id"])

    async def file(
        self,
        project: str,
        spent: str,
        quarter: str = "2003Q3",
        span: str = "quarter",
        **fields: Any,
    ) -> httpx.Response:
        line = {"reference": project, "span": span, "spent": spent}
        return await self.bureau.file(
            line, programme="market-building", claimant_id=self.body, papers=PAPERS,
            quarter=quarter, **fields,
        )  # fmt: skip

    async def reviewed(self, project: str, spent: str, **fields: Any) -> dict[str, Any]:
        return made(await self.bureau.review(made(await self.file(project, spent, **fields))))

    async def paid(self, project: str, spent: str, **fields: Any) -> dict[str, Any]:
        claim = await self.reviewed(project, spent, **fields)
        claim = made(await self.bureau.approve(claim, arrangement_id=self.line))
        payee = await self.bureau.payee("body", self.body)
        claim = made(await self.bureau.pay(claim, payee))
        await self.bureau.bank_says(await self.bureau.hand_over(claim), "accepted")
        return await self.bureau.seen(claim)


@pytest.fixture
async def builder(subsidy: UnderTest) -> Builder:
    return await Builder.opened(subsidy)


async def test_a_bodys_project_goes_the_whole_way_and_the_next_quarter_gets_the_rest(
    builder: Builder,
) -> None:
    bureau, project = builder.bureau, await builder.project()
    claim = await builder.paid(project, "300.00")
    assert (claim["state"], claim["claimant_kind"], claim["amount"]) == ("paid", "body", "300.00")
    assert [(one["payee_kind"], one["amount"]) for one in claim["dues"]] == [("body", "300.00")]
    (line,) = await bureau.lines(claim)
    assert (line["worker_id"], line["reference"], line["spent"]) == (None, project, "300.00")
    (told,) = await bureau.told("project.paid")
    assert (told["project_id"], told["body_id"], told["quarter"], told["amount"]) == (
        project, builder.body, "2003Q3", "300.00",
    )  # fmt: skip
    assert await bureau.told("benefit.paid") == []
    assert (await bureau.treasury.fund())["paid"] == "300.00"
    earlier = await builder.reviewed(project, "620.00", quarter="2003Q2")
    assert earlier["amount"] == "200.00", "what was approved, less what was granted"
    (line,) = await bureau.lines(earlier)
    path = f"/v1/claims/{earlier['id']}/lines/{line['id']}/decision"
    decision = made(await bureau.reviewer.get(path))
    assert decision["rederives"] is True
    assert decision["explained_zh"][-1] == "500.00 元 − 300.00 元 = 200.00 元"
    nothing = await builder.reviewed(project, "620.00", quarter="2003Q1")
    (line,) = await bureau.lines(nothing)
    assert (nothing["state"], line["clause"]) == (
        "rejected", "财社[2002]107 B22/approved-amount-left",
    )  # fmt: skip


async def test_the_same_quarter_of_a_project_is_granted_once_whoever_reviews_at_the_moment(
    builder: Builder,
) -> None:
    project = await builder.project()
    claims = [made(await builder.file(project, "90.00")) for _ in range(5)]
    reviewed = [made(one) for one in await asyncio.gather(*map(builder.bureau.review, claims))]
    assert sorted(one["state"] for one in reviewed) == ["rejected"] * 4 + ["reviewed"]
    clauses = {
        line["clause"] for claim in reviewed for line in await builder.bureau.lines(claim)
        if claim["state"] == "rejected"
    }  # fmt: skip
    # What the others see is either that nothing is left to pay or that the quarter is another line's.
    assert clauses <= {
        "财社[2002]107 B22/spent-by-vouchers", "policy 4.6/not-granted-before",
    }  # fmt: skip
    more = await builder.reviewed(project, "95.00")
    (line,) = await builder.bureau.lines(more)
    assert (more["state"], line["clause"]) == ("rejected", "policy 4.6/not-granted-before")


async def test_a_year_takes_its_four_quarters_and_gives_them_back_when_it_is_returned(
    running: Any,
) -> None:
    builder = await Builder.opened(await running("subsidy", business_day=date(2004, 2, 28)))
    project = await builder.project()
    acts = {"filed_on": "2004-01-10"}
    year = {"quarter": "2003Q4", "span": "year", **acts}
    early = await builder.file(project, "90.00", span="year", quarter="2003Q3")
    assert refused(early) == (422, "month-outside-the-quarter")
    claim = made(await builder.file(project, "90.00", **year))
    claim = made(await builder.bureau.review(claim, "2004-01-12"))
    assert claim["amount"] == "90.00"
    quarter = made(await builder.file(project, "95.00", **acts))
    quarter = made(await builder.bureau.review(quarter, "2004-01-13"))
    (line,) = await builder.bureau.lines(quarter)
    assert line["clause"] == "policy 4.6/not-granted-before"
    claim = made(await builder.bureau.turn(claim, on="2004-01-14"))
    again = made(await builder.file(project, "95.00", filed_on="2004-01-15"))
    assert made(await builder.bureau.review(again, "2004-01-16"))["amount"] == "95.00"


async def test_a_use_outside_the_list_needs_the_provinces_reference_and_a_project_its_own_body(
    builder: Builder,
) -> None:
    bureau = builder.bureau
    mine = await builder.project(programme="community-work")
    stranger = await builder.project(body_id=str(uuid4()))
    clauses = []
    for programme, project in (
        ("community-work", mine), ("market-building", stranger), ("market-building", str(uuid4())),
    ):  # fmt: skip
        line = {"reference": project, "span": "quarter", "spent": "10.00"}
        claim = made(
            await bureau.file(line, programme=programme, claimant_id=builder.body, papers=PAPERS)
        )
        (line,) = await bureau.lines(made(await bureau.review(claim)))
        clauses.append((line["outcome"], line["clause"]))
    assert clauses == [
        ("refused", "财社[2002]107 B1/use-permitted"), ("refused", "policy 4.2/of-the-claimant"),
        ("withheld", "B16/facts-known"),
    ]  # fmt: skip


async def test_an_approval_is_recorded_once_and_only_of_a_programme_with_projects(
    builder: Builder,
) -> None:
    project = await builder.project()
    assert refused(await builder.record()) == (409, "project-known")
    assert (
        refused(await builder.record(programme="si-enterprise"))[1] == "programme-without-projects"
    )
    assert refused(await builder.record(programme="none"))[1] == "programme-without-projects"
    early = await builder.record(approval="早", approved_on="2002-12-02")
    assert refused(early)[1] == "programme-without-projects"
    reader = builder.bureau.reviewer
    assert made(await reader.get(f"/v1/projects/{project}"))["amount"] == "500.00"
    found = made(await reader.get("/v1/projects", params={"body_id": builder.body}))["items"]
    assert [one["id"] for one in found] == [project]
    neighbour = builder.bureau.service.client("subsidy_reviewer", area=DISTRICT)
    assert (await neighbour.get(f"/v1/projects/{project}")).status_code == 404


async def test_a_line_names_what_its_programme_asks_for(builder: Builder) -> None:
    project, worker = await builder.project(), str(uuid4())
    of_project = {"reference": project, "span": "quarter", "spent": "1.00"}
    of_worker = {"worker_id": worker, "reference": str(uuid4()), "month": "2003-09"}
    file = builder.bureau.file
    for line, programme in (
        ({**of_project, "worker_id": worker}, "market-building"),
        ({**of_project, "span": None}, "market-building"),
        ({**of_worker, "span": "quarter"}, "si-enterprise"),
        ({**of_worker, "reference": None}, "si-enterprise"),
        ({**of_worker, "worker_id": None}, "si-enterprise"),
    ):
        answer = await file(line, programme=programme, papers=PAPERS)
        assert refused(answer) == (422, "claim-line-of-another-shape"), line
