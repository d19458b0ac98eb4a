"""Two people at one thing: whoever changes it names the version that they saw.

An answer carries the version in ``ETag``; the next step sends it back in ``If-Match``. In ``api``::

    async def check(…, actor: Writer, version: versions.Required) -> …:

stands after the caller, who hears 401 or 403 first. The use case compares it with what it loaded and
raises :class:`kit.facts.StaleWrite` (412).
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from kit.problems import PRECONDITION_REQUIRED, ProblemError

#: What no row has: a header that names no version of ours is as stale as any other.
NO_VERSION = -1
_ETAG = re.compile(r'"v([0-9]{1,18})"', re.ASCII)


def etag(version: int) -> str:
    """The strong validator of a row's version."""
    return f'"v{version}"'


_IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="所见版本，即读到的 ETag；已被他人修改则 412"
        " (the ETag that was read; 412 when it has changed since)",
        examples=['"v1"'],
    ),
]


async def required(if_match: _IfMatch = None) -> int:
    """The version that ``If-Match`` names. Raises 428 without the header."""
    if if_match is None:
        raise ProblemError(PRECONDITION_REQUIRED)
    return _named(if_match)


async def optional(if_match: _IfMatch = None) -> int | None:
    """The version that ``If-Match`` names, None without the header."""
    return None if if_match is None else _named(if_match)


def _named(if_match: str) -> int:
    match = _ETAG.fullmatch(if_match.strip())
    return NO_VERSION if match is None else int(match[1])


Required = Annotated[int, Depends(required)]
Optional = Annotated[int | None, Depends(optional)]
