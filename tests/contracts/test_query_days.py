"""A day in a query is a day, never a number of seconds since 1970."""

from __future__ import annotations

import importlib
from datetime import date

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from tests.world import PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_number_is_no_day(package: str) -> None:
    service = importlib.import_module(f"{package}.app").SERVICE
    routes = [route for router in service.routers for route in router.routes]
    asked = [
        (f"{route.path}?{field.alias}", field)
        for route in routes
        if isinstance(route, APIRoute)
        for field in get_flat_params(route.dependant)
    ]
    assert asked
    taken = [at for at, field in asked if isinstance(field.validate("0", {}, loc=())[0], date)]
    assert taken == []
