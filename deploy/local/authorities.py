"""The authorities that have an account at the broker: read from ``deploy/authorities.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from kit.intake import AUTHORITY
from local.installation import ROOT, SERVICES

FILE = ROOT / "deploy" / "authorities.toml"


class BadAuthority(ValueError):
    """A name that cannot be an account: not a word of a subject, or a service's own."""


def authorities(file: Path = FILE) -> dict[str, str]:
    """Chinese titles by account name. Raises :class:`BadAuthority`."""
    listed: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))["authorities"]
    taken = {service.name for service in SERVICES} | {"provisioner", "sys", "admin"}
    for name in listed:
        if not AUTHORITY.fullmatch(name) or name in taken:
            raise BadAuthority(f"{file}: {name!r}")
    return listed
