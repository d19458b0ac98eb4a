"""What the database says of claims, runs and money, held against ``paying_model``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from kit.db import Tx
from kit.money import fen

from .paying_model import MONTH, PEOPLE, Holder, Model, Slot
from .test_heard_facts import World


@dataclass(frozen=True)
class Books:
    """``ids`` of claims and runs, ``lines``: ids of the lines of money, as the service knows them."""

    model: Model
    world: World
    ids: dict[Holder, str]
    lines: list[str]

    async def agree(self, tx: Tx) -> None:
        """Everything is as the model has it."""
        self.same_money(await tx.fetch("select kind, detail, balance * side as fen from account"))
        self.same_months(
            await tx.fetch(
                "select worker_id, month, amount, state, holder_id from benefit_month"
                " where state <> 'recovered'"
            )
        )
        self.same_claims(
            await tx.fetch("select id, state, amount from claim"),
            await tx.fetch(
                "select claim_id as id, worker_id, month, outcome, back,"
                "       paid_event is not null as paid from claim_line"
            ),
            await tx.fetch(
                "select r.claim_id as id, r.id as of, r.state, l.amount, l.back, c.worker_id,"
                "       c.month"
                "  from recovery r left join recovery_line l on l.recovery_id = r.id"
                "  left join claim_line c on c.id = l.line_id order by r.id"
            ),
        )
        self.same_runs(
            await tx.fetch("select id, state, amount, funded, missing, content_hash from run"),
            await tx.fetch(
                "select run_id as id, worker_id, month, verdict, coalesce(funded, amount) as fen"
                " from run_line"
            ),
        )
        self.nothing_paid_twice(
            await tx.fetch(
                "select entity_id, type, data from event_log where type like 'subsidy.benefit.%'"
                " order by position"
            )
        )

    def slot(self, row: Any) -> Slot:
        who = next(one for one in PEOPLE if self.world[one] == row["worker_id"])
        return who, f"{row['month']:%Y-%m}"

    def same_money(self, rows: list[Any]) -> None:
        m, sums = self.model, Counter[str]()
        for row in rows:
            assert row["fen"] >= 0, row
            sums[row["kind"]] += row["fen"]
        lines = {row["detail"]: row["fen"] for row in rows if row["kind"] == "arranged"}
        assert [lines[id] for id in self.lines] == m.free
        assert sums["source"] == sums.total() - sums["source"] == m.received
        told = [sums[kind] for kind in ("unallocated", "reserved", "committed", "ordered", "paid")]
        assert told == [0, m.reserved, m.committed, m.ordered, m.paid]

    def same_months(self, rows: list[Any]) -> None:
        found = [
            (self.slot(row), row["amount"], row["state"] == "paid", str(row["holder_id"]))
            for row in rows
        ]
        assert len({slot for slot, *_ in found}) == len(found)
        expected = [
            (slot, one.amount, one.paid, self.ids[one.holder])
            for slot, one in self.model.months.items()
        ]
        assert sorted(found) == sorted(expected)

    def same_claims(self, claims: list[Any], lines: list[Any], recoveries: list[Any]) -> None:
        for claim in self.model.claims:
            id = UUID(self.ids[claim])
            (row,) = [row for row in claims if row["id"] == id]
            assert (row["state"], row["amount"]) == (claim.state, claim.amount)
            mine = [row for row in lines if row["id"] == id]
            assert {self.slot(row): (row["outcome"], row["back"], row["paid"]) for row in mine} == {
                slot: (claim.outcomes.get(slot), claim.back[slot], slot in claim.paid)
                for slot in claim.slots
            }
            cases: dict[UUID, tuple[str, dict[Slot, tuple[int, int]]]] = {}
            for row in recoveries:
                if row["id"] == id:
                    _, parts = cases.setdefault(row["of"], (row["state"], {}))
                    if row["amount"] is not None:
                        parts[self.slot(row)] = row["amount"], row["back"]
            assert [case for case in cases.values() if case[0] != "withdrawn"] == [
                (one.state, {slot: (fen, one.back[slot]) for slot, fen in one.amounts.items()})
                for one in claim.recoveries
                if one.state != "withdrawn"
            ]

    def same_runs(self, runs: list[Any], lines: list[Any]) -> None:
        for run in self.model.runs:
            id = UUID(self.ids[run])
            (row,) = [row for row in runs if row["id"] == id]
            assert (row["state"], row["missing"]) == (run.state, run.missing)
            mine = [row for row in lines if row["id"] == id]
            assert {self.slot(row): row["verdict"] for row in mine} == run.verdicts
            if row["content_hash"] is not None:
                assert (row["amount"], row["funded"]) == (run.amount, sum(run.funded.values()))
                assert {
                    self.slot(row): row["fen"] for row in mine if row["verdict"] == "granted"
                } == {slot: run.funded.get(slot, 0) for slot in run.granted}

    def nothing_paid_twice(self, rows: list[Any]) -> None:
        """By what was told to others: of each person's month no more than it comes to; in all what the
        journal says is paid."""
        of: dict[UUID, Slot] = {}
        net: Counter[Slot] = Counter()
        for row in rows:
            told = orjson.loads(row["data"])
            if row["type"] == "subsidy.benefit.paid.v1":
                who = next(one for one in PEOPLE if str(self.world[one]) == told["worker_id"])
                of[row["entity_id"]] = slot = (who, told["from"][:7])
                net[slot] += fen(told["amount"])
            else:
                net[of[row["entity_id"]]] -= fen(told["amount"])
            for slot, paid in net.items():
                assert 0 <= paid <= MONTH[slot[0]], (slot, paid)
        assert net.total() + self.model.kept == self.model.paid
