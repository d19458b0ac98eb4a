"""`make contracts`: write every service's committed contract, and the event table, from the code."""

from __future__ import annotations

import importlib

from kit import contracts
from local.installation import PACKAGES, ROOT


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


if __name__ == "__main__":
    main()
