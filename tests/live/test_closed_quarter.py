"""The sample city's closed quarter in a whole house: every claim, order and fen is where it belongs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from rich.console import Console

from local.choice import SAMPLE, find_case
from local.city.load import Tokens, load_city
from tests.live.harness import NAMES, LiveHouse, until
from tests.live.snapshot import figures

pytestmark = [
    pytest.mark.live,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(300),
]
SCALE = Decimal("0.02")
QUARTER = "2003Q3"
FOUND = "registry.duplicate.found.v1"


class BrokenOff(Exception):
    """The load ends here, as when somebody presses Ctrl-C."""


@dataclass
class Breaking:
    """Tokens until a persona has asked for so many."""

    tokens: Tokens
    persona: str
    left: int

    def headers(self, persona: str = "loader", **place: str) -> dict[str, str]:
        if persona == self.persona:
            self.left -= 1
            if not self.left:
                raise BrokenOff
        return self.tokens.headers(persona, **place)


async def load(house: LiveHouse, case: Path, tokens: Tokens | None = None) -> None:
    """The city, and what subsidy's worker does afterwards: each line of a paid run is paid and told."""

    async def lines_are_paid() -> bool:
        settled = await items(house, "payment-orders", state="settled")
        return await given(house) == fen(settled)

    await load_city(case, house.address, tokens or house.tokens, SCALE, Console(quiet=True))
    await until(lines_are_paid, 30, "what the bank paid is paid line by line", pause_s=0.2)
    await house.settled()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Any]]:
    """A house with the city's facts; then the quarter on top of them, broken off at the first batch,
    at the bank's file of the run, and done twice. ``figures`` and ``events`` after each whole load."""
    folder = tmp_path_factory.mktemp("quarter")
    sample = find_case(SAMPLE)
    facts = json.loads(sample.read_text(encoding="utf-8"))
    del facts["closed_quarter"]
    without = folder / "facts.json"
    without.write_text(json.dumps(facts), encoding="utf-8")
    house = LiveHouse(folder / "house")
    try:
        await house.start()
        shown, counted = [], []
        for case, broken in ((without, ()), (sample, (4, 9)), (sample, ())):
            for left in broken:
                with pytest.raises(BrokenOff):
                    await load(house, case, Breaking(house.tokens, "finance-approver", left))
            await load(house, case)
            shown.append(await figures(house))
            counted.append({name: await house.events(name) for name in NAMES})
        yield {"house": house, "figures": shown, "events": counted}
    finally:
        await house.close()


async def items(house: LiveHouse, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await house.read("subsidy", path, limit=100, **query))["items"]
    return found


def fen(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


async def given(house: LiveHouse) -> Decimal:
    """What persons were given month by month, and bodies for their projects."""
    built = await items(house, "claims", programme="market-building", state="paid")
    return fen(await items(house, "benefit-months", state="paid")) + fen(built)


async def test_no_published_figure_moves(told: dict[str, Any]) -> None:
    facts, quarter, again = told["figures"]
    assert len(facts) == 73
    assert facts == quarter == again


async def test_a_load_that_is_repeated_tells_nothing_twice(told: dict[str, Any]) -> None:
    facts, quarter, again = [
        {name: Counter(one["type"] for one in all_told) for name, all_told in counted.items()}
        for counted in told["events"]
    ]
    assert quarter["subsidy"].total() > facts["subsidy"].total()
    # Registry compares records when it has nothing better to do: some pairs are found after the load.
    compared = [counted["registry"].pop(FOUND, 0) for counted in (quarter, again)]
    assert compared == sorted(compared)
    more = {name: again[name] - quarter[name] for name in NAMES}
    assert not any(more.values()), more
    assert again == quarter
    pairs = [
        frozenset((one["data"]["worker_id"], one["data"]["other_id"]))
        for one in told["events"][-1]["registry"]
        if one["type"] == FOUND
    ]
    assert len(set(pairs)) == len(pairs)


async def test_the_claims_came_to_their_ends(told: dict[str, Any]) -> None:
    house = told["house"]
    claims = await items(house, "claims", quarter=QUARTER)
    assert [(one["state"], one["reason"]) for one in claims] == [
        ("paid", None), ("approved", None), ("returned", "contributions-unpaid"),
        ("rejected", "not-entitled"), ("paid", None),
    ]  # fmt: skip
    for claim in claims:
        hands = [*claim["filers"], claim["reviewed_by"], claim["approved_by"]]
        known = [one for one in hands if one is not None]
        assert len(set(known)) == len(known)
        lines = await items(house, f"claims/{claim['id']}/lines")
        assert fen(lines) == Decimal(claim["amount"])
        assert {one["paid"] for one in lines} == {claim["state"] == "paid"}
        for line in lines:
            if line["outcome"] is not None:
                path = f"claims/{claim['id']}/lines/{line['id']}/decision"
                assert (await house.read("subsidy", path))["rederives"] is True


async def test_a_body_is_paid_for_its_project_and_a_centre_that_has_no_standard_is_not(
    told: dict[str, Any],
) -> None:
    house = told["house"]
    (project,) = await items(house, "projects")
    (built,) = await items(house, "claims", programme="market-building")
    (line,) = await items(house, f"claims/{built['id']}/lines")
    assert (built["state"], line["reference"], line["paid"]) == ("paid", project["id"], True)
    assert line["amount"] == project["amount"] == built["amount"]
    (centre,) = await items(house, "claims", programme="living-allowance")
    assert (centre["state"], centre["claimant_kind"], centre["amount"]) == (
        "rejected", "employer", "0.00",
    )  # fmt: skip
    lines = await items(house, f"claims/{centre['id']}/lines")
    assert {one["clause"] for one in lines} == {"subsidy.living_allowance_standard/parameter-set"}


async def test_the_run_is_closed_with_what_it_granted_paid(told: dict[str, Any]) -> None:
    house = told["house"]
    (listed,) = await items(house, "runs", month="2003-09")
    run = await house.read("subsidy", f"runs/{listed['id']}")
    assert run["state"] == "closed"
    assert run["drafted_by"] != run["approved_by"]
    assert run["totals"]["granted"] > 1
    assert run["totals"]["refused"] > 0
    (paid,) = run["payments"]
    assert (paid["state"], paid["amount"]) == ("settled", run["totals"]["funded"])
    lines = await items(house, f"runs/{run['id']}/lines")
    assert fen(lines) == Decimal(run["totals"]["amount"])
    batches = await items(house, "payment-batches", reservation_id=run["reservation_id"])
    file = await house.get(f"/api/subsidy/v1/payment-batches/{batches[0]['id']}/file")
    assert run["content_hash"] in file.text


async def test_every_fen_is_reconciled(told: dict[str, Any]) -> None:
    house = told["house"]
    orders = await items(house, "payment-orders")
    settled = [one for one in orders if one["state"] == "settled"]
    (rejected,) = [one for one in orders if one["state"] == "rejected"]
    assert len(orders) == len(settled) + 1
    fund = await house.read("subsidy", "funds/reemployment")
    assert Decimal(fund["paid"]) == fen(settled)
    assert (fund["reserved"], fund["ordered"]) == ("0.00", "0.00")
    assert fund["committed"] == rejected["amount"], "what the bank did not take is promised still"
    booked = []
    for message in await items(house, "bank-messages"):
        booked += await items(house, f"bank-messages/{message['id']}/lines")
    taken = [one for one in booked if (one["kind"], one["outcome"]) == ("settle", "applied")]
    assert sorted(one["order_id"] for one in taken) == sorted(one["id"] for one in settled)
    assert fen(taken) == fen(settled)
    (desk,) = await items(house, "reconciliation-items")
    assert desk["doubt"] == "paid-twice"
    assert {one["id"] for one in booked if one["outcome"] == "doubt"} == {desk["id"]}
    assert await given(house) == fen(settled)
    check = await house.read("subsidy", "journal/check")
    assert (check["holds"], check["unbalanced_entries"]) == (True, [])


async def test_a_rejection_says_whose_turn_it_is(told: dict[str, Any]) -> None:
    (order,) = await items(told["house"], "payment-orders", state="rejected")
    reason = (await told["house"].read("subsidy", f"payment-orders/{order['id']}"))["reason"]
    assert (reason["code"], reason["owner"], reason["again"]) == ("AC04", "payee", "after-change")
    assert reason["next_zh"]
    assert reason["next_en"]


async def test_the_book_of_the_quarter_is_closed(told: dict[str, Any]) -> None:
    house = told["house"]
    (period,) = await items(house, "periods")
    assert (period["state"], period["book_closed_until"]) == ("closed", "2003-09-30")
    late = {
        "fund": "reemployment", "source": "city", "amount": "1.00", "year": 2003,
        "received_on": "2003-09-30", "area_code": period["area_code"], "office": period["office"],
    }  # fmt: skip
    answer = await house.http.post(
        f"{house.address}/api/subsidy/v1/appropriations",
        headers={**house.tokens.headers("finance-officer"), "Idempotency-Key": "too-late-0001"},
        json=late,
    )
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "period-closed")


async def test_registry_shows_who_was_paid(told: dict[str, Any]) -> None:
    house = told["house"]
    (claim,) = await items(house, "claims", state="paid", programme="si-enterprise")
    line = (await items(house, f"claims/{claim['id']}/lines"))[0]
    ledger = await house.read("registry", "benefits", worker_id=line["worker_id"])
    assert any(
        one["amount"] == line["amount"] for one in ledger["items"] if one["amount"] is not None
    ), ledger


async def test_the_page_leads_to_all_of_it(told: dict[str, Any]) -> None:
    house = told["house"]
    page: httpx.Response = await house.http.get(f"{house.address}/quarter")
    assert page.status_code == 200
    for path, query in [
        ("claims", {"quarter": QUARTER}), ("claims", {"programme": "living-allowance"}),
        ("projects", {}), ("runs", {}), ("payment-batches", {}),
        ("payment-orders", {"state": "rejected"}), ("bank-messages", {}), ("periods", {}),
    ]:  # fmt: skip
        for one in await items(house, path, **query):
            assert f"/open/subsidy/v1/{path}/{one['id']}" in page.text
    assert "同一指令两次入账 paid-twice" in page.text
