"""Identifiers made by the application: UUIDv7, so that the order of ids is the order of making.

An id tells when it was made. That is fine for a case and wrong for a secret: no token, key or
link that must not be guessed is made here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils
from asyncpg.pgproto.pgproto import UUID as DriverUUID


def new_id() -> UUID:
    """A new UUIDv7, later than every id made before it in this process.

    Of the driver's own class, as every id that comes out of the database: an equal ``UUID`` that is
    made and written in a fraction of the time.
    """
    made: UUID = DriverUUID(uuid_utils.uuid7().bytes)
    return made


def own(given: UUID) -> UUID:
    """An id that came from outside, of the same class: for work that asks and writes it many times."""
    equal: UUID = DriverUUID(given.bytes)
    return equal


def made_at(identifier: UUID) -> datetime:
    """When a UUIDv7 was made (UTC, milliseconds). Raises ``ValueError`` for another kind."""
    if identifier.version != 7:
        raise ValueError("only a UUIDv7 tells when it was made")
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def first_id_at(instant: datetime) -> UUID:
    """The lowest UUIDv7 of an instant: a bound for ranges of ids, never the id of anything."""
    milliseconds = int(instant.timestamp() * 1000)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62))
