"""What every step of one piece of work knows: its request, its cause, who acts.

The context travels with the task (``contextvars``): the HTTP edge binds it for a request, a
consumer binds it for an event, and :func:`kit.outbox.emit` and the log read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from uuid import UUID

from kit.ids import new_id


@dataclass(frozen=True, slots=True)
class RequestContext:
    """``correlation_id`` joins everything that one call set in motion, across services;
    ``causation_id`` is the event that caused this step; ``actor`` is the token's subject."""

    correlation_id: UUID
    causation_id: UUID | None = None
    actor: str | None = None


_current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)


def current() -> RequestContext:
    """The bound context, or one of its own for work that nobody asked for (a scheduled step)."""
    return _current.get() or RequestContext(new_id())


def correlation_id() -> UUID | None:
    """The bound correlation id; None outside of any request."""
    bound = _current.get()
    return bound.correlation_id if bound else None


def enter(context: RequestContext) -> Token[RequestContext | None]:
    """Bind a context until :func:`leave` gets the answer back (for middleware; else use bind)."""
    return _current.set(context)


def leave(token: Token[RequestContext | None]) -> None:
    """Restore what was bound before :func:`enter`."""
    _current.reset(token)


def name_actor(subject: str) -> None:
    """Note who acts, once the token is verified; stays until the request ends."""
    bound = current()
    _current.set(RequestContext(bound.correlation_id, bound.causation_id, subject))


@contextmanager
def bind(
    correlation_id: UUID | None = None,
    causation_id: UUID | None = None,
    actor: str | None = None,
) -> Iterator[RequestContext]:
    """Bind a context for a block; without a correlation id a new one is made."""
    context = RequestContext(correlation_id or new_id(), causation_id, actor)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
