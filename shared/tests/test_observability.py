"""What is seen of a running process: no person in any line, traces that join, numbers that count."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import context, observability
from kit.observability import Metrics, scrub

ID_NUMBER = "11010519491231002X"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    observability.log_to_stdout("registry", "INFO")

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield read
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before
    logging.getLogger().setLevel(level)


def test_a_line_is_json_with_service_time_and_correlation(lines: Any) -> None:
    with context.bind() as bound:
        structlog.get_logger().info("worker.registered", worker_id=7)
    (line,) = lines()
    assert line["event"] == "worker.registered"
    assert line["service"] == "registry"
    assert line["correlation_id"] == str(bound.correlation_id)
    assert line["timestamp"].endswith("Z")
    assert line["level"] == "info"


def test_no_line_holds_an_id_number_wherever_it_hid(lines: Any) -> None:
    log = structlog.get_logger()
    log.warning(
        f"read {ID_NUMBER}", body={"a": [ID_NUMBER, {ID_NUMBER: 1}]}, raw=ID_NUMBER.encode()
    )
    log.info("x", old="110105491231002", number=110105194912310021)
    logging.getLogger("library").warning("refused %s", ID_NUMBER)
    try:
        raise ValueError(ID_NUMBER)
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed too")
    text = json.dumps(lines())
    assert "110105" not in text
    assert "test_observability.py" in text
    assert "ValueError" in text


def test_the_scrubber_leaves_what_is_no_number_of_a_person() -> None:
    assert scrub("1234567890") == "1234567890"
    assert scrub("019aa0c4-1111-7000-8000-000000000000") == "019aa0c4-1111-7000-8000-000000000000"
    assert scrub({"n": 12, "b": True, "x": None}) == {"n": 12, "b": True, "x": None}
    assert scrub("1" * 20) == "1" * 20
    assert scrub(f"a{ID_NUMBER}b") == "a[masked]b"


def test_what_is_counted_is_shown() -> None:
    metrics = Metrics("registry")
    metrics.served("GET", "/v1/workers/{worker_id}", 200, 0.01)
    metrics.outbox(3, 1.5)
    metrics.relay_batch(500, 0.02)
    metrics.consumer_lag("subsidy-registry", 9)
    metrics.event_age("subsidy-registry", -1.0)
    metrics.unhandled("subsidy-registry", "registry.worker.moved.v1", 2)
    metrics.parked(1, 2)
    metrics.broker_error("permissions")
    requests, events = metrics.requests_exposition().decode(), metrics.events_exposition().decode()
    assert (
        'http_requests_total{method="GET",route="/v1/workers/{worker_id}",status="200"} 1.0'
        in requests
    )
    for line in (
        "outbox_rows 3.0", "outbox_age_seconds 1.5", "relay_events_total 500.0",
        'consumer_lag_events{durable="subsidy-registry"} 9.0', "parked_events 1.0", "dead_events 2.0",
        'event_age_seconds_count{durable="subsidy-registry"} 1.0',
        'broker_errors_total{kind="permissions"} 1.0',
    ):  # fmt: skip
        assert line in events


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observability.trace_with(provider)
    yield exporter
    observability.trace_with(None)
    provider.shutdown()


def test_a_trace_goes_through_a_request_and_its_event(spans: InMemorySpanExporter) -> None:
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with observability.serving("POST", "/v1/workers", {"traceparent": caller}):
        told = observability.traceparent()
    assert told is not None
    with observability.consuming("subsidy-registry", "registry.worker.registered.v1", told):
        pass
    server, consumer = spans.get_finished_spans()
    assert f"{server.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert consumer.context.trace_id == server.context.trace_id
    assert consumer.parent is not None
    assert consumer.parent.span_id == server.context.span_id


def test_without_an_endpoint_nothing_is_traced() -> None:
    assert not observability.tracing()
    assert observability.traceparent() is None
    with observability.serving("GET", "/", {}) as span, observability.consuming("d", "t", None):
        assert span is None
