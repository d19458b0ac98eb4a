"""What can be seen of a running service: JSON logs, Prometheus metrics, traces.

Nothing seen here may hold a person: a scrubber masks everything that looks like an ID number before
a line is written, metrics know only templates of paths, spans carry no values.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import orjson
import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kit import context
from kit.settings import Settings

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_AGES = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
# Fifteen digits, or seventeen and a check character, that stand alone.
_ID_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])", re.ASCII)
MASK = "[masked]"


class Metrics:
    """Everything that one process counts; several applications can live in one test."""

    def __init__(self, service: str) -> None:
        self.requests = registry = CollectorRegistry()
        self.service = service
        self._requests = Counter(
            "http_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._duration = Histogram(
            "http_request_duration_seconds", "Time to answer", ["method", "route"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.events = registry = CollectorRegistry()
        self._outbox_rows = Gauge(
            "outbox_rows", "Events that wait for the relay", registry=registry
        )
        self._outbox_age = Gauge(
            "outbox_age_seconds", "Age of the oldest event that waits", registry=registry
        )
        self._relay_events = Counter("relay_events", "Events published", registry=registry)
        self._relay_batch = Histogram(
            "relay_batch_events", "Events of one published batch",
            buckets=(1, 5, 10, 50, 100, 250, 500, 1000), registry=registry,
        )  # fmt: skip
        self._relay_seconds = Histogram(
            "relay_batch_seconds", "Time to publish one batch", buckets=_SECONDS, registry=registry
        )
        self._lag = Gauge(
            "consumer_lag_events", "Events not yet applied", ["durable"], registry=registry
        )
        self._age = Histogram(
            "event_age_seconds", "From recording of an event to commit of its effect", ["durable"],
            buckets=_AGES, registry=registry,
        )  # fmt: skip
        self._unhandled = Counter(
            "consumer_unhandled_events", "Events of types that nobody here handles",
            ["durable", "type"], registry=registry,
        )  # fmt: skip
        self._parked = Gauge(
            "parked_events", "Events that wait behind a failed one", registry=registry
        )
        self._dead = Gauge("dead_events", "Events that could not be applied", registry=registry)
        self._errors = Counter(
            "broker_errors", "What the broker refused or lost", ["kind"], registry=registry
        )
        self._served: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request; ``route`` is the template, never the path."""
        key = (method, route, status)
        pair = self._served.get(key)
        if pair is None:
            pair = (
                self._requests.labels(method, route, str(status)),
                self._duration.labels(method, route),
            )
            self._served[key] = pair
        pair[0].inc()
        pair[1].observe(seconds)

    def outbox(self, rows: int, age_s: float | None) -> None:
        self._outbox_rows.set(rows)
        self._outbox_age.set(age_s or 0)

    def relay_batch(self, events: int, seconds: float) -> None:
        self._relay_events.inc(events)
        self._relay_batch.observe(events)
        self._relay_seconds.observe(seconds)

    def consumer_lag(self, durable: str, pending: int) -> None:
        self._lag.labels(durable).set(pending)

    def event_age(self, durable: str, seconds: float) -> None:
        self._age.labels(durable).observe(max(seconds, 0.0))

    def unhandled(self, durable: str, event_type: str, events: int) -> None:
        self._unhandled.labels(durable, event_type).inc(events)

    def parked(self, parked: int, dead: int) -> None:
        self._parked.set(parked)
        self._dead.set(dead)

    def broker_error(self, kind: str) -> None:
        self._errors.labels(kind).inc()

    def requests_exposition(self) -> bytes:
        """What Prometheus reads about HTTP."""
        return generate_latest(self.requests)

    def events_exposition(self) -> bytes:
        """What Prometheus reads about outbox, relay and consumers."""
        return generate_latest(self.events)


def scrub(value: Any) -> Any:
    """The value with each number masked that could be an ID number, at any depth."""
    if isinstance(value, str):
        return _ID_NUMBER.sub(MASK, value)
    if isinstance(value, bytes):
        return scrub(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {scrub(key): scrub(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**14:
        return scrub(str(value))
    return value


def _scrubbed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: scrub(value) for key, value in event.items()}


def _placed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    correlation = context.correlation_id()
    if correlation is not None:
        event["correlation_id"] = str(correlation)
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = f"{span.trace_id:032x}"
        event["span_id"] = f"{span.span_id:016x}"
    return event


def _to_json(value: Any, **_options: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def log_to_stdout(service: str, level: str = "INFO") -> None:
    """Every line of this process, ours and the libraries', as one JSON object on standard output."""

    def named(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        event["service"] = service
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        # The text of an exception may quote a value; its place in the code may not be lost.
        structlog.processors.ExceptionRenderer(_traceback),
        _scrubbed,
        # After the scrubber: a trace id is hexadecimal and may look like a number.
        _placed,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_to_json)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *shared,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _traceback(exc_info: Any) -> str:
    """Type and places of an error and of its causes, without messages: they may quote a person."""
    lines: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(lines) < 60:
        lines.append(type(error).__name__)
        step = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            lines.append(f"  {code.co_filename}:{step.tb_lineno} {code.co_qualname}")
            step = step.tb_next
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


# --- traces: off unless an endpoint is set; W3C trace context travels in any case

_tracer: trace.Tracer | None = None


def start_tracing(settings: Settings) -> None:
    """Send spans to ``OTEL_EXPORTER_OTLP_ENDPOINT``; without one this does nothing."""
    global _tracer
    if settings.otel_exporter_otlp_endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": settings.service, "deployment.environment": settings.environment}
        )
    )
    endpoint = settings.otel_exporter_otlp_endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace_with(provider)


def trace_with(provider: TracerProvider | None) -> None:
    """Make spans with this provider from now on; None stops it."""
    global _tracer
    _tracer = provider.get_tracer("kit") if provider else None


def tracing() -> bool:
    return _tracer is not None


def traceparent() -> str | None:
    """The W3C trace context of this moment, to be kept with an event; None outside of a trace."""
    if _tracer is None:
        return None
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def serving(method: str, route: str, carrier: Mapping[str, str]) -> Iterator[trace.Span | None]:
    """A span for one request, child of the caller's."""
    if _tracer is None:
        yield None
        return
    parent = propagate.extract(dict(carrier))
    with _tracer.start_as_current_span(
        f"{method} {route}".strip(), context=parent, kind=SpanKind.SERVER,
        record_exception=False, set_status_on_exception=True,
        attributes={"http.request.method": method},
    ) as span:  # fmt: skip
        yield span


@contextmanager
def consuming(durable: str, event_type: str, parent: str | None) -> Iterator[None]:
    """A span for one run of events, child of the request that told the first of them."""
    if _tracer is None:
        yield
        return
    around = propagate.extract({"traceparent": parent} if parent else {})
    with _tracer.start_as_current_span(
        f"{event_type} process", context=around, kind=SpanKind.CONSUMER, record_exception=False,
        attributes={"messaging.system": "nats", "messaging.consumer.group.name": durable},
    ):  # fmt: skip
        yield
