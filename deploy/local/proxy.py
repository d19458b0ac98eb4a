"""The front door's way to the services: streams both bodies, keeps nothing, changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

# RFC 9110 7.6.1: these belong to one connection and are not passed on.
HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te",
     b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip


def problem(status: int, code: str, zh: str, en: str, **headers: str) -> Response:
    """A problem document (RFC 9457) of the front door itself."""
    body = {"type": f"urn:problem:front-door:{code}", "title": f"{zh} / {en}", "status": status}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def passed_on(
    headers: list[tuple[bytes, bytes]], *also_without: bytes
) -> list[tuple[bytes, bytes]]:
    dropped = HOP_BY_HOP.union(also_without)
    return [(name, value) for name, value in headers if name.lower() not in dropped]


class Proxy:
    """Passes requests to the services by name. `services` maps a name to its base address."""

    def __init__(self, services: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self.services = services
        self._client = client

    async def forward(self, request: Request, service: str, path: str) -> Response:
        """Send this request to `path` (with its query) of a service and stream the answer back.

        An unknown service is 404; one that does not answer is 503 with Retry-After.
        """
        base = self.services.get(service)
        if base is None:
            return problem(404, "unknown-service", "没有这个服务", "There is no such service")
        query = request.url.query
        headers = passed_on(request.headers.raw, b"host", b"x-forwarded-for")
        # The services count requests without a token by address: ours to say, not the caller's.
        if request.client is not None:
            headers.append((b"x-forwarded-for", request.client.host.encode()))
        headers.append((b"x-forwarded-host", request.headers.get("host", "").encode()))
        headers.append((b"x-forwarded-proto", request.url.scheme.encode()))
        has_body = {"content-length", "transfer-encoding"} & set(request.headers)
        outgoing = self._client.build_request(
            request.method,
            f"{base}{path}?{query}" if query else f"{base}{path}",
            headers=headers,
            content=request.stream() if has_body else None,
        )
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.TransportError:
            return problem(
                503, "service-unavailable", "服务暂不可用，请稍后再试",
                "The service does not answer at the moment", **{"Retry-After": "1"},
            )  # fmt: skip
        response = StreamingResponse(self._body(answer), status_code=answer.status_code)
        response.raw_headers = passed_on(answer.headers.raw)
        return response

    async def _body(self, answer: httpx.Response) -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.aiter_raw():
                yield chunk
        finally:
            await answer.aclose()


def new_client() -> httpx.AsyncClient:
    """No read timeout: an import may work for minutes before it answers."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=5),
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
        follow_redirects=False,
        trust_env=False,
    )
