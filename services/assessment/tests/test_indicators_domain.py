"""Definitions: read, validated, and refused when they cannot be evaluated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from assessment.indicators import store
from assessment.indicators.domain import (
    InvalidDefinition,
    Term,
    UnknownIndicator,
    in_force,
    validate,
)

GOOD = """
[[indicator]]
id = "x_rate"
version = 1
since = 2003-01-01
title_zh = "率"
title_en = "rate"
unit = "%"
decimals = 0
semantics = "YTD"
owner = "jobs-market"
clause = "I0"
base = "all"
numerator = [{ kind = "placement" }]
denominator = [{ kind = "jobseeker" }]
"""


def write(folder: Path, text: str) -> Path:
    (folder / "x.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_committed_definitions_are_sound() -> None:
    found = store.catalogue()
    versions: dict[str, list[int]] = {}
    for one in found:
        versions.setdefault(one.id, []).append(one.version)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in versions.values())
    assert all(one.clause and one.title_zh and one.title_en for one in found)


def test_a_definition_is_read_as_it_is_written(tmp_path: Path) -> None:
    (one,) = store.load(write(tmp_path, GOOD))
    assert (one.since, one.is_rate, one.numerator) == (
        date(2003, 1, 1),
        True,
        (Term(kind="placement"),),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "placement"', 'kind = "placements"'),
        ('unit = "%"', 'unit = "person"'),
        ('base = "all"', ""),
        ('[{ kind = "placement" }]', "[]"),
        ('kind = "placement"', 'source = "persons"'),
        ('kind = "placement"', 'source = "statistic"'),
        ('kind = "placement"', 'kind = "placement", aggregate = "value"'),
    ],
)
def test_what_cannot_be_evaluated_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InvalidDefinition):
        store.load(write(tmp_path, GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('owner = "jobs-market"', 'owner = "jobs-market"\nowned = 1'),
        ('kind = "placement"', 'kind = "placement", aggregat = "count"'),
        ('semantics = "YTD"', 'semantics = "WEEK"'),
        ("version = 1", 'version = "one"'),
        ('clause = "I0"', ""),
    ],
)
def test_a_misspelt_definition_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ValidationError):
        store.load(write(tmp_path, GOOD.replace(old, new)))


def test_twice_the_same_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinition):
        store.load(write(tmp_path, GOOD + GOOD))
    with pytest.raises(InvalidDefinition):
        store.load(tmp_path / "nothing")


def test_the_newest_version_that_is_in_force_is_used(tmp_path: Path) -> None:
    (one,) = store.load(write(tmp_path, GOOD))
    two = replace(one, version=2, since=date(2004, 1, 1))
    validate([one, two])
    assert in_force([two, one], "x_rate", date(2003, 12, 31)).version == 1
    assert in_force([two, one], "x_rate", date(2004, 1, 1)).version == 2
    with pytest.raises(UnknownIndicator):
        in_force([two, one], "x_rate", date(2002, 12, 31))
