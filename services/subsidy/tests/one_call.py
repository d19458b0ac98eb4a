"""One request to subsidy in a process of its own, which a failpoint may kill: path, body, key, role, and
the version that is named, when one is."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from kit.testing import Signer, under_test
from subsidy.app import SERVICE


async def main(path: str, body: str, key: str, role: str, version: str = "") -> None:
    """Write the answer's status to standard output."""
    url, keys = os.environ["DATABASE_URL"], Path(os.environ["KEYS_FILE"])
    async with under_test(SERVICE, url, signer=Signer(), keys_file=keys) as thing:
        answer = await thing.client(role).post(
            path,
            json=json.loads(body),
            headers={"Idempotency-Key": key} | ({"If-Match": version} if version else {}),
        )
        sys.stdout.write(str(answer.status_code))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
