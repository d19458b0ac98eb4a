"""What other authorities publish to us: CloudEvents on subjects of their own, read once each.

An authority has an account at the broker that may publish ``intake.<authority>.<noun>.v1`` and
nothing else, and hears nothing (:mod:`kit.streams`). It has no gapless sequences: each message is an
entity of its own, known by authority and CloudEvents id, so that one sent twice is applied once,
and one that cannot be applied waits alone in ``dead_letter``.

A message is checked here before anything else: whose subject it came on, that it claims no other
source, that its type is one that is heard, and that no ID number stands in it in plain. What fails
is parked as ``malformed``; the body is kept only when no ID number is in it. What passes becomes an
event like any other, and is retried by the same command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from kit.bus import Delivery
from kit.consumers import Consumer, Handler, Subscription
from kit.crypto import holds_id_number
from kit.events import envelope

#: Names what authorities send: the same authority and CloudEvents id is the same message.
NAMESPACE = UUID("8e1c7f4e-5a7d-5f0b-9b55-6a1f1d0c2b11")
BODY_MAX = 64 * 1024

AUTHORITY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+){0,5}", re.ASCII)
_SUBJECT = re.compile(rf"intake\.({AUTHORITY.pattern})\.([a-z]+(?:-[a-z]+)*)\.v1", re.ASCII)
_ID = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
WITHHELD = b'{"withheld":"it held an ID number in plain"}'


class Unreadable(Exception):
    """A message that says nothing we could apply. The text is a code and quotes nothing."""


@dataclass(frozen=True)
class Intake(Subscription):
    """The nouns that authorities tell a service, and what it does then.

    Handlers are named ``intake.<noun>.<past-verb>.v1``: CloudEvents type ``<noun>.<past-verb>.v1``
    on the subject ``intake.<authority>.<noun>.v1``.
    """

    @classmethod
    def of(cls, handlers: dict[str, Handler]) -> Intake:
        nouns = sorted({name.split(".")[1] for name in handlers})
        return cls("intake", tuple(nouns), handlers)

    @property
    def subjects(self) -> tuple[str, ...]:
        """All of them: what nobody here understands must be parked, not lie in the stream."""
        return ("intake.>",)


@dataclass
class IntakeConsumer(Consumer):
    """Reads the intake stream: messages of authorities become events, then as everywhere."""

    async def receive(self, deliveries: Sequence[Delivery]) -> None:
        bodies: list[bytes] = []
        unread: list[tuple[UUID, str, bytes]] = []
        for one in deliveries:
            try:
                bodies.append(self.read(one.subject, one.body))
            except Unreadable as error:
                name = uuid5(NAMESPACE, f"{one.subject}\n{one.body.hex()}")
                unread.append((name, f"{error} on {_safe(one.subject)}", kept(one.body)))
        if unread:
            await self.inbox.park_unread(unread)
        if bodies:
            await self.apply(bodies)

    def read(self, subject: str, body: bytes) -> bytes:
        """The message as an event of ours. Raises :class:`Unreadable`."""
        found = _SUBJECT.fullmatch(subject)
        if found is None:
            raise Unreadable("unknown-subject")
        authority, noun = found.groups()
        message = _message(body)
        if message.get("source") != f"/authorities/{authority}":
            raise Unreadable("foreign-source")
        kind = f"intake.{message.get('type')}"
        if kind not in self.subscription.handlers or kind.split(".")[1] != noun:
            raise Unreadable("unknown-type")
        name = uuid5(NAMESPACE, f"{authority}\n{message['id']}")
        now = datetime.now(UTC)
        city = self.runtime.settings.city
        return envelope(
            {
                "id": name, "type": kind, "entity_id": name, "sequence": 1, "recorded_at": now,
                "valid_from": now.date(), "area_code": f"{city}000000",
                "office": f"{city}-{authority}", "correlation_id": name, "causation_id": None,
                "reverses": None, "traceparent": None, "data": message["data"],
            },
            city=city,
        )  # fmt: skip


def _message(body: bytes) -> Mapping[str, Any]:
    if len(body) > BODY_MAX:
        raise Unreadable("too-large")
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreadable("not-json") from None
    if not isinstance(message, dict) or message.get("specversion") != "1.0":
        raise Unreadable("no-cloudevent")
    if not isinstance(message.get("id"), str) or not _ID.fullmatch(message["id"]):
        raise Unreadable("no-id")
    if not isinstance(message.get("data"), dict):
        raise Unreadable("no-data")
    if holds_id_number(orjson.dumps(message).decode()):
        raise Unreadable("id-number-in-plain")
    return message


def kept(body: bytes) -> bytes:
    """As much of an unreadable message as may be kept: nothing when a person is named in it."""
    text = body.decode("utf-8", errors="replace")
    try:
        text += orjson.dumps(orjson.loads(body)).decode()  # digits may be written as escapes
    except orjson.JSONDecodeError:
        pass
    return WITHHELD if holds_id_number(text) else body


def _safe(subject: str) -> str:
    return WITHHELD.decode() if holds_id_number(subject) else subject[:120]
