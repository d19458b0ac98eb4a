"""How often one address may ask what needs no token, or one account what is dear.

Counted in this process' memory.
"""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Any

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParameter
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kit.http import runtime_of
from kit.problems import TOO_MANY_REQUESTS, ProblemError


class Rates:
    """Limits such as ``30/minute;300/hour`` per address; several processes count apart."""

    def __init__(self, limits: str) -> None:
        self._limits = parse_many(limits)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, what: str, who: str, cost: int = 1) -> None:
        """Count one request, or as many as it is worth; one that is refused counts nothing. Raises
        429 with ``Retry-After`` (seconds) when there were too many."""
        for limit in self._limits:
            if not self._windows.test(limit, what, who, cost=cost):
                free_at = self._windows.get_window_stats(limit, what, who).reset_time
                wait = max(1, math.ceil(free_at - time.time()))
                raise ProblemError(TOO_MANY_REQUESTS, headers={"Retry-After": str(wait)})
        for limit in self._limits:
            self._windows.hit(limit, what, who, cost=cost)


#: What a public operation with a rate says of it in the contract.
TOO_MANY: dict[int | str, dict[str, Any]] = {
    429: {
        "description": "请求过于频繁 Too many requests",
        "headers": {"Retry-After": {"description": "秒 seconds", "schema": {"type": "integer"}}},
    }
}


def rates_of(request: Request, setting: str) -> Rates:
    """The rates of a setting (``public_rate``). Counted in this process: several API processes each
    allow the rate."""
    state, name = request.app.state, f"{setting}s"
    if not hasattr(state, name):
        setattr(state, name, Rates(getattr(runtime_of(request).settings, setting)))
    rates: Rates = getattr(state, name)
    return rates


def rated(what: str) -> DependsParameter:
    """A dependency that refuses an address that asks ``what`` too often (setting ``PUBLIC_RATE``)."""

    async def dependency(request: Request) -> None:
        rates_of(request, "public_rate").admit(what, address_of(request))

    found: DependsParameter = Depends(dependency)
    return found


def address_of(request: Request) -> str:
    """Whose request this is: the address, of IPv6 the /64 that one subscriber has. A proxy's word
    counts only where the server was told to trust it (``FORWARDED_ALLOW_IPS``)."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
