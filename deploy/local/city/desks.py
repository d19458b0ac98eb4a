"""A quarter of subsidies worked through by those who do it: five persons, each at a desk of their own.

The clerk files what employers claim, the labour bureau reviews, the finance bureau approves and pays,
the bank of the tests answers, and one month's run pays the people on the roll. All of it over the
public interfaces and under keys made of the case, so that a broken load goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from local.bank import Fate, answer
from local.city.case import Case, last_of
from local.city.identity import Ids
from local.city.market import Market
from local.city.people import People
from local.city.quantities import fen_of
from local.city.quarter import (
    BUILDING,
    Picked,
    Work,
    days_of,
    in_the_centre,
    line_of,
    months_of,
    pick,
)
from local.city.sender import Json, LoadFailed, Sender, Settle

REGISTRY, JOBS, SUBSIDY = "registry", "jobs-market", "subsidy"
CLAIMED, ON_THE_ROLL = "si-enterprise", "si-public-welfare"
BUILT, IN_THE_CENTRE = "market-building", "living-allowance"
#: Papers of a claim (the list is subsidy's; what is missing stands on the claim).
PAPERS = (
    "roster", "certificate-copies", "contract-copies", "contribution-detail", "basic-account",
)  # fmt: skip
PAPERS_OF_A_PROJECT = ("project-approval", "vouchers", "basic-account")
PAPERS_OF_A_CENTRE = ("roster", "centre-agreements", "payroll", "basic-account")
#: Between two looks at a run that is being decided, and how often.
LOOK_EVERY_S, LOOKS = 0.2, 600
#: The longest page of a list.
PAGE = 100


@dataclass(frozen=True)
class Desks:
    """Who does it; each a person of local.personas, so that no one checks what he or she made."""

    agency: Sender
    clerk: Sender
    reviewer: Sender
    officer: Sender
    approver: Sender

    #: Keys of local.personas, in the order of the fields.
    PERSONAS: ClassVar = (
        "insurance-agency", "subsidy-clerk", "subsidy-reviewer", "finance-officer", "finance-approver",
    )  # fmt: skip

    @property
    def sent(self) -> int:
        return sum(one.sent for one in vars(self).values())


class Quarter:
    """The closed quarter of a case."""

    def __init__(
        self, case: Case, ids: Ids, market: Market, people: People, desks: Desks, settle: Settle
    ) -> None:
        asked = case.closed_quarter
        assert asked is not None
        days, line = days_of(asked.last, case.as_of), line_of(case)
        assert days is not None
        assert line is not None
        self.case, self.asked, self.days = case, asked, days
        self.ids, self.market, self.people = ids, market, people
        self.desks, self.settle = desks, settle
        self.arrangement = self._id("arrangement", line)
        self.place = {
            "area_code": case.city_area, "office": f"{case.city.code}-employment-bureau",
        }  # fmt: skip

    def _id(self, noun: str, number: int) -> str:
        return f"{self.ids.prefix(noun)}{number:08x}"

    async def work_through(self) -> None:
        """From contributions to the closed book. Raises :class:`LoadFailed`."""
        await self.settle(JOBS, SUBSIDY)
        await self.settle(REGISTRY, SUBSIDY)
        picked = pick(self.market, self.people, await self._entitled(), self.asked.last)
        await self._insure(picked)
        await self.settle(REGISTRY, SUBSIDY)
        fund = await self._payee("fund", 0, "市财政局再就业资金专户")
        agency = await self._payee("insurance_agency", 1, "市社会保险局")
        if picked.paid:
            # Booked twice by the bank: the second line waits on the reconciliation desk.
            claim = await self._hired(1, picked.paid)
            await self._paid(claim, self.arrangement, fund, agency, "paid-twice")
        if picked.rejected:
            county = await self._payee("insurance_agency", 2, "县社会保险局")
            claim = await self._hired(2, picked.rejected)
            await self._paid(claim, self.arrangement, fund, county, "rejected:AC04")
        await self._returned(3, picked.returned)
        await self._refused(4, picked.refused)
        await self._run(picked.roll, fund, agency)
        await self._project(5, fund)
        await self._centre(6)
        await self._close()

    # --- what is known before -----------------------------------------------------------------------

    async def _entitled(self) -> set[str]:
        """Placements that the service found to open the subsidy."""
        found: set[str] = set()
        query = f"standing=open&limit={PAGE}"
        cursor = ""
        while True:
            page = await self.desks.officer.see(SUBSIDY, f"/v1/entitlements?{query}{cursor}")
            found |= {one["placement_id"] for one in page["items"]}
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    async def _insure(self, picked: Picked) -> None:
        """What the employers paid to the insurance agency. Whoever is sent back did not; and of the
        roll, where it is long enough, one did not."""
        claimed = [*picked.paid, *picked.rejected, *picked.refused]
        paid = [(work, month) for work in claimed for month in self._months(work)]
        insured = picked.roll[:-1] if len(picked.roll) > 2 else picked.roll
        paid += [(work, self._month) for work in insured]
        await self.desks.agency.bodies(
            REGISTRY, "/v1/contributions",
            (
                {
                    "id": self._id("insurance-contribution", number), "id_number": work.id_number,
                    "month": month, "pension": True, "medical": True, "unemployment": True,
                    "payer": work.payer, "base": work.wage,
                }
                for number, (work, month) in enumerate(paid)
            ),
        )  # fmt: skip

    def _months(self, work: Work) -> list[str]:
        return months_of(work, self.asked.first, self.asked.last)

    @property
    def _month(self) -> str:
        """The month of the run: the quarter's last."""
        return f"{self.asked.last:%Y-%m}"

    async def _payee(self, kind: str, number: int, name: str) -> str:
        """Somebody who pays or is paid, with an account that two persons looked at; its id."""
        id, account = self._id("payee", number), self._id("payee-account", number)
        await self.desks.officer.act(
            SUBSIDY, "/v1/payees",
            {
                "id": id, "kind": kind, "reference_id": self._id("payee-reference", number),
                "account": {
                    "id": account, "name": name, "number": f"{self.case.city.code}{number:010d}",
                    "clearing_code": "102261000018", "proposed_on": str(self.days.filed),
                    "reason": self.asked.note,
                },
                **self.place,
            },
        )  # fmt: skip
        await self.desks.approver.act(
            SUBSIDY, f"/v1/payees/{id}/accounts/{account}/decisions",
            {"confirmed": True, "decided_on": str(self.days.filed), "note": self.asked.note},
        )  # fmt: skip
        return id

    # --- claims -------------------------------------------------------------------------------------

    async def _filed(
        self, number: int, programme: str, claimant: str, papers: tuple[str, ...], lines: list[Json],
        quarter: str | None = None,
    ) -> Json:  # fmt: skip
        """A claim, for this quarter unless another is named."""
        return await self.desks.clerk.act(
            SUBSIDY, "/v1/claims",
            {
                "id": self._id("claim", number), "programme": programme, "claimant_id": claimant,
                "quarter": quarter or self.asked.quarter, "filed_on": str(self.days.filed),
                "papers": dict.fromkeys(papers, self.asked.note),
                "lines": [
                    {"id": self._id("claim-line", number << 16 | n), **line}
                    for n, line in enumerate(lines)
                ],
                **self.place,
            },
        )  # fmt: skip

    async def _hired(self, number: int, works: list[Work]) -> Json:
        """The claim of an employer for all months of the quarter."""
        lines = [
            {"worker_id": work.worker, "month": month, "reference": work.placement}
            for work in works
            for month in self._months(work)
        ]
        return await self._filed(number, CLAIMED, works[0].employer, PAPERS, lines)

    async def _reviewed(self, claim: Json) -> Json:
        return await self.desks.reviewer.act(
            SUBSIDY, f"/v1/claims/{claim['id']}/reviews", {"on": str(self.days.reviewed)},
            version=claim["version"],
        )  # fmt: skip

    async def _paid(self, claim: Json, arrangement: str, payer: str, payee: str, fate: str) -> None:
        """A claim that goes the whole way, to what the bank makes of it."""
        claim = await self._reviewed(claim)
        path, days = f"/v1/claims/{claim['id']}", self.days
        claim = await self.desks.approver.act(
            SUBSIDY, f"{path}/approvals",
            {"on": str(days.approved), "arrangement_id": arrangement},
            version=claim["version"],
        )  # fmt: skip
        claim = await self.desks.officer.act(
            SUBSIDY, f"{path}/payments",
            {
                "on": str(days.ordered), "payer_id": payer, "payee_id": payee,
                "execute_on": str(days.ordered),
            },
            version=claim["version"],
        )  # fmt: skip
        await self._at_the_bank(claim["dues"][0]["batch_id"], days.ordered, fate, days.answered)

    async def _returned(self, number: int, works: list[Work]) -> None:
        """One of which the labour bureau finds that the employer owes contributions."""
        if not works:
            return
        claim = await self._hired(number, works)
        await self.desks.reviewer.act(
            SUBSIDY, f"/v1/claims/{claim['id']}/returns",
            {
                "on": str(self.days.reviewed), "reason": "contributions-unpaid",
                "note": self.asked.note,
            },
            version=claim["version"],
        )  # fmt: skip

    async def _refused(self, number: int, works: list[Work]) -> None:
        """One whose contracts are too short: the review grants no line and rejects it."""
        if works:
            await self._reviewed(await self._hired(number, works))

    async def _project(self, number: int, payer: str) -> None:
        """A body claims for what it was approved to build, and is paid."""
        built = self.asked.project
        if built is None:
            return
        fen = fen_of(built.amount)
        line = line_of(self.case, BUILDING, fen)
        assert line is not None
        amount, project = f"{fen // 100}.{fen % 100:02d}", self._id("project", 0)
        payee = await self._payee("body", 3, "市劳动力市场")
        body = self._id("payee-reference", 3)
        await self.desks.officer.act(
            SUBSIDY, "/v1/projects",
            {
                "id": project, "programme": BUILT, "body_id": body, "title": built.title,
                "approval": built.approval, "approved_on": str(built.approved_on),
                "amount": amount, **self.place,
            },
        )  # fmt: skip
        lines = [{"reference": project, "span": "quarter", "spent": amount}]
        claim = await self._filed(number, BUILT, body, PAPERS_OF_A_PROJECT, lines)
        await self._paid(claim, self._id("arrangement", line), payer, payee, "accepted")

    async def _centre(self, number: int) -> None:
        """An enterprise claims the allowance that it paid in its centre, and the labour bureau reviews it:
        while the city has set no standard no line is granted, and nothing is paid."""
        quarter = self.asked.centre
        last = None if quarter is None else last_of(quarter)
        centre = None if last is None else in_the_centre(self.market, self.people, last)
        if last is None or centre is None:
            return
        lines: list[Json] = [
            {"worker_id": worker, "month": f"{last:%Y-%m}", "agreement_until": until}
            for worker, until in centre.workers
        ]
        claim = await self._filed(
            number, IN_THE_CENTRE, centre.enterprise, PAPERS_OF_A_CENTRE, lines, quarter
        )
        await self._reviewed(claim)

    # --- a month's run ------------------------------------------------------------------------------

    async def _run(self, roll: list[Work], payer: str, payee: str) -> None:
        """Enrolled, drafted, frozen, approved, paid and closed. Where nobody is granted anything it
        stays frozen: there is nothing to pay."""
        if not roll:
            return
        officer, today = self.desks.officer, str(self.case.as_of)
        await officer.bodies(SUBSIDY, "/v1/enrolments", self._enrolments(roll, payee))
        id = self._id("run", 0)
        path = f"/v1/runs/{id}"
        run = await officer.act(
            SUBSIDY, "/v1/runs",
            {
                "id": id, "programme": ON_THE_ROLL, "month": self._month,
                "arrangement_id": self.arrangement, "shortage": "pro-rata",
                "drafted_on": str(self.days.drafted), **self.place,
            },
        )  # fmt: skip
        await officer.act(SUBSIDY, f"{path}/freezes", {}, version=run["version"])
        run = await self._decided(path)
        if run["reservation_id"] is None:
            return
        run = await self.desks.approver.act(
            SUBSIDY, f"{path}/approvals", {"on": today, "content_hash": run["content_hash"]},
            version=run["version"],
        )  # fmt: skip
        batch = self._id("payment-batch", 0)
        await officer.act(
            SUBSIDY, f"{path}/payment-batches",
            {"id": batch, "payer_id": payer, "execute_on": today, "made_on": today},
            version=run["version"],
        )  # fmt: skip
        await self._at_the_bank(batch, self.case.as_of, "accepted", self.case.as_of)
        run = await officer.see(SUBSIDY, path)
        await officer.act(SUBSIDY, f"{path}/closings", {"on": today}, version=run["version"])

    def _enrolments(self, roll: list[Work], payee: str) -> Iterator[Json]:
        for number, work in enumerate(roll):
            yield {
                "id": self._id("subsidy-enrolment", number), "worker_id": work.worker,
                "programme": ON_THE_ROLL, "reference": work.placement, "payee_id": payee,
                "since": str(work.since), **self.place,
            }  # fmt: skip

    async def _decided(self, path: str) -> Json:
        """The run when the service's worker has decided all of it."""
        for _ in range(LOOKS):
            run = await self.desks.officer.see(SUBSIDY, path)
            if run["state"] not in ("draft", "freezing"):
                return run
            await asyncio.sleep(LOOK_EVERY_S)
        raise LoadFailed(f"{SUBSIDY} {path}: 未能冻结 / is still not frozen")

    # --- bank and book ------------------------------------------------------------------------------

    async def _at_the_bank(self, batch: str, on: date, fate: str, answered: date) -> None:
        """The second person agrees to the batch, the file goes out, the bank answers it."""
        path = f"/v1/payment-batches/{batch}"
        made = await self.desks.officer.see(SUBSIDY, path)
        await self.desks.approver.act(
            SUBSIDY, f"{path}/approvals",
            {"approved_on": str(on), "content_hash": made["content_hash"]},
        )  # fmt: skip
        await self.desks.officer.act(SUBSIDY, f"{path}/handovers", {"on": str(on)})
        file = await self.desks.officer.fetch(SUBSIDY, f"{path}/file")
        answers = answer(file, [Fate.of(fate)], answered)
        for content in (answers.report, answers.statement):
            if content is not None:
                body = {
                    "content": b64encode(content).decode(), "received_on": str(answered),
                    **self.place,
                }  # fmt: skip
                await self.desks.officer.act(SUBSIDY, "/v1/bank-messages", body)

    async def _close(self) -> None:
        """The book of the quarter is closed: nothing is entered in it any more."""
        await self.desks.officer.act(
            SUBSIDY, "/v1/periods",
            {
                "id": self._id("period", 0), "fund": "reemployment",
                "closed_through": str(self.asked.last), "closed_on": str(self.case.as_of),
                "note": self.asked.note, **self.place,
            },
        )  # fmt: skip
