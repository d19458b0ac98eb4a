"""A worker's part in runs in a process of its own, which a failpoint may kill: lines of a chunk."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from kit.testing import Signer, under_test
from subsidy.app import SERVICE
from subsidy.runs import freezing, paying, store


async def main(chunk: str) -> None:
    """Freeze what is being frozen, and tell what was paid."""
    url, keys = os.environ["DATABASE_URL"], Path(os.environ["KEYS_FILE"])
    async with under_test(SERVICE, url, signer=Signer(), keys_file=keys) as thing:
        async with thing.db.looking() as tx:
            waiting = await store.freezing(tx)
        for run_id in waiting:
            await freezing.freeze(thing.runtime, run_id, int(chunk))
        await paying.go_on(thing.runtime, int(chunk))
        sys.stdout.write("done")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
