"""The commands behind `make run`, `report`, `rebuild`, `stop` and `reset`.

Environment: CITY (none, a path to a case file, or a case's name; default the sample city), SCALE
(default 1), ONCE=1 (stop after the report; exit code 0 only when everything settled and every
verdict is what the case expects), FORMAT=json (report for machines).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from kit.processes import ServerFailed, stop_orphans
from local.choice import Choice, UnknownCity, choose
from local.city.case import CaseRefused
from local.city.case import read as read_case
from local.city.report import ReportRefused
from local.city.sender import LoadFailed
from local.house import House
from local.installation import Installation, Lock, WrongCity
from local.settle import Look, NotSettled, wait_settled
from local.tokens import TokenSource, signing_key

EXIT_UNEXPECTED = 3
EXIT_INTERRUPTED = 130
STOP_WITHIN_S = 90


class NotRunning(Exception):
    """A command needs a running instance and there is none."""


# What a person can do something about: said in words, without a traceback.
REFUSALS = (
    ServerFailed, UnknownCity, CaseRefused, WrongCity, LoadFailed, ReportRefused, NotSettled,
    NotRunning,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    commands: dict[str, Callable[[], int]] = {
        "up": up, "report": report, "rebuild": rebuild, "stop": stop, "reset": reset,
    }  # fmt: skip
    name = arguments[0] if arguments else "up"
    if name not in commands:
        print(f"one of: {', '.join(commands)}", file=sys.stderr)
        return 2
    try:
        return commands[name]()
    except REFUSALS as problem:
        print(problem, file=sys.stderr)
        return 1


def up() -> int:
    """Start, load an empty installation, report, stay until Ctrl-C."""
    home = Installation()
    choice = choose(os.environ.get("CITY"), os.environ.get("SCALE"))
    if choice.case is not None:
        read_case(choice.case)  # a wrong case is told before anything starts
    home.prepare()
    lock = Lock(home)
    if not lock.acquire():
        raise NotRunning(
            f"already running (process {lock.holder()}). `make stop` stops it.\n"
            "本机已有一个实例在运行，可用 make stop 停止。"
        )
    try:
        loaded = home.claim_city(choice.identity, choice.scale)
        return asyncio.run(_up(home, choice, loaded=loaded))
    finally:
        lock.release()


async def _up(home: Installation, choice: Choice, *, loaded: bool) -> int:
    console = Console(soft_wrap=True, highlight=False)
    started = time.monotonic()
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sig, interrupted.set)

    def say(text: str) -> None:
        console.print(f"[{time.monotonic() - started:6.1f} s] {text}", markup=False)

    house = House(home, choice, say)
    say(f"starting in {home.run}, logs in {home.logs}")
    try:
        if await unless(interrupted, house.start()) is INTERRUPTED:
            return EXIT_INTERRUPTED
        say(f"ready: {house.address}   (API docs, health, tokens; report: {house.address}/report)")
        expected: Any = True
        if choice.case is None:
            home.remember_city(choice.identity, choice.scale, "loaded")
        else:
            expected = await unless(interrupted, _city(house, choice, loaded, say, console))
            if expected is INTERRUPTED:
                return EXIT_INTERRUPTED
            say(f"report done: {house.address}/report")
            if choice.quarter:
                say(f"a closed quarter, {choice.quarter}: {house.address}/quarter")
        if os.environ.get("ONCE") == "1":
            return 0 if expected else EXIT_UNEXPECTED
        say("Ctrl-C stops everything  按 Ctrl-C 停止全部服务")
        await interrupted.wait()
        return 0
    finally:
        say("stopping …")
        await house.stop()
        say("stopped")


async def _city(
    house: House, choice: Choice, loaded: bool, say: Callable[[str], None], console: Console
) -> bool:
    """Load the city when nothing is there yet, wait, report. Whether the verdicts are expected."""
    assert choice.case is not None
    if not loaded:
        say(f"loading {choice.identity} at scale {choice.scale} through the public APIs")
    await load_and_settle(house, choice, loaded=loaded, console=console)
    say("settled: every event is heard")
    return await _print(house.address, house.tokens, choice.case, choice.scale, console)


async def load_and_settle(
    house: House, choice: Choice, *, loaded: bool = False, console: Console | None = None
) -> None:
    """Give a running house its city (unless `loaded`) and wait until every event is heard.

    Raises NotSettled when something got stuck. Tests call it without a console.
    """
    from local.city.load import load_city

    assert choice.case is not None, "an empty installation has nothing to load"
    console = console or Console(quiet=True)
    if not loaded:
        house.home.remember_city(choice.identity, choice.scale, "loading")
        await load_city(choice.case, house.address, house.tokens, choice.scale, console)
        house.home.remember_city(choice.identity, choice.scale, "loaded")
    with console.status("") as status:

        def tell(look: Look) -> None:
            status.update(f"outbox {look.outbox:,} · pending {look.pending:,}")

        await wait_settled(house.address, tell=tell)


async def _print(
    address: str, tokens: TokenSource, case: Path, scale: Decimal, console: Console
) -> bool:
    from local.city.report import print_report

    form = "json" if os.environ.get("FORMAT") == "json" else "text"
    return await print_report(address, tokens, case=case, scale=scale, form=form, console=console)


INTERRUPTED = object()


async def unless(interrupted: asyncio.Event, work: Awaitable[Any]) -> Any:
    """The result of `work`, or INTERRUPTED when the event comes first (the work is cancelled)."""
    task = asyncio.ensure_future(work)
    stop = asyncio.create_task(interrupted.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return INTERRUPTED


def running(home: Installation) -> dict[str, Any]:
    """What the running instance wrote about itself. Raises NotRunning."""
    if Lock(home).holder() is None or not home.address_file.exists():
        raise NotRunning("nothing is running here; start it with `make run`\n没有正在运行的实例。")
    about: dict[str, Any] = json.loads(home.address_file.read_text())
    return about


def tokens_of(home: Installation, about: dict[str, Any]) -> TokenSource:
    choice = choose(about["city"] or "none", about["scale"])
    return TokenSource(signing_key(home.issuer_key), f"{about['address']}/issuer", choice.places)


def report() -> int:
    """Print the report of the running city."""
    home = Installation()
    about = running(home)
    if not about["city"]:
        raise NotRunning("no city is loaded (CITY=none), so there is no report")
    work = _print(
        about["address"], tokens_of(home, about), Path(about["city"]),
        Decimal(about["scale"]), Console(soft_wrap=True),
    )  # fmt: skip
    return 0 if asyncio.run(work) else EXIT_UNEXPECTED


def rebuild() -> int:
    """Have assessment fold all figures again from the facts."""
    home = Installation()
    about = running(home)
    started = time.monotonic()
    answer = httpx.post(
        f"{about['address']}/api/assessment/v1/rebuilds",
        headers={
            **tokens_of(home, about).headers("assessment-officer"),
            "Idempotency-Key": os.urandom(16).hex(),
        },
        json={},
        timeout=600,
        trust_env=False,
    )
    print(answer.text)
    if answer.is_error:
        return 1
    asyncio.run(wait_settled(about["address"]))
    print(f"rebuilt in {time.monotonic() - started:.1f} s")
    return 0


def stop() -> int:
    """Stop the running instance and wait until it is gone; nothing running is no error."""
    home = Installation()
    pid = Lock(home).holder() if home.run.exists() else None
    if pid is None:
        print("nothing is running here")
    else:
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOP_WITHIN_S
        while Lock(home).holder() == pid and time.monotonic() < end:
            time.sleep(0.1)
        if Lock(home).holder() == pid:
            print(f"process {pid} does not stop: killed")
            os.kill(pid, signal.SIGKILL)
            time.sleep(1)
        print("stopped")
    _stop_orphans(home)
    return 0


def _stop_orphans(home: Installation) -> None:
    """What a killed runner may have left where children do not end with their parent."""
    for name in ("postgres", "nats-server"):
        stop_orphans(
            name, lambda process: str(home.run) in " ".join([process.cwd(), *process.cmdline()])
        )


def reset() -> int:
    """Stop, then delete everything under `.run`."""
    stop()
    home = Installation()
    shutil.rmtree(home.run, ignore_errors=True)
    if home.run.exists():
        shutil.rmtree(home.run)
    print(f"{home.run} is deleted")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
