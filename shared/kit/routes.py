"""Finding the route of a request without asking each of them.

FastAPI asks every route in turn whether it matches; with forty routes that costs more than the
work of a small one. Our paths all look like ``/v1/<noun>/…``, so the method, the number of segments
and the noun leave one or two to ask. Whatever is not found here is asked for in the usual way,
which also makes the 404 and the 405.
"""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_Key = tuple[str, int, str]


class RouteIndex(BaseRoute):
    """Stands before all other routes of an application and knows those that can be looked up."""

    def __init__(self) -> None:
        self._routes: dict[_Key, list[APIRoute]] = {}
        self._plain: dict[str, set[str]] = {}

    def add(self, route: APIRoute) -> None:
        """Learn a route; one whose noun is a parameter, or with ``{…:path}``, is left to the others."""
        if "{" not in route.path_format:
            self._plain.setdefault(route.path_format, set()).update(route.methods or ())
        segments = route.path_format.split("/")
        if len(segments) < 3 or "{" in segments[2] or ":" in route.path:
            return
        for method in route.methods or ():
            self._routes.setdefault((method, len(segments), segments[2]), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http":
            methods = self._plain.get(scope["path"])
            if methods is not None and scope["method"] not in methods:
                # GET /v1/workers/searches is no worker with the id "searches".
                return Match.FULL, {"route": None}
            segments = scope["path"].split("/", 12)
            if len(segments) > 2:
                for route in self._routes.get((scope["method"], len(segments), segments[2]), ()):
                    match, child_scope = route.matches(scope)
                    if match is Match.FULL:
                        return match, child_scope
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: APIRoute | None = scope["route"]
        if route is None:
            raise HTTPException(405)
        await route.app(scope, receive, send)  # its method is in the key it was found by
