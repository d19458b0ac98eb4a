"""What callers send is read strictly: every body of every operation derives from ``kit.wire.Asked``."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from kit.auth import Actor
from kit.service import Service
from kit.wire import Asked
from tests.world import PACKAGES


def bodies(package: str) -> Iterator[type[BaseModel]]:
    service: Service = importlib.import_module(f"{package}.app").SERVICE
    for router in service.routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for parameter in inspect.signature(
                    route.endpoint, eval_str=False
                ).parameters.values():
                    kind = parameter.annotation
                    if isinstance(kind, str):
                        kind = route.endpoint.__globals__.get(kind)
                    if inspect.isclass(kind) and issubclass(kind, BaseModel) and kind is not Actor:
                        yield kind


@pytest.mark.parametrize("package", PACKAGES)
def test_every_body_is_asked(package: str) -> None:
    found = set(bodies(package))
    assert found
    loose = {f"{kind.__module__}.{kind.__name__}" for kind in found if not issubclass(kind, Asked)}
    assert loose == set(), "derive it from kit.wire.Asked"


class Form(Asked):
    on: date
    until: date | None = None


@pytest.mark.parametrize(
    "wrong", [0, 1.5, True, "0", "20030601", "2003-06-01T00:00:00", "2003-6-1"]
)
def test_a_number_is_no_day(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Form.model_validate({"on": wrong})
    with pytest.raises(ValidationError):
        Form.model_validate({"on": "2003-06-01", "until": wrong})


def test_a_day_is_a_day_and_the_contract_says_so() -> None:
    assert Form.model_validate({"on": "2003-06-01"}).on == date(2003, 6, 1)
    assert Form.model_validate_json('{"on": "2003-06-01"}').on == date(2003, 6, 1)
    assert Form.model_json_schema()["properties"]["on"] == {
        "format": "date", "title": "On", "type": "string",
    }  # fmt: skip
