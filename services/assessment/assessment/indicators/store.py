"""Definitions are files: ``indicators/*.toml`` beside the package, read once and validated."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assessment.indicators.domain import Definition, InvalidDefinition, validate

FOLDER = Path(__file__).resolve().parents[2] / "indicators"


class _File(BaseModel):
    """One file: a list of ``[[indicator]]`` tables with exactly the fields of a definition."""

    model_config = ConfigDict(extra="forbid")
    indicator: list[dict[str, object]] = Field(min_length=1)


_READ = TypeAdapter(Definition)


def load(folder: Path) -> tuple[Definition, ...]:
    """Read and validate a folder. Raises ``ValidationError`` or :class:`InvalidDefinition`."""
    found: list[Definition] = []
    for path in sorted(folder.glob("*.toml")):
        content = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        found += [_READ.validate_python(table) for table in content.indicator]
    if not found:
        raise InvalidDefinition(f"no indicator is defined in {folder.name}/")
    validate(found)
    return tuple(sorted(found, key=lambda one: (one.id, one.version)))


@cache
def catalogue() -> tuple[Definition, ...]:
    """Every definition of this service, all versions."""
    return load(FOLDER)
