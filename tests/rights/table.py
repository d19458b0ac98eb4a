"""The table of rights: which role may call which operation, and what another office's actor gets.

``python -m tests.rights`` (from the project's root) writes ``rights.csv`` from the code: roles and
scopes come from the routes; ``foreign`` and ``reason`` are ours and are kept. The committed file is
what the tests hold against real calls.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI

from kit.openapi import Operation, operations
from kit.roles import ROLES
from kit.service import create_app
from kit.settings import Settings
from kit.testing import CITY, ISSUER, Signer
from tests.world import PACKAGES

FILE = Path(__file__).with_name("rights.csv")
HEAD = ("service", "method", "path", "scope", *ROLES, "foreign", "reason")
#: 404 a single row, 403 a write into a foreign area, ``unknown`` 422 because the thing that the body
#: names does not exist for the caller, ``lines`` an import whose every line is refused for one of
#: these, ``empty`` a list or a sum without anything of the other office, ``n/a`` see the reason.
FOREIGN = frozenset({"404", "403", "unknown", "lines", "empty", "n/a"})
OWN, NOT = "own", "-"


@dataclass(frozen=True)
class Right:
    """One row. ``roles`` are those that may call it in their own office."""

    service: str
    method: str
    path: str
    scope: str
    roles: frozenset[str] = field(default_factory=frozenset)
    foreign: str = "?"
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.path


def committed(file: Path = FILE) -> list[Right]:
    """The rows of the file as they stand there. Raises ``ValueError`` when rows and head differ in
    length: two branches with different roles were merged line by line, and ``foreign`` would be lost."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
        wrong = [row["path"] for row in rows if None in row or None in row.values()]
        if wrong:
            raise ValueError(
                f"{file.name} is not of one piece at {wrong[:3]}: restore it and write it again"
            )
        return [
            Right(
                row["service"], row["method"], row["path"], row["scope"],
                frozenset(role for role in ROLES if row.get(role) == OWN),
                row["foreign"], row["reason"],
            )
            for row in rows
        ]  # fmt: skip


def of_operation(service: str, one: Operation) -> Right:
    """What the code says of one operation."""
    if one.scope:
        scope, roles = one.scope, frozenset(r for r, held in ROLES.items() if one.scope in held)
    else:
        scope, roles = ("any token" if one.authenticated else "public"), frozenset(ROLES)
    return Right(service, one.method, one.path, scope, roles)


def of_code() -> Iterator[Right]:
    """Every operation of the five services."""
    for package in PACKAGES:
        service = importlib.import_module(f"{package}.app").SERVICE
        settings = Settings(
            service=service.name, database_url="postgresql://nobody@nowhere/nothing",
            city=CITY, issuer=ISSUER, environment="embedded",
        )  # fmt: skip
        app: FastAPI = create_app(service, settings, authenticator=Signer().authenticator())
        for one in operations(app):
            yield of_operation(service.name, one)


def write() -> int:
    """The file from the code, with the columns that are ours kept; answers how many rows are new."""
    ours = {right.key: right for right in committed()} if FILE.exists() else {}
    rows = sorted(
        of_code(), key=lambda right: (PACKAGES_ORDER[right.service], right.path, right.method)
    )
    with FILE.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines, lineterminator="\n")
        out.writerow(HEAD)
        for row in rows:
            kept = ours.get(row.key, row)
            marks = [OWN if role in row.roles else NOT for role in ROLES]
            out.writerow([*row.key, row.scope, *marks, kept.foreign, kept.reason])
    return sum(row.key not in ours for row in rows)


PACKAGES_ORDER = {package.replace("_", "-"): n for n, package in enumerate(PACKAGES)}
