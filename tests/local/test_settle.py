"""Settled means: twice in a row nothing waits anywhere, and every service is on the broker."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from local.settle import Look, NotSettled, read, wait_settled

QUIET: dict[str, Any] = {
    "service": "loans", "outbox": 0, "parked": 0, "dead": 0, "connected": True,
    "consumers": [{"durable": "loans-registry", "pending": 0, "ack_pending": 0}],
}  # fmt: skip


def test_quiet_is_settled() -> None:
    assert read(QUIET).settled


@pytest.mark.parametrize(
    "change",
    [
        {"outbox": 1},
        {"parked": 1},
        {"dead": 1},
        {"connected": False},
        {"consumers": [{"durable": "d", "pending": 1, "ack_pending": 0}]},
        {"consumers": [{"durable": "d", "pending": 0, "ack_pending": 1}]},
    ],
)
def test_anything_under_way_is_not(change: dict[str, Any]) -> None:
    assert not read({**QUIET, **change}).settled


async def test_one_quiet_look_is_not_enough() -> None:
    answers = [
        QUIET,
        {**QUIET, "outbox": 3},
        {**QUIET, "consumers": [{"durable": "d", "pending": None, "ack_pending": None}]},
        QUIET,
        QUIET,
    ]
    looks = await watch(answers)
    assert looks == [Look(), Look(outbox=3), Look(unknown=1), Look(), Look()]


async def watch(answers: list[dict[str, Any]]) -> list[Look]:
    left = iter(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=next(left))

    looks: list[Look] = []
    await wait_settled(
        "http://house", services=["loans"], pause_s=0, tell=looks.append,
        transport=httpx.MockTransport(answer),
    )  # fmt: skip
    return looks


async def test_stuck_is_said() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={**QUIET, "parked": 2})

    with pytest.raises(NotSettled, match="parked 2"):
        await wait_settled(
            "http://house", services=["loans"], pause_s=0.01, patience_s=0.05,
            transport=httpx.MockTransport(answer),
        )  # fmt: skip
