"""What a caller writes is read as the contract says, and nothing else is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from kit.bulk_lines import Format, Reader
from kit.wire import Asked, FactDay, Months, Text


class Line(Asked):
    on: FactDay
    upheld: bool = False
    months: Months | None = None
    note: Text | None = None


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("on", 0, "date_parsing"),
        ("on", "20030601", "date_parsing"),
        ("upheld", 0, "bool_type"),
        ("upheld", 1.0, "bool_type"),
        ("upheld", "y", "bool_type"),
        ("upheld", None, "bool_type"),
        ("months", True, "int_type"),
        ("note", "a\0b", "text_not_storable"),
        ("note", "查 11010519491231002X", "holds_id_number"),
    ],
)
def test_what_is_written_otherwise_is_refused(field: str, value: Any, kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Line.model_validate({"on": "2003-06-01", field: value})
    (error,) = refused.value.errors()
    assert (error["loc"], error["type"]) == ((field,), kind)


async def test_a_cell_says_true_or_false() -> None:
    async def body() -> Any:
        yield b"on,upheld,months\n2003-06-01,true,12\n2003-06-02,false,\n2003-06-03,yes,1\n"

    (chunk,) = [chunk async for chunk in Reader(Line, Format("csv")).chunks(body())]
    assert [row for _, row in chunk.rows] == [
        Line(on=date(2003, 6, 1), upheld=True, months=12),
        Line(on=date(2003, 6, 2), upheld=False),
    ]
    assert [(error.line, error.code) for error in chunk.errors] == [(4, "bool-type")]
