"""What a service promises, as files: OpenAPI, JSON Schema and example per event, AsyncAPI.

Generated from the code by ``make contracts``, committed, and compared by a test, so that a change of
a contract is seen in the change that makes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import SecretStr

from kit.events import EventType
from kit.settings import Settings

if TYPE_CHECKING:
    from kit.service import Service

EXAMPLE_ID = "019a9d2c-8f00-7000-8000-000000000001"
EXAMPLE_ENTITY = "019a9d2c-8f00-7000-8000-0000000000aa"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def openapi(service: Service) -> dict[str, Any]:
    """The OpenAPI 3.1 document, without starting anything."""
    from kit.service import create_app

    settings = Settings(
        service=service.name,
        database_url=SecretStr("postgresql://contract@localhost/contract"),
        public_path=f"/api/{service.name}",
        environment="embedded",
    )
    document: dict[str, Any] = create_app(service, settings).openapi()
    return document


def envelope_schema(event: EventType) -> dict[str, Any]:
    """JSON Schema of one event as it stands on the wire: envelope and payload."""
    data = event.data.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    definitions = data.pop("$defs", {})
    uuid = {"type": "string", "format": "uuid"}
    schema: dict[str, Any] = {
        "$schema": JSON_SCHEMA,
        "$id": event.schema_path,
        "title": f"{event.title_zh} {event.title_en}",
        "type": "object",
        "required": [
            "specversion", "id", "type", "source", "subject", "time", "datacontenttype", "dataschema",
            "validfrom", "areacode", "office", "sequence", "correlationid", "data",
        ],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**uuid, "description": "UUIDv7; also Nats-Msg-Id"},
            "type": {"const": event.name},
            "source": {"type": "string", "pattern": rf"^/cities/[0-9]{{6}}/services/{event.service}$"},
            "subject": {"type": "string", "pattern": rf"^{event.noun}/[0-9a-f-]{{36}}$"},
            "time": {"type": "string", "format": "date-time", "description": "记录时间 recorded at, UTC"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string"},
            "validfrom": {"type": "string", "format": "date", "description": "事实日期 date of fact"},
            "areacode": {"type": "string", "pattern": "^[0-9]{12}$", "description": "区划代码"},
            "office": {"type": "string", "description": "经办机构 administering office"},
            "sequence": {"type": "integer", "minimum": 1, "description": "per entity, gapless"},
            "correlationid": uuid,
            "causationid": uuid,
            "reverses": {**uuid, "description": "更正：所撤销的事件 the event that this one reverses"},
            "traceparent": {"type": "string"},
            "data": data,
        },
    }  # fmt: skip
    if definitions:
        schema["$defs"] = definitions
    return schema


def envelope_example(event: EventType, *, city: str = "231100") -> dict[str, Any]:
    """A whole event with the catalogue's example payload."""
    return {
        "specversion": "1.0",
        "id": EXAMPLE_ID,
        "type": event.name,
        "source": f"/cities/{city}/services/{event.service}",
        "subject": f"{event.noun}/{EXAMPLE_ENTITY}",
        "time": "2003-10-31T02:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": f"/api/{event.service}/v1{event.schema_path}",
        "validfrom": "2003-10-31",
        "areacode": "231102000000",
        "office": "231102-employment-bureau",
        "sequence": 1,
        "correlationid": str(UUID(int=UUID(EXAMPLE_ID).int + 1)),
        "data": dict(event.example),
    }


def asyncapi(service: Service) -> dict[str, Any]:
    """AsyncAPI 3.0 of what the service tells (``send``) and what it hears (``receive``)."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for event in service.catalogue.published:
        key = event.name.replace(".", "_").replace("-", "_")
        messages[key] = {
            "name": event.name,
            "title": f"{event.title_zh} {event.title_en}",
            "contentType": "application/cloudevents+json",
            "headers": {
                "type": "object",
                "required": ["Nats-Msg-Id"],
                "properties": {"Nats-Msg-Id": {"type": "string", "description": "= id"}},
            },
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": {"$ref": f"./events/{event.name}.schema.json"},
            },
            "examples": [{"name": "example", "payload": envelope_example(event)}],
        }
        channels[key] = {
            "address": event.name,
            "title": event.title_zh,
            "messages": {key: {"$ref": f"#/components/messages/{key}"}},
        }
        operations[f"send_{key}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{key}"},
            "messages": [{"$ref": f"#/channels/{key}/messages/{key}"}],
        }
    for subscription in service.subscriptions:
        for noun in subscription.nouns:
            key = f"{subscription.publisher}_{noun}".replace("-", "_")
            heard = sorted(n for n in subscription.handlers if n.split(".")[1] == noun)
            channels[f"hear_{key}"] = {
                "address": f"{subscription.publisher}.{noun}.>",
                "title": f"来自 {subscription.publisher}",
                "description": f"Durable `{subscription.durable(service.name)}`; acts on: "
                + (", ".join(heard) or "none"),
                "messages": {},
            }
            operations[f"receive_{key}"] = {
                "action": "receive",
                "channel": {"$ref": f"#/channels/hear_{key}"},
            }
    for noun in service.intake.nouns if service.intake else ():
        key = f"intake_{noun}".replace("-", "_")
        assert service.intake is not None
        heard = sorted(n for n in service.intake.handlers if n.split(".")[1] == noun)
        types = ", ".join(n.removeprefix("intake.") for n in heard)
        channels[f"hear_{key}"] = {
            "address": f"intake.{{authority}}.{noun}.v1",
            "parameters": {"authority": {"description": "部门的账号 (deploy/authorities.toml)"}},
            "title": "其他部门通报",
            "description": f"CloudEvents types {types}; ID numbers as JWE: see docs/intake.md",
            "messages": {},
        }
        operations[f"receive_{key}"] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/hear_{key}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{service.title_zh} {service.title_en}",
            "version": "1.0.0",
            "description": service.description,
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"city": {"host": "nats:4222", "protocol": "nats"}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def files(service: Service) -> dict[Path, str]:
    """Every contract file of a service with the text that it should have."""
    root = service.root / "contract"
    out = {
        root / "openapi.json": _text(openapi(service)),
        root / "asyncapi.json": _text(asyncapi(service)),
    }
    for event in service.catalogue.published:
        out[root / "events" / f"{event.name}.schema.json"] = _text(envelope_schema(event))
        out[root / "events" / f"{event.name}.example.json"] = _text(envelope_example(event))
    return out


def event_table(services: Sequence[Service]) -> str:
    """Who tells what, and who acts on it, as a Markdown table (``ARCHITECTURE.md`` carries it)."""
    hears: dict[str, list[str]] = {}
    for service in services:
        for subscription in service.subscriptions:
            for name in subscription.handlers:
                hears.setdefault(name, []).append(service.name)
    lines = ["| event 事件 | meaning 含义 | heard by 订阅者 |", "|---|---|---|"]
    for service in services:
        for event in service.catalogue.published:
            listeners = ", ".join(sorted(hears.get(event.name, []))) or "—"
            lines.append(f"| `{event.name}` | {event.title_zh} {event.title_en} | {listeners} |")
    return "\n".join(lines) + "\n"


EVENTS_BEGIN = "<!-- events: generated by make contracts -->"
EVENTS_END = "<!-- events end -->"


def with_event_table(document: str, services: Sequence[Service]) -> str:
    """The document with the table between its two marks replaced. Raises ValueError without them."""
    head, _, rest = document.partition(EVENTS_BEGIN)
    _, found, tail = rest.partition(EVENTS_END)
    if not found:
        raise ValueError("the document has no marks for the event table")
    return f"{head}{EVENTS_BEGIN}\n{event_table(services)}{EVENTS_END}{tail}"


def write(services: Sequence[Service]) -> list[Path]:
    """Write what differs and remove what no longer exists; answers the files touched."""
    touched = []
    for service in services:
        wanted = files(service)
        folder = service.root / "contract"
        for path in sorted(folder.rglob("*.json")) if folder.exists() else []:
            if path not in wanted:
                path.unlink()
                touched.append(path)
        for path, text in wanted.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                touched.append(path)
    return touched


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
