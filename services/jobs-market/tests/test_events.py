"""What is told has the form that it promises, and what is heard is read from the publisher's words."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import orjson
import pytest

from jobs_market import events
from jobs_market.events import CATALOGUE
from kit.events import EventType

NEVER = ("id_number", "phone", "account", "birth_date")


@pytest.mark.parametrize("event", CATALOGUE.published, ids=lambda event: str(event.name))
def test_each_example_is_what_its_model_says(event: EventType) -> None:
    read = event.data.model_validate(event.example)
    assert orjson.loads(read.model_dump_json()) == dict(event.example)


def test_nothing_told_could_name_a_person() -> None:
    told = {name for event in CATALOGUE.published for name in event.data.model_fields}
    assert told.isdisjoint(NEVER)


def test_ids_and_days_are_told_as_text() -> None:
    one = uuid4()
    data = events.payload(one=one, day=date(2003, 6, 1), count=3, none=None, yes=True)
    assert data == {"one": str(one), "day": "2003-06-01", "count": 3, "none": None, "yes": True}


def test_unknown_fields_of_later_versions_are_ignored() -> None:
    heard = events.DifficultyRecognised.model_validate(
        {"worker_id": str(uuid4()), "kind": "4050", "decision_id": str(uuid4()), "more": 1}
    )
    assert heard.kind == "4050"
