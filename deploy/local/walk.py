"""A walk through a closed quarter: what to look at, in order, read from the service as it stands.

Each stop is a list or one thing of subsidy; where to try it in the API docs page and what its codes
mean in Chinese is taken from the service's contract.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
#: Reads a path of subsidy: (status, body).
Read = Callable[[str], Awaitable[tuple[int, Any]]]
SERVICE = "subsidy"


@dataclass(frozen=True)
class Stop:
    """``path``: a list, or one thing. ``one``: a row of the list by itself, ``parts``: the list that
    belongs to it. ``show``: fields, ``reason.owner`` of what stands inside. ``whole``: the row is
    read by itself, because the list tells less."""

    zh: str
    en: str
    path: str
    show: tuple[str, ...]
    one: str = ""
    parts: str = ""
    whole: bool = False


STOPS = (
    Stop(
        "再就业资金：到账、安排、未安排", "The re-employment fund: won, arranged, unallocated",
        "/v1/funds/reemployment", ("received", "arranged", "paid", "committed", "unallocated"),
    ),
    Stop(
        "目录外用途：有偿解除劳动关系", "A use outside the list: severance, with its finding",
        "/v1/arrangements?finding=use-outside-permitted-list&limit=5",
        ("purpose", "amount", "finding"), one="/v1/arrangements/{id}",
    ),
    Stop(
        "基本生活保障资金：源文未说明的余额", "The living allowance, and its unexplained rest",
        "/v1/funds/living_allowance", ("received", "paid", "unexplained_rest"),
    ),
    Stop(
        "收款方：账户一人提出、另一人复核", "Payees: one person proposes an account, another confirms",
        "/v1/payees?limit=5", ("kind", "account_id"), one="/v1/payees/{id}",
    ),
    Stop(
        "本季度的申领：拨付、银行拒付、退回、不予批准，及一个项目",
        "Claims of the quarter: paid, rejected by the bank, sent back, refused; and one of a project",
        "/v1/claims?quarter={quarter}", ("programme", "state", "amount", "reason"),
        one="/v1/claims/{id}", parts="/v1/claims/{id}/lines",
    ),
    Stop(
        "经批准的项目：市场建设", "Projects that were approved: the labour market",
        "/v1/projects?limit=5", ("programme", "title", "amount"), one="/v1/projects/{id}",
    ),
    Stop(
        "再就业服务中心的申领：源文无基本生活费标准，不得编造，各行均不批准",
        "A centre's claim: the source gives no standard and none is invented, so no line is granted",
        "/v1/claims?programme=living-allowance&limit=5", ("quarter", "state", "reason"),
        one="/v1/claims/{id}", parts="/v1/claims/{id}/lines",
    ),
    Stop(
        "月度发放批次，内容哈希写入银行文件", "A month's run; its hash stands in the bank file",
        "/v1/runs?limit=5", ("programme", "month", "state", "content_hash"), one="/v1/runs/{id}",
        parts="/v1/runs/{id}/lines",
    ),
    Stop(
        "付款批次 (pain.001)", "Payment batches (pain.001)", "/v1/payment-batches?limit=10",
        ("message_id", "state", "amount"), one="/v1/payment-batches/{id}",
    ),
    Stop(
        "银行拒付：原因代码、责任方、下一步", "Rejected by the bank: code, owner, next action",
        "/v1/payment-orders?state=rejected&limit=5",
        ("amount", "reason_code", "reason.zh", "reason.owner", "reason.next_zh", "reason.next_en"),
        one="/v1/payment-orders/{id}", whole=True,
    ),
    Stop(
        "银行回执 (pain.002) 与对账单 (camt.053)", "What the bank said (pain.002, camt.053)",
        "/v1/bank-messages?limit=10", ("kind", "applied", "doubt"), one="/v1/bank-messages/{id}",
        parts="/v1/bank-messages/{id}/lines",
    ),
    Stop(
        "待对账事项", "On the reconciliation desk", "/v1/reconciliation-items?limit=5",
        ("doubt", "amount", "end_to_end_id"),
    ),
    Stop(
        "结账", "The closed book", "/v1/periods?limit=5", ("fund", "closed_through", "state", "note"),
        one="/v1/periods/{id}",
    ),
    Stop(
        "由分录重算的余额", "Balances derived again from the entries", "/v1/journal/check",
        ("holds", "accounts", "lines", "debit"),
    ),
)  # fmt: skip


class Contract:
    """What of a service's OpenAPI document a person is led by."""

    def __init__(self, document: Json) -> None:
        self._schemas: Json = document["components"]["schemas"]
        self._gets: Json = {
            path: operations["get"]
            for path, operations in document["paths"].items()
            if "get" in operations
        }

    def _get(self, path: str) -> Json:
        """The operation behind a path: its own, or of those with parameters the first that fits."""
        parts = path.split("?")[0].split("/")

        def fits(template: str) -> bool:
            asked = template.split("/")
            return len(asked) == len(parts) and all(
                one.startswith("{") or one == other for one, other in zip(asked, parts, strict=True)
            )

        found: Json = self._gets[min(filter(fits, self._gets), key=lambda one: one.count("{"))]
        return found

    def docs(self, path: str) -> str:
        """Where the docs page shows the operation behind a path."""
        operation = self._get(path)
        words = (operation["tags"][0], operation["operationId"])
        return f"/docs/{SERVICE}#/" + "/".join(quote(word) for word in words)

    def words(self, path: str) -> dict[str, dict[str, str]]:
        """Field -> code -> Chinese term, of what the operation answers."""
        answer = self._get(path)["responses"]["200"]["content"]["application/json"]
        schema = self._named(answer["schema"])
        if "items" in schema.get("properties", {}):
            schema = self._named(schema["properties"]["items"]["items"])
        return {
            name: dict(re.findall(r"(?:^|；|：)([a-z0-9_-]+) ([^；]+)", field["description"]))
            for name, field in schema.get("properties", {}).items()
            if "description" in field
        }

    def _named(self, schema: Json) -> Json:
        found: Json = (
            self._schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
        )
        return found


async def walk(read: Read, quarter: str) -> list[Json]:
    """The stops with their rows: fields, where each opens, where to try it. Raises ``ValueError``
    when the service does not answer."""
    contract = Contract(await _got(read, "/openapi.json"))
    return list(await asyncio.gather(*(_stop(read, contract, one, quarter) for one in STOPS)))


async def _stop(read: Read, contract: Contract, stop: Stop, quarter: str) -> Json:
    path = stop.path.format(quarter=quarter)
    body = await _got(read, path)
    rows: list[Json] = body.get("items", [body])
    if stop.whole:
        rows = await asyncio.gather(*(_got(read, _of(stop.one, row)) for row in rows))
    words = contract.words(stop.one or path)
    return {
        "zh": stop.zh, "en": stop.en, "path": path, "docs": contract.docs(path),
        "rows": [
            {
                "id": row["id"] if stop.one else "",
                "path": _of(stop.one, row), "docs": stop.one and contract.docs(stop.one),
                "parts": _of(stop.parts, row),
                "fields": [_field(row, name, words) for name in stop.show],
            }
            for row in rows
        ],
    }  # fmt: skip


async def _got(read: Read, path: str) -> Json:
    status, body = await read(path)
    if status != 200:
        raise ValueError(f"{path}: {status} {body.get('title', '')}")
    found: Json = body
    return found


def _of(template: str, row: Mapping[str, Any]) -> str:
    return template.format(**row) if template else ""


def _field(row: Json, name: str, words: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """(name, what it says): a code with its term."""
    value: Any = row
    for part in name.split("."):
        value = value and value[part]
    if value is None:
        return name, "—"
    term = words.get(name, {}).get(str(value))
    return name, f"{term} {value}" if term else str(value)
