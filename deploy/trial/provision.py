"""The provisioning step of the trial deployment: ``python -m trial.provision``, safe to repeat.

Databases and roles, migrations as the owner roles, streams and durables; ends when all of it is
there. It alone has the superuser's and the broker's provisioner password; no service has them.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import asyncpg

from kit import migrations, streams
from local import databases
from local.installation import PACKAGES

PASSWORDS = Path("/run/secrets/passwords")
WAIT_S = 60


@dataclass(frozen=True)
class Cluster:
    """The PostgreSQL server of the network, as its superuser or as a role of ours."""

    passwords: dict[str, str]

    def dsn(self, dbname: str = "postgres", user: str = "postgres") -> str:
        return f"postgresql://{user}:{self.passwords[user]}@postgres:5432/{dbname}"


async def provision(passwords: dict[str, str]) -> None:
    """Everything, in order. Raises what went wrong: the container then ends with an error."""
    cluster = Cluster(passwords)
    await _postgres(cluster)
    await databases.prepare(cluster, PACKAGES, passwords)
    for package in PACKAGES:
        owner = databases.owner_of(package)
        await migrations.upgrade_async(package, cluster.dsn(package, owner))
    await asyncio.to_thread(_broker)
    await streams.provision(
        "nats://nats:4222", "provisioner", passwords["nats_provisioner"], PACKAGES
    )


async def _postgres(cluster: Cluster) -> None:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            await (await asyncpg.connect(cluster.dsn())).close()
            return
        except (OSError, asyncpg.CannotConnectNowError):
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.5)


def _broker() -> None:
    """The broker's image has no shell and no client, so its health is asked for here."""
    end = time.monotonic() + WAIT_S
    while True:
        try:
            with urlopen("http://nats:8222/healthz", timeout=2):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(provision(json.loads(PASSWORDS.read_text())))
