"""The event envelope (CloudEvents 1.0, structured JSON) and the catalogue of what a service tells.

One fact is one event is one message. An event's entity is named by ``<noun>/<uuid>``; ``sequence``
counts the published events of that entity from 1 without a gap, so that a consumer can tell a
duplicate (seen before) from a gap (something is still on its way).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as FastUUID
from pydantic import BaseModel

from kit import context
from kit.ids import new_id

NAME = re.compile(
    r"^(?P<service>[a-z]+(?:-[a-z]+)*)\.(?P<noun>[a-z]+(?:-[a-z]+)*)\.[a-z]+(?:-[a-z]+)*\.v\d+$"
)


@dataclass(frozen=True)
class EventType:
    """One kind of fact that a service tells.

    ``name`` is both CloudEvents ``type`` and NATS subject; ``data`` is the model of the payload;
    ``example`` is a payload that stands in the contract and that consumers must be able to read.
    """

    name: str
    data: type[BaseModel]
    title_zh: str
    title_en: str
    example: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not NAME.match(self.name):
            raise ValueError(
                f"event name {self.name!r} is not <service>.<noun>.<past-verb>.v<major>"
            )

    @cached_property
    def service(self) -> str:
        return self.name.split(".")[0]

    @cached_property
    def noun(self) -> str:
        return self.name.split(".")[1]

    @cached_property
    def schema_path(self) -> str:
        """Where the JSON Schema of the payload is served and committed."""
        return f"/contract/events/{self.name}.schema.json"


@dataclass(frozen=True)
class Catalogue:
    """Everything one service publishes."""

    service: str
    published: Sequence[EventType]

    def __post_init__(self) -> None:
        names = [event.name for event in self.published]
        foreign = [name for name in names if name.split(".")[0] != self.service]
        if foreign or len(set(names)) != len(names):
            raise ValueError(f"{self.service}: foreign or repeated event types: {foreign or names}")

    @property
    def nouns(self) -> tuple[str, ...]:
        return tuple(sorted({event.noun for event in self.published}))

    def __getitem__(self, name: str) -> EventType:
        return next(event for event in self.published if event.name == name)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact about to be told. ``data`` is JSON-able and already in wire form (money as yuan text).

    A consumer that tells of many causes in one batch names each event's own cause with
    :meth:`because_of`; otherwise correlation and causation come from the request's context.
    """

    type: EventType
    entity_id: UUID
    valid_from: date
    area_code: str
    office: str
    data: Mapping[str, Any]
    reverses: UUID | None = None
    causation_id: UUID | None = None
    correlation_id: UUID | None = None
    id: UUID = field(default_factory=new_id)

    def because_of(self, cause: Event) -> NewEvent:
        """The same event, caused by another one and in the same conversation."""
        return replace(self, causation_id=cause.id, correlation_id=cause.correlation_id)

    def as_cause(self) -> Event:
        """This event as the cause of what follows in its own transaction; 0 stands for a sequence
        that is counted only when the event is written."""
        correlation = self.correlation_id or context.current().correlation_id
        return Event(
            self.id, self.type.name, self.entity_id, 0, datetime.now(UTC), self.valid_from,
            self.area_code, self.office, correlation, self.causation_id, self.reverses,
            dict(self.data),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """A fact as a consumer receives it. Unknown payload fields are kept and ignored."""

    id: UUID
    type: str
    entity_id: UUID
    sequence: int
    time: datetime
    valid_from: date
    area_code: str
    office: str
    correlation_id: UUID
    causation_id: UUID | None
    reverses: UUID | None
    data: dict[str, Any]
    traceparent: str | None = None

    @property
    def service(self) -> str:
        return self.type.split(".", 1)[0]

    @property
    def noun(self) -> str:
        return self.type.split(".", 2)[1]


class Row(Protocol):
    """A row of ``event_log``, or anything with its columns by name."""

    def __getitem__(self, column: str, /) -> Any: ...


class MalformedEvent(ValueError):
    """The bytes are not an envelope of ours: nothing in them can be trusted, not even the id."""


def envelope(row: Row, *, city: str) -> bytes:
    """The bytes on the wire for one row of ``event_log`` (see ``kit.schema``)."""
    service, noun, _ = row["type"].split(".", 2)
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row["id"]),
        "type": row["type"],
        "source": f"/cities/{city}/services/{service}",
        "subject": f"{noun}/{row['entity_id']}",
        "time": row["recorded_at"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"/api/{service}/v1/contract/events/{row['type']}.schema.json",
        "validfrom": row["valid_from"].isoformat(),
        "areacode": row["area_code"],
        "office": row["office"],
        "sequence": row["sequence"],
        "correlationid": str(row["correlation_id"]),
    }
    if row["causation_id"] is not None:
        body["causationid"] = str(row["causation_id"])
    if row["reverses"] is not None:
        body["reverses"] = str(row["reverses"])
    if row["traceparent"] is not None:
        body["traceparent"] = row["traceparent"]
    data = row["data"]
    body["data"] = orjson.Fragment(data) if isinstance(data, str | bytes) else data
    return orjson.dumps(body)


def parse(message: bytes) -> Event:
    """Read an envelope; raises :class:`MalformedEvent` without quoting what it was given."""
    try:
        body = orjson.loads(message)
        causation, reverses = body.get("causationid"), body.get("reverses")
        return Event(
            id=FastUUID(body["id"]),
            type=body["type"],
            entity_id=FastUUID(body["subject"].rsplit("/", 1)[1]),
            sequence=int(body["sequence"]),
            time=datetime.fromisoformat(body["time"]),
            valid_from=date.fromisoformat(body["validfrom"]),
            area_code=body["areacode"],
            office=body["office"],
            correlation_id=FastUUID(body["correlationid"]),
            causation_id=FastUUID(causation) if causation else None,
            reverses=FastUUID(reverses) if reverses else None,
            data=body["data"],
            traceparent=body.get("traceparent"),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise MalformedEvent(f"not an envelope: {type(error).__name__}") from None
