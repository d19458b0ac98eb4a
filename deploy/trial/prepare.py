"""Passwords, keys and the city's settings of a trial deployment, made once into ``deploy/.secrets``.

``python -m trial.prepare``, before the first ``up``; CITY and SCALE as for ``make run``. What is there
is kept: without the keys nobody reads again what the services have encrypted. Nothing here is ever
committed or copied into an image.
"""

from __future__ import annotations

import importlib
import json
import os
import secrets
from pathlib import Path

from local import databases
from local.authorities import authorities
from local.choice import Choice, choose
from local.installation import ROOT, SERVICES, ServiceName, write_private
from local.tokens import AUDIENCE, signing_key
from trial.broker import variable

FOLDER = ROOT / "deploy" / ".secrets"
ADDRESS = "http://127.0.0.1:8000"
ISSUER = f"{ADDRESS}/issuer"
#: Services that sign something for the world outside.
SIGNING = frozenset({"registry"})
INSIDE = 8000  # the port of every container of ours


def passwords(folder: Path) -> dict[str, str]:
    """By user name, made once. A letter comes first: NATS would read `12e4…` as a number."""
    file = folder / "passwords.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    names = ["postgres", "nats_provisioner", *(f"nats_{name}" for name in authorities())]
    for service in SERVICES:
        names += [
            databases.owner_of(service.package),
            databases.app_of(service.package),
            f"nats_{service.name}",
        ]
    known |= {name: f"p{secrets.token_hex(20)}" for name in names if name not in known}
    write_private(file, json.dumps(known, indent=1))
    return known


def service_environment(
    service: ServiceName, choice: Choice, known: dict[str, str]
) -> dict[str, str]:
    """What one service is told beyond what compose.yaml says for all of them."""
    app = databases.app_of(service.package)
    overlay = choice.overlay(service.name)
    signing = {
        "SIGNING_KEYS_FILE": f"/run/secrets/{service.package}_signing",
        "PUBLIC_URL": ADDRESS,
        # Only the front door can reach a service: its word about the caller's address counts.
        "FORWARDED_ALLOW_IPS": "*",
    }
    return (signing if service.name in SIGNING else {}) | {
        "DATABASE_URL": f"postgresql://{app}:{known[app]}@postgres:5432/{service.package}",
        "NATS_USER": service.name,
        "NATS_PASSWORD": known[f"nats_{service.name}"],
        "CITY": choice.code,
        "BUSINESS_DAY": choice.as_of,
        "ISSUER": ISSUER,
        "AUDIENCE": AUDIENCE,
        "POLICY_OVERLAY": f"/app/{overlay.relative_to(ROOT)}" if overlay else "",
    }


def prepare(folder: Path, choice: Choice) -> None:
    """Write everything that is missing; environment files are written again each time."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    known = passwords(folder)
    signing_key(folder / "keys" / "issuer.json")
    crypto = importlib.import_module("kit.crypto")
    for service in SERVICES:
        keyring = folder / "keys" / f"{service.name}.json"
        known_keys = json.loads(keyring.read_text()) if keyring.exists() else {"keys": []}
        if (whole := crypto.complete(known_keys)) != known_keys:
            write_private(keyring, json.dumps(whole))
        signing_keys = folder / "keys" / f"{service.name}-signing.json"
        if service.name in SIGNING and not signing_keys.exists():
            importlib.import_module("kit.signing").generate(signing_keys)
        _environment_file(
            folder / f"{service.name}.env", service_environment(service, choice, known)
        )
    _environment_file(folder / "postgres.env", {"POSTGRES_PASSWORD": known["postgres"]})
    users = ["provisioner", *(service.name for service in SERVICES), *authorities()]
    _environment_file(
        folder / "nats.env", {variable(user): known[f"nats_{user}"] for user in users}
    )
    _environment_file(
        folder / "front-door.env",
        {
            "ISSUER": ISSUER,
            "SERVICE_URLS": json.dumps({s.name: f"http://{s.name}:{INSIDE}" for s in SERVICES}),
            "PLACES": json.dumps(vars(choice.places)),
            "CITY_NAME": choice.name,
            "BUSINESS_DAY": choice.as_of,
            "QUARTER": choice.quarter,
            # The services fetch the issuer's keys under its name in the network.
            "ALLOWED_HOSTS": json.dumps(["127.0.0.1", "localhost", "front-door"]),
        },
    )
    # The folder is closed (0700); the containers' user 10001 gets single files out of it mounted.
    for file in (folder / "passwords.json", *(folder / "keys").iterdir()):
        file.chmod(0o644)


def _environment_file(file: Path, values: dict[str, str]) -> None:
    write_private(file, "".join(f"{name}={value}\n" for name, value in values.items()))


def main() -> None:
    choice = choose(os.environ.get("CITY"), os.environ.get("SCALE"))
    prepare(FOLDER, choice)
    print(f"{FOLDER} is ready for {choice.identity}")  # noqa: T201


if __name__ == "__main__":
    main()
