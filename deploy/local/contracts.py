"""`make contracts`: from the code, every service's contract, the event table, the state machines, the
broker's rights."""

from __future__ import annotations

import importlib

from kit import contracts
from local import lifecycles
from local.installation import PACKAGES, ROOT
from trial import broker


def main() -> None:
    services = [importlib.import_module(f"{package}.app").SERVICE for package in PACKAGES]
    for path in contracts.write(services):
        print(path.relative_to(ROOT))
    page = ROOT / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8")
    wanted = contracts.with_event_table(text, services)
    if wanted != text:
        page.write_text(wanted, encoding="utf-8")
        print(page.relative_to(ROOT))
    machines = lifecycles.page()
    if not lifecycles.PAGE.exists() or lifecycles.PAGE.read_text(encoding="utf-8") != machines:
        lifecycles.PAGE.write_text(machines, encoding="utf-8")
        print(lifecycles.PAGE.relative_to(ROOT))
    if broker.FILE.read_text(encoding="utf-8") != broker.configuration():
        broker.FILE.write_text(broker.configuration(), encoding="utf-8")
        print(broker.FILE.relative_to(ROOT))


if __name__ == "__main__":
    main()
