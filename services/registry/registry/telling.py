"""How an event of this service is declared: its short name, payload, both titles and an example."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from kit.events import EventType


def told(name: str, data: type[BaseModel], zh: str, en: str, /, **example: Any) -> EventType:
    """``registry.<name>.v1``; ``example`` is the payload that the contract shows."""
    return EventType(f"registry.{name}.v1", data, zh, en, example)
