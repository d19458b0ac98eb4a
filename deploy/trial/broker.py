"""The broker's committed configuration: who may say and hear what, with passwords by reference.

``python -m trial.broker`` writes ``deploy/nats/nats-server.conf`` again after a service has changed
what it publishes or hears; a test compares. The passwords come from the server's environment.
"""

from __future__ import annotations

from pathlib import Path

from kit import streams
from local.authorities import authorities
from local.installation import PACKAGES, ROOT, SERVICES

FILE = ROOT / "deploy" / "nats" / "nats-server.conf"
STORE = Path("/data")
PORT, MONITOR_PORT = 4222, 8222


def variable(user: str) -> str:
    """The environment variable that holds a broker user's password."""
    return f"NATS_PASSWORD_{user.upper().replace('-', '_')}"


def configuration() -> str:
    """The file's text. A quoted ``$NAME`` would be a password; unquoted it is a reference."""
    names = {service.name: f"${variable(service.name)}" for service in SERVICES}
    told = {name: f"${variable(name)}" for name in authorities()}
    admin = f"${variable('provisioner')}"
    text = streams.nats_config(
        PACKAGES,
        names,
        STORE,
        PORT,
        MONITOR_PORT,
        admin,
        host="0.0.0.0",  # noqa: S104
        authorities=told,
    )
    for name in (*names.values(), *told.values(), admin):
        text = text.replace(f'"{name}"', name)
    return text


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(configuration())
