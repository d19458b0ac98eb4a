"""The pages a person sees: start, interactive API docs, report, any answer to click through.

No inline script or style and nothing from another host: the content security policy forbids both.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.installation import SERVICES
from local.personas import PERSONAS
from local.tokens import TokenSource
from local.walk import SERVICE, walk

HERE = Path(__file__).resolve().parent
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
VERDICTS = {
    "agrees": ("一致", "good"),
    "does-not-reconcile": ("对不上", "bad"),
    "definition-differs": ("口径不同", "warn"),
    "scaled": ("缩小载入", "plain"),
}
QUALIFIERS = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}
ISSUERS = {"province": "省", "city": "市", "district": "区县", "country": "国家"}
UNITS = {
    "person": "人",
    "post": "个",
    "percent": "%",
    "household": "户",
    "certificate": "本",
    "class": "期",
    "office": "个",
    "yuan": "元",
    "wan_yuan": "万元",
}
READER = "auditor"  # the pages read as this persona: it sees everything and changes nothing


def next_page(request: Request, body: Any) -> str | None:
    """The address of the list's next page, when the answer names one."""
    cursor = body.get("next_cursor") if isinstance(body, dict) else None
    return (
        f"{request.url.path}?{request.url.include_query_params(cursor=cursor).query}"
        if cursor
        else None
    )


class Pages:
    """Renders the pages. Reads from the services with a token of the auditor."""

    def __init__(
        self,
        services: Mapping[str, str],
        client: httpx.AsyncClient,
        tokens: TokenSource,
        city_name: str,
        as_of: str,
        quarter: str,
    ) -> None:
        self._services = services
        self._client = client
        self._tokens = tokens
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape()
        )
        self._environment.globals.update(
            city_name=city_name, as_of=as_of, services=SERVICES, quarter=quarter
        )
        self._quarter = quarter

    def _page(
        self, template: str, policy: str = CONTENT_SECURITY_POLICY, **values: Any
    ) -> Response:
        return HTMLResponse(
            self._environment.get_template(template).render(**values),
            headers={
                "Content-Security-Policy": CONTENT_SECURITY_POLICY,
                "Cache-Control": "no-store",
            },
        )

    async def start(self, _: Request) -> Response:
        rows = [
            {
                "persona": persona,
                "office": self._tokens.places.office(persona.where, persona.office),
                "area_code": self._tokens.places.area(persona.where),
                "token": self._tokens.token(persona.key),
            }
            for persona in PERSONAS.values()
        ]
        return self._page("start.html", rows=rows)

    async def docs(self, request: Request) -> Response:
        name = request.path_params["service"]
        for service in SERVICES:
            if service.name == name:
                return self._page("docs.html", service=service, personas=PERSONAS.values())
        return RedirectResponse("/", 303)

    async def report(self, _: Request) -> Response:
        """The report as assessment computes it; its JSON is the same that FORMAT=json prints."""
        status, rows = await self._read("assessment", "/v1/reports", "")
        if status != 200 or not isinstance(rows, list):
            return self._page("report.html", rows=[], problem=rows)
        found = [row["verdict"] for row in rows]
        counts = [(*VERDICTS[name], name, found.count(name)) for name in VERDICTS if name in found]
        unexpected = sum(row.get("expect") not in (None, row["verdict"]) for row in rows)
        return self._page(
            "report.html",
            rows=rows,
            verdicts=VERDICTS,
            qualifiers=QUALIFIERS,
            issuers=ISSUERS,
            units=UNITS,
            counts=counts,
            unexpected=unexpected,
            problem=None,
        )

    async def quarter(self, _: Request) -> Response:
        """Where to look at the quarter that the city worked through."""

        async def read(path: str) -> tuple[int, Any]:
            return await self._read(SERVICE, path, "")

        if not self._quarter:
            return RedirectResponse("/", 303)
        try:
            return self._page("quarter.html", stops=await walk(read, self._quarter), problem=None)
        except ValueError as problem:
            return self._page("quarter.html", stops=[], problem=problem)

    async def open(self, request: Request) -> Response:
        """Any GET of a service as a page, with every address in it a link to the next one."""
        service = request.path_params["service"]
        path = f"/v1/{request.path_params['path']}"
        if service not in self._services:
            return RedirectResponse("/", 303)
        status, body = await self._read(service, path, request.url.query)
        return self._page(
            "open.html",
            title=f"/api/{service}{path}",
            status=status,
            body=body,
            next_page=next_page(request, body),
        )

    async def _read(self, service: str, path: str, query: str) -> tuple[int, Any]:
        try:
            answer = await self._client.get(
                f"{self._services[service]}{path}" + (f"?{query}" if query else ""),
                headers={**self._tokens.headers(READER), "Accept-Language": "zh"},
                timeout=30,
            )
            return answer.status_code, answer.json()
        except (httpx.TransportError, ValueError) as failure:
            return 503, {"title": "服务暂不可用 / not available", "reason": type(failure).__name__}
