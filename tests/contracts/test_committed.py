"""The committed contracts are what the code says, and every consumer reads what publishers send."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from openapi_spec_validator import validate

from kit import contracts, events
from kit.service import Service
from local import lifecycles
from tests.world import PACKAGES


def service_of(package: str) -> Service:
    service: Service = importlib.import_module(f"{package}.app").SERVICE
    return service


SERVICES = [service_of(package) for package in PACKAGES]
PUBLISHED = [event for service in SERVICES for event in service.catalogue.published]


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_committed_contract_is_the_codes(service: Service) -> None:
    wanted = contracts.files(service)
    there = {path for path in (service.root / "contract").rglob("*.json")}
    assert there == set(wanted), "run make contracts"
    stale = [p.name for p, text in wanted.items() if p.read_text(encoding="utf-8") != text]
    assert stale == [], "run make contracts"


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_openapi_is_valid_and_told_in_chinese(service: Service) -> None:
    document = json.loads((service.root / "contract/openapi.json").read_text(encoding="utf-8"))
    validate(document)
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            summary = operation.get("summary", "")
            assert any("\u4e00" <= c <= "\u9fff" for c in summary), f"{method} {path}: {summary!r}"
            assert operation.get("description"), f"{method} {path} has no description"
            for tag in operation.get("tags", ()):  # one noun is one group of the page
                assert any("\u4e00" <= c <= "\u9fff" for c in tag), f"{method} {path}: {tag!r}"


@pytest.mark.parametrize("event", PUBLISHED, ids=lambda e: e.name)
def test_example_keeps_its_schema_and_any_sdk_reads_it(event: events.EventType) -> None:
    example = contracts.envelope_example(event)
    jsonschema.validate(
        example,
        contracts.envelope_schema(event),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    event.data.model_validate(example["data"])
    text = json.dumps(example)
    assert JSONFormat().read(CloudEvent, text).get_type() == event.name
    assert events.parse(text.encode()).type == event.name


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_what_is_heard_is_told_by_somebody(service: Service) -> None:
    names = {event.name for event in PUBLISHED}
    nouns = {(event.service, event.noun) for event in PUBLISHED}
    for subscription in service.subscriptions:
        for noun in subscription.nouns:
            assert (subscription.publisher, noun) in nouns
        for heard in subscription.handlers:
            assert heard in names
            assert heard.split(".")[1] in subscription.nouns, f"{heard} is not subscribed"


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
async def test_a_consumer_reads_the_publishers_examples(service: Service, running) -> None:  # type: ignore[no-untyped-def]
    """Each heard type's committed example, with a field that nobody knows, is applied or waits for
    what it refers to: it never becomes poison."""
    thing = await running(service.package)
    by_name = {event.name: event for event in PUBLISHED}
    for subscription in service.subscriptions:
        for number, name in enumerate(subscription.handlers):
            example = by_name[name].example
            entity = UUID(int=UUID(contracts.EXAMPLE_ENTITY).int + number)
            await thing.deliver(thing.heard(name, entity, {**example, "not_in_the_contract": 1}))
    assert [dict(row) for row in await thing.dead() if row["state"] == "poison"] == []


def test_the_event_table_in_the_architecture_is_the_codes() -> None:
    page = Path(__file__).parents[2] / "ARCHITECTURE.md"
    text = page.read_text(encoding="utf-8")
    assert contracts.with_event_table(text, SERVICES) == text, "run make contracts"


def test_the_page_of_state_machines_is_the_codes() -> None:
    assert lifecycles.PAGE.read_text(encoding="utf-8") == lifecycles.page(), "run make contracts"
