"""Area codes: twelve digits, a tree by their shape (GB/T 2260 and GB/T 10114).

Province 2, city 4, district 6, street or township 9, community 12 digits; what is below a level is
filled with zeros. The code of an area says which areas hold it, so row scope is a prefix match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import commonprefix
from typing import Annotated, Literal

from pydantic import Field

Level = Literal["country", "province", "city", "district", "street", "community"]

_LEVELS: tuple[tuple[int, Level], ...] = (
    (9, "community"),
    (6, "street"),
    (4, "district"),
    (2, "city"),
    (0, "province"),
)
_PATTERN = re.compile(r"[0-9]{12}", re.ASCII)

#: A twelve-digit area code in a wire model.
AreaCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{12}$",
        title="Area code",
        description="十二位统计用区划代码 (twelve-digit area code)",
        examples=["231102001000"],
    ),
]


def level(area_code: str) -> Level:
    """Which level of the tree a code names. Raises ``ValueError`` when it is not twelve digits."""
    if not _PATTERN.fullmatch(area_code):
        raise ValueError("an area code has twelve digits")
    for length, name in _LEVELS:
        if area_code[length:].strip("0"):
            return name
    return "country"


def prefix(area_code: str) -> str:
    """The digits that every area inside this one begins with; empty for the whole country."""
    lengths = {"country": 0, "province": 2, "city": 4, "district": 6, "street": 9, "community": 12}
    return area_code[: lengths[level(area_code)]]


def pattern(prefixes: Sequence[str]) -> str:
    """A regular expression of PostgreSQL for the codes that begin with one of these (``~``). What
    they share stands in front of the choice: an index is searched by that."""
    shared = commonprefix(list(prefixes))  # noqa: RUF071 (of characters is meant)
    rests = sorted({prefix[len(shared) :] for prefix in prefixes})
    return f"^{shared}" if "" in rests else f"^{shared}(?:{'|'.join(rests)})"


def within(area_code: str, root: str) -> bool:
    """Whether an area lies in another one (an area lies in itself)."""
    return area_code.startswith(prefix(root))


def parent(area_code: str) -> str | None:
    """The code of the next higher area; None above a province."""
    digits = prefix(area_code)
    shorter = {12: 9, 9: 6, 6: 4, 4: 2}.get(len(digits))
    return digits[:shorter].ljust(12, "0") if shorter else None


def of_city(city: str) -> str:
    """The twelve-digit code of a city that is named by its six digits (``231100``)."""
    return city.ljust(12, "0")
