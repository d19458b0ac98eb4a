"""Looking for people in bytes: in the clear, written as hexadecimal, in base64, and both at once."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: Layers of encoding that are taken off: base64 in a column that a dump shows as hexadecimal.
DEPTH = 2
_DIGITS = re.compile(rb"[0-9]{11,}[Xx]?")
_PHONE = re.compile(rb"0456-?[0-9]{7}")
# A digit is 3x, an X is 58 or 78, a hyphen 2d, and a UTF-8 character of ours begins with e.
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_ESCAPED = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+")


@dataclass(frozen=True)
class Hit:
    """Where something was found, how it was written, and which it was."""

    where: str
    layer: str
    what: str


@dataclass
class Scanner:
    """Knows what must not be anywhere: ID numbers in both forms, telephone numbers, names.

    ``marks`` are strings that stand in every name and in nothing that may be shown of it.
    """

    numbers: set[bytes] = field(default_factory=set)
    phones: set[bytes] = field(default_factory=set)
    marks: set[bytes] = field(default_factory=set)

    def add(self, number: str, phone: str | None = None) -> None:
        """A person: the number in its eighteen- and fifteen-digit form."""
        self.numbers |= {number.encode(), number.lower().encode(), old_form(number).encode()}
        if phone:
            self.phones |= {phone.encode(), phone.replace("-", "").encode()}

    def scan(self, where: str, text: bytes, layer: str = "", depth: int = DEPTH) -> Iterator[Hit]:
        """Every find, in every layer."""
        for found in self._plain(text):
            yield Hit(where, layer or "clear", found.decode("utf-8", "replace"))
        if depth == 0:
            return
        for name, inner in _opened(text):
            yield from self.scan(where, inner, f"{layer}{name} ", depth - 1)

    def _plain(self, text: bytes) -> Iterator[bytes]:
        for match in _DIGITS.finditer(text):
            for length, known in ((18, self.numbers), (15, self.numbers), (11, self.phones)):
                yield from (part for part in _windows(match[0], length) if part in known)
        for match in _PHONE.finditer(text):
            if match[0] in self.phones and b"-" in match[0]:
                yield match[0]
        for mark in self.marks:
            yield from [mark] * text.count(mark)


def _windows(run: bytes, length: int) -> Iterator[bytes]:
    return (run[start : start + length] for start in range(len(run) - length + 1))


def _opened(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The same bytes with one layer taken off."""
    yield "hex", b"\n".join(bytes.fromhex(m.decode()) for m in _runs(_HEX, text))
    yield (
        "hex-odd",
        b"\n".join(bytes.fromhex(m[1 : len(m) - (len(m) + 1) % 2].decode()) for m in _odd(text)),
    )
    runs = list(_runs(_BASE64, text))
    for skipped in range(4):  # four characters are three bytes: every alignment of both
        yield f"base64+{skipped}", b"\n".join(_unbase64(run[skipped:]) for run in runs)
    escaped = (m.decode("ascii") for m in _runs(_ESCAPED, text))
    yield (
        "escaped",
        b"\n".join(
            bytes.fromhex(m.replace("\\u", "")).decode("utf-16-be", "replace").encode()
            for m in escaped
        ),
    )


def _runs(pattern: re.Pattern[bytes], text: bytes) -> Iterable[bytes]:
    return (match[0] for match in pattern.finditer(text))


def _odd(text: bytes) -> Iterable[bytes]:
    """Hexadecimal that begins at the second digit of a run."""
    return (run for run in re.findall(rb"[0-9a-fA-F]{13,}", text))


def _unbase64(run: bytes) -> bytes:
    run = run.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    return base64.b64decode(run[: len(run) // 4 * 4]) + _tail(run)


def _tail(run: bytes) -> bytes:
    rest = run[len(run) // 4 * 4 :]
    return base64.b64decode(rest + b"=" * (4 - len(rest))) if len(rest) > 1 else b""


def old_form(number: str) -> str:
    """The fifteen digits of before 1999."""
    return number[:6] + number[8:17]
