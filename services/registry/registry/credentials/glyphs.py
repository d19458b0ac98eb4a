"""Which characters a folder of fonts can draw: read from the fonts' own character maps.

Only what is needed of OpenType is read here (tables ``cmap`` 4 and 12 of .otf, .ttf and .ttc), so
that a name that no font has is refused before it is printed as an empty box.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

_SUFFIXES = frozenset({".otf", ".ttf", ".ttc"})
#: Unicode platforms, best first: full repertoire, then the basic plane.
_UNICODE = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3))


class NotAFont(ValueError):
    """A file in the folder that is no font, or one whose character map cannot be read."""


def covered(folders: Iterable[Path]) -> frozenset[int]:
    """Every code point for which some font in these folders has a glyph. Raises
    :class:`NotAFont`."""
    found: set[int] = set()
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in _SUFFIXES:
                try:
                    found.update(_characters(file.read_bytes()))
                except (struct.error, IndexError, KeyError) as error:
                    raise NotAFont(file.name) from error
    return frozenset(found)


def missing(text: str, covered: frozenset[int]) -> int | None:
    """The position (from 1) of the first character that no font has, None when all can be drawn."""
    for position, character in enumerate(text, start=1):
        if ord(character) not in covered:
            return position
    return None


def _characters(data: bytes) -> Iterator[int]:
    for offset in _fonts(data):
        count = struct.unpack_from(">H", data, offset + 4)[0]
        tables: dict[bytes, int] = {}
        for n in range(count):
            tag, _, start, _ = struct.unpack_from(">4sLLL", data, offset + 12 + 16 * n)
            tables[tag] = start
        yield from _mapped(data, tables[b"cmap"])


def _fonts(data: bytes) -> list[int]:
    """Where each font of a file begins; a collection holds several."""
    if data[:4] != b"ttcf":
        return [0]
    count = struct.unpack_from(">L", data, 8)[0]
    return [struct.unpack_from(">L", data, 12 + 4 * n)[0] for n in range(count)]


def _mapped(data: bytes, cmap: int) -> Iterator[int]:
    subtables: dict[tuple[int, int], int] = {}
    for n in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * n)
        subtables[platform, encoding] = cmap + offset
    for kind in _UNICODE:
        if kind in subtables:
            start = subtables[kind]
            form = struct.unpack_from(">H", data, start)[0]
            if form == 12:
                yield from _format_12(data, start)
                return
            if form == 4:
                yield from _format_4(data, start)
                return
    raise KeyError("no Unicode character map")


def _format_12(data: bytes, start: int) -> Iterator[int]:
    for n in range(struct.unpack_from(">L", data, start + 12)[0]):
        first, last, glyph = struct.unpack_from(">LLL", data, start + 16 + 12 * n)
        yield from range(first + (glyph == 0), last + 1)


def _format_4(data: bytes, start: int) -> Iterator[int]:
    doubled = struct.unpack_from(">H", data, start + 6)[0]
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, start + 14)
    starts = struct.unpack_from(f">{count}H", data, start + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", data, start + 16 + 2 * doubled)
    ranges_at = start + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", data, ranges_at)
    for n in range(count):
        for code in range(starts[n], min(ends[n], 0xFFFE) + 1):
            glyph = code
            if ranges[n]:
                at = ranges_at + 2 * n + ranges[n] + 2 * (code - starts[n])
                glyph = struct.unpack_from(">H", data, at)[0]
                if glyph == 0:
                    continue
            if (glyph + deltas[n]) % 65536:
                yield code
