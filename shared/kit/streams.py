"""The broker's side of the event path: streams, durables and who may touch them.

Everything is generated from the services' catalogues and subscriptions, and every setting is
written out. Only provisioning creates; a service's user may publish its own subjects and pull its
own durables, nothing else.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nats
import orjson

SECOND = 1_000_000_000
MAX_MESSAGE_BYTES = 262_144
STREAM_BYTES = 8 * 1024**3
INTAKE = "INTAKE"
INTAKE_BYTES = 1024**3
INTAKE_MESSAGE_BYTES = 65_536
DUPLICATE_WINDOW_S = 600
ACK_WAIT_S = 10
MAX_ACK_PENDING = 4_000


@dataclass(frozen=True)
class Durable:
    stream: str
    name: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Topology:
    """Who publishes and who listens, read from each service's ``app.SERVICE``."""

    services: tuple[str, ...]
    durables: dict[str, tuple[Durable, ...]]

    @property
    def takes_in(self) -> bool:
        """Whether somebody reads what other authorities publish."""
        return any(d.stream == INTAKE for durables in self.durables.values() for d in durables)

    def streams(self) -> list[dict[str, Any]]:
        """The settings of every stream."""
        settings = [stream_settings(service) for service in self.services]
        return [*settings, intake_settings()] if self.takes_in else settings


def topology(packages: Sequence[str]) -> Topology:
    """Import each package's ``app`` and read what it publishes and hears."""
    services, durables = [], {}
    for package in packages:
        service = importlib.import_module(f"{package}.app").SERVICE
        services.append(service.name)
        durables[service.name] = tuple(
            Durable(s.stream, s.durable(service.name), s.subjects)
            for s in (*service.subscriptions, *filter(None, [service.intake]))
        )
    return Topology(tuple(services), durables)


def stream_settings(service: str) -> dict[str, Any]:
    """Every setting of a publisher's stream, none left to a default."""
    return {
        "name": service.upper(),
        "subjects": [f"{service}.>"],
        "retention": "limits",
        "storage": "file",
        "compression": "none",
        "num_replicas": 1,
        "max_consumers": -1,
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "max_bytes": STREAM_BYTES,
        "max_age": 0,
        "max_msg_size": MAX_MESSAGE_BYTES,
        "discard": "new",
        "discard_new_per_subject": False,
        "duplicate_window": DUPLICATE_WINDOW_S * SECOND,
        "allow_atomic": True,
        "allow_direct": True,
        "allow_rollup_hdrs": False,
        "deny_delete": True,
        "deny_purge": True,
        "no_ack": False,
        "sealed": False,
    }


def intake_settings() -> dict[str, Any]:
    """The stream of what other authorities publish. A message goes when it was applied or parked: it
    holds a person's number, sealed as it is, and the database keeps what came of it."""
    return stream_settings(INTAKE.lower()) | {
        "retention": "workqueue",
        "max_bytes": INTAKE_BYTES,
        "max_msg_size": INTAKE_MESSAGE_BYTES,
        "allow_atomic": False,
        "allow_direct": False,
    }


def consumer_settings(durable: Durable) -> dict[str, Any]:
    """Every setting of a durable. ``max_deliver`` is unlimited: attempts are counted in the database."""
    return {
        "durable_name": durable.name,
        "name": durable.name,
        "deliver_policy": "all",
        "ack_policy": "explicit",
        "ack_wait": ACK_WAIT_S * SECOND,
        "max_deliver": -1,
        "filter_subjects": list(durable.subjects),
        "replay_policy": "instant",
        "max_ack_pending": MAX_ACK_PENDING,
        "max_waiting": 64,
        "max_batch": 0,
        "max_expires": 0,
        "max_bytes": 0,
        "inactive_threshold": 0,
        "num_replicas": 1,
        "mem_storage": False,
        "headers_only": False,
    }


def permissions(service: str, durables: Sequence[Durable]) -> dict[str, list[str]]:
    """What one service's user may publish and subscribe to: one explicit line per durable."""
    publish = [f"{service}.>"]
    for durable in durables:
        publish += [
            f"$JS.API.CONSUMER.INFO.{durable.stream}.{durable.name}",
            f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}",
            f"$JS.ACK.{durable.stream}.{durable.name}.>",
        ]
    return {"publish": publish, "subscribe": [f"_INBOX_{service}.>"]}


def intake_account(authority: str) -> str:
    """The name of an authority's account at the broker."""
    return f"INTAKE-{authority}".upper()


def _authority(authority: str, password: str) -> str:
    """An account of its own: it reaches us only by publishing its own subjects, and hears nothing
    but the acknowledgements of what it published."""
    subject = _quoted(f"intake.{authority}.>")
    return (
        f"  {intake_account(authority)} {{\n"
        f"    imports: [ {{ service: {{ account: CITY, subject: {subject} }} }} ]\n"
        f"    users: [ {{ user: {_quoted(authority)}, password: {_quoted(password)},\n"
        f"      permissions: {{ publish: {{ allow: [{subject}] }},"
        f' subscribe: {{ allow: ["_INBOX.>"] }} }} }} ]\n'
        "  }"
    )


def _exports(authorities: Sequence[str]) -> str:
    exported = ", ".join(
        f"{{ service: {_quoted(f'intake.{name}.>')}, accounts: [{intake_account(name)}] }}"
        for name in authorities
    )
    return f"    exports: [ {exported} ]\n" if exported else ""


def _quoted(text: object) -> str:
    return orjson.dumps(str(text)).decode()


def nats_config(
    packages: Sequence[str] | Topology,
    passwords: dict[str, str],
    store_dir: Path,
    port: int,
    monitor_port: int,
    admin_password: str,
    *,
    host: str = "127.0.0.1",
    authorities: Mapping[str, str] | None = None,
) -> str:
    """The server's configuration file: durability, limits, one user per service, one provisioner,
    one account per authority that may publish to us.

    ``passwords`` is keyed by service name, ``authorities`` are passwords by name.
    ``sync_interval: always`` because an acknowledged event has left the outbox.
    """
    plan = packages if isinstance(packages, Topology) else topology(packages)
    users = [f"      {{ user: provisioner, password: {_quoted(admin_password)} }}"]
    for service in plan.services:
        allowed = permissions(service, plan.durables[service])
        lists = ", ".join(
            f"{way}: {{ allow: [{', '.join(_quoted(s) for s in subjects)}] }}"
            for way, subjects in allowed.items()
        )
        users.append(
            f"      {{ user: {_quoted(service)}, password: {_quoted(passwords[service])},\n"
            f"        permissions: {{ {lists} }} }}"
        )
    told = authorities or {}
    accounts = "".join(_authority(name, told[name]) + "\n" for name in told)
    file_bytes = sum(stream["max_bytes"] for stream in plan.streams())
    return f"""# Generated by kit.streams from the services' catalogues: change those, not this.
server_name: reemployment
listen: "{host}:{port}"
http: "{host}:{monitor_port}"
max_payload: {MAX_MESSAGE_BYTES}
max_connections: 256
write_deadline: "10s"
jetstream {{
  store_dir: {_quoted(store_dir)}
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: {file_bytes}
}}
accounts {{
  SYS {{ users: [ {{ user: sys, password: {_quoted(admin_password)} }} ] }}
  CITY {{
    jetstream: enabled
{_exports(list(told))}    users: [
{chr(10).join(users)}
    ]
  }}
{accounts}}}
system_account: SYS
"""


class ProvisionFailed(RuntimeError):
    """The broker refused a stream or durable; the message carries its own words."""


async def provision(
    url: str, user: str, password: str, packages: Sequence[str] | Topology, *, timeout_s: float = 10
) -> None:
    """Create or update every stream and durable. Safe to repeat; never deletes anything."""
    plan = packages if isinstance(packages, Topology) else topology(packages)
    client = await nats.connect(
        url, user=user, password=password, connect_timeout=timeout_s, max_reconnect_attempts=2
    )
    try:

        async def ask(subject: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
            payload = orjson.dumps(body) if body is not None else b""
            reply = await client.request(f"$JS.API.{subject}", payload, timeout=timeout_s)
            answer: dict[str, Any] = orjson.loads(reply.data)
            return answer

        for wanted in plan.streams():
            there = "error" not in await ask(f"STREAM.INFO.{wanted['name']}")
            verb = "UPDATE" if there else "CREATE"
            _check(await ask(f"STREAM.{verb}.{wanted['name']}", wanted))
        for durables in plan.durables.values():
            for durable in durables:
                body = {
                    "stream_name": durable.stream,
                    "config": consumer_settings(durable),
                    "action": "",
                }
                _check(await ask(f"CONSUMER.DURABLE.CREATE.{durable.stream}.{durable.name}", body))
    finally:
        await client.close()


def _check(answer: dict[str, Any]) -> None:
    if "error" in answer:
        raise ProvisionFailed(str(answer["error"].get("description")))


def main(arguments: Sequence[str]) -> None:
    """``python -m kit.streams <url> <user> <password-file> <package>...``: the provisioning step."""
    url, user, password_file, *packages = arguments
    asyncio.run(provision(url, user, Path(password_file).read_text().strip(), packages))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
