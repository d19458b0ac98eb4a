"""The state machines of all services as one page of diagrams, from the tables in their domains."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from kit import lifecycle
from local.installation import PACKAGES, ROOT

PAGE = ROOT / "docs" / "state-machines.md"
_HEAD = """# State machines

Made by `make contracts` from each noun's `domain.ACTS`; a test compares this page with the code. An arrow says
what is done (Chinese term and name), who does it, and within which time. `facts`: folded from facts that others
tell. `clock`: a date brings it.
"""


def machines(package: str) -> Iterator[tuple[str, ModuleType]]:
    """The domains of a service that have a table of acts, by noun."""
    root = Path(importlib.import_module(package).__path__[0])
    for path in sorted(root.glob("*/domain.py")):
        noun = path.parent.name
        domain = importlib.import_module(f"{package}.{noun}.domain")
        if hasattr(domain, "ACTS"):
            yield noun, domain


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    for package in PACKAGES:
        found = list(machines(package))
        if found:
            parts.append(f"\n## {package.replace('_', '-')}\n")
        for noun, domain in found:
            about = (domain.__doc__ or "").strip().splitlines()[0]
            diagram = lifecycle.mermaid(domain.ACTS, getattr(domain, "STATES", None))
            parts.append(f"\n### {noun.replace('_', ' ')}\n\n{about}\n\n```mermaid\n{diagram}```\n")
    return "".join(parts)
