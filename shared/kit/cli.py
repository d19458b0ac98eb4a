"""The command line of a service: ``python -m <package>.app <command>``.

serve                       run the role that ROLE names
migrate                     bring the database to the code's head, as the owner role
republish [--since EVENT]   put the log's events back into the outbox (a lost stream)
dead-letters                list what could not be applied
retry [EVENT]               try one parked event again, or all of them
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from typing import Any
from uuid import UUID

import orjson
import uvicorn

from kit import failpoints, migrations, observability, relay
from kit.bus import MemoryBus
from kit.db import Database
from kit.service import Service, assemble, attach, create_app
from kit.settings import Settings, read


def main(service: Service, arguments: list[str] | None = None) -> None:
    """Parse the command line and run it; every failure exits non-zero with one clear line."""
    parser = argparse.ArgumentParser(
        prog=service.package, description=f"{service.title_zh} {service.title_en}"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the process that ROLE names")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    again = commands.add_parser("republish", help="put events of the log back into the outbox")
    again.add_argument("--since", type=UUID, help="the first event id; all when absent")
    commands.add_parser("dead-letters", help="list parked and dead events")
    retry = commands.add_parser("retry", help="apply parked events again")
    retry.add_argument("event", type=UUID, nargs="?", help="one event id; all when absent")
    options = parser.parse_args(arguments)
    settings = read(service.name)
    observability.log_to_stdout(service.name, settings.log_level)
    observability.start_tracing(settings)
    match options.command:
        case "serve":
            serve(service, settings)
        case "migrate":
            if settings.owner_database_url is None:
                sys.exit("OWNER_DATABASE_URL is not set: migrations run as the owner role")
            migrations.upgrade(service.package, settings.owner_database_url.get_secret_value())
        case "republish":
            _say(asyncio.run(_republish(settings, options.since)))
        case "dead-letters":
            _say(asyncio.run(_dead_letters(settings)))
        case "retry":
            _say(asyncio.run(_retry(service, settings, options.event)))


def serve(service: Service, settings: Settings) -> None:
    """Run until SIGTERM; a second signal is not needed, uvicorn closes what is open."""
    failpoints.refuse_outside_tests(settings.environment)
    # What is loaded by now stays for ever: the collector need not walk it again. Bulk work makes
    # many objects that die by reference counting, so generations fill for nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    uvicorn.run(
        create_app(service, settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
        backlog=1024,
    )


async def _republish(settings: Settings, since: UUID | None) -> dict[str, Any]:
    db = await Database.connect(settings.database_url.get_secret_value(), min_size=1, max_size=1)
    try:
        async with db.transaction() as tx:
            return {"republished": await relay.republish(tx, since=since)}
    finally:
        await db.close()


async def _dead_letters(settings: Settings) -> list[dict[str, Any]]:
    db = await Database.connect(settings.database_url.get_secret_value(), min_size=1, max_size=1)
    try:
        async with db.looking() as tx:
            rows = await tx.fetch(
                "select durable, event_id, entity_id, sequence, state, error, attempts, first_at, last_at "
                "from dead_letter order by first_at limit 1000"
            )
        return [dict(row) for row in rows]
    finally:
        await db.close()


async def _retry(service: Service, settings: Settings, event: UUID | None) -> dict[str, int]:
    runtime = await assemble(service, settings)
    try:
        attach(runtime, MemoryBus())  # consumers without a broker: only their database side is used
        tried = gone = 0
        for consumer in runtime.consumers:
            for parked in await consumer.inbox.poison(event):
                tried += 1
                gone += await consumer.retry(parked)
        return {"tried": tried, "applied": gone}
    finally:
        await runtime.close()


def _say(answer: Any) -> None:
    sys.stdout.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode() + "\n")
