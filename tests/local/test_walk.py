"""The page of a closed quarter leads where subsidy's contract says that there is something."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.walk import STOPS, Contract, walk

CONTRACT = Path(__file__).parents[2] / "services" / "subsidy" / "contract" / "openapi.json"
ID = "019a9d2c-8f00-7000-8000-0000000000a7"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return found


def answered(document: dict[str, Any], path: str) -> dict[str, Any]:
    """A row as the contract describes it, or a list with one: every field holds its own name, a code
    its first value."""

    def value(schema: dict[str, Any], name: str) -> Any:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        if "anyOf" in schema:
            return value(schema["anyOf"][0], name)
        if "properties" in schema:
            return {key: value(one, key) for key, one in schema["properties"].items()}
        if schema.get("type") == "array":
            return [value(schema["items"], name)]
        return ID if name == "id" else schema.get("enum", [name])[0]

    operation = Contract(document)._get(path)
    shown = value(operation["responses"]["200"]["content"]["application/json"]["schema"], "")
    assert isinstance(shown, dict)
    return shown


async def test_every_stop_is_in_the_contract(document: dict[str, Any]) -> None:
    asked: list[str] = []

    async def read(path: str) -> tuple[int, Any]:
        asked.append(path)
        return 200, document if path == "/openapi.json" else answered(document, path)

    stops = await walk(read, "2003Q3")
    assert [stop["zh"] for stop in stops] == [stop.zh for stop in STOPS]
    assert "/v1/claims?quarter=2003Q3" in asked
    for stop, shown in zip(STOPS, stops, strict=True):
        (row,) = shown["rows"]
        assert [name for name, _ in row["fields"]] == list(stop.show)
        assert row["path"] == stop.one.replace("{id}", ID)
        assert row["parts"] == stop.parts.replace("{id}", ID)
        if row["parts"]:
            assert "items" in answered(document, row["parts"])
    claims = next(stop for stop in stops if "/v1/claims" in stop["path"])
    assert (
        claims["docs"] == "/docs/subsidy#/claims%20%E8%A1%A5%E8%B4%B4%E7%94%B3%E9%A2%86/list_claims"
    )
    assert dict(claims["rows"][0]["fields"])["state"] == "已申报 filed"
    assert claims["rows"][0]["docs"].endswith("/get_claim")


async def test_a_service_that_is_away_is_told(document: dict[str, Any]) -> None:
    async def read(path: str) -> tuple[int, Any]:
        if path == "/openapi.json":
            return 200, document
        return 503, {"title": "服务暂不可用"}

    with pytest.raises(ValueError, match="503 服务暂不可用"):
        await walk(read, "2003Q3")
