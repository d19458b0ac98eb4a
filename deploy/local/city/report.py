"""The printed report: what the city published beside what its events come to."""

from __future__ import annotations

import json
from calendar import monthrange
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from rich.box import SIMPLE_HEAD
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
#: From so many columns on, English stands beside the Chinese.
WIDE = 110
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
    console.print(table(case, rows, wide=console.width >= WIDE))
    notes = noted(rows)
    for row in rows:
        if row["id"] in notes:
            reasons = " / ".join(r for r in (row["reason"], row.get("reason_en")) if r)
            console.print(Text(f"[{notes[row['id']]}] {reasons}", style="italic"))
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


def table(case: Case, rows: list[dict[str, Any]], *, wide: bool) -> Table:
    """The report for a terminal: Chinese first, English where there is room."""
    out = Table(
        title=f"{case.city.name} {case.city.name_en} · {case.title} · 截至 as of {case.as_of}",
        caption="公布数与由事件重新计算的数 / published values beside values recomputed from events",
        header_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
    )
    out.add_column("指标 Figure", overflow="fold")
    out.add_column("期间 Period", no_wrap=True)
    out.add_column("公布 Published" if wide else "公布", justify="right", no_wrap=True)
    out.add_column("计算 Computed" if wide else "计算", justify="right", no_wrap=True)
    out.add_column("结论 Verdict", no_wrap=True)
    notes = noted(rows)
    for row in rows:
        zh, en, style = VERDICTS.get(row["verdict"], (row["verdict"], "", "red"))
        verdict = Text(f"{zh} {en}" if wide else zh, style=style)
        if row["id"] in notes:
            verdict.append(f" [{notes[row['id']]}]")
        out.add_row(_title(case, row, wide), _period(row), *_values(row), verdict)
    return out


def noted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Numbers of the notes below the table, for values that have a reason to give."""
    told = [row["id"] for row in rows if row.get("reason") and row["verdict"] != "scaled"]
    return {identifier: number for number, identifier in enumerate(told, 1)}


def _title(case: Case, row: dict[str, Any], wide: bool) -> Text:
    """What it is, where when not the whole city, whose target."""
    title = str(row.get("title") or row["figure"])
    if row.get("office") or row["area"] != case.city_area:
        place = str(row.get("office_name") or row.get("area_name") or row["area"])
        if title.partition("：")[0] not in place:
            title = f"{place}：{title}"
    issuer = row.get("issuer")
    if issuer:
        title += f"({ISSUERS.get(issuer, issuer)})"
    text = Text(title)
    if wide:
        text.append(f"  {str(row['figure']).partition('.')[0]}", style="dim")
    return text


def _period(row: dict[str, Any]) -> str:
    """``2003.01–10`` for a part of a year, ``至 2003.10`` since the beginning, else the day."""
    first, _, last = str(row["period"]).partition("/")
    year, month, day = last.split("-")
    if row.get("semantics") == "PIT":
        return f"{year}.{month}.{day}"
    at_end = int(day) == monthrange(int(year), int(month))[1]
    if first == "..":
        return f"至 {year}.{month}" if at_end else f"至 {year}.{month}.{day}"
    begun = first.split("-")[1]
    return f"{year}.{begun}–{month}" if at_end else f"{year}.{begun}–{month}.{day}"


def _values(row: dict[str, Any]) -> list[str]:
    """Published and computed, with the unit."""
    unit = UNITS.get(row["unit"], row["unit"])
    space = "" if unit == "%" else " "
    qualifier = QUALIFIERS.get(row.get("qualifier", ""), "")
    computed = row["computed"]
    return [
        f"{qualifier}{row['published']}{space}{unit}",
        "—" if computed is None else f"{computed}{space}{unit}",
    ]
