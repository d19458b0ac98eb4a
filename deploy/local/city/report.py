"""The printed report: what the city published beside what its events come to."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.city.case import Case, read
from local.city.load import Tokens

VERDICTS = {
    "agrees": ("一致", "agrees", "green"),
    "does-not-reconcile": ("对不上", "does not reconcile", "yellow"),
    "definition-differs": ("口径不同", "definition differs", "cyan"),
    "scaled": ("缩小载入", "scaled", "dim"),
}
UNITS = {
    "person": "人", "household": "户", "certificate": "本", "post": "个", "class": "期",
    "office": "个", "loan": "笔", "referral": "人次", "count": "个", "wan_person": "万人",
    "yuan": "元", "wan_yuan": "万元", "yi_yuan": "亿元", "%": "%",
}  # fmt: skip
ISSUERS = {"province": "省", "city": "市", "district": "区县", "office": "机构"}
QUALIFIERS = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}
READER = "assessment-officer"
#: What one object of FORMAT=json has, in this order.
FIELDS = (
    "id", "figure", "area", "office", "period", "issuer", "unit", "published", "computed",
    "verdict", "reason", "url",
)  # fmt: skip


class ReportRefused(Exception):
    """Assessment did not answer with a report; the text says what it said."""


async def fetch(base_url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """All lines of the report, page by page. Raises :class:`ReportRefused`."""
    async with httpx.AsyncClient(base_url=base_url, headers=headers, trust_env=False) as client:
        return await lines(client, "/api/assessment/v1/reports")


async def lines(client: httpx.AsyncClient, path: str = "/v1/reports") -> list[dict[str, Any]]:
    """The same with a given client."""
    found: list[dict[str, Any]] = []
    limit = 1000
    while True:
        params: dict[str, str | int] = {"limit": limit}
        if found:
            params["after"] = found[-1]["id"]
        answer = await client.get(path, params=params, timeout=120)
        if answer.status_code != 200:
            raise ReportRefused(f"{path}: {answer.status_code} {answer.text[:500]}")
        page = answer.json()
        found += page
        if len(page) < limit:
            return found


def unexpected(case: Case, scale: Decimal, rows: list[dict[str, Any]]) -> list[str]:
    """What differs from the case's expectation, one text each; empty when all is as expected."""
    by_id = {row["id"]: row for row in rows}
    found = []
    for value in case.published:
        row = by_id.get(f"{case.case}.{value.id}")
        wanted = value.expect if scale == 1 else "scaled"
        if row is None:
            found.append(f"{value.id}: 报告中没有 / not in the report")
        elif row["verdict"] != wanted:
            found.append(
                f"{value.id}: {row['verdict']}, 预期 expected {wanted}"
                f" (公布 {row['published']}, 计算 {row['computed']}; {row['reason']})"
            )
    return found


async def print_report(
    base_url: str,
    tokens: Tokens,
    *,
    case: Path,
    scale: Decimal,
    form: str,
    console: Console,
) -> bool:
    """Print the report (``form``: text or json). Whether every verdict is what the case expects."""
    loaded = read(case)
    rows = await fetch(base_url, {**tokens.headers(READER), "Accept-Language": "zh"})
    order = {f"{loaded.case}.{value.id}": n for n, value in enumerate(loaded.published)}
    rows.sort(key=lambda row: (order.get(row["id"], len(order)), row["id"]))
    surprises = unexpected(loaded, scale, rows)
    if form == "json":
        # Straight to the stream: markup and wrapping have no place in JSON.
        console.file.write(json.dumps(as_json(rows), ensure_ascii=False, indent=1) + "\n")
    else:
        _print(loaded, scale, rows, surprises, console)
    return not surprises


def as_json(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One object per value, with the fields that are promised first and the rest after them."""
    return [
        {
            **{name: row.get(name) for name in FIELDS},
            **{name: value for name, value in row.items() if name not in FIELDS},
        }
        for row in rows
    ]


def _print(
    case: Case, scale: Decimal, rows: list[dict[str, Any]], surprises: list[str], console: Console
) -> None:
    console.print(table(case, rows))
    counts = Counter(row["verdict"] for row in rows)
    told = "，".join(
        f"{VERDICTS.get(verdict, (verdict, verdict, ''))[0]} {verdict} {count}"
        for verdict, count in counts.most_common()
    )
    console.print(f"共 {len(rows)} 项 values: {told}")
    if scale != 1:
        console.print(f"按 {scale} 缩小载入，不作比较 / loaded at scale {scale}: not compared")
    for text in surprises:
        console.print(Text(f"与预期不符 unexpected: {text}", style="bold red"))
    if not surprises:
        console.print("所有结论与案例预期一致 / every verdict is what the case expects")


def table(case: Case, rows: list[dict[str, Any]]) -> Table:
    """The report for a terminal: Chinese first."""
    out = Table(
        title=f"{case.city.name} {case.title}  截至 as of {case.as_of}",
        caption="公布数与由事件重新计算的数 / published values beside values recomputed from events",
        header_style="bold",
        show_lines=False,
        pad_edge=False,
    )
    out.add_column("指标\nFigure", ratio=4, overflow="fold")
    out.add_column("地区·机构\nArea, office", ratio=2, overflow="fold")
    out.add_column("期间\nPeriod", no_wrap=True)
    out.add_column("下达者\nIssuer", no_wrap=True)
    out.add_column("公布\nPublished", justify="right", no_wrap=True)
    out.add_column("计算\nComputed", justify="right", no_wrap=True)
    out.add_column("单位\nUnit", no_wrap=True)
    out.add_column("结论\nVerdict", no_wrap=True)
    for row in rows:
        zh, en, style = VERDICTS.get(row["verdict"], (row["verdict"], "", "red"))
        out.add_row(*_cells(row), Text(f"{zh} {en}", style=style))
        if row.get("reason") and row["verdict"] != "scaled":
            reasons = [row["reason"], row.get("reason_en")]
            out.add_row(Text("  ↳ " + " / ".join(r for r in reasons if r), style="italic dim"))
    return out


def _cells(row: dict[str, Any]) -> list[str]:
    place = row.get("office_name") or row.get("area_name") or row["area"]
    first, _, last = str(row["period"]).partition("/")
    if row.get("semantics") == "PIT":
        first = ""
    issuer = row.get("issuer")
    return [
        str(row.get("title") or row["figure"]),
        str(place),
        f"{first[2:] if first not in ('', '..') else ''}–{last[2:]}" if first else last[2:],
        ISSUERS.get(issuer, issuer) if issuer else "",
        f"{QUALIFIERS.get(row.get('qualifier', ''), '')}{row['published']}",
        "—" if row["computed"] is None else str(row["computed"]),
        UNITS.get(row["unit"], row["unit"]),
    ]
