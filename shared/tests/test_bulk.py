"""Bulk input over HTTP against PostgreSQL, and the reader of lines by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any

import asyncpg
import httpx
import orjson
import pytest
from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from kit import bulk
from kit.auth import Actor, requires
from kit.bulk_lines import LINE_MAX, Format, Reader
from kit.db import Database, Tx
from kit.http import create_http
from kit.problems import FieldError, Problem, Refusal
from kit.settings import Settings
from kit.testing import Signer
from kit.wire import load

ID_NUMBER = "11010519491231002X"


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = Field(ge=0)
    name: str = Field(default="无", max_length=20)


class NotEven(Refusal):
    code = "not-even"


@dataclass
class Noun:
    """A noun that keeps numbers: 13 is refused row by row, 666 as a whole, a repeated one conflicts."""

    chunks: list[int] = field(default_factory=list)
    fail_at: int | None = None

    async def apply(self, tx: Tx, rows: Sequence[bulk.Row[Line]]) -> list[FieldError]:
        self.chunks.append(len(rows))
        if self.fail_at is not None and any(row.number == self.fail_at for _, row in rows):
            raise ConnectionError("the database went away")
        if any(row.number == 666 for _, row in rows):
            raise NotEven
        errors = [
            bulk.row_error(line, "unlucky", "不吉利", "unlucky", "#/number")
            for line, row in rows
            if row.number == 13
        ]
        await tx.execute(
            "insert into loaded (number) select unnest($1::int[])",
            [row.number for _, row in rows if row.number != 13],
        )
        return errors

    async def take(
        self, rt: Any, tx: Tx, actor: Actor, drafts: Sequence[int]
    ) -> Sequence[Refusal | None]:
        await tx.execute("insert into loaded (number) select unnest($1::int[])", drafts)
        return [None] * len(drafts)


def draft_of(line: Line) -> int:
    if line.number == 666:
        raise NotEven
    return -line.number


@dataclass(frozen=True)
class Described:
    name: str = "registry"
    title_zh: str = "登记"
    title_en: str = "Registry"
    description: str = "Test"
    problems: dict[type[Exception], Problem] = field(
        default_factory=lambda: {NotEven: Problem(422, "not-even", "不成双", "Not even")}
    )


@dataclass
class House:
    http: httpx.AsyncClient
    db: Database
    noun: Noun

    async def loaded(self) -> int:
        async with self.db.looking() as tx:
            return int(await tx.fetchval("select count(*) from loaded"))

    async def send(
        self,
        numbers: Sequence[int | str],
        *,
        key: str | None = None,
        lang: str = "en",
        content_type: str = "application/x-ndjson",
        to: str = "lines",
        **query: Any,
    ) -> httpx.Response:
        body = b"".join(
            (orjson.dumps({"number": n}) if isinstance(n, int) else n.encode()) + b"\n"
            for n in numbers
        )
        headers = {"Content-Type": content_type, "Accept-Language": lang}
        if key is not None:
            headers["Idempotency-Key"] = key

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 777):
                yield body[start : start + 777]

        return await self.http.post(
            f"/v1/{to}/imports", params=query, content=pieces(), headers=headers
        )


@pytest.fixture
async def house(make_database: Any, signer: Signer) -> AsyncIterator[House]:
    owner_url, app_url = await asyncio.to_thread(make_database, "kit")
    owner = await asyncpg.connect(owner_url)
    await owner.execute("create table loaded (number int primary key)")
    await owner.execute("grant select, insert on loaded to kit_app")
    await owner.close()
    kit_db = await Database.connect(app_url, min_size=1, max_size=4)
    noun = Noun()
    router = APIRouter()

    @router.post("/v1/lines/imports", openapi_extra=bulk.documented(Line))
    async def import_lines(
        request: Request,
        actor: Annotated[Actor, requires("registry:worker:import")],
        options: bulk.Options,
    ) -> bulk.ImportResult:
        return await bulk.run(
            kit_db, request, options, model=Line, apply=noun.apply, chunk_lines=100
        )

    @router.post("/v1/drafts/imports", openapi_extra=bulk.documented(Line))
    async def import_drafts(
        request: Request,
        actor: Annotated[Actor, requires("registry:worker:import")],
        options: bulk.Options,
    ) -> bulk.ImportResult:
        return await load(request, options, Line, draft_of, noun.take, actor)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield

    settings = Settings(service="registry", database_url="postgresql://none")  # type: ignore[arg-type]
    app = create_http(
        Described(),
        settings,
        routers=[router, bulk.reading("/v1/lines", "line", "registry:worker:read", tag="lines")],
        auth=signer.authenticator(),
        lifespan=lifespan,
    )
    app.state.runtime = SimpleNamespace(db=kit_db, metrics=app.state.metrics, wake=lambda: None)
    token = signer.token("registry_clerk", subject="loader")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://t",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield House(client, kit_db, noun)
    await kit_db.close()


async def test_good_lines_are_loaded_and_bad_ones_named(house: House) -> None:
    numbers: list[int | str] = list(range(1000, 2000))
    numbers[13] = 13
    numbers[500] = f'{{"number": "{ID_NUMBER}"}}'
    numbers[700] = "{bad"
    response = await house.send(numbers, mode="good")
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["lines"], body["accepted"], body["rejected"]) == (1000, 997, 3)
    assert [(e["line"], e["pointer"], e["code"]) for e in body["errors"]] == [
        (14, "#/number", "unlucky"),
        (501, "#/number", "int-parsing"),
        (701, "#", "json-invalid"),
    ]
    assert "110105" not in response.text
    assert await house.loaded() == 997
    assert house.noun.chunks == [100] * 5 + [99] + [100] + [99] + [100] * 2


async def test_all_or_nothing_loads_nothing_and_names_every_bad_line(house: House) -> None:
    numbers: list[int | str] = list(range(300))  # 13 among them
    numbers[250] = "{}"
    response = await house.send(numbers, mode="all", lang="zh")
    assert response.status_code == 422
    body = response.json()
    assert body["code"] == "import-refused"
    assert [error["line"] for error in body["errors"]] == [14, 251]
    assert body["errors"][1]["message"] == "缺少必填项"
    assert (body["lines"], body["rejected"]) == (300, 2)
    assert await house.loaded() == 0
    errors = await house.http.get(f"/v1/lines/imports/{body['import_id']}/errors?limit=1")
    assert [error["line"] for error in errors.json()["items"]] == [14]
    cursor = errors.json()["next_cursor"]
    more = await house.http.get(
        f"/v1/lines/imports/{body['import_id']}/errors", params={"limit": 1, "cursor": cursor}
    )
    assert [error["line"] for error in more.json()["items"]] == [251]
    assert more.json()["next_cursor"] is None


async def test_all_or_nothing_loads_all(house: House) -> None:
    response = await house.send([n for n in range(1, 400) if n != 13])
    assert response.json()["accepted"] == 398
    assert await house.loaded() == 398
    again = await house.http.get(f"/v1/lines/imports/{response.json()['id']}")
    assert again.json() == response.json()


@pytest.mark.parametrize("mode", ["all", "good"])
async def test_a_dry_run_tells_everything_and_loads_nothing(house: House, mode: str) -> None:
    response = await house.send([1, 13, 2, 2], mode=mode, dry_run="true")
    assert response.status_code == 200
    assert response.json()["dry_run"] is True
    assert [error["line"] for error in response.json()["errors"]] == [2, 4]
    assert await house.loaded() == 0


async def test_a_row_that_makes_the_noun_raise_is_found_by_halving(house: House) -> None:
    numbers = [n for n in range(200) if n != 13]
    response = await house.send([*numbers, 666, 5], mode="good")
    assert [(e["line"], e["code"]) for e in response.json()["errors"]] == [
        (200, "not-even"),
        (201, "conflict"),
    ]
    assert await house.loaded() == 199


async def test_a_broken_import_goes_on_after_its_last_committed_line(house: House) -> None:
    numbers = [n for n in range(1000, 2000)]
    house.noun.fail_at = 1555
    first = await house.send(numbers, mode="good", key="import-0001")
    assert first.status_code == 503
    assert await house.loaded() == 500
    house.noun.fail_at = None
    house.noun.chunks.clear()
    second = await house.send(numbers, mode="good", key="import-0001")
    assert second.status_code == 200
    assert second.json()["accepted"] == 1000
    assert sum(house.noun.chunks) == 500
    assert await house.loaded() == 1000
    third = await house.send(numbers, mode="good", key="import-0001")
    assert third.json() == second.json()
    assert await house.loaded() == 1000


async def test_a_key_of_another_file_is_refused(house: House) -> None:
    assert (await house.send([1, 2], mode="good", key="import-0002")).status_code == 200
    for other, mode in (([1, 3], "good"), ([1, 2, 3], "good"), ([1], "good"), ([1, 2], "all")):
        response = await house.send(other, mode=mode, key="import-0002")
        assert response.status_code == 422
        assert response.json()["code"] == "idempotency-key-reused"
    assert await house.loaded() == 2


async def test_a_broken_import_does_not_go_on_with_another_file(house: House) -> None:
    house.noun.fail_at = 150
    assert (await house.send(range(20, 300), mode="good", key="import-0003")).status_code == 503
    house.noun.fail_at = None
    for other in (range(21, 300), range(20, 60)):
        response = await house.send(other, mode="good", key="import-0003")
        assert response.json()["code"] == "idempotency-key-reused"
    assert (await house.send(range(20, 300), mode="good", key="import-0003")).status_code == 200


async def test_all_or_nothing_twice_under_one_key_is_once(house: House) -> None:
    first = await house.send([1, 2], key="import-0004")
    assert (await house.send([1, 2], key="import-0004")).json() == first.json()
    assert (await house.send([1, 4], key="import-0004")).status_code == 422
    assert await house.loaded() == 2


async def test_a_refused_import_leaves_its_key_to_a_better_file(house: House) -> None:
    assert (await house.send([1, 13], key="import-0005")).status_code == 422
    assert (await house.send([1, 2], key="import-0005")).status_code == 200


async def test_csv_in_both_encodings(house: House) -> None:
    text = 'number,name\n1,张三\n\n2,"带,逗号\n和换行"\nx,坏\n4,a,b\n5,\n'
    for number, (encoding, declared) in enumerate(
        (("utf-8-sig", "text/csv"), ("gb18030", "text/csv; charset=GB18030"))
    ):
        response = await house.http.post(
            "/v1/lines/imports?mode=good&dry_run=true",
            content=text.encode(encoding),
            headers={"Content-Type": declared, "Accept-Language": "en"},
        )
        assert response.status_code == 200, (number, response.text)
        found = [(e["line"], e["code"]) for e in response.json()["errors"]]
        assert found == [(6, "int-parsing"), (7, "line-columns")]
        assert response.json()["lines"] == 5


async def test_csv_in_an_encoding_that_was_not_declared_is_named_line_by_line(house: House) -> None:
    response = await house.http.post(
        "/v1/lines/imports?mode=good",
        content="number,name\n1,张三\n".encode("gb18030"),
        headers={"Content-Type": "text/csv"},
    )
    assert [error["code"] for error in response.json()["errors"]] == ["line-encoding"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json", 415), ("", 415), ("text/csv; charset=latin-1", 415)],
)
async def test_other_types_are_not_read(house: House, content_type: str, status: int) -> None:
    response = await house.send([1], content_type=content_type)
    assert response.status_code == status
    assert response.json()["code"] == "unsupported-media-type"


async def test_an_import_is_seen_by_who_made_it_only(house: House, signer: Signer) -> None:
    made = (await house.send([1])).json()["id"]
    other = {"Authorization": f"Bearer {signer.token('registry_clerk', subject='other')}"}
    for path in (f"/v1/lines/imports/{made}", f"/v1/lines/imports/{made}/errors"):
        assert (await house.http.get(path)).status_code == 200
        assert (await house.http.get(path, headers=other)).status_code == 404


async def test_an_empty_file_loads_nothing(house: House) -> None:
    for mode in ("good", "all"):
        assert (await house.send([], mode=mode)).json()["lines"] == 0


# --- the reader by itself


async def read(
    pieces: Sequence[bytes], model: type[BaseModel] = Line, kind: Any = "ndjson", lines: int = 5000
) -> tuple[list[int], list[tuple[int | None, str]]]:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    good: list[int] = []
    bad: list[tuple[int | None, str]] = []
    reader: Reader[Any] = Reader(model, Format(kind), chunk_lines=lines)
    async for chunk in reader.chunks(stream()):
        assert chunk.lines <= lines
        good += [number for number, _ in chunk.rows]
        bad += [(error.line, error.code) for error in chunk.errors]
    return good, bad


@pytest.mark.parametrize("mode", ["good", "all"])
async def test_a_line_that_its_draft_refuses_is_named(house: House, mode: str) -> None:
    """Drafts are made while lines are read; what is wrong is said where they are applied."""
    answer = await house.send([5, 666, 7], to="drafts", mode=mode)
    told = answer.json()
    assert [(e["line"], e["code"]) for e in told["errors"]] == [(2, "not-even")]
    kept = {"good": (200, [-7, -5]), "all": (422, [])}[mode]
    async with house.db.looking() as tx:
        loaded = [row["number"] for row in await tx.fetch("select number from loaded order by 1")]
    assert (answer.status_code, loaded) == kept


async def test_where_a_piece_ends_makes_no_difference() -> None:
    body = b'\xef\xbb\xbf{"number":1}\r\n\r\n{"number":2}\n{"number":-3}\n{"number":4}'
    whole = await read([body])
    assert whole == ([1, 3, 5], [(4, "greater-than-equal")])
    for size in (1, 2, 3, 7, 20):
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        assert await read(pieces, lines=2) == whole


async def test_a_line_that_is_too_long_is_named_and_not_kept() -> None:
    long = b'{"number":1,"name":"' + b"x" * (3 * LINE_MAX) + b'"}'
    good, bad = await read([b'{"number":1}\n', long[:20000], long[20000:], b'\n{"number":2}\n'])
    assert (good, bad) == ([1, 3], [(2, "line-too-long")])


async def test_the_header_of_a_csv_must_name_each_field_once() -> None:
    for header in (b"number,number\n1,1\n", b"number,\n1,2\n", b"\xff\xfe\n1\n"):
        with pytest.raises(Exception, match="csv-header"):
            await read([header], kind="csv")
    assert await read([b'number\n"1\n'], kind="csv") == ([], [(2, "line-columns")])


async def test_a_long_export_leaves_in_pieces() -> None:
    async def items() -> AsyncIterator[dict[str, Any]]:
        for number in range(1200):
            yield {"number": number}

    response = bulk.export_ndjson(items(), filename="lines.ndjson")
    pieces = [piece async for piece in response.body_iterator]
    assert len(pieces) == 3
    body = b"".join(bytes(piece) for piece in pieces)
    assert [orjson.loads(line)["number"] for line in body.splitlines()] == list(range(1200))
