"""Reading a long body line by line: NDJSON or CSV, validated on the way, never whole in memory."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from kit import messages
from kit.problems import UNSUPPORTED_MEDIA, FieldError, Problem, ProblemError, field_errors
from kit.refusal import Refusal

M = TypeVar("M", bound=BaseModel)

#: A line that passed the model, with its number in the file (from 1).
Row = tuple[int, M]

LINE_MAX = 16 * 1024
LINES_MAX = 2_000_000
COLUMNS_MAX = 200

TOO_MANY_LINES = Problem(
    413, "too-many-lines", "行数过多，请分批导入", "Too many lines: split the file"
)
BAD_HEADER = Problem(
    422, "csv-header", "CSV 表头有误", "The CSV header is wrong",
    "表头须为字段名，各不相同", "The header names each field once",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """How the bytes are to be read. ``encoding`` matters only for CSV; NDJSON is UTF-8."""

    kind: Literal["ndjson", "csv"]
    encoding: Literal["utf-8", "gb18030"] = "utf-8"


_ENCODINGS: dict[str, Literal["utf-8", "gb18030"]] = {
    "": "utf-8", "utf-8": "utf-8", "utf8": "utf-8",
    "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
}  # fmt: skip


def format_of(content_type: str | None) -> Format:
    """NDJSON or CSV by ``Content-Type``; GB 18030 only when it is declared, never guessed.
    Raises 415."""
    kind, _, parameters = (content_type or "").lower().partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "charset":
            charset = value.strip('" ')
    encoding = _ENCODINGS.get(charset)
    if kind.strip() in ("application/x-ndjson", "application/jsonl") and encoding == "utf-8":
        return Format("ndjson")
    if kind.strip() == "text/csv" and encoding is not None:
        return Format("csv", encoding)
    raise ProblemError(UNSUPPORTED_MEDIA)


@dataclass(slots=True)
class Chunk(Generic[M]):
    """Some thousand lines: those that fit the model, and what is wrong with the others."""

    rows: list[Row[M]] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    lines: int = 0
    last_line: int = 0
    digest: bytes = b""

    @property
    def rejected(self) -> int:
        return len({error.line for error in self.errors})


class Reader(Generic[M]):
    """Turns pieces of a body into chunks of rows.

    Blank lines are skipped and counted in line numbers. In CSV the first line names the fields, an
    empty cell is an absent field, and a quoted cell may hold line breaks. ``draft`` makes of a line
    that passed the model what is applied; a refusal of it stands in the line's place, for whoever
    applies it to raise.
    """

    def __init__(
        self,
        model: type[M],
        format: Format,
        *,
        chunk_lines: int = 5_000,
        draft: Callable[[M], Any] | None = None,
    ) -> None:
        self.adapter: TypeAdapter[M] = TypeAdapter(model)
        self._draft = draft
        self.format, self.chunk_lines = format, chunk_lines
        self._digest = sha256()
        self._header: list[str] | None = None
        self._number = 0
        self._lines = 0
        self._tail = b""
        self._oversize = False
        self._open_quote: tuple[int, bytes] | None = None
        self._chunk: Chunk[M] = Chunk()

    async def chunks(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[Chunk[M]]:
        """Chunks of at most ``chunk_lines`` lines while the body comes in; none for an empty one."""
        async for piece in pieces:
            for chunk in self._feed(piece):
                yield chunk
        for chunk in self._end():
            yield chunk

    async def ahead(self, pieces: Iterator[bytes]) -> AsyncGenerator[Chunk[M], None]:
        """The same for a body that is here: a thread reads each chunk while the one before is worked
        on, so that waiting for the database is time for reading. Close it (``aclosing``)."""
        loop, chunks = asyncio.get_running_loop(), self._all(pieces)
        coming = loop.run_in_executor(None, next, chunks, None)
        try:
            while (chunk := await coming) is not None:
                coming = loop.run_in_executor(None, next, chunks, None)
                yield chunk
        finally:
            # It reads from a file that its owner closes next; what it says now interests nobody.
            await asyncio.gather(coming, return_exceptions=True)

    def _all(self, pieces: Iterator[bytes]) -> Iterator[Chunk[M]]:
        for piece in pieces:
            yield from self._feed(piece)
        yield from self._end()

    def digest(self) -> bytes:
        """Hash of every line read so far (of its bytes without line ends)."""
        return self._digest.digest()

    def _feed(self, piece: bytes) -> Iterator[Chunk[M]]:
        if self._oversize:
            # The rest of a line that is too long is thrown away up to its end.
            _, found, piece = piece.partition(b"\n")
            if not found:
                return
            self._oversize = False
        first, *others = (self._tail + piece).split(b"\n")
        for following in others:
            yield from self._line(first)
            first = following
        self._tail = first
        if len(first) > LINE_MAX:
            self._tail, self._oversize = b"", True
            yield from self._line(first[: LINE_MAX + 1])

    def _end(self) -> Iterator[Chunk[M]]:
        if self._tail:
            yield from self._line(self._tail)
            self._tail = b""
        if self._open_quote is not None:
            number, record = self._open_quote
            self._open_quote = None
            self._read(number, record)
        if self._chunk.lines:
            yield self._full()

    def _line(self, raw: bytes) -> Iterator[Chunk[M]]:
        self._number += 1
        if self._number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        raw = raw.removesuffix(b"\r")
        self._digest.update(raw + b"\n")
        number = self._number
        if self._open_quote is not None:
            number, before = self._open_quote
            raw = before + b"\n" + raw
            self._open_quote = None
        if not raw.strip():
            return
        if self.format.kind == "csv" and raw.count(b'"') % 2 and len(raw) <= LINE_MAX:
            self._open_quote = (number, raw)
            return
        self._read(number, raw)
        if self._chunk.lines >= self.chunk_lines:
            yield self._full()

    def _full(self) -> Chunk[M]:
        chunk, self._chunk = self._chunk, Chunk()
        chunk.last_line = self._number
        chunk.digest = self._digest.digest()
        return chunk

    def _read(self, number: int, raw: bytes) -> None:
        if self.format.kind == "csv" and self._header is None:
            self._header = self._header_of(raw)
            return
        self._lines += 1
        if self._lines > LINES_MAX:
            raise ProblemError(TOO_MANY_LINES)
        chunk = self._chunk
        chunk.lines += 1
        if len(raw) > LINE_MAX:
            chunk.errors.append(_error(number, "line_too_long"))
            return
        try:
            row = (
                self.adapter.validate_json(raw)
                if self.format.kind == "ndjson"
                else self.adapter.validate_python(self._cells(raw))
            )
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            chunk.errors.extend(field_errors(found[:20], line=number))
        except _BadLine as error:
            chunk.errors.append(_error(number, error.kind))
        else:
            chunk.rows.append((number, row if self._draft is None else self._drafted(row)))

    def _drafted(self, row: M) -> Any:
        assert self._draft is not None
        try:
            return self._draft(row)
        except Refusal as refusal:
            return refusal

    def _cells(self, raw: bytes) -> dict[str, str]:
        assert self._header is not None
        cells = self._split(raw)
        if len(cells) != len(self._header):
            raise _BadLine("line_columns")
        return {name: cell for name, cell in zip(self._header, cells, strict=True) if cell != ""}

    def _split(self, raw: bytes) -> list[str]:
        try:
            text = raw.decode(self.format.encoding)
            # A record with a quoted line break is still one record.
            records = list(csv.reader(text.splitlines(keepends=True), strict=True))
        except UnicodeDecodeError:
            raise _BadLine("line_encoding") from None
        except csv.Error:
            raise _BadLine("line_columns") from None
        if len(records) != 1 or len(records[0]) > COLUMNS_MAX:
            raise _BadLine("line_columns")
        return [cell.strip() for cell in records[0]]

    def _header_of(self, raw: bytes) -> list[str]:
        try:
            names = self._split(raw)
        except _BadLine:
            raise ProblemError(BAD_HEADER) from None
        if len(set(names)) != len(names) or not all(names):
            raise ProblemError(BAD_HEADER)
        return names


class _BadLine(Exception):
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def _error(line: int, kind: str) -> FieldError:
    zh, en = messages.texts(kind)
    return FieldError("#", kind.replace("_", "-"), zh, en, line)


async def lines_out(
    items: AsyncIterator[BaseModel | dict[str, Any]], *, batch: int = 500
) -> AsyncIterator[bytes]:
    """NDJSON in pieces of some hundred lines: a piece for each line would cost more than the line."""
    buffer: list[bytes] = []
    async for item in items:
        line = (
            item.model_dump_json().encode() if isinstance(item, BaseModel) else orjson.dumps(item)
        )
        buffer.append(line)
        if len(buffer) >= batch:
            yield b"\n".join(buffer) + b"\n"
            buffer.clear()
    if buffer:
        yield b"\n".join(buffer) + b"\n"
