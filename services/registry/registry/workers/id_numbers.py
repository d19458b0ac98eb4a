"""Citizen identity numbers (GB 11643-1999): 17 digits and a check character.

The 15-digit form of before 1999 is normalised. Residence permits of Hong Kong, Macao and Taiwan
residents (81…, 82…, 83…) have the same shape. The region is not looked up: codes change, people
keep their numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kit.refusal import Refusal

Sex = Literal["male", "female"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SHAPE = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}", re.ASCII)
_DIGIT = {str(value): value for value in range(10)}


class IdNumberInvalid(Refusal):
    """Wrong length, wrong check character, or an impossible date. The number is never repeated."""

    code = "id-number-invalid"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A checked number in its 18-character form, with what it says about its holder."""

    value: str
    birth_date: date
    sex: Sex


def check_character(seventeen: str) -> str:
    """The check character (ISO 7064 MOD 11-2) for the first seventeen digits."""
    total = 0
    for digit, weight in zip(seventeen, _WEIGHTS, strict=True):
        total += _DIGIT[digit] * weight
    return _CHECK[total % 11]


def read(text: str) -> IdNumber:
    """Check and normalise. Raises :class:`IdNumberInvalid`."""
    number = text.strip().upper()
    if not _SHAPE.fullmatch(number):
        raise IdNumberInvalid
    if len(number) == 15:  # the century was implied: no one with a 15-digit card was born later
        number = f"{number[:6]}19{number[6:]}"
        number += check_character(number)
    elif number[17] != check_character(number[:17]):
        raise IdNumberInvalid
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdNumberInvalid from None
    return IdNumber(number, born, "male" if _DIGIT[number[16]] % 2 else "female")
