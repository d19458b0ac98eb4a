"""The scanner sees what it is told to see, however it is written."""

from __future__ import annotations

import base64
import json

import pytest

from tests.journeys.city import id_number
from tests.privacy.scan import Scanner, old_form

NUMBER = id_number(7)
NAME = "欧龘七"


@pytest.fixture
def scanner() -> Scanner:
    scanner = Scanner(marks={"龘".encode()})
    scanner.add(NUMBER, "0456-8290007")
    return scanner


FORMS = [
    NUMBER,
    NUMBER.lower(),
    old_form(NUMBER),
    f"x{NUMBER}9",
    "0456-8290007",
    "04568290007",
    NAME,
    json.dumps(NAME),
    *(f"\\x{('ab' * n + text).encode().hex()}" for n in (0, 1) for text in (NUMBER, NAME)),
    f"f{NUMBER.encode().hex()}",
    NUMBER.encode().hex().upper(),
    *(base64.b64encode(b"." * n + NUMBER.encode()).decode() for n in range(3)),
    *(base64.b64encode(b"." * n + old_form(NUMBER).encode() + b"abc").decode() for n in range(3)),
    *(base64.urlsafe_b64encode(b"\xff" * n + NAME.encode()).decode() for n in range(3)),
    base64.b64encode(NUMBER.encode()).hex(),
    base64.b64encode(NUMBER.encode().hex().encode()).decode(),
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_seen(scanner: Scanner, form: str) -> None:
    for text in (form, f'{{"a":"{form}"}}\n'):
        assert list(scanner.scan("here", text.encode())), form


@pytest.mark.parametrize("text", [id_number(8), "99************001X", "欧**", "0456-8290008"])
def test_others_are_not(scanner: Scanner, text: str) -> None:
    assert list(scanner.scan("here", text.encode())) == []
