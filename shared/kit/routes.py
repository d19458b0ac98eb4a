"""Finding the route of a request without asking each of them.

FastAPI asks every route in turn whether it matches; with forty routes that costs more than the
work of a small one. Our paths all look like ``/v1/<noun>/…``, so the method, the number of segments
and the noun leave one or two to ask. Whatever is not found here is asked for in the usual way,
which also makes the 404 and the 405.
"""

from __future__ import annotations

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_Key = tuple[str, int, str]


class RouteIndex(BaseRoute):
    """Stands before all other routes of an application and knows those that can be looked up."""

    def __init__(self) -> None:
        self._routes: dict[_Key, list[APIRoute]] = {}

    def add(self, route: APIRoute) -> None:
        """Learn a route; one whose noun is a parameter, or with ``{…:path}``, is left to the others."""
        segments = route.path_format.split("/")
        if len(segments) < 3 or "{" in segments[2] or ":" in route.path:
            return
        for method in route.methods or ():
            self._routes.setdefault((method, len(segments), segments[2]), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http":
            segments = scope["path"].split("/", 12)
            if len(segments) > 2:
                for route in self._routes.get((scope["method"], len(segments), segments[2]), ()):
                    match, child_scope = route.matches(scope)
                    if match is Match.FULL:
                        return match, child_scope
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: APIRoute = scope["route"]
        await route.handle(scope, receive, send)
