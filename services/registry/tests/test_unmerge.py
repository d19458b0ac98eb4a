"""Merge, then un-merge, equals never merged: also with everything that happens in between.

The same story is told in two databases with the same ids. In one of them the two records are merged
somewhere in the story and taken apart at its end; then all that is folded is compared.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from kit.crypto import check_digit
from kit.ids import new_id
from kit.testing import UnderTest
from registry.duplicates import usecases as duplicates

from .conftest import OFFICE, Registry, settled
from .test_contributions_api import agency, conflicts
from .test_contributions_api import paid as paid_for
from .test_journey_unemployment import Window
from .test_merges_api import found_same, unmerged
from .test_merges_api import merged as merge_of

#: Folded tables with what of a row is a name of its own making, or when it was written.
FOLDED: dict[str, set[str]] = {
    "labour_status": {"id"},
    "unemployment_registration": {"id", "entry"},
    "unemployment_filing": {"id", "job_id", "decision_id"},
    "insurance_account": {"id"},
    "insurance_episode": {"account_id", "employed_event", "deferred_event"},
    "insurance_finding": {"id", "account_id"},
    "contribution_conflict": {"id", "found_at"},
    "certificate": {"decision_id", "step"},
    "difficulty": {"decision_id", "recognised_event"},
    "pairing": set(),
    "benefit_month": set(),
    "benefit": {"id"},
    "benefit_overlap": {"id", "found_on"},
    "identity_link": set(),
}
VOLATILE = {"version", "told_event", "recorded_at", "annotated_event", "changed_xid"}
#: Rows that say of themselves that they no longer stand.
STANDING = {
    "benefit_month": "live", "benefit": "not reversed", "benefit_overlap": "standing",
    "contribution_conflict": "standing", "unemployment_registration": "state <> 'void'",
    "insurance_account": "state <> 'void'",
}  # fmt: skip
#: Rows whose person stands in another table.
OF_ACCOUNT = ("insurance_episode", "insurance_finding")


async def snapshot(registry: Registry) -> dict[str, list[str]]:
    """What is folded, without record times, versions, and names that folding made up."""
    found = {}
    async with registry.thing.db.looking() as tx:
        for table, made_up in FOLDED.items():
            where = f" where {STANDING[table]}" if table in STANDING else ""
            with_person = "*"
            if table in OF_ACCOUNT:
                with_person = (
                    f"{table}.*, (select worker_id from insurance_account where id = account_id)"
                )
            rows = await tx.fetch(f"select {with_person} from {table}{where}")
            found[table] = sorted(
                str({k: v for k, v in row.items() if k not in VOLATILE | made_up}) for row in rows
            )
    return found


class Story:
    """Facts with ids of their own, so that they can be told twice."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        digits = "99100019600504"
        self.forms = [self._form(f"{digits}{n:03d}") for n in (2, 12)]
        self.a, self.b = (str(form["id"]) for form in self.forms)
        self.certificates = [str(new_id()) for _ in self.forms]
        self.recognitions = [str(new_id()) for _ in self.forms]
        self.pairings = [str(new_id()) for _ in self.forms]
        self.placements: list[tuple[str, str]] = []
        self.entitlements: list[tuple[str, str]] = []
        self.paid: list[tuple[str, dict[str, Any]]] = []
        self.drawing: list[dict[str, Any]] = []
        self.facts = [self._fact() for _ in range(24)]

    def _form(self, digits: str) -> dict[str, Any]:
        return {
            "id": str(new_id()), "id_number": digits + check_digit(digits), "name": "王小明",
            "registered_on": "2003-01-06", "area_code": "231102000000", "office": OFFICE,
            "labour_status": "laid_off", "status_since": "2001-03-01",
            "category": "soe_laid_off", "former_enterprise_kind": "state_owned",
            "centre_agreement_on": "2001-03-01",
        }  # fmt: skip

    def _day(self) -> str:
        return f"2003-0{self.chance.randint(2, 9)}-{self.chance.randint(1, 28):02d}"

    def _fact(self) -> tuple[str, dict[str, Any]]:
        """One fact from outside, about either record."""
        what = self.chance.choice(
            [
                "confirmed",
                "confirmed",
                "ended",
                "voided",
                "opened",
                "opened",
                "paid",
                "paid",
                "recovered",
                "lent",
                "life",
                "insured",
                "insured",
                "drew",
                "drew",
                "drew",
            ]
        )
        worker, day = self.chance.choice([self.a, self.b]), self._day()
        if what in ("ended", "voided") and self.placements:
            placement, worker = self.chance.choice(self.placements)
            data = {"worker_id": worker} | ({"ended_on": day} if what == "ended" else {})
            return f"jobs-market.placement.{what}.v1", {"entity": placement, "data": data}
        if what == "opened":
            entitlement = str(new_id())
            self.entitlements.append((entitlement, worker))
            data = {"worker_id": worker, "programme": "si-enterprise", "from": f"{day[:7]}-01",
                    "to": "2003-12-31", "months": 3}  # fmt: skip
            return "subsidy.entitlement.opened.v1", {"entity": entitlement, "data": data}
        if what == "paid":
            return self._paid(worker, day)
        if what == "recovered" and self.paid:
            worker, paid = self.chance.choice(self.paid)
            data = {"worker_id": worker, "amount": "50.00", "whole": self.chance.random() < 0.6}
            return "subsidy.benefit.recovered.v1", {
                "entity": paid["entity"], "data": data, "reverses": _event_id(paid)
            }  # fmt: skip
        if what == "lent":
            data = {"worker_id": worker, "principal": "20000.00", "due_on": "2005-06-01"}
            return "loans.loan.disbursed.v1", {"entity": str(new_id()), "data": data}
        number = next(f["id_number"] for f in self.forms if f["id"] == worker)
        if what == "insured":
            return "insured", {"fact": paid_for(number, day[:7])}
        if what == "drew":
            return "drew", {"fact": self._drew(number, day)}
        if what == "life":
            kind = self.chance.choice(["dibao", "enlisted", "retired"])
            fact = {"id": str(new_id()), "id_number": number, "kind": kind, "on": day}
            return "life", {"fact": fact}
        placement = str(new_id())
        self.placements.append((placement, worker))
        data = {"worker_id": worker, "employer_id": str(new_id()), "channel": "contract",
                "started_on": day}  # fmt: skip
        return "jobs-market.placement.confirmed.v1", {"entity": placement, "data": data}

    def _drew(self, number: str, day: str) -> dict[str, Any]:
        """Something that the agency tells of unemployment insurance, or takes back."""
        fact = {
            "id": str(new_id()), "id_number": number, "on": day, "authority": "失业保险经办机构",
        }  # fmt: skip
        mine = [one for one in self.drawing if one["id_number"] == number]
        what = self.chance.choice(["started", "drawn", "drawn", "stopped", "reversed"])
        if not mine:
            what = "started"
        if what == "started":
            fact |= {"months": 12, "years": 4}
        elif what == "stopped":
            fact |= {"reason": "refused_job"}
        elif what == "reversed":
            fact |= {"reverses": self.chance.choice(mine)["id"]}
        if what != "reversed":
            self.drawing.append(fact)
        return fact | {"what": what}

    def _paid(self, worker: str, day: str) -> tuple[str, dict[str, Any]]:
        """A month is paid, of an entitlement or by itself."""
        entitlement = None
        if self.entitlements and self.chance.random() < 0.6:
            entitlement, worker = self.chance.choice(self.entitlements)
        data = {
            "worker_id": worker, "from": f"{day[:7]}-01", "to": f"{day[:7]}-28", "amount": "100.00",
            "programme": "si-enterprise" if entitlement else "post-subsidy",
            "entitlement_id": entitlement, "decision_id": str(new_id()),
        }  # fmt: skip
        paid = {"entity": str(new_id()), "data": data}
        self.paid.append((worker, paid))
        return "subsidy.benefit.paid.v1", paid

    async def tell(self, registry: Registry, facts: list[tuple[str, dict[str, Any]]]) -> None:
        for name, more in facts:
            if name == "life":
                await registry.http.post("/v1/life-facts", json=more["fact"])
                continue
            if name == "insured":
                await agency(registry).post("/v1/contributions", json=more["fact"])
                continue
            if name == "drew":
                path = "/v1/unemployment-insurance/facts"
                assert (await registry.load(path, [more["fact"]], mode="good")).status_code == 200
                continue
            await registry.thing.deliver(
                registry.thing.heard(
                    name,
                    UUID(more["entity"]),
                    more["data"],
                    id=UUID(_event_id(more)),
                    reverses=UUID(more["reverses"]) if "reverses" in more else None,
                )
            )


def _event_id(more: dict[str, Any]) -> str:
    """The event's id is the same in both tellings."""
    return str(more.setdefault("event", str(new_id())))


async def begin(registry: Registry, story: Story) -> None:
    await registry.loaded("/v1/workers", story.forms)
    for n, form in enumerate(story.forms):
        applied = {"id": story.certificates[n], "worker_id": form["id"],
                   "applied_on": f"2003-03-0{3 + n}"}  # fmt: skip
        await registry.loaded("/v1/certificates", [applied])
        await registry.loaded(
            "/v1/certificates/issues", [{"worker_id": form["id"], "issued_on": f"2003-04-1{n}"}]
        )
        await registry.loaded(
            "/v1/pairings",
            [{"id": story.pairings[n], "worker_id": form["id"], "helper_office": OFFICE,
              "formed_on": "2003-02-01"}],
        )  # fmt: skip


async def files(registry: Registry, story: Story) -> None:
    """Both were at a window: recognised, registered as unemployed, one hired and without work again; for
    the other an employer pays."""
    for n, form in enumerate(story.forms):
        asked = {
            "id": story.recognitions[n],
            "worker_id": form["id"],
            "recognised_on": "2003-05-05",
        }
        await registry.post("/v1/difficulties", asked)
    one, two = (Window(registry, str(form["id"])) for form in story.forms)
    await one.registers("2003-05-12")
    await two.registers("2003-05-20")
    await two.files("hire-filings", on="2003-06-02", filed_on="2003-06-10", form="contract")
    await two.files("separation-filings", on="2003-07-01", filed_on="2003-07-04")
    await agency(registry).post(
        "/v1/contributions", json=paid_for(story.forms[0]["id_number"], "2003-06")
    )
    await two.files("contacts", on="2003-08-01", channel="visit")


async def merged(registry: Registry, story: Story) -> Any:
    while await duplicates.find_next(registry.thing.runtime):
        pass
    (pair,) = (await registry.get("/v1/duplicates"))["items"]
    verdict = await registry.post(
        f"/v1/duplicates/{pair['id']}/adjudications",
        {"verdict": "same", "on": "2003-09-01", "reason": "核对户口簿"},
        **{"If-Match": f'"v{pair["version"]}"'},
    )
    survivor, other = story.chance.sample([story.a, story.b], 2)
    body = {"survivor_id": survivor, "merged_id": other, "adjudication_id": verdict["id"],
            "merged_on": "2003-09-03", "reason": "系同一人"}  # fmt: skip
    return await registry.post(
        "/v1/merges", body, by=registry.checker, **{"Idempotency-Key": str(new_id())}
    )


@pytest.mark.parametrize("seed", range(6))
async def test_merge_then_unmerge_equals_never_merged(
    running: Callable[..., Any], seed: int
) -> None:
    story = Story(seed)
    at = story.chance.randint(0, len(story.facts))
    told: list[dict[str, list[str]]] = []
    for with_merge in (False, True):
        thing: UnderTest = await running("registry")
        registry = await settled(thing)
        await begin(registry, story)
        await files(registry, story)
        await story.tell(registry, story.facts[:at])
        merge = await merged(registry, story) if with_merge else None
        await story.tell(registry, story.facts[at:])
        if merge is not None:
            await registry.post(
                f"/v1/merges/{merge['id']}/reversals", {"on": "2003-09-20", "reason": "误并"},
                **{"If-Match": f'"v{merge["version"]}"'},
            )  # fmt: skip
        told.append(await snapshot(registry))
    never, again = told
    for table in FOLDED:
        assert again[table] == never[table], table
    assert never["insurance_account"]


async def test_a_conflict_of_the_merged_goes_with_the_merge(registry: Registry) -> None:
    """Insured by an employer as a pupil is nothing; the person whom both records made one was
    registered as unemployed in that month."""
    pupil = registry.form(
        labour_status="schooling", category="none", former_enterprise_kind="none",
        centre_agreement_on=None,
    )  # fmt: skip
    await registry.post("/v1/workers", pupil)
    unemployed = await registry.worker()
    await Window(registry, unemployed).registers("2003-05-12")
    line = paid_for(pupil["id_number"], "2003-06")
    await agency(registry).post("/v1/contributions", json=line)
    assert await conflicts(registry, standing="true") == []
    verdict = await found_same(registry, unemployed, pupil["id"])
    merge = await merge_of(registry, unemployed, pupil["id"], verdict)
    assert [month for _, month, _ in await conflicts(registry, standing="true")] == ["2003-06"]
    await unmerged(registry, merge)
    assert await conflicts(registry, standing="true") == []
