"""What the tests of runs share: people on public-welfare posts, on the roll, and who runs a month for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from kit.testing import UnderTest
from subsidy.runs import freezing

from .conftest import Desk
from .test_heard_facts import CODE, World
from .treasury import Treasury

SEPTEMBER = "2003-09"
#: What a month of somebody who earns 600 yuan comes to.
MONTH = "132.00"


@dataclass
class Payroll:
    """An officer who drafts and freezes runs, an approver, and people whose facts are told."""

    service: UnderTest
    officer: Desk
    approver: Desk
    treasury: Treasury
    world: World
    agency: str = ""
    line: str = ""
    people: list[str] = field(default_factory=list)

    @classmethod
    async def opened(
        cls, desk: Desk, yuan: str = "10000.00", names: dict[str, Any] | None = None
    ) -> Payroll:
        """Money for social insurance, an agency with a confirmed account, the fund's own account. The
        same ``names`` give everything the same ids."""
        approver = Desk(desk.service, desk.service.client("finance_approver"))
        treasury = Treasury(desk.service, desk, approver)
        made = cls(
            desk.service,
            desk,
            approver,
            treasury,
            World(desk.service, {} if names is None else names),
        )
        await desk.receive(yuan)
        made.line = str(made.world["line"])
        await desk.arrange(yuan, use_code="social-insurance-subsidy", id=made.line)
        made.agency = str(made.world["agency"])
        await treasury.payee("insurance_agency", id=made.agency, name="市社会保险局")
        treasury.payer = await treasury.payee("fund", name="市财政局再就业资金专户")
        made.world.employer(organisation_code=CODE)
        return made

    def person(self, *, certificate: bool = True, months: tuple[str, ...] = (SEPTEMBER,)) -> str:
        """Somebody of 4050 on a public-welfare post, insured in these months; told, not enrolled."""
        world, name = self.world, f"p{len(self.people)}"
        self.people.append(name)
        about = {"worker_id": str(world[name])}
        world.registered(name, birth_date="1960-05-04", worker_id=str(world[name]))
        if certificate:
            world.say(
                "registry.certificate.issued", f"{name} certificate", date(2003, 1, 10),
                valid_until="2006-01-09", **about,
            )  # fmt: skip
        world.placed(
            f"{name} placement", date(2003, 6, 1), contract_months=36,
            public_welfare_post_id=str(world[f"{name} post"]), **about,
        )  # fmt: skip
        world.say(
            "jobs-market.public-welfare-post.occupied", f"{name} post", date(2003, 6, 1),
            placement_id=str(world[f"{name} placement"]), **about,
        )  # fmt: skip
        for month in months:
            world.paid(f"{name} {month}", month, **about)
        return name

    def enrolment(self, name: str, **fields: Any) -> dict[str, Any]:
        return {
            "worker_id": str(self.world[name]), "programme": "si-public-welfare",
            "reference": str(self.world[f"{name} placement"]), "payee_id": self.agency,
            "since": "2003-06-01", **self.officer.place, **fields,
        }  # fmt: skip

    async def enrol(self, *names: str, **fields: Any) -> list[str]:
        """Put them on the roll; ids in the order of the names."""
        ids = []
        for name in names:
            made = await self.officer.post("/v1/enrolments", self.enrolment(name, **fields))
            assert made.status_code == 201, made.text
            ids.append(str(made.json()["id"]))
        return ids

    async def crew(self, count: int, **person: Any) -> list[str]:
        """So many people, told and enrolled; their enrolments."""
        names = [self.person(**person) for _ in range(count)]
        await self.world.tell()
        return await self.enrol(*names)

    async def draft(self, **fields: Any) -> dict[str, Any]:
        body = {
            "programme": "si-public-welfare", "month": SEPTEMBER, "arrangement_id": self.line,
            "shortage": "refuse-all", "drafted_on": "2003-10-20", **self.officer.place, **fields,
        }  # fmt: skip
        made = await self.officer.post("/v1/runs", body)
        assert made.status_code == 201, made.text
        told: dict[str, Any] = made.json()
        return told

    async def act(
        self,
        run: dict[str, Any],
        what: str,
        body: dict[str, Any] | None = None,
        desk: Desk | None = None,
    ) -> httpx.Response:
        """An act on the run as it was last seen."""
        headers = {
            "Idempotency-Key": str(uuid4()), "If-Match": f'"v{run["version"]}"', "Accept-Language": "en",
        }  # fmt: skip
        return await (desk or self.officer).client.post(
            f"/v1/runs/{run['id']}/{what}", json=body or {}, headers=headers
        )

    async def done(self, run: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
        """The same, which must be done."""
        desk = self.approver if what == "approvals" else self.officer
        answer = await self.act(run, what, body, desk)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def run(self, id: str) -> dict[str, Any]:
        told: dict[str, Any] = (await self.officer.client.get(f"/v1/runs/{id}")).json()
        return told

    async def frozen(self, chunk: int = freezing.CHUNK, **fields: Any) -> dict[str, Any]:
        """A run with all lines decided, in chunks of that size."""
        run = await self.done(await self.draft(**fields), "freezes")
        await freezing.freeze(self.service.runtime, run["id"], chunk)
        return await self.run(run["id"])

    async def approved(self, run: dict[str, Any]) -> dict[str, Any]:
        return await self.done(run, "approvals", on="2003-10-31", content_hash=run["content_hash"])

    async def ordered(self, run: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The run with its next batch at the bank, and that one's file."""
        order = {
            "id": str(uuid4()), "payer_id": self.treasury.payer, "execute_on": "2003-10-31",
            "made_on": "2003-10-31",
        }  # fmt: skip
        run = await self.done(run, "payment-batches", **order)
        batch = (await self.officer.client.get(f"/v1/payment-batches/{order['id']}")).json()
        answer = await self.treasury.approve(batch, approved_on="2003-10-31")
        assert answer.status_code == 201, answer.text
        answer = await self.treasury.step(batch, "handovers", "2003-10-31")
        assert answer.status_code == 201, answer.text
        return run, (await self.treasury.file(batch)).content

    async def lines(self, run: dict[str, Any], **query: str) -> list[dict[str, Any]]:
        """All lines of a run, page by page."""
        path, found = f"/v1/runs/{run['id']}/lines", []
        params = {"limit": "7", **query}
        while True:
            page = (await self.officer.client.get(path, params=params)).json()
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]

    async def months(self) -> list[tuple[str, str, int]]:
        """(worker, month, fen) of all that is held or paid."""
        async with self.service.db.looking() as tx:
            rows = await tx.fetch(
                "select worker_id, month, amount from benefit_month where state <> 'recovered'"
                " order by worker_id, month"
            )
        return [(str(row["worker_id"]), row["month"].isoformat(), row["amount"]) for row in rows]

    async def money(self) -> dict[str, str]:
        """Where the money of the fund is; and the books hold."""
        assert (await self.officer.client.get("/v1/journal/check")).json()["holds"] is True
        fund = (await self.officer.client.get("/v1/funds/reemployment")).json()
        return {n: fund[n] for n in ("reserved", "committed", "ordered", "paid") if n in fund}
