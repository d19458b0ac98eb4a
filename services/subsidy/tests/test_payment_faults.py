"""Kill -9 at every failpoint of the way to the bank and back: nothing is ordered, paid or lost twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from kit import failpoints
from kit.testing import Signer, under_test
from local import bank
from local.bank import Fate
from subsidy.app import SERVICE

from .conftest import Desk
from .treasury import Treasury

CALL = Path(__file__).with_name("one_call.py")


@dataclass
class Hurt:
    """Makes a call in a process that dies before its commit, then in one that dies after it, and then
    once more in peace: always the same call under the same key."""

    treasury: Treasury
    url: str
    keys: Path
    died_at: set[str]

    async def call(
        self, step: str, path: str, body: dict[str, Any], desk: Desk, version: str = ""
    ) -> httpx.Response:
        role = "finance_officer" if desk is self.treasury.officer else "finance_approver"
        key = str(uuid4())
        before = await self.everything()
        for when in ("before", "after"):
            died = await asyncio.to_thread(
                self.dies, f"{step}-{when}-commit", CALL, path, json.dumps(body), key, role, version
            )
            assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr
            assert died.stdout == ""
            assert (await self.everything() == before) == (when == "before")
        after = await self.everything()
        headers = {"Idempotency-Key": key, "If-Match": version}
        answer = await desk.client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert await self.everything() == after
        return answer

    def dies(
        self, failpoint: str, script: Path, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """A process that runs the script and is to die at the failpoint."""
        self.died_at.add(failpoint)
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            env={
                **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DATABASE_URL": self.url,
                "KEYS_FILE": str(self.keys), "FAIL_AT": failpoint, "LOG_LEVEL": "ERROR",
            },
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    async def everything(self) -> list[tuple[Any, ...]]:
        """All that is ordered, kept, said, booked and told."""
        tables = (
            "payment_batch", "payment_file", "payment_order", "payment_order_step", "bank_message",
            "bank_message_line", "payment", "payment_reversal", "journal_entry", "journal_line",
            "event_log", "account", "run", "run_member", "run_line", "run_payment", "run_step",
            "benefit_month", "decision",
        )  # fmt: skip
        async with self.treasury.service.db.looking() as tx:
            rows = [tuple(row) for t in tables for row in await tx.fetch(f"select * from {t}")]
        return sorted(rows, key=repr)


async def test_whoever_dies_on_the_way_to_the_bank_and_back_pays_once(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    _, url = await asyncio.to_thread(make_database, "subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        treasury = await Treasury.opened(Desk(service, service.client("finance_officer")))
        hurt = Hurt(treasury, url, keys_file, set())
        officer, approver = treasury.officer, treasury.approver
        payee = await treasury.payee()
        draft = {
            "reservation_id": treasury.reservation, "payer_id": treasury.payer,
            "execute_on": "2003-08-02", "made_on": "2003-08-01", **officer.place,
            "lines": [treasury.wanted(payee, "100.00") for _ in range(3)],
        }  # fmt: skip
        batch = (await hurt.call("batch-made", "/v1/payment-batches", draft, officer)).json()
        path = f"/v1/payment-batches/{batch['id']}"
        agreed = {"approved_on": "2003-08-01", "content_hash": batch["content_hash"]}
        await hurt.call("batch-approved", f"{path}/approvals", agreed, approver)
        await hurt.call("batch-handed-over", f"{path}/handovers", {"on": "2003-08-01"}, officer)
        file = (await treasury.file(batch)).content
        fates = [Fate.of(one) for one in ("accepted", "rejected:AC04", "returned:BE01")]
        answers = bank.answer(file, fates, date(2003, 8, 4))
        for message in (answers.report, answers.statement):
            taken = {
                "content": b64encode(message or b"").decode(), "received_on": "2003-08-05",
                **officer.place,
            }  # fmt: skip
            await hurt.call("bank-message-taken", "/v1/bank-messages", taken, officer)
        assert sorted(one["state"] for one in await treasury.orders()) == [
            "rejected", "returned", "settled",
        ]  # fmt: skip
        assert await treasury.fund() == {
            "committed": "9900.00",
            "ordered": "0.00",
            "paid": "100.00",
        }
        assert (await treasury.file(batch)).content == file
    mine = {one for one in failpoints.NAMES if one.startswith(("batch-", "bank-message-"))}
    assert hurt.died_at == mine
