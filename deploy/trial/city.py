"""The city in the trial deployment: ``python -m trial.city`` from this machine, not from a container.

Loads CITY at SCALE through the published front door as ``make run`` does, waits until all is settled
and prints the report. ``python -m trial.city report`` only prints it. Exit code 0 only when every
verdict is what the case expects.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from rich.console import Console

from local.choice import choose
from local.city.load import load_city
from local.city.report import print_report
from local.settle import wait_settled
from local.tokens import TokenSource, signing_key
from trial.prepare import ADDRESS, FOLDER, ISSUER


async def city(*, load: bool) -> bool:
    """Whether every verdict is what the case expects."""
    choice = choose(os.environ.get("CITY"), os.environ.get("SCALE"))
    if choice.case is None:
        sys.exit("CITY=none has nothing to load")
    tokens = TokenSource(signing_key(FOLDER / "keys" / "issuer.json"), ISSUER, choice.places)
    console = Console(soft_wrap=True, highlight=False)
    if load:
        started = time.monotonic()
        await load_city(choice.case, ADDRESS, tokens, choice.scale, console)
        await wait_settled(ADDRESS)
        console.print(f"loaded and settled after {time.monotonic() - started:.1f} s")
    form = "json" if os.environ.get("FORMAT") == "json" else "text"
    return await print_report(
        ADDRESS, tokens, case=choice.case, scale=choice.scale, form=form, console=console
    )


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(city(load=sys.argv[1:] != ["report"])) else 3)
