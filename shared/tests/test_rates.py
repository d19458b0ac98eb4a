"""How often one address may ask."""

from __future__ import annotations

import pytest
from fastapi import Request

from kit.problems import ProblemError
from kit.rates import Rates, address_of


def test_the_fourth_request_in_a_minute_waits() -> None:
    rates = Rates("3/minute;100/hour")
    for _ in range(3):
        rates.admit("verification", "192.0.2.1")
    with pytest.raises(ProblemError) as refused:
        rates.admit("verification", "192.0.2.1")
    assert refused.value.problem.status == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 61
    rates.admit("verification", "192.0.2.2")
    rates.admit("something else", "192.0.2.1")


def test_the_longer_window_counts_too() -> None:
    rates = Rates("10/second;4/hour")
    for _ in range(4):
        rates.admit("v", "a")
    with pytest.raises(ProblemError) as refused:
        rates.admit("v", "a")
    assert int(refused.value.headers["Retry-After"]) > 3_000


def test_what_is_worth_several_counts_as_several_and_refused_as_nothing() -> None:
    rates = Rates("10/minute;100/hour")
    rates.admit("prints", "clerk", 7)
    with pytest.raises(ProblemError):
        rates.admit("prints", "clerk", 4)
    rates.admit("prints", "clerk", 3)
    with pytest.raises(ProblemError):
        rates.admit("prints", "clerk")


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_whose_request_it_is(host: str | None, counted_as: str) -> None:
    client = (host, 1) if host is not None else None
    assert address_of(Request({"type": "http", "client": client})) == counted_as
