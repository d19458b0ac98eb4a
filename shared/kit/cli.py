"""The command line of a service: ``python -m <package>.app <command>``.

serve                       run the role that ROLE names
migrate                     bring the database to the code's head, as the owner role
republish [--since EVENT]   put the log's events back into the outbox (a lost stream)
dead-letters                list what could not be applied
retry [EVENT]               try one parked event again, or all of them
seal [--once]               seal the access log, as a process of its own
audit-verify [--head HASH]  compute the seals again; exits 1 at the first break
audit-head                  the newest seal, to be kept outside of the database
breach --account SUBJECT    which people and fields an account has read, and when
rotate-keys                 encrypt again under the primary key, and show how far it is

A service may have looks of its own beside these (``Service.commands``); each exits 1 when something does
not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
import uvicorn

from kit import audit, failpoints, indexes, migrations, observability, relay, rotation, sealing
from kit.bus import MemoryBus
from kit.crypto import Keyring
from kit.db import Database, Tx
from kit.service import Service, assemble, attach, create_app
from kit.settings import CITY_TIME, Settings, read

Answer = TypeVar("Answer")


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
    _audit_commands(commands)
    own = {one.name: one for one in service.commands}
    for one in own.values():
        look = commands.add_parser(one.name, help=one.help)
        if one.about is not None:
            look.add_argument("about", type=UUID, nargs="?", help=one.about)
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
        case command if command in own:
            run = own[command].run
            about = () if own[command].about is None else (options.about,)
            told = asyncio.run(_with_tx(settings, lambda tx: run(tx, *about)))
            _say(told)
            sys.exit(0 if told["holds"] else 1)
        case command:
            sys.exit(0 if _audit(service, settings, command, options) else 1)


def _audit(service: Service, settings: Settings, command: str, options: Any) -> bool:
    """The commands about who read whom and about keys; False when something does not hold."""
    match command:
        case "seal":
            asyncio.run(_seal(service, settings, once=options.once))
        case "audit-verify":
            told = asyncio.run(_verify(settings, options.head))
            _say(told)
            return bool(told["holds"])
        case "audit-head":
            _say(asyncio.run(_with_tx(settings, sealing.head)))
        case "rotate-keys":
            told = asyncio.run(_rotate(service, settings, options))
            _say(told)
            return bool(told["finished"]) or options.status or options.background
        case _:
            _say(asyncio.run(_breach(settings, options.account, options.since, options.until)))
    return True


def _audit_commands(commands: Any) -> None:
    seal = commands.add_parser("seal", help="seal the access log, as a process of its own")
    seal.add_argument("--once", action="store_true", help="seal what is finished, then end")
    verify = commands.add_parser("audit-verify", help="compute the access log's seals again")
    verify.add_argument("--head", help="a hash that was written down: it must be in the chain")
    commands.add_parser("audit-head", help="the newest seal, to be kept outside of the database")
    breach = commands.add_parser("breach", help="which people and fields an account has read")
    breach.add_argument("--account", required=True, help="the token's subject")
    breach.add_argument("--since", type=_instant, help="2026-11-20 or 2026-11-20T08:00:00+08:00")
    breach.add_argument("--until", type=_instant, help="the same, not included")
    rotate = commands.add_parser("rotate-keys", help="encrypt again under the primary key")
    rotate.add_argument("--index", action="store_true", help="the key of the keyed hashes instead")
    rotate.add_argument("--status", action="store_true", help="only count what is under which key")
    rotate.add_argument("--background", action="store_true", help="leave it to the worker's job")


def _instant(text: str) -> datetime:
    """A day or an instant; without an offset it is the city's time."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CITY_TIME)


def serve(service: Service, settings: Settings) -> None:
    """Run until SIGTERM; a second signal is not needed, uvicorn closes what is open."""
    failpoints.refuse_outside_tests(settings.environment)
    # What is loaded by now stays for ever: the collector need not walk it again. Bulk work makes
    # many objects that die by reference counting, so generations fill for nothing: a chunk of an
    # import makes some hundred thousand, and walking them was an eighth of its time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(300_000, 20, 100)
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


async def _with_tx(settings: Settings, look: Callable[[Tx], Awaitable[Answer]]) -> Answer:
    db = await Database.connect(settings.database_url.get_secret_value(), min_size=1, max_size=1)
    try:
        async with db.reading() as tx:
            return await look(tx)
    finally:
        await db.close()


async def _seal(service: Service, settings: Settings, *, once: bool) -> None:
    runtime = await assemble(service, settings)
    try:
        if once:
            _say({"sealed": await sealing.seal(runtime.db, runtime.keyring)})
        else:
            await sealing.seal_forever(runtime)
    finally:
        await runtime.close()


async def _verify(settings: Settings, written: str | None) -> dict[str, Any]:
    keyring = Keyring.load(settings.keys_file)
    verdict = await _with_tx(settings, lambda tx: sealing.verify(tx, keyring))
    missing = written is not None and written.lower() not in verdict.heads
    return {
        "holds": verdict.broken is None and not missing,
        "seals": verdict.seals,
        "lines": verdict.lines,
        "head": verdict.head,
        "first_break": verdict.broken,
        "written_head_found": None if written is None else not missing,
        "unsealed_lines": verdict.unsealed,
        "unsealed_since": verdict.unsealed_since,
    }


async def _breach(
    settings: Settings, account: str, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    started = time.perf_counter()
    people = await _with_tx(
        settings, lambda tx: audit.breach(tx, account, since=since, until=until)
    )
    return {
        "account": account,
        "people": len(people),
        "reads": sum(person.reads for person in people),
        "denied": sum(person.denied for person in people),
        "seconds": round(time.perf_counter() - started, 3),
        "items": people,
    }


async def _rotate_index(db: Database, service: Service, keyring: Keyring, options: Any) -> Any:
    def progress(table: str, done: int, left: int) -> None:
        sys.stderr.write(f"{table}: {done} hashed again, {left} left\n")

    replaced = 0
    if options.background:
        await indexes.begin(db, keyring)
    elif not options.status:
        replaced = await indexes.rotate(db, keyring, service.hashed, progress)
    async with db.reading() as tx:
        left = await indexes.remaining(tx, keyring, service.hashed)
    key = keyring.index_key(keyring.generations[-1])
    return {"key": key, "replaced": replaced, "finished": not any(left.values()), "left": left}


async def _rotate(service: Service, settings: Settings, options: Any) -> dict[str, Any]:
    keyring = Keyring.load(settings.keys_file)
    db = await Database.connect(settings.database_url.get_secret_value(), min_size=1, max_size=3)

    def progress(column: str, done: int, left: int) -> None:
        sys.stderr.write(f"{column}: {done} encrypted again, {left} left\n")

    replaced = 0
    try:
        if options.index:
            told: dict[str, Any] = await _rotate_index(db, service, keyring, options)
            return told
        if options.background:
            await rotation.begin(db, keyring, service.sealed)
        elif not options.status:
            replaced = await rotation.rotate(db, keyring, service.sealed, progress)
        async with db.reading() as tx:
            columns = await rotation.standing(tx, keyring, service.sealed)
    finally:
        await db.close()
    return {
        "key": keyring.primary_id,
        "replaced": replaced,
        "finished": not any(column.remaining for column in columns),
        "columns": columns,
    }


def _say(answer: Any) -> None:
    text = orjson.dumps(answer, default=str, option=orjson.OPT_INDENT_2)
    sys.stdout.write(text.decode() + "\n")
