"""``python -m tests.load.signing [COUNT]``: as many certificates signed in one call, as a share of bare signing.

The limit is what the same library signs of the same bytes in one thread, before and after. Figures
are printed: seconds, certificates a second, and the length of the lists that name them.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from joserfc import jws
from joserfc.jwk import OKPKey

from kit.ids import new_id
from tests.load import rows
from tests.load.stage import Stage, stage

COUNT = 60_000
#: So many statements does the limit sign per round.
BARE = 5_000


def bare(payload: bytes) -> float:
    """Statements a second that the library signs, and nothing else."""
    key = OKPKey.generate_key("Ed25519")
    header = {"alg": "Ed25519", "kid": "limit", "typ": "vc+jwt"}
    started = time.perf_counter()
    for _ in range(BARE):
        jws.serialize_compact(header, payload, key, algorithms=["Ed25519"])
    return BARE / (time.perf_counter() - started)


async def issued(on: Stage, count: int) -> None:
    """So many certificates in force, through the public interfaces."""
    await on.load("registry", "/v1/areas/imports", rows.areas())
    await on.load("registry", "/v1/offices/imports", rows.offices())
    people = rows.workers(count)
    await on.load("registry", "/v1/workers/imports", people)
    applied = [
        {"id": str(new_id()), "worker_id": p["id"], "applied_on": "2003-02-01", **rows.PAST}
        for p in people
    ]
    await on.load("registry", "/v1/certificates/imports", applied)
    hand_over = [{"certificate_id": a["id"], "issued_on": "2003-03-01"} for a in applied]
    # Whoever took the applications may not issue: another account does.
    clerk = on.house.tokens.token("issuing-loader")
    await on.load("registry", "/v1/certificates/issues/imports", hand_over, clerk)
    await on.quiet(("registry",), 300)


async def measure(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="signing-") as folder:
        async with stage(Path(folder), "2003-10-31") as on:
            await issued(on, count)
            async with on.client("registry") as client:
                await report(client, count)


async def report(client: httpx.AsyncClient, count: int) -> None:
    """Sign, sign again, and look at what a stranger would fetch."""
    one = (await client.get("/v1/certificates?state=issued&limit=1")).json()["items"][0]["id"]
    sample = (await client.post(f"/v1/certificates/{one}/credentials", json={})).json()
    payload = jws.extract_compact(sample["credential"].encode()).payload
    before = bare(payload)
    started = time.perf_counter()
    answer = await client.post("/v1/credentials/batches", json={"limit": count})
    took = time.perf_counter() - started
    assert answer.json() == {"signed": count - 1, "already": 1}, answer.text
    limit = statistics.mean((before, bare(payload)))
    started = time.perf_counter()
    again = await client.post("/v1/credentials/batches", json={"limit": count})
    nothing = time.perf_counter() - started
    assert again.json() == {"signed": 0, "already": count}, again.text
    started = time.perf_counter()
    listed = await client.get("/v1/status-lists/r1")
    making = time.perf_counter() - started
    rate = (count - 1) / took
    print(f"{count:,} signed in {took:.1f} s: {rate:,.0f} a second")
    print(f"bare signing {limit:,.0f} a second; ratio {rate / limit:.2f}")
    print(f"a second call finds nothing to do in {nothing:.1f} s")
    print(f"a status list of them: {len(listed.content):,} bytes, made in {making:.2f} s")
    print(f"one statement {len(sample['credential'])} characters")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
